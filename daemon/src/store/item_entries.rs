//! What is entered of the items of approved programmes: notices of heads of units, reschedulings, visits, and where each item stands
//! after them. It may not know who may enter what.

use chrono::{DateTime, NaiveDate, Utc};

use super::audit;
use super::columns::{Columns, FromColumns, Read, maybe_word, wrong};
use super::db::{Store, Tx, execute, json, maybe_micros, micros, read, returned, said};
use super::desk_rows::NewLetter;
use super::error::StoreError;
use super::people_rows::AuditDraft;
use super::ticket_file::put_letter;
use crate::upkeep::done::{Conformity, Ending, Found, ItemState, ItemVisit, Notice, Progress, Rescheduling, Work};
use crate::upkeep::semester::Week;

/// Something that is entered of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// What the head of its unit says.
    Notice(Notice),
    /// Another week; its number is given when it is stored, 0 until then.
    Rescheduling(Rescheduling),
    /// Somebody was at the machine.
    Visit(ItemVisit),
}

impl Entry {
    /// The item, and the number that it has among the item's entries.
    fn place(&self) -> (i64, i64) {
        match self {
            Self::Notice(one) => (one.item, one.entry),
            Self::Rescheduling(one) => (one.item, one.entry),
            Self::Visit(one) => (one.item, one.entry),
        }
    }
}

impl FromColumns for Progress {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let ending = match maybe_word(row, "fate", ItemState::of_word)? {
            Some(state) => Some(Ending {
                state,
                day: row.day("fate_day")?,
                reason: row.maybe_text("fate_reason")?.unwrap_or_default(),
            }),
            None => None,
        };
        let moved = maybe_word(row, "moved", Week::of_word)?;
        Ok(Self { turns: row.int("turns")?, moved, ending, entries: row.int("entries")? })
    }
}

impl FromColumns for Notice {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            item: row.int("item")?,
            entry: row.int("entry")?,
            week: row.word("week", Week::of_word)?,
            available: row.flag("available")?,
            reason: row.text("reason")?,
            proposed: maybe_word(row, "proposed", Week::of_word)?,
            made: (row.moment("made")?, row.int("made_by")?),
        })
    }
}

impl FromColumns for Rescheduling {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            year: i32::try_from(row.int("year")?).map_err(|_| wrong("year", "it is no year"))?,
            number: row.int("number")?,
            programme: row.int("programme")?,
            item: row.int("item")?,
            entry: row.int("entry")?,
            old_week: row.word("old_week", Week::of_word)?,
            new_week: row.word("new_week", Week::of_word)?,
            reason: row.text("reason")?,
            informed: (row.text("informed_by")?, row.moment("informed")?),
            made: (row.moment("made")?, row.int("made_by")?),
            day: row.day("made_day")?,
            aware: row.maybe_moment("aware")?.zip(row.maybe_int("aware_by")?),
        })
    }
}

impl FromColumns for ItemVisit {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let work = if row.flag("done")? {
            let conformity = match row.maybe_int("responsible")? {
                Some(id) => Conformity::Own(id, row.maybe_moment("confirmed")?),
                None => Conformity::Received(row.text("received_by")?),
            };
            let found = row.word("result", Found::of_word)?;
            Work::Done { checks: row.json("checks")?, found, notes: row.text("notes")?, conformity }
        } else {
            Work::NotDone(row.text("reason")?)
        };
        Ok(Self {
            item: row.int("item")?,
            entry: row.int("entry")?,
            day: row.day("day")?,
            work,
            made: (row.moment("made")?, row.int("made_by")?),
        })
    }
}

impl Store {
    /// What heads of units said of the items of a programme, in its order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn item_notices(&self, programme: i64) -> Result<Vec<Notice>, StoreError> {
        let sql = "SELECT * FROM item_notices WHERE programme = $1 ORDER BY item, entry";
        read!(self, "what was said of items", sql, programme)
    }

    /// The reschedulings of a programme, by item and in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn reschedulings(&self, programme: i64) -> Result<Vec<Rescheduling>, StoreError> {
        let sql = "SELECT * FROM reschedulings WHERE programme = $1 ORDER BY item, entry";
        read!(self, "the reschedulings", sql, programme)
    }

    /// The reschedulings that were registered on some days, both with them.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn reschedulings_between(
        &self,
        (first, last): (NaiveDate, NaiveDate),
    ) -> Result<Vec<Rescheduling>, StoreError> {
        let sql = "SELECT * FROM reschedulings WHERE made_day >= $1 AND made_day <= $2 ORDER BY year, number";
        read!(self, "the reschedulings", sql, first.to_string(), last.to_string())
    }

    /// A rescheduling by its number, and the year and half of its programme.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn rescheduling(&self, (year, number): (i32, i64)) -> Result<Option<Rescheduling>, StoreError> {
        let sql = "SELECT * FROM reschedulings WHERE year = $1 AND number = $2";
        Ok(read!(self, "a rescheduling", sql, i64::from(year), number)?.into_iter().next())
    }

    /// The visits of a programme, by item and in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn item_visits(&self, programme: i64) -> Result<Vec<ItemVisit>, StoreError> {
        let sql = "SELECT * FROM item_visits WHERE programme = $1 ORDER BY item, entry";
        read!(self, "the visits to items", sql, programme)
    }

    /// Enters something of an item, as the entry that comes next; false where another one came first, or the programme does not hold.
    /// A rescheduling gets the next number of its year.
    ///
    /// # Errors
    /// [`StoreError::Write`] with what failed; [`StoreError::Slow`].
    pub async fn enter_item(
        &self,
        programme: i64,
        entry: &Entry,
        letters: &[NewLetter],
        line: &AuditDraft,
    ) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            if !put(&mut tx, programme, entry).await? {
                return Ok(false);
            }
            for letter in letters {
                put_letter(&mut tx, None, letter, line.at).await?;
            }
            audit::append(&mut tx, line).await?;
            tx.commit().await?;
            Ok(true)
        });
        self.within(60, whole).await?
    }

    /// Says that a head knows of a rescheduling; false where somebody said so already.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn know_rescheduling(
        &self,
        one: &Rescheduling,
        (at, by): (DateTime<Utc>, i64),
        line: &AuditDraft,
    ) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let sql =
                "UPDATE reschedulings SET aware = $3, aware_by = $4 WHERE year = $1 AND number = $2 AND aware IS NULL";
            let (year, number) = (i64::from(one.year), one.number);
            let known = execute!(&mut tx, ("the rescheduling {}", one.name()), sql, year, number, micros(at), by)?;
            audit::append(&mut tx, line).await?;
            if known == 1 {
                tx.commit().await?;
            }
            Ok(known == 1)
        });
        self.within(60, whole).await?
    }

    /// Says that what was done at a visit is right; false where it was said already.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn confirm_visit(
        &self,
        programme: i64,
        (item, entry): (i64, i64),
        at: DateTime<Utc>,
        line: &AuditDraft,
    ) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let sql = "UPDATE item_visits SET confirmed = $4
                 WHERE programme = $1 AND item = $2 AND entry = $3 AND responsible IS NOT NULL AND confirmed IS NULL";
            let confirmed = execute!(&mut tx, ("the visit to item {item}"), sql, programme, item, entry, micros(at))?;
            audit::append(&mut tx, line).await?;
            if confirmed == 1 {
                tx.commit().await?;
            }
            Ok(confirmed == 1)
        });
        self.within(60, whole).await?
    }
}

/// Where an item stands after an entry: the week that it moved to, or how it ended.
enum After<'a> {
    Nothing,
    Moved(Week),
    Ended(ItemState, NaiveDate, &'a str),
}

async fn put(tx: &mut Tx, programme: i64, entry: &Entry) -> Result<bool, StoreError> {
    let (item, place) = entry.place();
    let sql =
        "SELECT entries AS value FROM programme_items JOIN programmes ON programmes.id = programme_items.programme
         WHERE programme = $1 AND programme_items.number = $2 AND state IN ('approved', 'distributed')";
    let entries: Vec<i64> = returned!(tx, ("the item {item}"), sql, programme, item)?;
    if entries != [place - 1] {
        return Ok(false);
    }
    let after = match entry {
        Entry::Notice(one) => {
            put_notice(tx, programme, one).await?;
            After::Nothing
        }
        Entry::Rescheduling(one) => {
            put_rescheduling(tx, one).await?;
            After::Moved(one.new_week)
        }
        Entry::Visit(one) => {
            put_visit(tx, programme, one).await?;
            match &one.work {
                Work::Done { .. } => After::Ended(ItemState::Done, one.day, ""),
                Work::NotDone(reason) => After::Ended(ItemState::NotDone, one.day, reason),
            }
        }
    };
    let (entries, is_moved) = (place, matches!(after, After::Moved(_)));
    let (moved, state, day, reason) = match after {
        After::Nothing => {
            let sql = "UPDATE programme_items SET entries = $3 WHERE programme = $1 AND number = $2";
            return Ok(execute!(tx, ("the item {item}"), sql, programme, item, entries)? == 1);
        }
        After::Moved(week) => (Some(week.word()), None, None, None),
        After::Ended(state, day, reason) => (None, Some(state.word()), Some(day.to_string()), Some(said(reason))),
    };
    let sql = "UPDATE programme_items SET entries = $3, turns = turns + $4, moved = COALESCE($5, moved), fate = $6, fate_day = $7,
           fate_reason = $8 WHERE programme = $1 AND number = $2";
    let turns = i64::from(is_moved);
    Ok(execute!(tx, ("the item {item}"), sql, programme, item, entries, turns, moved, state, day, reason)? == 1)
}

async fn put_notice(tx: &mut Tx, programme: i64, one: &Notice) -> Result<(), StoreError> {
    let sql = "INSERT INTO item_notices (programme, item, entry, week, available, reason, proposed, made, made_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    execute!(
        tx,
        ("what was said of item {}", one.item),
        sql,
        programme,
        one.item,
        one.entry,
        one.week.word(),
        i64::from(one.available),
        said(&one.reason),
        one.proposed.map(Week::word),
        micros(one.made.0),
        one.made.1,
    )
    .map(drop)
}

async fn put_rescheduling(tx: &mut Tx, one: &Rescheduling) -> Result<(), StoreError> {
    // The counter goes back with a transaction that is not stored, so that no number is left out.
    let number = tx.next(&format!("rescheduling/{}", one.year)).await?;
    let sql = "INSERT INTO reschedulings (year, number, programme, item, entry, old_week, new_week, reason, informed_by, informed,
           made, made_by, made_day) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    execute!(
        tx,
        ("the rescheduling {number}"),
        sql,
        i64::from(one.year),
        number,
        one.programme,
        one.item,
        one.entry,
        one.old_week.word(),
        one.new_week.word(),
        said(&one.reason),
        said(&one.informed.0),
        micros(one.informed.1),
        micros(one.made.0),
        one.made.1,
        one.day.to_string(),
    )
    .map(drop)
}

async fn put_visit(tx: &mut Tx, programme: i64, one: &ItemVisit) -> Result<(), StoreError> {
    let nothing: (&[(String, bool)], &str, &str) = (&[], "", "");
    let ((checks, result, notes), reason, conformity) = match &one.work {
        Work::Done { checks, found, notes, conformity } => {
            ((checks.as_slice(), found.word(), notes.as_str()), "", Some(conformity))
        }
        Work::NotDone(reason) => (nothing, reason.as_str(), None),
    };
    let (responsible, received_by, confirmed) = match conformity {
        Some(Conformity::Own(id, at)) => (Some(*id), "", *at),
        Some(Conformity::Received(name)) => (None, name.as_str(), None),
        None => (None, "", None),
    };
    let sql = "INSERT INTO item_visits (programme, item, entry, done, day, checks, result, notes, reason, made, made_by, responsible,
           received_by, confirmed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    execute!(
        tx,
        ("the visit to item {}", one.item),
        sql,
        programme,
        one.item,
        one.entry,
        i64::from(conformity.is_some()),
        one.day.to_string(),
        json(&checks),
        result,
        said(notes),
        said(reason),
        micros(one.made.0),
        one.made.1,
        responsible,
        said(received_by),
        maybe_micros(confirmed),
    )
    .map(drop)
}
