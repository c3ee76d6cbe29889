//! The calendar as programs read it: the days on which nobody works, and how a limit is counted. It may not know who reads.

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::calendar::{BUSINESS_DAYS, PLACE, current};
use super::{DeskError, now};
use crate::calendar::holidays::by_law;
use crate::calendar::{Kind, NonBusinessDay};
use crate::desk::Refused;
use crate::jobs::office::Office;
use crate::store::error::StoreError;

/// The years that the calendar knows.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// A day on which nobody works, or not all day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayReport {
    /// The day.
    pub date: NaiveDate,
    /// What makes it one: `law`, `moved`, `local`, `accord` or `half_day`.
    #[schema(value_type = String)]
    pub kind: Kind,
    /// Its name, in Spanish.
    pub name: String,
    /// What gives it, in Spanish.
    pub citation: String,
    /// Whether deadlines skip it.
    pub counts_for_deadlines: bool,
    /// The hour from which nobody works, where some of the day is worked.
    pub from_hour: Option<u32>,
}

/// A year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct YearReport {
    /// The year.
    pub year: i32,
    /// The version of the calendar that says so.
    pub version: i64,
    /// The days, in their order.
    pub days: Vec<DayReport>,
}

/// A day of a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountedDay {
    /// The day.
    pub date: NaiveDate,
    /// Whether it was counted.
    pub counts: bool,
    /// How many business days were counted with this one.
    pub count: u32,
    /// Why it was counted or not, in Spanish.
    pub reason: String,
}

/// By when a ticket is to be attended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DueReport {
    /// The day on which it is made.
    pub entry: NaiveDate,
    /// The limit.
    pub due: NaiveDate,
    /// The version of the calendar by which it is counted.
    pub version: i64,
    /// Each day from the one to the other.
    pub days: Vec<CountedDay>,
}

/// The days of a year; `None` for a year that the calendar does not know.
///
/// # Errors
/// [`StoreError`].
pub async fn year(office: Office<'_>, year: i32) -> Result<Option<YearReport>, StoreError> {
    if !YEARS.contains(&year) {
        return Ok(None);
    }
    let (version, _) = current(office, now(office).day).await?;
    let by_law = by_law(year).into_iter().filter(|day| day.place.is_none_or(|place| place == PLACE));
    let is_here = |day: &NonBusinessDay| day.place.as_deref().is_none_or(|place| place == PLACE);
    let added = version.extra.iter().filter(|day| day.date.year() == year && is_here(day)).cloned();
    let mut days: Vec<NonBusinessDay> = by_law.map(NonBusinessDay::from).chain(added).collect();
    days.sort_by_key(|day| day.date);
    let report = |day: NonBusinessDay| DayReport {
        date: day.date,
        kind: day.kind,
        name: day.name,
        citation: day.citation,
        counts_for_deadlines: day.counts_for_deadlines,
        from_hour: day.from_hour,
    };
    Ok(Some(YearReport { year, version: version.id, days: days.into_iter().map(report).collect() }))
}

/// By when a ticket of a day is to be attended; of today, if none is named.
///
/// # Errors
/// [`DeskError`].
pub async fn due(office: Office<'_>, entry: Option<NaiveDate>) -> Result<DueReport, DeskError> {
    let entry = entry.unwrap_or_else(|| now(office).day);
    if !YEARS.contains(&entry.year()) {
        return Err(Refused::field("entry", "escriba un día entre los años 1900 y 2200").into());
    }
    let (version, calendar) = current(office, now(office).day).await?;
    let steps = calendar.explain(entry, BUSINESS_DAYS);
    let days = steps.into_iter().map(|step| CountedDay {
        date: step.date,
        counts: step.counts,
        count: step.count,
        reason: step.reason,
    });
    let due = calendar.add_business_days(entry, BUSINESS_DAYS);
    Ok(DueReport { entry, due, version: version.id, days: days.collect() })
}
