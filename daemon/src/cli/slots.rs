//! `resguardo slots`: the times that plans were due, and what became of each.

use std::path::Path;

use super::args_daemon::Slots;
use super::exit::{Failure, code};
use super::times::moment;
use super::{print, socket};
use crate::jobs::report::{Listing, SlotReport};
use crate::service::client;
use crate::service::protocol::Request;

pub(super) fn run(config: &Path, asked: &Slots) -> Result<u8, Failure> {
    let request = Request::Slots { plan: asked.plan.clone(), limit: socket::limit(asked.limit) };
    let slots: Listing<SlotReport> = client::ask_once(&socket::of(config)?, request)?;
    if asked.json {
        print::json(&serde_json::json!({ "slots": slots.items, "more": slots.more }))?;
    } else {
        print::out(&table(&slots.items))?;
        print::more(slots.more);
    }
    Ok(code::DONE)
}

fn table(slots: &[SlotReport]) -> String {
    let rows = slots.iter().map(|slot| {
        vec![
            slot.plan.clone(),
            moment(&slot.due),
            slot.outcome.clone().unwrap_or_else(|| "open".to_owned()),
            slot.attempts.to_string(),
            slot.settled.as_deref().map(moment).unwrap_or_default(),
            slot.reason.clone().unwrap_or_default(),
        ]
    });
    print::table(&["plan", "due", "outcome", "attempts", "settled", "why"], &[3], rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_without_an_outcome_is_open() {
        let slot = |outcome: Option<&str>| SlotReport {
            plan: "semanal".to_owned(),
            due: "2026-11-22T02:00:00-06:00".to_owned(),
            outcome: outcome.map(str::to_owned),
            attempts: 2,
            settled: outcome.map(|_| "2026-11-22T02:20:00-06:00".to_owned()),
            reason: None,
        };
        let shown = table(&[slot(None), slot(Some("late"))]);
        let expected = "\
\x20PLAN     DUE               OUTCOME  ATTEMPTS  SETTLED           WHY
 semanal  2026-11-22 02:00  open            2
 semanal  2026-11-22 02:00  late            2  2026-11-22 02:20
";
        assert_eq!(shown, expected);
    }
}
