//! Ten years of weekly backups of fifty datasets on two disks, written through the store itself as the service would
//! have written them. It may not know which database they go to.

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use resguardo::register::entry::Draft;
use resguardo::register::sample;
use resguardo::schedule::slot::SlotOutcome;
use resguardo::schedule::when::When;
use resguardo::store::change::Change;
use resguardo::store::db::Store;
use resguardo::store::rows::{Copy, Dataset, DiskHead, Run, RunState, Slot, Trigger};
use uuid::Uuid;

/// The only plan.
pub(super) const PLAN: &str = "semanal";
/// When it is due.
pub(super) const WHEN: &str = "0 2 * * SUN";
/// The only server.
pub(super) const SERVER: &str = "h";
/// Its datasets are `d00`, `d01` and so on.
pub(super) const DATASETS: i64 = 50;
/// The disks.
pub(super) const DISKS: [&str; 2] = ["disk-0", "disk-1"];
const ZONE: Tz = Tz::America__Guatemala;
const WEEKS: i64 = 520;
/// What is stored at once: a quarter of the weeks of a year.
const WEEKS_AT_ONCE: usize = 13;

/// The name of a dataset.
pub(super) fn dataset(place: i64) -> String {
    format!("d{place:02}")
}

/// The id of a disk by its place.
pub(super) fn disk_id(place: u128) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000 + place)
}

/// Fills a store with the ten years before `now`, of which nothing is open any more.
pub(super) async fn fill(store: &Store, now: DateTime<Utc>) -> Result<()> {
    let when = When::parse(WHEN, ZONE)?;
    let last = when.next_after(now - TimeDelta::days(7)).context("the plan is never due")?.to_utc();
    let weeks: Vec<DateTime<Utc>> = (0..WEEKS).rev().map(|week| last - TimeDelta::days(7 * week)).collect();
    store.plan_seen(PLAN, weeks.first().copied().unwrap_or(last)).await?;
    for weeks in weeks.chunks(WEEKS_AT_ONCE) {
        let mut change = Change::default();
        weeks.iter().for_each(|due| week(*due, &mut change));
        let applied = store.apply(change).await?;
        let line = applied.lines.last().context("no line")?;
        let head = |(place, disk): (u128, &&str)| DiskHead {
            disk_id: disk_id(place),
            disk: (*disk).to_owned(),
            sequence: line.sequence,
            hash: line.hash.clone(),
            given: now,
        };
        let disk_heads = (0..).zip(&DISKS).map(head).collect();
        store.apply(Change { disk_heads, ..Change::default() }).await?;
    }
    Ok(())
}

/// One run that kept everything everywhere.
fn week(due: DateTime<Utc>, change: &mut Change) {
    let ended = due + TimeDelta::minutes(DATASETS);
    let run = Run {
        id: Uuid::now_v7(),
        number: 0,
        plan: Some(PLAN.to_owned()),
        due: Some(due),
        trigger: Trigger::Schedule,
        asked_by: "resguardo".to_owned(),
        state: RunState::Kept,
        queued: due,
        started: Some(due),
        ended: Some(ended),
        error: None,
    };
    for place in 0..DATASETS {
        let row = kept(&run, place, due + TimeDelta::minutes(place));
        change.copies.extend((0..).zip(&DISKS).map(|(disk, name)| copy(&row, disk_id(disk), name)));
        change.slot_backups.push((PLAN.to_owned(), due, row.id));
        change.drafts.push(draft(&row));
        change.datasets.push(row);
    }
    change.runs.push(run);
    let (outcome, settled) = (Some(SlotOutcome::Done), Some(ended));
    change.slots.push(Slot {
        plan: PLAN.to_owned(),
        due,
        outcome,
        attempts: 1,
        next_attempt: due,
        settled,
        reason: None,
    });
}

fn kept(run: &Run, place: i64, started: DateTime<Utc>) -> Dataset {
    let stamp = started.with_timezone(&ZONE).format("%Y-%m-%dT%H%M%S%z");
    let disks: Vec<String> = DISKS.iter().map(|&disk| disk.to_owned()).collect();
    let file = (format!("{stamp}.pgdump.zst"), "the dump ends with its own last word".to_owned());
    Dataset {
        id: Uuid::now_v7(),
        run: run.id,
        place,
        server: SERVER.to_owned(),
        dataset: dataset(place),
        disks: disks.clone(),
        state: RunState::Kept,
        started: Some(started),
        ended: Some(started + TimeDelta::seconds(40)),
        receive_ms: Some(30_000),
        plain_bytes: Some(4_294_967_296),
        archive_bytes: Some(536_870_912),
        archive: Some(format!("{SERVER}/{}/{stamp}", dataset(place))),
        kept_on: disks,
        failed_on: Vec::new(),
        files: vec![file],
        warnings: Vec::new(),
        error: None,
        error_kind: None,
    }
}

fn copy(row: &Dataset, disk_id: Uuid, disk: &str) -> Copy {
    Copy {
        disk_id,
        disk: disk.to_owned(),
        archive: row.archive.clone().unwrap_or_default(),
        server: row.server.clone(),
        dataset: row.dataset.clone(),
        kind: "postgres".to_owned(),
        backup: row.id,
        started: row.started.unwrap_or_default(),
        plain_bytes: row.plain_bytes.unwrap_or_default(),
        archive_bytes: row.archive_bytes.unwrap_or_default(),
        files: row.files.iter().map(|(name, _)| name.clone()).collect(),
        verified: row.ended,
        damage: None,
    }
}

/// The backup's entry in the register.
fn draft(row: &Dataset) -> Draft {
    let at = row.ended.unwrap_or_default().with_timezone(&ZONE).fixed_offset();
    let mut draft = sample::draft(at);
    draft.origin.server.clone_from(&row.server);
    draft.origin.name.clone_from(&row.dataset);
    draft
}
