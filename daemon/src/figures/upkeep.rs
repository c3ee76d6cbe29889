//! The figures of preventive maintenance: those of a month (FO-05), and the indicator I3 of a semester (RP-FO-03; procedure, R070 and
//! 7.7), exact. What a delivered report freezes of it is read forever. Pure; it may not know SQL, the clock or paper.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::fraction::Fraction;
use super::indicators::{Indicator, Value};
use super::month::Month;
use super::monthly::Maintenance;
use crate::upkeep::done::ItemState;
use crate::upkeep::semester::{Semester, Week};

/// The percentage that is to be reached.
pub const TARGET: u64 = 80;

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was done on this day.
    Done(NaiveDate),
    /// It was not done.
    NotDone,
    /// Its piece is in use no more since this day.
    Retired(NaiveDate),
    /// It is still to be done.
    Open,
}

impl Fate {
    /// The fate of an item in this state; `day` is that of its end.
    pub fn of(state: ItemState, day: Option<NaiveDate>) -> Self {
        match (state, day) {
            (ItemState::Done, Some(day)) => Self::Done(day),
            (ItemState::Retired, Some(day)) => Self::Retired(day),
            (ItemState::Programmed | ItemState::Rescheduled, _) => Self::Open,
            (ItemState::NotDone | ItemState::Done | ItemState::Retired, _) => Self::NotDone,
        }
    }
}

/// How many items of a semester there are of each fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fates {
    /// Done on or before the semester's last day.
    pub done: i64,
    /// Done after it.
    pub late: i64,
    /// Not done.
    pub not_done: i64,
    /// Still to be done.
    pub open: i64,
    /// Retired on or before that day.
    pub retired: i64,
}

impl Fates {
    /// Counts the items of a semester. What was moved to another week is an item like any other; what was retired after the semester
    /// was not done in it.
    pub fn count(semester: Semester, fates: &[Fate]) -> Self {
        let last = semester.days().1;
        let mut count = Self::default();
        for fate in fates {
            let place = match fate {
                Fate::Done(day) if *day <= last => &mut count.done,
                Fate::Done(_) => &mut count.late,
                Fate::Retired(day) if *day <= last => &mut count.retired,
                Fate::NotDone | Fate::Retired(_) => &mut count.not_done,
                Fate::Open => &mut count.open,
            };
            *place += 1;
        }
        count
    }

    /// Those that were programmed, but for those that were retired.
    pub fn programmed(self) -> i64 {
        self.done + self.late + self.not_done + self.open
    }

    /// The quotient of I3.
    pub fn fraction(self) -> Fraction {
        Fraction::of(self.done, self.programmed())
    }
}

/// A piece that was retired, and so counts no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Its code.
    pub code: String,
    /// Since when.
    pub day: NaiveDate,
    /// The document that says so.
    pub document: String,
}

/// A semester before, as its report was delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The semester: `2026-1`.
    pub semester: String,
    /// The result in hundredths of a percent; none without data.
    pub hundredths: Option<i64>,
}

/// The copy of the programme that goes along (R071).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

/// What the report of a semester freezes. It is stored as JSON and read forever: fields are added, and never change their meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Semestral {
    /// The semester: `2026-1`.
    pub semester: String,
    /// Its last day: what is done later does not count.
    pub until: NaiveDate,
    /// The items.
    pub items: Fates,
    /// How often an item was moved to another week.
    pub rescheduled: i64,
    /// The pieces that were retired.
    pub retired: Vec<Left>,
    /// What the semesters before had, the oldest first.
    pub before: Vec<Earlier>,
    /// The copy of the programme; none before the delivery.
    pub attached: Option<Attached>,
}

impl Semestral {
    /// The indicator.
    pub fn indicator(&self) -> Indicator {
        Indicator {
            code: "I3",
            name: "Cumplimiento del mantenimiento preventivo",
            formula: "ejecutados hasta el último día del semestre / programados × 100; los reprogramados siguen contando y los retirados no",
            value: Value::Share(self.items.fraction(), Some(TARGET)),
        }
    }
}

/// The month after which the indicator is due: that in which the programme was finished, or the semester's last where it was not until
/// then (procedure, 7.7).
pub fn month_of_end(semester: Semester, finished: Option<NaiveDate>) -> Month {
    let last = semester.days().1;
    Month::of(finished.map_or(last, |day| day.min(last)))
}

/// An item as a month counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfMonth {
    /// The semester of its programme.
    pub semester: Semester,
    /// The week that was approved.
    pub week: Week,
    /// The week in which it is to be done now.
    pub now: Week,
    /// What became of it.
    pub fate: Fate,
    /// Whether its programme is over.
    pub finished: bool,
}

impl OfMonth {
    /// Whether it was programmed for a month: its week, as far as it is in the semester, ends in it. What was retired in the semester is
    /// not; what was retired after it still is, as in the semester's own figures.
    pub fn is_programmed(&self, month: Month) -> bool {
        let last = self.semester.days().1;
        let end = self.week.sunday().min(last);
        Month::of(end) == month && !matches!(self.fate, Fate::Retired(day) if day <= last)
    }

    /// Whether it was done in a month.
    pub fn is_executed(&self, month: Month) -> bool {
        matches!(self.fate, Fate::Done(day) if Month::of(day) == month)
    }

    /// Whether it was open when a month was over, or on `until` in it, though its week was over.
    pub fn is_pending(&self, until: NaiveDate) -> bool {
        let is_open = match self.fate {
            Fate::Open => !self.finished,
            Fate::Done(day) | Fate::Retired(day) => day > until,
            Fate::NotDone => false,
        };
        let last = self.semester.days().1;
        let end = if self.now.monday() <= last { self.now.sunday().min(last) } else { self.now.sunday() };
        is_open && end <= until
    }
}

impl Maintenance {
    /// Counts what a month reports; `rescheduled` is how many items were moved to another week in it.
    pub fn count(month: Month, until: NaiveDate, items: &[OfMonth], rescheduled: i64) -> Self {
        let count = |is: &dyn Fn(&OfMonth) -> bool| {
            i64::try_from(items.iter().filter(|item| is(item)).count()).unwrap_or(i64::MAX)
        };
        Self {
            programmed: count(&|item| item.is_programmed(month)),
            executed: count(&|item| item.is_executed(month)),
            rescheduled,
            pending: count(&|item| item.is_pending(until)),
        }
    }
}
