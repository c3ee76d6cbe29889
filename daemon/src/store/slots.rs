//! Slots, the plans that they belong to, and what excuses them. It may not know when a slot opens or how it ends.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::columns::{Columns, FromColumns, Read, wrong};
use super::db::{Store, Tx, execute, maybe_micros, maybe_said, micros, read, returned, said};
use super::error::StoreError;
use super::rows::{Excuse, Slot};
use crate::schedule::slot::SlotOutcome;

impl FromColumns for Slot {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let of_word = |word: String| {
            let known = SlotOutcome::of_word(&word);
            known.ok_or_else(|| wrong("outcome", &format!("`{word}` is no word that this program knows")))
        };
        Ok(Self {
            plan: row.text("plan")?,
            due: row.moment("due")?,
            outcome: row.maybe_text("outcome")?.map(of_word).transpose()?,
            attempts: row.int("attempts")?,
            next_attempt: row.moment("next_attempt")?,
            settled: row.maybe_moment("settled")?,
            reason: row.maybe_text("reason")?,
        })
    }
}

impl FromColumns for Excuse {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            number: row.int("number")?,
            plan: row.maybe_text("plan")?,
            from: row.moment("from")?,
            until: row.moment("until")?,
            reason: row.text("reason")?,
            by: row.text("by")?,
            at: row.moment("at")?,
        })
    }
}

impl Store {
    /// When a plan was seen first, which is `now` for one that was not seen yet, and stays so.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn plan_seen(&self, plan: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let rows = read!(self, "the plans", "SELECT seen AS value FROM plans WHERE name = $1", plan)?;
        if let Some(seen) = rows.into_iter().next() {
            return Ok(seen);
        }
        let mut tx = self.begin().await?;
        // Another process may have been faster; then what it wrote is what is true.
        let sql = "INSERT INTO plans (name, seen) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET seen = plans.seen
             RETURNING seen AS value";
        let rows = returned!(&mut tx, ("the plan {plan}"), sql, plan, micros(now))?;
        tx.commit().await?;
        Ok(rows.into_iter().next().unwrap_or(now))
    }

    /// The names of all plans that were ever seen.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn plans_seen(&self) -> Result<Vec<String>, StoreError> {
        read!(self, "the plans", "SELECT name AS value FROM plans ORDER BY name")
    }

    /// The slots without an outcome, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn open_slots(&self) -> Result<Vec<Slot>, StoreError> {
        read!(self, "the open slots", "SELECT * FROM slots WHERE outcome IS NULL ORDER BY due, plan")
    }

    /// The latest slot of a plan.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn last_slot(&self, plan: &str) -> Result<Option<Slot>, StoreError> {
        let sql = "SELECT * FROM slots WHERE plan = $1 ORDER BY due DESC LIMIT 1";
        Ok(read!(self, "the last slot of a plan", sql, plan)?.into_iter().next())
    }

    /// The slot of a plan that began at this moment.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn slot(&self, plan: &str, due: DateTime<Utc>) -> Result<Option<Slot>, StoreError> {
        let sql = "SELECT * FROM slots WHERE plan = $1 AND due = $2";
        Ok(read!(self, "a slot", sql, plan, micros(due))?.into_iter().next())
    }

    /// The newest slots, of one plan or of all, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn slots(&self, plan: Option<&str>, limit: u32) -> Result<Vec<Slot>, StoreError> {
        let limit = i64::from(limit);
        match plan {
            Some(plan) => {
                let sql = "SELECT * FROM slots WHERE plan = $1 ORDER BY due DESC LIMIT $2";
                read!(self, "the slots of a plan", sql, plan, limit)
            }
            None => read!(self, "the slots", "SELECT * FROM slots ORDER BY due DESC, plan LIMIT $1", limit),
        }
    }

    /// The slots that begin after a moment, the oldest first: more than none of them means that the clock was put back.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn slots_after(&self, moment: DateTime<Utc>) -> Result<Vec<Slot>, StoreError> {
        read!(self, "the slots", "SELECT * FROM slots WHERE due > $1 ORDER BY due, plan", micros(moment))
    }

    /// All excuses, by their numbers.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn excuses(&self) -> Result<Vec<Excuse>, StoreError> {
        read!(self, "the excuses", "SELECT * FROM excuses ORDER BY number")
    }
}

/// Stores a slot.
pub(super) async fn put(tx: &mut Tx, row: &Slot) -> Result<(), StoreError> {
    execute!(
        tx,
        ("the slot of {} at {}", row.plan, row.due),
        "INSERT INTO slots (plan, due, outcome, attempts, next_attempt, settled, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (plan, due) DO UPDATE SET outcome = excluded.outcome, attempts = excluded.attempts,
             next_attempt = excluded.next_attempt, settled = excluded.settled, reason = excluded.reason",
        row.plan.as_str(),
        micros(row.due),
        row.outcome.map(SlotOutcome::word),
        row.attempts,
        micros(row.next_attempt),
        maybe_micros(row.settled),
        maybe_said(row.reason.as_ref()),
    )?;
    Ok(())
}

/// Lets a slot that has no outcome be tried at another moment.
pub(super) async fn put_next_attempt(
    tx: &mut Tx,
    plan: &str,
    due: DateTime<Utc>,
    next_attempt: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sql = "UPDATE slots SET next_attempt = $3 WHERE plan = $1 AND due = $2 AND outcome IS NULL";
    execute!(tx, ("the next attempt of {plan}"), sql, plan, micros(due), micros(next_attempt))?;
    Ok(())
}

/// Stores that a backup counts for a slot.
pub(super) async fn put_backup(tx: &mut Tx, plan: &str, due: DateTime<Utc>, dataset: Uuid) -> Result<(), StoreError> {
    let sql = "INSERT INTO slot_backups (plan, due, dataset) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    execute!(tx, ("a backup of the slot of {plan} at {due}"), sql, plan, micros(due), dataset)?;
    Ok(())
}

/// Removes a slot and what counted for it. That there is none is what is wanted.
pub(super) async fn remove(tx: &mut Tx, plan: &str, due: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = "DELETE FROM slot_backups WHERE plan = $1 AND due = $2";
    execute!(tx, ("the backups of the slot of {plan} at {due}"), sql, plan, micros(due))?;
    let sql = "DELETE FROM slots WHERE plan = $1 AND due = $2";
    execute!(tx, ("the end of the slot of {plan} at {due}"), sql, plan, micros(due))?;
    Ok(())
}

/// Stores an excuse: a new one under the next number.
pub(super) async fn put_excuse(tx: &mut Tx, row: &Excuse) -> Result<(), StoreError> {
    let sql = "SELECT number AS value FROM excuses WHERE number = $1";
    let known: Vec<i64> = returned!(tx, ("the excuse {}", row.number), sql, row.number)?;
    let number = match known.first() {
        Some(number) => *number,
        None if row.number == 0 => tx.next("excuse").await?,
        None => return Err(tx.unknown(format!("excuse {}", row.number))),
    };
    execute!(
        tx,
        ("the excuse {number}"),
        r#"INSERT INTO excuses (number, plan, "from", "until", reason, "by", "at") VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (number) DO UPDATE SET plan = excluded.plan, "from" = excluded."from",
               "until" = excluded."until", reason = excluded.reason, "by" = excluded."by", "at" = excluded."at" "#,
        number,
        row.plan.as_deref(),
        micros(row.from),
        micros(row.until),
        said(&row.reason),
        said(&row.by),
        micros(row.at),
    )?;
    Ok(())
}
