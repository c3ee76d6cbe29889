//! The months with the states of their reports, and when each is due. It may not know pages.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{MonthlyError, allowed, due};
use crate::desk::access::Action;
use crate::figures::month::Month;
use crate::jobs::desk::calendar::current;
use crate::jobs::desk::{Caller, now};
use crate::jobs::office::Office;
use crate::store::monthly_reports::{Frozen, MonthlyReport};

/// Months on a page.
pub const SHOWN: usize = 12;

/// A month with its report.
#[derive(Debug, Clone)]
pub struct MonthRow {
    /// The month.
    pub month: Month,
    /// By when its report is due.
    pub due: Option<NaiveDate>,
    /// The last revision of its report; none where nobody began one.
    pub report: Option<MonthlyReport>,
    /// How it was first delivered: a correction is no delivery.
    pub delivered: Option<Frozen>,
}

/// Some months.
#[derive(Debug, Clone)]
pub struct Months {
    /// Today.
    pub today: NaiveDate,
    /// The months, the newest first.
    pub rows: Vec<MonthRow>,
}

/// The months until one, the newest first; until this one where none is asked for, or one that is still to come.
///
/// # Errors
/// [`MonthlyError`].
pub async fn months(office: Office<'_>, who: &Caller, last: Option<Month>) -> Result<Months, MonthlyError> {
    allowed(who, Action::SeeReports)?;
    let today = now(office).day;
    let this = Month::of(today);
    let last = last.filter(|month| *month <= this).unwrap_or(this);
    let (_, calendar) = current(office, today).await?;
    let shown: Vec<Month> = std::iter::successors(Some(last), |month| Some(month.before())).take(SHOWN).collect();
    let first = shown.last().copied().unwrap_or(last);
    let reports = office.store.reports(first, last).await?;
    let mut reports: BTreeMap<Month, MonthlyReport> =
        reports.into_iter().map(|report| (report.month, report)).collect();
    let firsts = office.store.first_reports(first, last).await?;
    let mut firsts: BTreeMap<Month, Frozen> =
        firsts.into_iter().filter_map(|report| Some((report.month, report.frozen?))).collect();
    let row = |month: Month| MonthRow {
        month,
        due: due(&calendar, month),
        report: reports.remove(&month),
        delivered: firsts.remove(&month),
    };
    Ok(Months { today, rows: shown.into_iter().map(row).collect() })
}
