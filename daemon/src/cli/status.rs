//! `resguardo status`: a page that a technician reads in ten seconds, what needs a hand first.

use std::path::Path;

use super::args_daemon::Status as Asked;
use super::exit::{Failure, code};
use super::times::{age, moment};
use super::{print, socket};
use crate::jobs::report::{DiskStatus, PlanStatus, Running, Status};
use crate::service::client;
use crate::service::protocol::Request;
use crate::units;

/// So much of a digest can be compared by eye.
const HASH_SHOWN: usize = 16;

pub(super) fn run(config: &Path, asked: &Asked) -> Result<u8, Failure> {
    let status: Status = client::ask_once(&socket::of(config)?, Request::Status)?;
    if asked.json {
        print::value(&status)?
    } else {
        print::out(&page(&status))?
    }
    Ok(if status.well { code::DONE } else { code::ATTENTION })
}

pub(super) fn page(status: &Status) -> String {
    let mut text = String::new();
    if status.well {
        text.push_str("everything is well\n");
    } else {
        text.push_str("NEEDS A HAND\n");
        status.attention.iter().for_each(|what| text.push_str(&format!("  - {what}\n")));
    }
    text.push('\n');
    if let Some(running) = &status.running {
        text.push_str(&format!("{}\n\n", under_way(running)));
    }
    if let Some(chore) = &status.chore {
        text.push_str(&format!("under way: {chore}\n\n"));
    }
    for plan in &status.plans {
        text.push_str(&plan_lines(plan));
        text.push('\n');
    }
    if !status.disks.is_empty() {
        let rows = status.disks.iter().map(disk_row).collect();
        text.push_str(&print::table(&["disk", "state", "free", "owed", ""], &[2, 3], rows));
        text.push('\n');
    }
    text.push_str(&format!("register       {}\n", register(status)));
    text.push_str(&format!("notifications  {}\n", notifications(status)));
    let daemon = &status.daemon;
    let since = moment(&daemon.since);
    text.push_str(&format!("daemon         {}, process {}, since {since}\n", daemon.version, daemon.pid));
    text.push_str(&format!("now            {}\n", moment(&status.now)));
    text
}

fn under_way(running: &Running) -> String {
    let mut text = format!("running: run {}", running.run);
    if let Some(dataset) = &running.dataset {
        text.push_str(&format!(", {dataset}"));
    }
    if let Some(step) = &running.step {
        text.push_str(&format!(", {step}"));
    }
    let expected = running.expected_bytes.map(|bytes| format!(" of {}", units::bytes(bytes)));
    text.push_str(&format!(", {}{}", units::bytes(running.plain_bytes), expected.unwrap_or_default()));
    if let Some(began) = &running.began {
        text.push_str(&format!(", since {}", moment(began)));
    }
    text
}

fn plan_lines(plan: &PlanStatus) -> String {
    let next = plan.next.as_deref().map_or_else(|| "never".to_owned(), moment);
    let overdue = if plan.overdue { "  OVERDUE" } else { "" };
    let mut text = format!("plan {}  {}, next {next}{overdue}\n", plan.plan, plan.when);
    if let Some(slot) = &plan.slot {
        let (due, attempts) = (moment(&slot.due), count(slot.attempts, "attempt"));
        text.push_str(&format!("  slot of {due}: {}, {attempts}", slot.state));
        if slot.state != "running" {
            text.push_str(&format!(", next attempt {}", moment(&slot.next_attempt)));
        }
        text.push_str(&because(slot.reason.as_deref()));
    }
    if let Some(last) = &plan.last {
        let outcome = last.outcome.as_deref().unwrap_or("open");
        text.push_str(&format!("  slot of {}: {outcome}", moment(&last.due)));
        text.push_str(&because(last.reason.as_deref()));
    }
    let rows = plan.datasets.iter().map(|dataset| {
        let size = dataset.plain_bytes.and_then(|bytes| u64::try_from(bytes).ok()).map(units::bytes);
        vec![
            format!(" {}", dataset.dataset),
            dataset.kept.as_deref().map_or_else(|| "NEVER".to_owned(), moment),
            dataset.age_seconds.map(age).unwrap_or_default(),
            size.unwrap_or_default(),
            dataset.disks.join(", "),
        ]
    });
    text + &print::table(&[" dataset", "last good", "age", "dump", "on"], &[2, 3], rows.collect())
}

/// The end of a line, with its reason if there is one.
fn because(reason: Option<&str>) -> String {
    reason.map_or_else(|| "\n".to_owned(), |reason| format!(": {reason}\n"))
}

fn disk_row(disk: &DiskStatus) -> Vec<String> {
    let state = match disk.present {
        Some(true) => "here",
        Some(false) => "ABSENT",
        None => "object store",
    };
    let free = disk.free_bytes.map(units::bytes).unwrap_or_default();
    let owed = if disk.owed > 0 { disk.owed.to_string() } else { String::new() };
    vec![disk.disk.clone(), state.to_owned(), free, owed, disk.why.clone().unwrap_or_default()]
}

fn register(status: &Status) -> String {
    let register = &status.register;
    let entries = if register.entries == 1 { "1 entry".to_owned() } else { format!("{} entries", register.entries) };
    match (&register.last, &register.hash) {
        (Some(last), Some(hash)) => {
            format!("{entries}, the last {last}, hash {} …", hash.chars().take(HASH_SHOWN).collect::<String>())
        }
        _ => entries,
    }
}

fn notifications(status: &Status) -> String {
    match (status.notifications.pending, status.notifications.abandoned) {
        (0, 0) => "all sent".to_owned(),
        (pending, 0) => format!("{pending} to be sent"),
        (pending, abandoned) => format!("{pending} to be sent, {abandoned} GIVEN UP"),
    }
}

fn count(number: i64, thing: &str) -> String {
    units::count(u64::try_from(number).unwrap_or(0), thing)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A daemon's answer as it comes over the socket.
    fn status(well: bool) -> Status {
        let attention = if well { vec![] } else { vec!["plan semanal: slot of 2026-11-22 02:00 is not done"] };
        serde_json::from_value(serde_json::json!({
            "daemon": { "version": "0.1.0", "pid": 812, "since": "2026-11-01T08:00:00-06:00" },
            "now": "2026-11-23T09:00:00-06:00", "well": well, "attention": attention,
            "running": { "run": 12, "dataset": "bd/quejas", "step": "receiving", "plain_bytes": 1_073_741_824u64,
                "expected_bytes": 4_294_967_296u64, "began": "2026-11-23T08:59:00-06:00" },
            "plans": [{ "plan": "semanal", "when": "0 2 * * 0", "next": "2026-11-29T02:00:00-06:00",
                "slot": { "due": "2026-11-22T02:00:00-06:00", "state": "open", "attempts": 3,
                    "next_attempt": "2026-11-23T10:00:00-06:00", "reason": "bd does not answer" },
                "last": { "plan": "semanal", "due": "2026-11-15T02:00:00-06:00", "outcome": "done", "attempts": 1,
                    "settled": "2026-11-15T02:20:00-06:00", "reason": null },
                "overdue": true,
                "datasets": [
                    { "dataset": "bd/quejas", "archive": "bd/quejas/2026-11-15T020000-0600",
                        "kept": "2026-11-15T02:20:00-06:00", "age_seconds": 715_200, "plain_bytes": 4_294_967_296u64,
                        "disks": ["disco-a", "disco-b"] },
                    { "dataset": "web/sitio", "archive": null, "kept": null, "age_seconds": null, "plain_bytes": null,
                        "disks": [] }] }],
            "disks": [
                { "disk": "disco-a", "present": true, "free_bytes": 1_319_413_953_331u64, "why": null },
                { "disk": "disco-b", "present": false, "free_bytes": null, "why": "nothing is mounted there",
                    "owed": 3, "owed_since": "2026-11-22T02:20:00-06:00" },
                { "disk": "nube", "present": null, "free_bytes": null, "why": null }],
            "register": { "entries": 47, "last": "2026-47", "hash": "3fa9c1d25e6f70813fa9c1d25e6f7081" },
            "notifications": { "pending": 2, "abandoned": 1 }
        }))
        .unwrap()
    }

    #[test]
    fn what_needs_a_hand_stands_first() {
        let page = page(&status(false));
        assert!(page.starts_with("NEEDS A HAND\n  - plan semanal: slot of 2026-11-22 02:00 is not done\n\n"), "{page}");
    }

    #[test]
    fn the_page_says_how_everything_stands() {
        let expected = "\
everything is well

running: run 12, bd/quejas, receiving, 1.0 GiB of 4.0 GiB, since 2026-11-23 08:59

plan semanal  0 2 * * 0, next 2026-11-29 02:00  OVERDUE
  slot of 2026-11-22 02:00: open, 3 attempts, next attempt 2026-11-23 10:00: bd does not answer
  slot of 2026-11-15 02:00: done
  DATASET    LAST GOOD             AGE     DUMP  ON
  bd/quejas  2026-11-15 02:20  8 d 6 h  4.0 GiB  disco-a, disco-b
  web/sitio  NEVER

 DISK     STATE            FREE  OWED
 disco-a  here          1.1 TiB
 disco-b  ABSENT                    3  nothing is mounted there
 nube     object store

register       47 entries, the last 2026-47, hash 3fa9c1d25e6f7081 …
notifications  2 to be sent, 1 GIVEN UP
daemon         0.1.0, process 812, since 2026-11-01 08:00
now            2026-11-23 09:00
";
        assert_eq!(page(&status(true)), expected);
    }
}
