//! The indicator of each semester, each later correction a revision of its own, with the copy of the programme that was delivered. What
//! was delivered is never changed; the database refuses it, too. It may not know what a figure means.

use chrono::{DateTime, NaiveDate, Utc};
use resguardo_shared::digest::Digest;

use super::audit;
use super::columns::{Columns, FromColumns, Read, wrong};
use super::db::{Store, Tx, execute, json, maybe_micros, micros, read, said};
use super::error::StoreError;
use super::people_rows::AuditDraft;
use crate::desk::report::ReportState;
use crate::figures::upkeep::Semestral;

/// The figures of a report that was delivered, and how that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenSemester {
    /// When it was delivered.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: i64,
    /// The civil day.
    pub day: NaiveDate,
    /// Which business day after the month in which the programme ended that was.
    pub business_day: u32,
    /// The figures.
    pub figures: Semestral,
    /// The same as they are stored, whatever fields this program knows.
    text: String,
    /// The SHA-256 of that.
    pub digest: String,
}

impl FrozenSemester {
    /// Figures that are frozen now.
    pub fn new(figures: Semestral, at: DateTime<Utc>, by: i64, day: NaiveDate, business_day: u32) -> Self {
        let text = json(&figures);
        let digest = Digest::of(text.as_bytes()).to_string();
        Self { at, by, day, business_day, figures, text, digest }
    }
}

/// What is said of a semester.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// What the figures say.
    pub analysis: String,
    /// Why; may be empty.
    pub causes: String,
    /// What is done about it; may be empty.
    pub deed: String,
}

/// A report, or a revision of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SemesterReport {
    /// Of which programme, an id.
    pub programme: i64,
    /// 1, and more for later corrections.
    pub revision: u32,
    /// Where it stands.
    pub state: ReportState,
    /// What it says besides its figures.
    pub said: Said,
    /// What it corrects; empty of the first.
    pub reason: String,
    /// How often it was stored.
    pub version: i64,
    /// When it was begun.
    pub created: DateTime<Utc>,
    /// By whom.
    pub created_by: i64,
    /// How it was delivered; none of a draft.
    pub frozen: Option<FrozenSemester>,
    /// When quality management received it, and who.
    pub received: Option<(DateTime<Utc>, i64)>,
}

/// A copy as it is stored.
struct StoredCopy(Vec<u8>);

impl FromColumns for StoredCopy {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        row.bytes("pdf").map(Self)
    }
}

impl FromColumns for SemesterReport {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let number = |name: &str| -> Read<u32> {
            u32::try_from(row.int(name)?).map_err(|_| wrong(name, "it is no number of this kind"))
        };
        let state = row.word("state", ReportState::of_word)?;
        let frozen = match state {
            ReportState::Draft => None,
            ReportState::Delivered | ReportState::Received => {
                let (text, digest) = (row.text("figures")?, row.text("digest")?);
                // Who changed the text by hand is not followed.
                if Digest::of(text.as_bytes()).to_string() != digest {
                    return Err(wrong("figures", "they are not what was delivered"));
                }
                Some(FrozenSemester {
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
            programme: row.int("programme")?,
            revision: number("revision")?,
            state,
            said: Said { analysis: row.text("analysis")?, causes: row.text("causes")?, deed: row.text("deed")? },
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
    /// The revisions of the report of a programme, the first one first.
    ///
    /// # Errors
    /// [`StoreError::Read`], also where figures are not what was delivered; [`StoreError::Slow`].
    pub async fn semester_reports(&self, programme: i64) -> Result<Vec<SemesterReport>, StoreError> {
        let sql = "SELECT * FROM semester_reports WHERE programme = $1 ORDER BY revision";
        read!(self, "the report of a semester", sql, programme)
    }

    /// The copy of the programme that was delivered with a report.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn semester_copy(&self, programme: i64, revision: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT pdf FROM semester_copies WHERE programme = $1 AND revision = $2";
        let copies: Vec<StoredCopy> = read!(self, "the copy of a programme", sql, programme, i64::from(revision))?;
        Ok(copies.into_iter().next().map(|copy| copy.0))
    }

    /// Stores a revision: a new one where `before` is none, or what became of the one that had this version, with the copy of the
    /// programme where it is delivered. Whether it was stored: not where somebody else was first.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn file_semester_report(
        &self,
        report: &SemesterReport,
        before: Option<i64>,
        copy: Option<&[u8]>,
        line: &AuditDraft,
    ) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let stored = match before {
                None => insert(&mut tx, report).await?,
                Some(before) => update(&mut tx, report, before).await?,
            };
            if let Some(copy) = copy.filter(|_| stored) {
                let sql = "INSERT INTO semester_copies (programme, revision, pdf) VALUES ($1, $2, $3)";
                execute!(
                    &mut tx,
                    ("the copy of a programme"),
                    sql,
                    report.programme,
                    i64::from(report.revision),
                    copy
                )?;
            }
            if stored {
                audit::append(&mut tx, line).await?;
                tx.commit().await?;
            }
            Ok(stored)
        });
        self.within(60, whole).await?
    }
}

/// Whether there was none of this revision yet.
async fn insert(tx: &mut Tx, row: &SemesterReport) -> Result<bool, StoreError> {
    let sql = "INSERT INTO semester_reports (programme, revision, state, analysis, causes, deed, reason, version, created, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (programme, revision) DO NOTHING";
    let stored = execute!(
        tx,
        ("the report of a semester"),
        sql,
        row.programme,
        i64::from(row.revision),
        row.state.word(),
        said(&row.said.analysis),
        said(&row.said.causes),
        said(&row.said.deed),
        said(&row.reason),
        row.version,
        micros(row.created),
        row.created_by,
    )?;
    Ok(stored == 1)
}

/// Whether it still had the version `before`.
async fn update(tx: &mut Tx, row: &SemesterReport, before: i64) -> Result<bool, StoreError> {
    let frozen = row.frozen.as_ref();
    let sql = "UPDATE semester_reports SET state = $4, analysis = $5, causes = $6, deed = $7, version = $8, delivered = $9,
           delivered_by = $10, delivered_day = $11, business_day = $12, figures = $13, digest = $14, received = $15, received_by = $16
         WHERE programme = $1 AND revision = $2 AND version = $3";
    let stored = execute!(
        tx,
        ("the report of a semester"),
        sql,
        row.programme,
        i64::from(row.revision),
        before,
        row.state.word(),
        said(&row.said.analysis),
        said(&row.said.causes),
        said(&row.said.deed),
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
