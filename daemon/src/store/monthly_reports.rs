//! The reports of months, each later correction a revision of its own. What was delivered is never changed; the database refuses it,
//! too. It may not know what a figure means.

use chrono::{DateTime, NaiveDate, Utc};
use resguardo_shared::digest::Digest;

use super::additional_tasks::stamp;
use super::audit;
use super::columns::{Columns, FromColumns, Read, wrong};
use super::db::{Store, Tx, execute, maybe_micros, micros, read, returned, said};
use super::error::StoreError;
use super::people_rows::AuditDraft;
use crate::desk::report::ReportState;
use crate::figures::month::Month;
use crate::figures::monthly::Monthly;

/// Reports that are read at once.
const READ_MAX: u32 = 60;

/// The figures of a report that was delivered, and how that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// When it was delivered.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: i64,
    /// The civil day.
    pub day: NaiveDate,
    /// Which business day after the month that was.
    pub business_day: u32,
    /// The figures.
    pub figures: Monthly,
    /// The same as they are stored, whatever fields this program knows.
    text: String,
    /// The SHA-256 of that.
    pub digest: String,
}

impl Frozen {
    /// Figures that are frozen now.
    pub fn new(figures: Monthly, at: DateTime<Utc>, by: i64, day: NaiveDate, business_day: u32) -> Self {
        let text = super::db::json(&figures);
        let digest = Digest::of(text.as_bytes()).to_string();
        Self { at, by, day, business_day, figures, text, digest }
    }
}

/// A report, or a revision of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthlyReport {
    /// Of which month.
    pub month: Month,
    /// 1, and more for later corrections.
    pub revision: u32,
    /// Where it stands.
    pub state: ReportState,
    /// The head's analysis.
    pub analysis: String,
    /// What else should be known.
    pub notes: String,
    /// What it corrects; empty of the first.
    pub reason: String,
    /// How often it was stored.
    pub version: i64,
    /// When it was begun.
    pub created: DateTime<Utc>,
    /// By whom.
    pub created_by: i64,
    /// How it was delivered; none of a draft.
    pub frozen: Option<Frozen>,
    /// When quality management received it, and who.
    pub received: Option<(DateTime<Utc>, i64)>,
}

impl FromColumns for MonthlyReport {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let number = |name: &str| -> Read<u32> {
            u32::try_from(row.int(name)?).map_err(|_| wrong(name, "it is no number of this kind"))
        };
        let month = Month::parse(&row.text("month")?).ok_or_else(|| wrong("month", "it is no month"))?;
        let state = row.word("state", ReportState::of_word)?;
        let frozen = match state {
            ReportState::Draft => None,
            ReportState::Delivered | ReportState::Received => {
                let (text, digest) = (row.text("figures")?, row.text("digest")?);
                // Who changed the text by hand is not followed.
                if Digest::of(text.as_bytes()).to_string() != digest {
                    return Err(wrong("figures", "they are not what was delivered"));
                }
                Some(Frozen {
                    at: row.moment("delivered")?,
                    by: row.int("delivered_by")?,
                    day: row.day("delivered_day")?,
                    business_day: number("business_day")?,
                    figures: row.json("figures")?,
                    text,
                    digest,
                })
            }
        };
        Ok(Self {
            month,
            revision: number("revision")?,
            state,
            analysis: row.text("analysis")?,
            notes: row.text("notes")?,
            reason: row.text("reason")?,
            version: row.int("version")?,
            created: row.moment("created")?,
            created_by: row.int("created_by")?,
            frozen,
            received: row.maybe_moment("received")?.zip(row.maybe_int("received_by")?),
        })
    }
}

impl Store {
    /// The revisions of a month's report, the first one first.
    ///
    /// # Errors
    /// [`StoreError::Read`], also where figures are not what was delivered; [`StoreError::Slow`].
    pub async fn reports_of(&self, month: Month) -> Result<Vec<MonthlyReport>, StoreError> {
        let sql = "SELECT * FROM monthly_reports WHERE month = $1 ORDER BY revision LIMIT $2";
        read!(self, "the report of a month", sql, month.to_string(), i64::from(READ_MAX))
    }

    /// The last revision of each report of some months, both with them, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], also where figures are not what was delivered; [`StoreError::Slow`].
    pub async fn reports(&self, first: Month, last: Month) -> Result<Vec<MonthlyReport>, StoreError> {
        let sql = "SELECT * FROM monthly_reports WHERE month >= $1 AND month <= $2 AND revision =
               (SELECT MAX(others.revision) FROM monthly_reports AS others WHERE others.month = monthly_reports.month)
             ORDER BY month LIMIT $3";
        read!(self, "the reports of months", sql, first.to_string(), last.to_string(), i64::from(READ_MAX))
    }

    /// The first revision of each report of some months, both with them, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], also where figures are not what was delivered; [`StoreError::Slow`].
    pub async fn first_reports(&self, first: Month, last: Month) -> Result<Vec<MonthlyReport>, StoreError> {
        let sql =
            "SELECT * FROM monthly_reports WHERE month >= $1 AND month <= $2 AND revision = 1 ORDER BY month LIMIT $3";
        read!(self, "the reports of months", sql, first.to_string(), last.to_string(), i64::from(READ_MAX))
    }

    /// Stores a revision: a new one where `before` is none, or what became of the one that had this version. `tasks` is the stamp
    /// of the month's tasks with which its figures were counted. Whether it was stored: not where somebody else was first.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn file_report(
        &self,
        report: &MonthlyReport,
        before: Option<i64>,
        tasks: Option<i64>,
        line: &AuditDraft,
    ) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            if let Some(tasks) = tasks
                && stamp(&mut tx, report.month).await? != tasks
            {
                return Ok(false);
            }
            let stored = match before {
                None => insert(&mut tx, report).await?,
                Some(before) => update(&mut tx, report, before).await?,
            };
            if stored {
                audit::append(&mut tx, line).await?;
                tx.commit().await?;
            }
            Ok(stored)
        });
        self.within(60, whole).await?
    }
}

/// Whether what a month's report tells may still change: none was delivered, or a correction of it is being written.
pub(super) async fn is_open(tx: &mut Tx, month: Month) -> Result<bool, StoreError> {
    let sql = "SELECT state AS value FROM monthly_reports WHERE month = $1 ORDER BY revision DESC LIMIT 1";
    let states: Vec<String> = returned!(tx, ("the report of {month}"), sql, month.to_string())?;
    Ok(states.first().is_none_or(|state| state == ReportState::Draft.word()))
}

/// Whether there was none of this revision yet.
async fn insert(tx: &mut Tx, row: &MonthlyReport) -> Result<bool, StoreError> {
    let sql =
        "INSERT INTO monthly_reports (month, revision, state, analysis, notes, reason, version, created, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (month, revision) DO NOTHING";
    let stored = execute!(
        tx,
        ("the report of {}", row.month),
        sql,
        row.month.to_string(),
        i64::from(row.revision),
        row.state.word(),
        said(&row.analysis),
        said(&row.notes),
        said(&row.reason),
        row.version,
        micros(row.created),
        row.created_by,
    )?;
    Ok(stored == 1)
}

/// Whether it still had the version `before`.
async fn update(tx: &mut Tx, row: &MonthlyReport, before: i64) -> Result<bool, StoreError> {
    let frozen = row.frozen.as_ref();
    let sql = "UPDATE monthly_reports SET state = $4, analysis = $5, notes = $6, version = $7, delivered = $8, delivered_by = $9,
           delivered_day = $10, business_day = $11, figures = $12, digest = $13, received = $14, received_by = $15
         WHERE month = $1 AND revision = $2 AND version = $3";
    let stored = execute!(
        tx,
        ("the report of {}", row.month),
        sql,
        row.month.to_string(),
        i64::from(row.revision),
        before,
        row.state.word(),
        said(&row.analysis),
        said(&row.notes),
        row.version,
        maybe_micros(frozen.map(|frozen| frozen.at)),
        frozen.map(|frozen| frozen.by),
        frozen.map(|frozen| frozen.day.to_string()),
        frozen.map(|frozen| i64::from(frozen.business_day)),
        frozen.map(|frozen| frozen.text.as_str()),
        frozen.map(|frozen| frozen.digest.as_str()),
        maybe_micros(row.received.map(|(at, _)| at)),
        row.received.map(|(_, by)| by),
    )?;
    Ok(stored == 1)
}
