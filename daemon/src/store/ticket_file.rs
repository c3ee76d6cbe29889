//! Writing tickets: one that is made, and what becomes of it. Each is one transaction with its event and its letters.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::db::{Store, Tx, execute, json, maybe_micros, micros, returned};
use super::desk_rows::{Attachment, Comment, NewLetter, Visit};
use super::error::StoreError;
use crate::desk::text;
use crate::desk::ticket::{Case, Exception, Extension, Ruling, Ticket};

/// Whose doing it is, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doing {
    /// Who; none for what the program does by itself.
    pub actor: Option<i64>,
    /// From which address; empty for what came from none.
    pub address: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The civil day of that.
    pub day: NaiveDate,
}

/// What a step adds to a ticket beside its rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Added {
    /// The event's word.
    pub kind: &'static str,
    /// What the event says.
    pub detail: Value,
    /// What is said with it.
    pub comment: Option<Comment>,
    /// Files with their bytes.
    pub files: Vec<(Attachment, Vec<u8>)>,
    /// A visit.
    pub visit: Option<Visit>,
    /// Who is written to.
    pub letters: Vec<NewLetter>,
    /// The key of a request that may come twice, and the digest of what it asked for.
    pub once: Option<(String, [u8; 32])>,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq)]
pub enum Filed {
    /// It is stored; the ticket as it is now.
    Stored(Box<Ticket>),
    /// Somebody else changed the ticket first; nothing is stored.
    Changed,
    /// The same request was fulfilled before; nothing is stored.
    Known,
}

impl Store {
    /// Stores a ticket that was just made; it gets its id and number.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn enter_ticket(&self, mut ticket: Ticket, added: &Added, doing: &Doing) -> Result<Filed, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            if let (Some((key, request)), Some(user)) = (&added.once, doing.actor) {
                let sql = r#"SELECT ticket AS value FROM once WHERE "user" = $1 AND key = $2"#;
                let known: Vec<i64> = returned!(&mut tx, ("a request's key"), sql, user, key.as_str())?;
                if !known.is_empty() {
                    return Ok(Filed::Known);
                }
                ticket.id = tx.next("ticket").await?;
                put_once(&mut tx, user, key, request, ticket.id, doing).await?;
            } else {
                ticket.id = tx.next("ticket").await?;
            }
            let year = doing.day.format("%Y").to_string();
            let number = tx.next(&format!("ticket/{year}")).await?;
            ticket.number = format!("ST-{year}-{number:06}");
            insert(&mut tx, &ticket).await?;
            put_added(&mut tx, ticket.id, added, doing).await?;
            tx.commit().await?;
            Ok(Filed::Stored(Box::new(ticket)))
        });
        self.within(60, whole).await?
    }

    /// Stores what became of a ticket, unless somebody else changed it since it had the version `before`.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn file_case(&self, case: &Case, before: i64, added: &Added, doing: &Doing) -> Result<Filed, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            if !update(&mut tx, &case.ticket, before).await? {
                return Ok(Filed::Changed);
            }
            let ticket = case.ticket.id;
            let mut ids = Vec::new();
            for ruling in &case.rulings {
                ids.push(put_ruling(&mut tx, ticket, ruling, doing).await?);
            }
            for extension in &case.extensions {
                let ruling = ids.get(extension.ruling).copied();
                put_extension(&mut tx, ticket, extension, ruling).await?;
            }
            for exception in &case.exceptions {
                put_exception(&mut tx, ticket, exception).await?;
            }
            put_added(&mut tx, ticket, added, doing).await?;
            tx.commit().await?;
            Ok(Filed::Stored(Box::new(case.ticket.clone())))
        });
        self.within(60, whole).await?
    }
}

async fn put_once(
    tx: &mut Tx,
    user: i64,
    key: &str,
    request: &[u8; 32],
    ticket: i64,
    doing: &Doing,
) -> Result<(), StoreError> {
    let sql = r#"INSERT INTO once ("user", key, request, ticket, "at") VALUES ($1, $2, $3, $4, $5)"#;
    execute!(tx, ("a request's key"), sql, user, key, request.as_slice(), ticket, micros(doing.at)).map(drop)
}

async fn insert(tx: &mut Tx, row: &Ticket) -> Result<(), StoreError> {
    execute!(
        tx,
        ("the ticket {}", row.number),
        "INSERT INTO tickets (id, number, requester, unit, location, phone, category, equipment, subject, description,
               entered, entered_day, state, assignee, assigned, first_limit, last_limit, calendar, follows, version, words)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        row.id,
        row.number.as_str(),
        row.requester,
        row.unit,
        row.location.as_str(),
        row.phone.as_str(),
        row.category,
        row.equipment.as_str(),
        row.subject.as_str(),
        row.description.as_str(),
        micros(row.entered),
        row.entered_day.to_string(),
        row.state.word(),
        row.assignee,
        maybe_micros(row.assigned),
        row.first_limit.to_string(),
        row.last_limit.to_string(),
        row.calendar,
        row.follows,
        row.version,
        words(row),
    )
    .map(drop)
}

/// What a search finds a ticket by.
fn words(row: &Ticket) -> String {
    let location = [&row.number, &row.subject, &row.description, &row.location, &row.equipment];
    text::folded(&location.map(String::as_str).join("\n"))
}

/// Whether it still had the version `before`.
async fn update(tx: &mut Tx, row: &Ticket, before: i64) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        ("the ticket {}", row.number),
        "UPDATE tickets SET state = $3, assignee = $4, assigned = $5, mode = $6, analysis = $7, analysed = $8,
               first_limit = $9, last_limit = $10, calendar = $11, attended = $12, attended_day = $13, finished = $14,
               finished_by = $15, verdict = $16, rating = $17, rated = $18, rating_comment = $19, answer = $20,
               answered = $21, void_reason = $22, version = $23
             WHERE id = $1 AND version = $2",
        row.id,
        before,
        row.state.word(),
        row.assignee,
        maybe_micros(row.assigned),
        row.mode.map(|mode| mode.word()),
        row.analysis.as_deref(),
        maybe_micros(row.analysed),
        row.first_limit.to_string(),
        row.last_limit.to_string(),
        row.calendar,
        maybe_micros(row.attended),
        row.attended_day.map(|day| day.to_string()),
        maybe_micros(row.finished),
        row.finished_by,
        row.verdict.map(|verdict| verdict.word()),
        row.rating.map(|rating| rating.word()),
        maybe_micros(row.rated),
        row.rating_comment.as_deref(),
        row.answer.as_deref(),
        maybe_micros(row.answered),
        row.void_reason.as_deref(),
        row.version,
    )?;
    Ok(changed == 1)
}

/// Stores a ruling, a new one under the next number; returns its id.
async fn put_ruling(tx: &mut Tx, ticket: i64, row: &Ruling, doing: &Doing) -> Result<i64, StoreError> {
    if row.id != 0 {
        execute!(
            tx,
            ("the ruling {}", row.number),
            "UPDATE rulings SET delivered_to = $2, delivered = $3, acknowledged = $4 WHERE id = $1",
            row.id,
            row.delivered_to,
            maybe_micros(row.delivered),
            maybe_micros(row.acknowledged),
        )?;
        return Ok(row.id);
    }
    let id = tx.next("ruling").await?;
    let year = doing.day.format("%Y").to_string();
    let number = format!("DT-{year}-{:06}", tx.next(&format!("ruling/{year}")).await?);
    execute!(
        tx,
        ("the ruling {number}"),
        "INSERT INTO rulings (id, number, ticket, kind, findings, actions, recommendation, parts, issued, issued_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        number.as_str(),
        ticket,
        row.kind.word(),
        row.findings.as_str(),
        row.actions.as_str(),
        row.recommendation.as_str(),
        row.parts.as_str(),
        micros(row.issued),
        row.issued_by,
    )?;
    Ok(id)
}

async fn put_extension(tx: &mut Tx, ticket: i64, row: &Extension, ruling: Option<i64>) -> Result<(), StoreError> {
    let (decided, by) = (row.decision.as_ref().map(|one| one.at), row.decision.as_ref().map(|one| one.by));
    let confirmed = row.decision.as_ref().map(|one| i64::from(one.confirmed));
    if row.id != 0 {
        let sql =
            "UPDATE extensions SET decided = $2, decided_by = $3, confirmed = $4 WHERE id = $1 AND decided IS NULL";
        return execute!(tx, ("an extension"), sql, row.id, maybe_micros(decided), by, confirmed).map(drop);
    }
    let id = tx.next("extension").await?;
    execute!(
        tx,
        ("an extension"),
        "INSERT INTO extensions (id, ticket, cause, reason, new_limit, ruling, proposed, proposed_by, late, decided,
               decided_by, confirmed)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        id,
        ticket,
        row.cause.word(),
        row.reason.as_str(),
        row.new_limit.to_string(),
        ruling,
        micros(row.proposed),
        row.proposed_by,
        i64::from(row.late),
        maybe_micros(decided),
        by,
        confirmed,
    )
    .map(drop)
}

async fn put_exception(tx: &mut Tx, ticket: i64, row: &Exception) -> Result<(), StoreError> {
    let (decided, by) = (row.decision.as_ref().map(|one| one.at), row.decision.as_ref().map(|one| one.by));
    let confirmed = row.decision.as_ref().map(|one| i64::from(one.confirmed));
    if row.id != 0 {
        let sql =
            "UPDATE exceptions SET decided = $2, decided_by = $3, confirmed = $4 WHERE id = $1 AND decided IS NULL";
        return execute!(tx, ("an exception"), sql, row.id, maybe_micros(decided), by, confirmed).map(drop);
    }
    let id = tx.next("exception").await?;
    execute!(
        tx,
        ("an exception"),
        "INSERT INTO exceptions (id, ticket, kind, reason, reference, registered, registered_by, late, decided,
               decided_by, confirmed)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id,
        ticket,
        row.kind.word(),
        row.reason.as_str(),
        row.reference.as_str(),
        micros(row.registered),
        row.registered_by,
        i64::from(row.late),
        maybe_micros(decided),
        by,
        confirmed,
    )
    .map(drop)
}

pub(super) async fn put_added(tx: &mut Tx, ticket: i64, added: &Added, doing: &Doing) -> Result<(), StoreError> {
    let at = micros(doing.at);
    if let Some(row) = &added.comment {
        let id = tx.next("comment").await?;
        let sql = r#"INSERT INTO comments (id, ticket, author, text, internal, "at") VALUES ($1, $2, $3, $4, $5, $6)"#;
        let internal = i64::from(row.internal);
        execute!(tx, ("a comment"), sql, id, ticket, row.author, row.text.as_str(), internal, micros(row.at))?;
    }
    for (row, bytes) in &added.files {
        let sql = r#"INSERT INTO attachments (id, ticket, name, kind, bytes, sha256, uploaded_by, "at")
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"#;
        let (name, kind, sha256) = (row.name.as_str(), row.kind.as_str(), row.sha256.as_str());
        execute!(
            tx,
            ("the file {name}"),
            sql,
            row.id.as_slice(),
            ticket,
            name,
            kind,
            row.bytes,
            sha256,
            row.uploaded_by,
            at
        )?;
        let sql = "INSERT INTO attachment_bytes (id, bytes) VALUES ($1, $2)";
        execute!(tx, ("the file {name}"), sql, row.id.as_slice(), bytes.as_slice())?;
    }
    if let Some(row) = &added.visit {
        let id = tx.next("visit").await?;
        let sql = r#"INSERT INTO visits (id, ticket, "at", place, note, entered, entered_by) VALUES ($1, $2, $3, $4, $5, $6, $7)"#;
        let (place, note) = (row.place.as_str(), row.note.as_str());
        execute!(tx, ("a visit"), sql, id, ticket, micros(row.at), place, note, at, row.entered_by)?;
    }
    put_event(tx, ticket, added, doing).await?;
    for letter in &added.letters {
        put_letter(tx, Some(ticket), letter, doing.at).await?;
    }
    Ok(())
}

pub(super) async fn put_event(tx: &mut Tx, ticket: i64, added: &Added, doing: &Doing) -> Result<(), StoreError> {
    let sql = r#"INSERT INTO ticket_events (ticket, n, "at", day, kind, actor, address, detail)
         SELECT $1, COALESCE(MAX(n), 0) + 1, $2, $3, $4, $5, $6, $7 FROM ticket_events WHERE ticket = $1"#;
    let (day, detail) = (doing.day.to_string(), json(&added.detail));
    let (actor, address) = (doing.actor, doing.address.as_str());
    execute!(tx, ("an event"), sql, ticket, micros(doing.at), day, added.kind, actor, address, detail).map(drop)
}

/// Stores a letter unless there is one with its key.
pub(super) async fn put_letter(
    tx: &mut Tx,
    ticket: Option<i64>,
    letter: &NewLetter,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let id = tx.next("letter").await?;
    let sql = r#"INSERT INTO letters (id, key, "user", ticket, template, data, "at", state, attempts, next_attempt)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', 0, $7) ON CONFLICT (key) DO NOTHING"#;
    let (key, template, data) = (letter.key.as_str(), letter.template.as_str(), json(&letter.data));
    execute!(tx, ("a letter"), sql, id, key, letter.user, ticket, template, data, micros(at)).map(drop)
}
