//! What changes together: stored whole or not at all. It may not know why.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::custody_rows::{Check, Debt, DiskEvent, DiskRow, Drill, Pin};
use super::db::{Store, Tx};
use super::error::StoreError;
use super::rows::{Copy, Dataset, Delivery, DiskHead, Excuse, Line, Notice, Run, Slot};
use super::{copies, datasets, disks, lines, outbox, proofs, runs, slots};
use crate::register::entry::Draft;

/// How long a change may take; the index of a disk with tens of thousands of backups is one change.
const APPLY_SECONDS: u64 = 300;

/// Rows that are stored together, in the order of the fields. Each is stored whole by its key, whether it is known or
/// not. `Default` is the change of nothing.
#[derive(Debug, Default)]
pub struct Change {
    /// By their ids. A run that is not known must have the number 0 and gets the next; one that is known keeps its own.
    pub runs: Vec<Run>,
    /// By their ids.
    pub datasets: Vec<Dataset>,
    /// By disk id and archive.
    pub copies: Vec<Copy>,
    /// Disk ids and archives of copies that are there no more.
    pub removed_copies: Vec<(Uuid, String)>,
    /// By their ids.
    pub disks: Vec<DiskRow>,
    /// Each gets the next number.
    pub disk_events: Vec<DiskEvent>,
    /// By disk and archive.
    pub debts: Vec<Debt>,
    /// From when on every debt that is not settled may be tried, if that is sooner than it says. Only this is changed, so
    /// that one which is being paid at the same moment stays paid.
    pub debts_due: Option<DateTime<Utc>>,
    /// By their ids.
    pub checks: Vec<Check>,
    /// By their ids.
    pub drills: Vec<Drill>,
    /// By their archives.
    pub pins: Vec<Pin>,
    /// Archives whose pins are removed.
    pub unpinned: Vec<String>,
    /// By plan and beginning.
    pub slots: Vec<Slot>,
    /// Plan and beginning of slots, and when each may be tried; one that has its outcome by then is left alone.
    pub slots_due: Vec<(String, DateTime<Utc>, DateTime<Utc>)>,
    /// Plan and beginning of a slot, and the id of the dataset's backup that counts for it.
    pub slot_backups: Vec<(String, DateTime<Utc>, Uuid)>,
    /// Plan and beginning of slots that are removed, because the clock was put back before them.
    pub reopened: Vec<(String, DateTime<Utc>)>,
    /// By their numbers; 0 gets the next.
    pub excuses: Vec<Excuse>,
    /// Entries that are appended to the register: each gets its place and the hash of the one before.
    pub drafts: Vec<Draft>,
    /// Lines of the register that are taken over from a disk, in their order; each must be the next. Whoever passes them
    /// has verified their hashes.
    pub imported: Vec<Line>,
    /// By the ids of the disks.
    pub disk_heads: Vec<DiskHead>,
    /// By their numbers; 0 gets the next. With each the labels of the channels that should carry it: to each of them a
    /// delivery becomes pending that may be tried at once.
    pub notices: Vec<(Notice, Vec<String>)>,
    /// By notice and channel.
    pub deliveries: Vec<Delivery>,
    /// Keys and values.
    pub meta: Vec<(String, String)>,
}

/// What a change was given when it was stored, in the order in which it was asked for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The numbers of [`Change::runs`].
    pub run_numbers: Vec<i64>,
    /// The lines that [`Change::drafts`] became.
    pub lines: Vec<Line>,
    /// The numbers of [`Change::notices`].
    pub notices: Vec<i64>,
}

impl Store {
    /// Stores all of a change or nothing. When this returns, it survives a loss of power. Dropped before that, it has
    /// changed nothing or everything.
    ///
    /// # Errors
    /// [`StoreError::Write`] with the row that failed; [`StoreError::Unknown`] for a number that was never given;
    /// [`StoreError::NotNext`] and [`StoreError::Seal`] for the register; [`StoreError::Slow`]. None of the change is
    /// stored then, but where the connection was lost at the very end nobody knows: read before you repeat it.
    pub async fn apply(&self, change: Change) -> Result<Applied, StoreError> {
        // Boxed, so that who calls this does not carry the room of every statement.
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let applied = put_all(&mut tx, &change).await?;
            tx.commit().await?;
            Ok(applied)
        });
        self.within(APPLY_SECONDS, whole).await?
    }
}

async fn put_all(tx: &mut Tx, change: &Change) -> Result<Applied, StoreError> {
    let mut applied = Applied::default();
    for run in &change.runs {
        applied.run_numbers.push(runs::put(tx, run).await?);
    }
    for row in &change.datasets {
        datasets::put(tx, row).await?;
    }
    for row in &change.copies {
        copies::put(tx, row).await?;
    }
    for (disk_id, archive) in &change.removed_copies {
        copies::remove(tx, *disk_id, archive).await?;
    }
    put_custody(tx, change).await?;
    for row in &change.slots {
        slots::put(tx, row).await?;
    }
    for (plan, due, next_attempt) in &change.slots_due {
        slots::put_next_attempt(tx, plan, *due, *next_attempt).await?;
    }
    for (plan, due, dataset) in &change.slot_backups {
        slots::put_backup(tx, plan, *due, *dataset).await?;
    }
    for (plan, due) in &change.reopened {
        slots::remove(tx, plan, *due).await?;
    }
    for row in &change.excuses {
        slots::put_excuse(tx, row).await?;
    }
    for draft in &change.drafts {
        applied.lines.push(lines::append(tx, draft).await?);
    }
    for line in &change.imported {
        lines::import(tx, line).await?;
    }
    for row in &change.disk_heads {
        lines::put_disk_head(tx, row).await?;
    }
    for (notice, channels) in &change.notices {
        applied.notices.push(outbox::put_notice(tx, notice, channels).await?);
    }
    for row in &change.deliveries {
        outbox::put_delivery(tx, row).await?;
    }
    for (key, value) in &change.meta {
        outbox::put_meta(tx, key, value).await?;
    }
    Ok(applied)
}

async fn put_custody(tx: &mut Tx, change: &Change) -> Result<(), StoreError> {
    for row in &change.disks {
        disks::put_disk(tx, row).await?;
    }
    for row in &change.disk_events {
        disks::put_event(tx, row).await?;
    }
    for row in &change.debts {
        disks::put_debt(tx, row).await?;
    }
    if let Some(due) = change.debts_due {
        disks::put_debts_due(tx, due).await?;
    }
    for row in &change.checks {
        proofs::put_check(tx, row).await?;
    }
    for row in &change.drills {
        proofs::put_drill(tx, row).await?;
    }
    for row in &change.pins {
        proofs::put_pin(tx, row).await?;
    }
    for archive in &change.unpinned {
        proofs::remove_pin(tx, archive).await?;
    }
    Ok(())
}
