//! What people are told, and over which channels. It may not know how a channel works.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::backup::Looked;
use super::error::chain;
use super::office::Office;
use super::tell_custody::{self, Custody};
use crate::config::model::{Channel, Config, Tell};
use crate::notify::text::{self, Failure, Kept, Missing, Wanted};
use crate::notify::text_drill;
use crate::schedule::slot::SlotOutcome;
use crate::store::rows::{self, Dataset, Slot};

/// What has happened.
pub enum News<'a> {
    /// A slot has its outcome; these datasets were kept for it.
    Settled {
        /// The slot.
        slot: &'a Slot,
        /// What was kept.
        kept: &'a [Dataset],
    },
    /// The first run of a slot kept less than everything.
    Failed {
        /// The slot, with its next attempt.
        slot: &'a Slot,
        /// What became of each dataset.
        done: &'a [Dataset],
    },
    /// None of a plan's disks is here.
    DiskWanted {
        /// The plan.
        plan: &'a str,
        /// What each disk said.
        looked: &'a Looked,
        /// The beginning of the slot.
        due: DateTime<Utc>,
    },
    /// A run was cut off by the end of the program.
    Interrupted {
        /// The plan, or the datasets that were named.
        plan: &'a str,
    },
    /// The register is not what it was.
    Register {
        /// In what way.
        what: &'a str,
    },
    /// The clock went back.
    ClockPutBack {
        /// The latest moment that is on record.
        from: DateTime<Utc>,
        /// The time now.
        to: DateTime<Utc>,
    },
    /// Something happened to a disk, or to a copy on one.
    Custody(Custody<'a>),
    /// A backup could not be restored for a test.
    DrillFailed {
        /// The drill.
        drill: &'a crate::store::custody_rows::Drill,
    },
    /// A dataset was not restored for a test for too long.
    DrillLacking {
        /// Which, and since when.
        lack: &'a super::drill::due::Lack,
    },
    /// Somebody wants to see whether it works.
    Test,
}

/// The channels with their labels: the kind, and a number from the second of a kind on.
pub fn labelled(config: &Config) -> Vec<(String, &Channel)> {
    let mut labelled: Vec<(String, &Channel)> = Vec::new();
    for channel in &config.notifications {
        let same = labelled.iter().filter(|(_, other)| word(other) == word(channel)).count();
        let label = if same == 0 { word(channel).to_owned() } else { format!("{}-{}", word(channel), same + 1) };
        labelled.push((label, channel));
    }
    labelled
}

/// Whether this is the label of a desktop channel, which the service's own clients carry.
pub fn is_desktop(label: &str) -> bool {
    label.starts_with("desktop")
}

fn word(channel: &Channel) -> &'static str {
    match channel {
        Channel::Email { .. } => "email",
        Channel::Webhook { .. } => "webhook",
        Channel::HealthCheck { .. } => "health_check",
        Channel::Desktop { .. } => "desktop",
    }
}

/// The notice of some news, and the channels that carry it.
pub fn notice(office: Office<'_>, news: News<'_>) -> (rows::Notice, Vec<String>) {
    let kept = matches!(&news, News::Settled { slot, .. }
        if matches!(slot.outcome, Some(SlotOutcome::Done | SlotOutcome::Late)));
    let test = matches!(news, News::Test);
    let (said, data) = say(office, news);
    carried(office, said, data, kept, test)
}

/// The notice of something that has its words already, and the channels that carry it.
pub fn said(office: Office<'_>, said: text::Notice, data: serde_json::Value) -> (rows::Notice, Vec<String>) {
    carried(office, said, data, false, false)
}

fn carried(
    office: Office<'_>,
    said: text::Notice,
    mut data: serde_json::Value,
    kept: bool,
    test: bool,
) -> (rows::Notice, Vec<String>) {
    let at = office.now();
    data["urgent"] = json!(said.urgent);
    let carries = |channel: &Channel| match channel {
        Channel::HealthCheck { .. } => kept || test,
        Channel::Email { tell, .. } | Channel::Webhook { tell, .. } | Channel::Desktop { tell } => {
            said.urgent || test || *tell == Tell::Everything
        }
    };
    let channels = labelled(office.config).into_iter().filter(|(_, channel)| carries(channel));
    let channels = channels.map(|(label, _)| label).collect();
    let (kind, subject, text) = (said.kind.to_owned(), said.subject, said.text);
    (rows::Notice { number: 0, at, kind, subject, text, data }, channels)
}

/// The words for people, and the same for programs.
fn say(office: Office<'_>, news: News<'_>) -> (text::Notice, serde_json::Value) {
    match news {
        News::Settled { slot, kept } => settled(office, slot, kept),
        News::Failed { slot, done } => failed(office, slot, done),
        News::DiskWanted { plan, looked, due: at } => {
            let wanted: Vec<Wanted> = looked
                .iter()
                .filter_map(|(disk, result)| {
                    let custody = office.config.disk(disk).and_then(|disk| disk.custody.clone());
                    Some(Wanted { label: disk.clone(), custody, why: chain(result.as_ref().err()?) })
                })
                .collect();
            let disks: Vec<&str> = wanted.iter().map(|disk| disk.label.as_str()).collect();
            let data = json!({ "plan": plan, "disks": disks });
            // Those that take turns are looked at in the order of their names; the one that is due is told first.
            let turns = office.config.plan(plan).map(|plan| plan.rotation.clone()).unwrap_or_default();
            (text::disk_wanted(plan, &wanted, &tell_custody::in_turn(office, &turns, at)), data)
        }
        News::Interrupted { plan } => (text::run_interrupted(plan), json!({ "plan": plan })),
        News::Register { what } => (text::register_damaged(what), json!({ "what": what })),
        News::ClockPutBack { from, to } => {
            let said = text::clock_put_back(office.local(from), office.local(to));
            (said, json!({ "from": office.stamp(from), "to": office.stamp(to) }))
        }
        News::Custody(custody) => tell_custody::say(office, &custody),
        News::DrillFailed { drill } => {
            let dataset = format!("{}/{}", drill.server, drill.dataset);
            let why = drill.error.as_deref().unwrap_or_default();
            let said = text_drill::drill_failed(&dataset, &drill.archive, &drill.disk, why);
            (said, json!({ "dataset": dataset, "archive": drill.archive, "disk": drill.disk, "why": why }))
        }
        News::DrillLacking { lack } => {
            let why = lack.last.as_ref().and_then(|drill| drill.error.as_deref());
            let said = text_drill::drill_lacking(&lack.dataset, lack.passed.map(|at| office.local(at)), why);
            (said, json!({ "dataset": lack.dataset, "passed": lack.passed.map(|at| office.stamp(at)), "why": why }))
        }
        News::Test => (text::test(), json!({})),
    }
}

fn settled(office: Office<'_>, slot: &Slot, kept: &[Dataset]) -> (text::Notice, serde_json::Value) {
    let due = office.local(slot.due);
    let reason = slot.reason.as_deref().unwrap_or("no se hizo ninguna copia");
    let missing: Vec<Missing> = kept
        .iter()
        .flat_map(|row| row.failed_on.iter().map(move |(disk, why)| (row, disk, why)))
        .map(|(row, disk, why)| Missing { dataset: name(row), disk: disk.clone(), why: why.clone() })
        .collect();
    let said = match slot.outcome {
        Some(SlotOutcome::Missed) | None => text::slot_missed(&slot.plan, due, reason),
        Some(SlotOutcome::Excused) => text::slot_excused(&slot.plan, due, reason),
        Some(SlotOutcome::Done | SlotOutcome::Late) if !missing.is_empty() => {
            text::copies_missing(&slot.plan, &missing)
        }
        Some(outcome) => {
            let rows: Vec<Kept> = kept
                .iter()
                .map(|row| Kept {
                    dataset: name(row),
                    size_bytes: row.archive_bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
                    disks: row.kept_on.clone(),
                })
                .collect();
            let took = kept.iter().filter_map(|row| (row.ended? - row.started?).to_std().ok()).sum::<Duration>();
            text::plan_kept(&slot.plan, due, &rows, outcome == SlotOutcome::Late, took)
        }
    };
    let data = json!({
        "plan": slot.plan, "due": office.stamp(slot.due), "outcome": slot.outcome.map(SlotOutcome::word),
        "attempts": slot.attempts, "reason": slot.reason,
        "datasets": kept.iter().map(|row| json!({ "dataset": name(row), "archive": row.archive, "disks": row.kept_on })).collect::<Vec<_>>(),
    });
    (said, data)
}

fn failed(office: Office<'_>, slot: &Slot, done: &[Dataset]) -> (text::Notice, serde_json::Value) {
    let failures: Vec<Failure> =
        done.iter().filter_map(|row| Some(Failure { dataset: name(row), reason: row.error.clone()? })).collect();
    let attempts = u32::try_from(slot.attempts).unwrap_or(u32::MAX);
    let said = text::plan_failed(&slot.plan, attempts, Some(office.local(slot.next_attempt)), &failures);
    let failures: Vec<_> = failures.iter().map(|f| json!({ "dataset": f.dataset, "error": f.reason })).collect();
    (said, json!({ "plan": slot.plan, "due": office.stamp(slot.due), "failures": failures }))
}

fn name(row: &Dataset) -> String {
    format!("{}/{}", row.server, row.dataset)
}
