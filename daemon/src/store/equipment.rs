//! Equipment. It may not know who may see or change it.

use super::audit;
use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, Tx, execute, maybe_said, micros, read, said};
use super::error::StoreError;
use super::people_rows::AuditDraft;
use super::question::Question;
use super::ticket_lists::{page, with_words};
use crate::upkeep::equipment::{About, Equipment, Kind, Retirement};

/// How long a change may take; the inventory of an institution is one change.
const APPLY_SECONDS: u64 = 120;

/// Which equipment is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EquipmentFilter {
    /// Only with these words.
    pub words: String,
    /// Only of these units.
    pub units: Option<Vec<i64>>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only what was retired, or what was not.
    pub retired: Option<bool>,
}

/// Rows that are stored together with the audit lines that tell it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EquipmentChange {
    /// By their ids, each over the version that it was read with.
    pub rows: Vec<Equipment>,
    /// What the audit log is told.
    pub audit: Vec<AuditDraft>,
}

impl FromColumns for Equipment {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let retired = match row.maybe_day("retired_day")? {
            Some(day) => {
                let (reason, document) = (row.text("retired_reason")?, row.text("retired_document")?);
                Some(Retirement { day, reason, document })
            }
            None => None,
        };
        let about = About {
            code: row.text("code")?,
            kind: row.word("kind", Kind::of_word)?,
            brand: row.text("brand")?,
            model: row.text("model")?,
            serial: row.text("serial")?,
            location: row.text("location")?,
        };
        Ok(Self {
            id: row.int("id")?,
            about,
            unit: row.int("unit")?,
            responsible: row.maybe_int("responsible")?,
            retired,
            version: row.int("version")?,
            created: row.moment("created")?,
            created_by: row.text("created_by")?,
        })
    }
}

impl Store {
    /// The piece of a code, as it is stored.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn equipment_of_code(&self, code: &str) -> Result<Option<Equipment>, StoreError> {
        let sql = "SELECT * FROM equipment WHERE code = $1";
        Ok(read!(self, "a piece of equipment", sql, said(code))?.into_iter().next())
    }

    /// Equipment by code, behind the code `after`.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn equipment(
        &self,
        filter: &EquipmentFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Equipment>, StoreError> {
        // No code is the empty text, so that it stands before all of them.
        let after = said(after.unwrap_or_default()).into_owned();
        let mut question = Question::new("SELECT * FROM equipment WHERE 1 = 1").with(" AND code > ?", [after.into()]);
        if let Some(units) = &filter.units {
            // Nobody's unit has the id 0.
            question = question.with(" AND unit IN (0", []);
            question = units.iter().fold(question, |question, unit| question.with(", ?", [(*unit).into()]));
            question = question.with(")", []);
        }
        question = question.maybe(" AND kind = ?", filter.kind.map(Kind::word));
        question = match filter.retired {
            Some(true) => question.with(" AND retired_day IS NOT NULL", []),
            Some(false) => question.with(" AND retired_day IS NULL", []),
            None => question,
        };
        with_words(question, &filter.words)
            .with(" ORDER BY code LIMIT ?", [page(limit)])
            .ask(self, "the equipment")
            .await
    }

    /// All equipment, by code: an institution has thousands of pieces and not millions.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn all_equipment(&self) -> Result<Vec<Equipment>, StoreError> {
        read!(self, "the equipment", "SELECT * FROM equipment ORDER BY code")
    }

    /// Stores all of a change of equipment or nothing; false where another change came first or a code is taken.
    ///
    /// # Errors
    /// [`StoreError::Write`] with the row that failed; [`StoreError::Slow`].
    pub async fn apply_equipment(&self, change: &EquipmentChange) -> Result<bool, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            for row in &change.rows {
                if !put(&mut tx, row).await? {
                    return Ok(false);
                }
            }
            for draft in &change.audit {
                audit::append(&mut tx, draft).await?;
            }
            tx.commit().await?;
            Ok(true)
        });
        self.within(APPLY_SECONDS, whole).await?
    }
}

/// Stores a piece over the version that it was read with; false where that is no longer the one, or the code is taken.
async fn put(tx: &mut Tx, row: &Equipment) -> Result<bool, StoreError> {
    let About { code, kind, brand, model, serial, location } = &row.about;
    let [brand, model, serial, location] = [brand, model, serial, location].map(|text| said(text));
    let words = row.about.words();
    if row.id == 0 {
        let id = tx.next("equipment").await?;
        let made = execute!(
            tx,
            ("the equipment {code}"),
            "INSERT INTO equipment (id, code, kind, brand, model, serial, unit, responsible, location, version, created, created_by, words)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12) ON CONFLICT (code) DO NOTHING",
            id,
            said(code),
            kind.word(),
            brand,
            model,
            serial,
            row.unit,
            row.responsible,
            location,
            micros(row.created),
            said(&row.created_by),
            said(&words),
        )?;
        return Ok(made == 1);
    }
    let retired = row.retired.as_ref();
    let (reason, document) = (retired.map(|retired| &retired.reason), retired.map(|retired| &retired.document));
    let changed = execute!(
        tx,
        ("the equipment {code}"),
        "UPDATE equipment SET kind = $3, brand = $4, model = $5, serial = $6, unit = $7, responsible = $8, location = $9,
             retired_day = $10, retired_reason = $11, retired_document = $12, words = $13, version = version + 1
         WHERE id = $1 AND version = $2 AND retired_day IS NULL",
        row.id,
        row.version,
        kind.word(),
        brand,
        model,
        serial,
        row.unit,
        row.responsible,
        location,
        retired.map(|retired| retired.day.to_string()),
        maybe_said(reason),
        maybe_said(document),
        said(&words),
    )?;
    Ok(changed == 1)
}
