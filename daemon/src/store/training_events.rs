//! Events with their lists of attendance (R118): rows that are added and corrected, each with its line in the audit log. It may not
//! know who may do that.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::audit;
use super::columns::{Columns, FromColumns, Read, wrong};
use super::db::{Store, Tx, execute, json, micros, read, returned, said};
use super::error::StoreError;
use super::people_rows::AuditDraft;
use crate::desk::event::{Event, EventKind};

/// Events that are read at once.
const READ_MAX: i64 = 2_000;

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingEvent {
    /// Its id; 0 before it has one.
    pub id: i64,
    /// `EV-2026-0004`; empty before it has one.
    pub number: String,
    /// What it says.
    pub event: Event,
    /// How often it was stored.
    pub version: i64,
    /// When it was entered.
    pub created: DateTime<Utc>,
    /// Who entered it.
    pub created_by: i64,
}

impl FromColumns for TrainingEvent {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let hour = |name: &str| match row.text(name)?.as_str() {
            "" => Ok(None),
            text => NaiveTime::parse_from_str(text, "%H:%M").map(Some).map_err(|_| wrong(name, "no hour")),
        };
        Ok(Self {
            id: row.int("id")?,
            number: row.text("number")?,
            event: Event {
                kind: row.word("kind", EventKind::of_word)?,
                topic: row.text("topic")?,
                day: row.day("day")?,
                starts: hour("starts")?,
                ends: hour("ends")?,
                place: row.text("place")?,
                speaker: row.text("speaker")?,
                objective: row.text("objective")?,
                attendees: row.json("attendees")?,
                void: row.flag("void")?,
            },
            version: row.int("version")?,
            created: row.moment("created")?,
            created_by: row.int("created_by")?,
        })
    }
}

impl Store {
    /// The events of some days, both with them, the last first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn training_events(&self, first: NaiveDate, last: NaiveDate) -> Result<Vec<TrainingEvent>, StoreError> {
        let sql = "SELECT * FROM training_events WHERE day >= $1 AND day <= $2 ORDER BY day DESC, id DESC LIMIT $3";
        read!(self, "events", sql, first.to_string(), last.to_string(), READ_MAX)
    }

    /// An event.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn training_event(&self, number: &str) -> Result<Option<TrainingEvent>, StoreError> {
        let sql = "SELECT * FROM training_events WHERE number = $1";
        Ok(read!(self, "an event", sql, number)?.into_iter().next())
    }

    /// Stores an event, a new one under the next number of its year; none where somebody else changed it first.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn file_training_event(
        &self,
        row: &TrainingEvent,
        line: AuditDraft,
    ) -> Result<Option<String>, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let number = if row.id == 0 { Some(insert(&mut tx, row).await?) } else { update(&mut tx, row).await? };
            if let Some(number) = &number {
                audit::append(&mut tx, &AuditDraft { object: format!("event {number}"), ..line }).await?;
                tx.commit().await?;
            }
            Ok(number)
        });
        self.within(60, whole).await?
    }
}

fn hour(hour: Option<NaiveTime>) -> String {
    hour.map(|hour| hour.format("%H:%M").to_string()).unwrap_or_default()
}

async fn insert(tx: &mut Tx, row: &TrainingEvent) -> Result<String, StoreError> {
    let event = &row.event;
    let id = tx.next("training_event").await?;
    let year = event.day.format("%Y").to_string();
    let number = format!("EV-{year}-{:04}", tx.next(&format!("training_event/{year}")).await?);
    let sql = "INSERT INTO training_events (id, number, kind, topic, day, starts, ends, place, speaker, objective,
           attendees, void, version, created, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    execute!(
        tx,
        ("the event {number}"),
        sql,
        id,
        number.as_str(),
        event.kind.word(),
        said(&event.topic),
        event.day.to_string(),
        hour(event.starts),
        hour(event.ends),
        said(&event.place),
        said(&event.speaker),
        said(&event.objective),
        json(&event.attendees),
        i64::from(event.void),
        row.version,
        micros(row.created),
        row.created_by,
    )?;
    Ok(number)
}

/// Its number, if it still had the version before this one and nobody attached the signed list meanwhile.
async fn update(tx: &mut Tx, row: &TrainingEvent) -> Result<Option<String>, StoreError> {
    let event = &row.event;
    let sql = "UPDATE training_events SET kind = $3, topic = $4, day = $5, starts = $6, ends = $7, place = $8,
           speaker = $9, objective = $10, attendees = $11, void = $12, version = version + 1
         WHERE id = $1 AND version = $2
           AND NOT EXISTS (SELECT 1 FROM signed_copies WHERE record = training_events.number)
         RETURNING number AS value";
    let numbers: Vec<String> = returned!(
        tx,
        ("the event {}", row.number),
        sql,
        row.id,
        row.version,
        event.kind.word(),
        said(&event.topic),
        event.day.to_string(),
        hour(event.starts),
        hour(event.ends),
        said(&event.place),
        said(&event.speaker),
        said(&event.objective),
        json(&event.attendees),
        i64::from(event.void),
    )?;
    Ok(numbers.into_iter().next())
}
