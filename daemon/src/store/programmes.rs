//! Programmes of preventive maintenance, their items and their copies. It may not know who makes or approves them.

use chrono::{DateTime, Utc};
use resguardo_shared::digest::Digest;

use super::audit;
use super::columns::{Columns, FromColumns, Read, wrong};
use super::db::{Store, Tx, execute, maybe_micros, micros, read, said};
use super::error::StoreError;
use super::people_rows::AuditDraft;
use crate::upkeep::done::{Ending, Finish, Progress};
use crate::upkeep::programme::{Decision, Handed, Item, Medium, Programme, State};
use crate::upkeep::semester::{Semester, Week};

/// How long a change may take; a programme of a whole inventory is one change.
const APPLY_SECONDS: u64 = 120;

/// What is stored together of one programme, with the audit lines that tell it.
#[derive(Debug, Clone)]
pub struct ProgrammeChange {
    /// The programme, over the version that it was read with; with the id 0 it is new.
    pub programme: Programme,
    /// All its items anew, where they are.
    pub items: Option<Vec<Item>>,
    /// An item that is otherwise.
    pub item: Option<Item>,
    /// Copies that were handed over.
    pub copies: Vec<Handed>,
    /// Units whose heads have their copies, and since when.
    pub acknowledged: Vec<(i64, DateTime<Utc>)>,
    /// How items ended, by their numbers.
    pub endings: Vec<(i64, Ending)>,
    /// What the audit log is told.
    pub audit: Vec<AuditDraft>,
}

impl FromColumns for Programme {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let half = u8::try_from(row.int("half")?).ok();
        let year = i32::try_from(row.int("year")?).ok();
        let semester = year.zip(half).and_then(|(year, half)| Semester::new(year, half));
        let digest = row.maybe_text("digest")?.map(|text| text.parse::<Digest>()).transpose();
        let decision = match row.maybe_moment("decided")? {
            Some(at) => {
                let (by, approved) = (row.int("decided_by")?, row.flag("approved")?);
                Some(Decision { at, by, approved, comment: row.text("comment")? })
            }
            None => None,
        };
        let sent = match row.maybe_moment("sent")? {
            Some(at) => Some((at, row.int("sent_by")?)),
            None => None,
        };
        let finish = match row.maybe_moment("finished")? {
            Some(at) => Some(Finish { at, by: row.int("finished_by")?, reason: row.text("finish_reason")? }),
            None => None,
        };
        Ok(Self {
            id: row.int("id")?,
            semester: semester.ok_or_else(|| wrong("half", "it is no semester"))?,
            state: row.word("state", State::of_word)?,
            made: row.moment("made")?,
            made_by: row.int("made_by")?,
            sent,
            digest: digest.map_err(|_| wrong("digest", "it is no digest"))?,
            decision,
            finish,
            version: row.int("version")?,
        })
    }
}

impl FromColumns for Item {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            number: row.int("number")?,
            equipment: row.int("equipment")?,
            unit: row.int("unit")?,
            activity: row.text("activity")?,
            week: row.word("week", Week::of_word)?,
            technician: row.maybe_int("technician")?,
        })
    }
}

impl FromColumns for Handed {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            unit: row.int("unit")?,
            recipient: row.int("recipient")?,
            medium: row.word("medium", Medium::of_word)?,
            given: row.moment("given")?,
            acknowledged: row.maybe_moment("acknowledged")?,
        })
    }
}

impl Store {
    /// All programmes, the newest semester first: there are two in a year.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn programmes(&self) -> Result<Vec<Programme>, StoreError> {
        read!(self, "the programmes", "SELECT * FROM programmes ORDER BY year DESC, half DESC")
    }

    /// The programme of a semester.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn programme(&self, semester: Semester) -> Result<Option<Programme>, StoreError> {
        let sql = "SELECT * FROM programmes WHERE year = $1 AND half = $2";
        let (year, half) = (i64::from(semester.year()), i64::from(semester.half()));
        Ok(read!(self, "a programme", sql, year, half)?.into_iter().next())
    }

    /// The items of a programme, by number.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn programme_items(&self, programme: i64) -> Result<Vec<Item>, StoreError> {
        let sql = "SELECT * FROM programme_items WHERE programme = $1 ORDER BY number";
        read!(self, "the items of a programme", sql, programme)
    }

    /// The same, each with what became of it.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn programme_rows(&self, programme: i64) -> Result<Vec<(Item, Progress)>, StoreError> {
        let sql = "SELECT * FROM programme_items WHERE programme = $1 ORDER BY number";
        read!(self, "the items of a programme", sql, programme)
    }

    /// The programme of an id.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn programme_of_id(&self, id: i64) -> Result<Option<Programme>, StoreError> {
        Ok(read!(self, "a programme", "SELECT * FROM programmes WHERE id = $1", id)?.into_iter().next())
    }

    /// The copies of a programme, by unit.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn programme_copies(&self, programme: i64) -> Result<Vec<Handed>, StoreError> {
        let sql = "SELECT * FROM programme_copies WHERE programme = $1 ORDER BY unit";
        read!(self, "the copies of a programme", sql, programme)
    }

    /// Stores all of a change of a programme or nothing; false where another change came first.
    ///
    /// # Errors
    /// [`StoreError::Write`] with the row that failed; [`StoreError::Slow`].
    pub async fn apply_programme(&self, change: &ProgrammeChange) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            if !put_all(&mut tx, change).await? {
                return Ok(false);
            }
            tx.commit().await?;
            Ok(true)
        });
        self.within(APPLY_SECONDS, whole).await?
    }
}

async fn put_all(tx: &mut Tx, change: &ProgrammeChange) -> Result<bool, StoreError> {
    // Items end before their programme does: behind that they change no more.
    for (number, ending) in &change.endings {
        put_ending(tx, change.programme.id, *number, ending).await?;
    }
    let Some(id) = put(tx, &change.programme).await? else { return Ok(false) };
    if let Some(items) = &change.items {
        execute!(tx, ("the items of a programme"), "DELETE FROM programme_items WHERE programme = $1", id)?;
        for item in items {
            put_item(tx, id, item).await?;
        }
    }
    if let Some(item) = &change.item {
        let sql =
            "UPDATE programme_items SET activity = $3, week = $4, technician = $5 WHERE programme = $1 AND number = $2";
        let (number, week) = (item.number, item.week.word());
        let changed =
            execute!(tx, ("the item {number}"), sql, id, number, said(&item.activity), week, item.technician)?;
        if changed != 1 {
            return Ok(false);
        }
    }
    for copy in &change.copies {
        let sql = "INSERT INTO programme_copies (programme, unit, recipient, medium, given) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (programme, unit) DO NOTHING";
        let (unit, recipient, given) = (copy.unit, copy.recipient, micros(copy.given));
        let made = execute!(tx, ("the copy of unit {unit}"), sql, id, unit, recipient, copy.medium.word(), given)?;
        if made != 1 {
            return Ok(false);
        }
    }
    for (unit, at) in &change.acknowledged {
        let sql =
            "UPDATE programme_copies SET acknowledged = $3 WHERE programme = $1 AND unit = $2 AND acknowledged IS NULL";
        if execute!(tx, ("the copy of unit {unit}"), sql, id, unit, micros(*at))? != 1 {
            return Ok(false);
        }
    }
    for draft in &change.audit {
        audit::append(tx, draft).await?;
    }
    Ok(true)
}

/// Stores a programme over the version that it was read with and gives its id; none where that is no longer the one, or the
/// semester has one already.
async fn put(tx: &mut Tx, row: &Programme) -> Result<Option<i64>, StoreError> {
    if row.id == 0 {
        let id = tx.next("programme").await?;
        let sql =
            "INSERT INTO programmes (id, year, half, state, made, made_by, version) VALUES ($1, $2, $3, $4, $5, $6, 1)
             ON CONFLICT (year, half) DO NOTHING";
        let (year, half) = (i64::from(row.semester.year()), i64::from(row.semester.half()));
        let made = execute!(
            tx,
            ("the programme {}", row.semester),
            sql,
            id,
            year,
            half,
            row.state.word(),
            micros(row.made),
            row.made_by
        )?;
        return Ok((made == 1).then_some(id));
    }
    let decision = row.decision.as_ref();
    let changed = execute!(
        tx,
        ("the programme {}", row.semester),
        "UPDATE programmes SET state = $3, made = $4, made_by = $5, sent = $6, sent_by = $7, digest = $8, decided = $9,
             decided_by = $10, approved = $11, comment = $12, finished = $13, finished_by = $14, finish_reason = $15,
             version = version + 1 WHERE id = $1 AND version = $2",
        row.id,
        row.version,
        row.state.word(),
        micros(row.made),
        row.made_by,
        maybe_micros(row.sent.map(|(at, _)| at)),
        row.sent.map(|(_, by)| by),
        row.digest.map(|digest| digest.to_string()),
        maybe_micros(decision.map(|decision| decision.at)),
        decision.map(|decision| decision.by),
        decision.map(|decision| i64::from(decision.approved)),
        decision.map(|decision| said(&decision.comment)),
        maybe_micros(row.finish.as_ref().map(|finish| finish.at)),
        row.finish.as_ref().map(|finish| finish.by),
        row.finish.as_ref().map(|finish| said(&finish.reason)),
    )?;
    Ok((changed == 1).then_some(row.id))
}

/// What was done meanwhile stays done.
async fn put_ending(tx: &mut Tx, programme: i64, number: i64, ending: &Ending) -> Result<(), StoreError> {
    let sql = "UPDATE programme_items SET fate = $3, fate_day = $4, fate_reason = $5
         WHERE programme = $1 AND number = $2 AND (fate IS NULL OR fate = 'not_done')";
    let Ending { state, day, reason } = ending;
    let (day, reason) = (day.to_string(), said(reason));
    execute!(tx, ("the end of item {number}"), sql, programme, number, state.word(), day, reason)?;
    Ok(())
}

async fn put_item(tx: &mut Tx, programme: i64, item: &Item) -> Result<(), StoreError> {
    let sql = "INSERT INTO programme_items (programme, number, equipment, unit, activity, week, technician)
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (number, equipment, unit, week) = (item.number, item.equipment, item.unit, item.week.word());
    let activity = said(&item.activity);
    execute!(tx, ("the item {number}"), sql, programme, number, equipment, unit, activity, week, item.technician)?;
    Ok(())
}
