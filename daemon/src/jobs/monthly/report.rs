//! The report of a month: written, delivered with its figures frozen, received by quality management, and corrected by revisions that
//! leave what was delivered as it is (R110 to R112). It may not know pages or paper.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::json;

use super::{MonthlyError, allowed, business_day, due, figures, line};
use crate::desk::access::Action;
use crate::desk::report::ReportState;
use crate::desk::{Refused, text};
use crate::figures::month::Month;
use crate::figures::monthly::Monthly;
use crate::jobs::desk::calendar::current;
use crate::jobs::desk::{Caller, now};
use crate::jobs::office::Office;
use crate::store::desk_people::Face;
use crate::store::error::StoreError;
use crate::store::monthly_reports::{Frozen, MonthlyReport};

/// The most letters of the analysis, and of what else should be known.
pub const TEXT_MAX: usize = 10_000;
/// The most letters of why a report is corrected.
const REASON_MAX: usize = 500;
/// The most revisions of a report.
const REVISIONS_MAX: usize = 50;

/// A month's report as it is looked at.
#[derive(Debug, Clone)]
pub struct View {
    /// The month.
    pub month: Month,
    /// Today.
    pub today: NaiveDate,
    /// By when the report is due.
    pub due: Option<NaiveDate>,
    /// All revisions, the first one first.
    pub revisions: Vec<MonthlyReport>,
    /// The one that is looked at; none where nobody began one.
    pub shown: Option<MonthlyReport>,
    /// Its figures: as they were delivered, or as they are now.
    pub figures: Monthly,
    /// Everybody who is named.
    pub faces: BTreeMap<i64, Face>,
}

/// The report of a month, or one of its revisions; the last one where none is asked for. What is only a draft, its figures show.
///
/// # Errors
/// [`MonthlyError::NotFound`] for a month that is still to come, and a revision that there is not.
pub async fn view(office: Office<'_>, who: &Caller, month: Month, revision: Option<u32>) -> Result<View, MonthlyError> {
    allowed(who, Action::SeeReports)?;
    let today = now(office).day;
    let (_, calendar) = current(office, today).await?;
    let revisions = office.store.reports_of(month).await?;
    let shown = match revision {
        Some(wanted) => {
            Some(revisions.iter().find(|one| one.revision == wanted).ok_or(MonthlyError::NotFound)?.clone())
        }
        None => revisions.last().cloned(),
    };
    let figures = match shown.as_ref().and_then(|shown| shown.frozen.as_ref()) {
        Some(frozen) => frozen.figures.clone(),
        None => figures::of_month(office, month, first_delivery(&revisions)).await?,
    };
    let named = revisions.iter().flat_map(|one| {
        [Some(one.created_by), one.frozen.as_ref().map(|frozen| frozen.by), one.received.map(|(_, by)| by)]
    });
    let people: BTreeSet<i64> = named.flatten().collect();
    let faces = office.store.faces(&people).await?;
    Ok(View { month, today, due: due(&calendar, month), revisions, shown, figures, faces })
}

/// The business day on which a report was first delivered: a correction is no delivery.
fn first_delivery(revisions: &[MonthlyReport]) -> Option<u32> {
    revisions.iter().find_map(|one| one.frozen.as_ref()).map(|frozen| frozen.business_day)
}

/// What the head writes of a month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The analysis.
    pub analysis: String,
    /// What else should be known.
    pub notes: String,
}

/// Writes the report of a month in the version that it was read with, 0 where nobody had begun one; and delivers it, where that is
/// wanted: its day is stamped and its figures are frozen.
///
/// # Errors
/// [`MonthlyError::NotOver`], [`MonthlyError::State`] where it was delivered, [`MonthlyError::Changed`], also where a task changed
/// while the figures were counted; a field that needs something else by its name.
pub async fn write(
    office: Office<'_>,
    who: &Caller,
    (month, version): (Month, i64),
    written: &Written,
    deliver: bool,
) -> Result<MonthlyReport, MonthlyError> {
    allowed(who, Action::WriteReports)?;
    let now = now(office);
    if month > Month::of(now.day) {
        return Err(MonthlyError::NotFound);
    }
    if deliver && now.day <= month.last() {
        return Err(MonthlyError::NotOver(month));
    }
    let analysis = text::lines("analysis", &written.analysis, TEXT_MAX, deliver)?;
    let notes = text::lines("notes", &written.notes, TEXT_MAX, false)?;
    let old = office.store.reports_of(month).await?.into_iter().next_back();
    let report = match old {
        Some(old) if old.state != ReportState::Draft => return Err(MonthlyError::State),
        Some(old) if old.version != version => return Err(MonthlyError::Changed),
        Some(old) => MonthlyReport { analysis, notes, version: version + 1, ..old },
        None if version != 0 => return Err(MonthlyError::Changed),
        None => MonthlyReport { analysis, notes, ..empty(month, 1, String::new(), who, now.at) },
    };
    let before = (version != 0).then_some(version);
    let detail = json!({ "revision": report.revision }).to_string();
    let line = line(office, who, "report_written", object(month), detail).await?;
    stored(office.store.file_report(&report, before, None, &line).await?)?;
    if deliver { Box::pin(self::deliver(office, who, report)).await } else { Ok(report) }
}

async fn deliver(office: Office<'_>, who: &Caller, report: MonthlyReport) -> Result<MonthlyReport, MonthlyError> {
    let (now, month) = (now(office), report.month);
    let (_, calendar) = current(office, now.day).await?;
    let day = business_day(&calendar, month, now.day);
    let first = first_delivery(&office.store.reports_of(month).await?).unwrap_or(day);
    let tasks = office.store.tasks_stamp(month).await?;
    let figures = figures::of_month(office, month, Some(first)).await?;
    let frozen = Frozen::new(figures, now.at, who.actor.id, now.day, day);
    let detail = json!({ "revision": report.revision, "business_day": day, "digest": frozen.digest }).to_string();
    let line = line(office, who, "report_delivered", object(month), detail).await?;
    let before = report.version;
    let report = MonthlyReport { state: ReportState::Delivered, version: before + 1, frozen: Some(frozen), ..report };
    stored(office.store.file_report(&report, Some(before), Some(tasks), &line).await?)?;
    Ok(report)
}

/// Says that a report was received (R112), in the version that it was read with.
///
/// # Errors
/// [`MonthlyError::State`], [`MonthlyError::SamePerson`], [`MonthlyError::Changed`].
pub async fn receive(
    office: Office<'_>,
    who: &Caller,
    month: Month,
    version: i64,
) -> Result<MonthlyReport, MonthlyError> {
    allowed(who, Action::ReceiveReports)?;
    let report = office.store.reports_of(month).await?.into_iter().next_back().ok_or(MonthlyError::NotFound)?;
    if report.state != ReportState::Delivered {
        return Err(MonthlyError::State);
    }
    if report.frozen.as_ref().is_some_and(|frozen| frozen.by == who.actor.id) {
        return Err(MonthlyError::SamePerson);
    }
    let received = Some((now(office).at, who.actor.id));
    let report = MonthlyReport { state: ReportState::Received, version: version + 1, received, ..report };
    let detail = json!({ "revision": report.revision }).to_string();
    let line = line(office, who, "report_received", object(month), detail).await?;
    stored(office.store.file_report(&report, Some(version), None, &line).await?)?;
    Ok(report)
}

/// Begins a revision of a report that was delivered, with what it said and why it is corrected.
///
/// # Errors
/// [`MonthlyError::State`] where none was delivered, or one is being written; a field that needs something else by its name.
pub async fn revise(office: Office<'_>, who: &Caller, month: Month, reason: &str) -> Result<u32, MonthlyError> {
    allowed(who, Action::WriteReports)?;
    let reason = text::line("reason", reason, REASON_MAX, true)?;
    let revisions = office.store.reports_of(month).await?;
    let last = revisions.last().ok_or(MonthlyError::NotFound)?;
    if last.state == ReportState::Draft {
        return Err(MonthlyError::State);
    }
    if revisions.len() >= REVISIONS_MAX {
        return Err(Refused::field("reason", format!("el informe ya tiene {REVISIONS_MAX} revisiones")).into());
    }
    let new = empty(month, last.revision + 1, reason, who, now(office).at);
    let new = MonthlyReport { analysis: last.analysis.clone(), notes: last.notes.clone(), ..new };
    let detail = json!({ "revision": new.revision, "reason": new.reason }).to_string();
    let line = line(office, who, "report_revised", object(month), detail).await?;
    stored(office.store.file_report(&new, None, None, &line).await?)?;
    Ok(new.revision)
}

fn empty(
    month: Month,
    revision: u32,
    reason: String,
    who: &Caller,
    created: chrono::DateTime<chrono::Utc>,
) -> MonthlyReport {
    MonthlyReport {
        month,
        revision,
        state: ReportState::Draft,
        analysis: String::new(),
        notes: String::new(),
        reason,
        version: 1,
        created,
        created_by: who.actor.id,
        frozen: None,
        received: None,
    }
}

fn object(month: Month) -> String {
    format!("report {month}")
}

fn stored(stored: bool) -> Result<(), MonthlyError> {
    if stored { Ok(()) } else { Err(MonthlyError::Changed) }
}

/// A revision that was delivered, with its figures and whoever it names: what is put on paper.
pub(super) async fn delivered(
    office: Office<'_>,
    who: &Caller,
    month: Month,
    revision: Option<u32>,
) -> Result<(MonthlyReport, Frozen, BTreeMap<i64, Face>), MonthlyError> {
    allowed(who, Action::SeeReports)?;
    let revisions = office.store.reports_of(month).await?;
    let wanted = |one: &MonthlyReport| revision.is_none_or(|wanted| wanted == one.revision);
    let found = revisions.into_iter().rev().filter(wanted).find_map(|one| Some((one.frozen.clone()?, one)));
    let (frozen, report) = found.ok_or(MonthlyError::NotFound)?;
    let people: BTreeSet<i64> = [Some(frozen.by), report.received.map(|(_, by)| by)].into_iter().flatten().collect();
    let faces: Result<_, StoreError> = office.store.faces(&people).await;
    Ok((report, frozen, faces?))
}
