//! The items of programmes that hold or are over, each with its piece: what a technician has to do, what somebody answers for, and
//! what a month's report counts. It may not know who may see them.

use chrono::NaiveDate;

use super::columns::{Columns, FromColumns, Read, wrong};
use super::db::Store;
use super::error::StoreError;
use super::question::Question;
use crate::upkeep::done::Progress;
use crate::upkeep::equipment::Kind;
use crate::upkeep::programme::{Item, State};
use crate::upkeep::semester::{Semester, Week};

/// An item with its piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The semester of its programme.
    pub semester: Semester,
    /// Where that stands.
    pub programme: State,
    /// The item as it was approved.
    pub item: Item,
    /// What became of it.
    pub progress: Progress,
    /// The code of the piece.
    pub code: String,
    /// What it is.
    pub kind: Kind,
    /// Who made it, and the maker's name of it.
    pub model: String,
    /// Where it stands.
    pub location: String,
    /// Since when it is in use no more, and the document that says so.
    pub retired: Option<(NaiveDate, String)>,
    /// Whether what was done waits to be confirmed by whoever answers for it.
    pub to_confirm: bool,
}

/// Which items are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssignedFilter {
    /// Only this technician's.
    pub technician: Option<i64>,
    /// Only of pieces for which this person answers, or that wait for them to be confirmed.
    pub responsible: Option<i64>,
    /// Only of this piece.
    pub equipment: Option<i64>,
    /// Only of this semester.
    pub semester: Option<Semester>,
    /// Only those that are due until this week and are neither done nor retired, of programmes that hold.
    pub due: Option<Week>,
    /// Only those that were done on these days, both with them.
    pub done: Option<(NaiveDate, NaiveDate)>,
}

impl FromColumns for Assigned {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let half = u8::try_from(row.int("half")?).ok();
        let year = i32::try_from(row.int("year")?).ok();
        let semester = year.zip(half).and_then(|(year, half)| Semester::new(year, half));
        let model = [row.text("brand")?, row.text("model")?].join(" ").trim().to_owned();
        Ok(Self {
            semester: semester.ok_or_else(|| wrong("half", "it is no semester"))?,
            programme: row.word("state", State::of_word)?,
            item: Item::from_columns(row)?,
            progress: Progress::from_columns(row)?,
            code: row.text("code")?,
            kind: row.word("kind", Kind::of_word)?,
            model,
            location: row.text("location")?,
            retired: row.maybe_day("retired_day")?.zip(row.maybe_text("retired_document")?),
            to_confirm: row.flag("to_confirm")?,
        })
    }
}

impl Store {
    /// Items by the week in which they are to be done, unit and code.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn assigned(&self, filter: &AssignedFilter, limit: u32) -> Result<Vec<Assigned>, StoreError> {
        let AssignedFilter { technician, responsible, equipment, semester, due, done } = filter;
        let mut question = Question::new(
            "SELECT programmes.year, programmes.half, programmes.state, items.number, items.equipment, items.unit, items.activity,
               items.week, items.technician, items.turns, items.moved, items.fate, items.fate_day, items.fate_reason, items.entries,
               pieces.code, pieces.kind, pieces.brand, pieces.model, pieces.location, pieces.retired_day, pieces.retired_document,
               CAST(CASE WHEN EXISTS (SELECT 1 FROM item_visits WHERE item_visits.programme = items.programme
                 AND item_visits.item = items.number AND item_visits.done = 1 AND item_visits.responsible IS NOT NULL
                 AND item_visits.confirmed IS NULL) THEN 1 ELSE 0 END AS BIGINT) AS to_confirm
             FROM programme_items AS items JOIN programmes ON programmes.id = items.programme
               JOIN equipment AS pieces ON pieces.id = items.equipment
             WHERE programmes.state IN ('approved', 'distributed', 'finished')",
        );
        question =
            question.maybe(" AND items.technician = ?", *technician).maybe(" AND items.equipment = ?", *equipment);
        if let Some(person) = responsible {
            let values = [(*person).into(), (*person).into()];
            question = question.with(
                " AND (pieces.responsible = ? OR EXISTS (SELECT 1 FROM item_visits WHERE item_visits.programme = items.programme
                     AND item_visits.item = items.number AND item_visits.responsible = ?))",
                values,
            );
        }
        if let Some(semester) = semester {
            let values = [i64::from(semester.year()).into(), i64::from(semester.half()).into()];
            question = question.with(" AND programmes.year = ? AND programmes.half = ?", values);
        }
        if let Some(week) = due {
            question = question.with(
                " AND programmes.state <> 'finished' AND (items.fate IS NULL OR items.fate = 'not_done')
                   AND pieces.retired_day IS NULL AND COALESCE(items.moved, items.week) <= ?",
                [week.word().into()],
            );
        }
        if let Some((first, last)) = done {
            let values = [first.to_string().into(), last.to_string().into()];
            question =
                question.with(" AND items.fate = 'done' AND items.fate_day >= ? AND items.fate_day <= ?", values);
        }
        question = question.with(
            " ORDER BY COALESCE(items.moved, items.week), items.unit, pieces.code, items.programme LIMIT ?",
            [i64::from(limit).into()],
        );
        question.ask(self, "the items of programmes").await
    }
}
