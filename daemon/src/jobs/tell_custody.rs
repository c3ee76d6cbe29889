//! What people are told of disks and of the copies that they are owed.

use chrono::{DateTime, Days, Utc};
use serde_json::{Value, json};

use super::office::{Office, day};
use super::turns::StandIn;
use crate::config::model::Plan;
use crate::notify::text::{Notice, Wanted};
use crate::notify::text_custody as text;
use crate::schedule::rotation;
use crate::store::rows::Slot;

/// What has happened to a disk, or to a copy on one.
pub enum Custody<'a> {
    /// A disk took the place of the one whose turn it was.
    StandIn {
        /// Which for which.
        stand_in: &'a StandIn,
        /// The beginning of the slot.
        due: DateTime<Utc>,
    },
    /// A disk came that is owed copies.
    Came {
        /// The disk.
        disk: &'a str,
        /// How many.
        copies: usize,
    },
    /// A disk has everything that it was owed.
    AllCopied {
        /// The disk.
        disk: &'a str,
    },
    /// A copy that is owed could not be made, for the first time.
    NotCopied {
        /// The disk that is owed it.
        disk: &'a str,
        /// The backup.
        archive: &'a str,
        /// Why.
        why: &'a str,
    },
    /// A copy turned out to be damaged when it was to be copied.
    Damaged {
        /// The disk it lies on.
        disk: &'a str,
        /// The backup.
        archive: &'a str,
        /// In what way.
        why: &'a str,
    },
    /// Of a backup that a disk is owed no good copy is left.
    NoGoodCopy {
        /// The disk that is owed it.
        disk: &'a str,
        /// The backup.
        archive: &'a str,
    },
    /// No disk is here, and these dumps wait in the spool for one.
    Spooled {
        /// The plan.
        plan: &'a str,
        /// The datasets.
        datasets: &'a [String],
    },
    /// A slot ended without any disk.
    NoDisk {
        /// The slot.
        slot: &'a Slot,
        /// Its plan.
        plan: &'a Plan,
    },
}

/// The words for people, and the same for programs.
pub(super) fn say(office: Office<'_>, custody: &Custody<'_>) -> (Notice, Value) {
    match custody {
        Custody::StandIn { stand_in, due } => {
            let slot = day(office.config, *due);
            let set = office.config.plan(&stand_in.plan).map(|plan| plan.rotation.as_slice()).unwrap_or_default();
            let next = slot.checked_add_days(Days::new(7)).and_then(|next| rotation::due(set, next)).cloned();
            let next = next.unwrap_or_else(|| stand_in.due.clone());
            let (was_due, wanted) = (wanted(office, &stand_in.due), wanted(office, &next));
            let data = json!({ "plan": stand_in.plan, "due": stand_in.due, "stand_in": stand_in.by, "next": next });
            (text::stand_in(&stand_in.plan, office.local(*due), &was_due, &stand_in.by, &wanted), data)
        }
        Custody::Came { disk, copies } => (text::disk_came(disk, *copies), json!({ "disk": disk, "copies": copies })),
        Custody::AllCopied { disk } => (text::all_copied(&wanted(office, disk)), json!({ "disk": disk })),
        Custody::NotCopied { disk, archive, why } => {
            (text::not_copied(disk, archive, why), json!({ "disk": disk, "archive": archive, "error": why }))
        }
        Custody::Damaged { disk, archive, why } => {
            (text::copy_damaged(disk, archive, why), json!({ "disk": disk, "archive": archive, "error": why }))
        }
        Custody::NoGoodCopy { disk, archive } => {
            (text::no_good_copy(disk, archive), json!({ "disk": disk, "archive": archive }))
        }
        Custody::Spooled { plan, datasets } => {
            (text::spooled(plan, datasets), json!({ "plan": plan, "datasets": datasets }))
        }
        Custody::NoDisk { slot, plan } => {
            let disks: Vec<Wanted> = plan.disks.iter().map(|disk| wanted(office, disk)).collect();
            let next = plan.when.next_after(office.now()).map_or(slot.due, |next| next.to_utc());
            let turns = in_turn(office, &plan.rotation, next);
            let turns: Vec<Wanted> = turns.iter().map(|disk| wanted(office, disk)).collect();
            let data = json!({
                "plan": slot.plan, "due": office.stamp(slot.due), "outcome": "missed", "reason": slot.reason,
                "attempts": slot.attempts, "disks": plan.every_disk().collect::<Vec<_>>(),
            });
            (text::missed_for_disk(&slot.plan, office.local(slot.due), &disks, &turns), data)
        }
    }
}

/// The disks of a set from the one on whose turn it is at a moment.
pub(super) fn in_turn(office: Office<'_>, set: &[String], at: DateTime<Utc>) -> Vec<String> {
    let due = rotation::due(set, day(office.config, at));
    due.map(|due| rotation::from(set, due).into_iter().cloned().collect()).unwrap_or_default()
}

/// A disk with the place where it is kept.
pub(super) fn wanted(office: Office<'_>, disk: &str) -> Wanted {
    let custody = office.config.disk(disk).and_then(|disk| disk.custody.clone());
    Wanted { label: disk.to_owned(), custody, why: String::new() }
}
