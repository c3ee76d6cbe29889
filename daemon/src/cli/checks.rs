//! `resguardo checks`: the newest readings of what lies on disks.

use std::path::Path;

use super::args_verify::Checks;
use super::exit::{Failure, code};
use super::times::moment;
use super::{print, socket};
use crate::jobs::report::Listing;
use crate::jobs::report_checks::CheckReport;
use crate::service::client;
use crate::service::protocol::Request;
use crate::units;

pub(super) fn run(config: &Path, asked: &Checks) -> Result<u8, Failure> {
    let request = Request::Checks { archive: asked.archive.clone(), limit: socket::limit(asked.limit) };
    let checks: Listing<CheckReport> = client::ask_once(&socket::of(config)?, request)?;
    if asked.json {
        print::json(&serde_json::json!({ "checks": checks.items, "more": checks.more }))?;
    } else {
        print::out(&table(&checks.items))?;
        print::more(checks.more);
    }
    Ok(code::DONE)
}

fn table(checks: &[CheckReport]) -> String {
    let rows = checks.iter().map(|check| {
        let outcome = if check.outcome == "good" { check.outcome.clone() } else { check.outcome.to_uppercase() };
        vec![
            moment(&check.ended),
            check.archive.clone(),
            check.disk.clone(),
            outcome,
            u64::try_from(check.bytes).map(units::bytes).unwrap_or_default(),
            check.asked_by.clone(),
            check.what.clone().unwrap_or_default(),
        ]
    });
    print::table(&["read", "archive", "disk", "outcome", "stored", "by", "why"], &[4], rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_good_stands_out() {
        let check = |outcome: &str, what: Option<&str>| CheckReport {
            archive: "bd/quejas/2026-11-22T020000-0600".to_owned(),
            disk: "disco-a".to_owned(),
            disk_id: String::new(),
            started: "2026-11-23T04:00:00-06:00".to_owned(),
            ended: "2026-11-23T04:02:00-06:00".to_owned(),
            asked_by: "resguardo".to_owned(),
            outcome: outcome.to_owned(),
            bytes: 1_073_741_824,
            what: what.map(str::to_owned),
        };
        let shown = table(&[check("good", None), check("damaged", Some("frame 3"))]);
        let expected = "\
\x20READ              ARCHIVE                           DISK     OUTCOME   STORED  BY         WHY
 2026-11-23 04:02  bd/quejas/2026-11-22T020000-0600  disco-a  good     1.0 GiB  resguardo
 2026-11-23 04:02  bd/quejas/2026-11-22T020000-0600  disco-a  DAMAGED  1.0 GiB  resguardo  frame 3
";
        assert_eq!(shown, expected);
    }
}
