//! The indicator of a semester (R069 to R071): its figures as they are, what the head writes of them, their delivery with the copy of
//! the programme, their receipt, and corrections as revisions of their own. It may not know pages or paper.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use resguardo_shared::digest::Digest;
use serde_json::json;

use super::UpkeepError;
use super::inventory::may;
use super::programme::{View as Programme, actor, line, view as programme_view};
use crate::calendar::Calendar;
use crate::desk::Refused;
use crate::desk::access::Action;
use crate::desk::report::ReportState;
use crate::desk::text;
use crate::figures::month::Month;
use crate::figures::upkeep::{Attached, Earlier, Fate, Fates, Left, Semestral, month_of_end};
use crate::jobs::desk::calendar::current;
use crate::jobs::desk::now;
use crate::jobs::monthly::{business_day, due};
use crate::jobs::office::{Office, day};
use crate::jobs::people::by::By;
use crate::store::desk_people::Face;
use crate::store::semester_reports::{FrozenSemester, Said, SemesterReport};
use crate::upkeep::done::ItemState;
use crate::upkeep::semester::Semester;

/// The most letters of the analysis, the causes and the action.
const TEXT_MAX: usize = 10_000;
/// The most letters of why a report is corrected.
const REASON_MAX: usize = 500;
/// The most revisions of a report.
const REVISIONS_MAX: usize = 50;
/// Semesters before that are remembered.
const BEFORE: usize = 5;

/// The indicator of a semester as it is looked at.
#[derive(Debug, Clone)]
pub struct View {
    /// The programme, with its items.
    pub programme: Programme,
    /// Today.
    pub today: NaiveDate,
    /// By when it is due.
    pub due: Option<NaiveDate>,
    /// All revisions, the first one first.
    pub revisions: Vec<SemesterReport>,
    /// The one that is looked at; none where nobody began one.
    pub shown: Option<SemesterReport>,
    /// Its figures: as they were delivered, or as they are now.
    pub figures: Semestral,
    /// Everybody who is named.
    pub faces: BTreeMap<i64, Face>,
}

/// The indicator of a semester, or one of its revisions; the last one where none is asked for.
///
/// # Errors
/// [`UpkeepError::NotFound`] where there is no programme that was approved, or no such revision.
pub async fn view(
    office: Office<'_>,
    by: By<'_>,
    semester: Semester,
    revision: Option<u32>,
) -> Result<View, UpkeepError> {
    may(by, Action::SeeReports)?;
    let programme = approved(office, by, semester).await?;
    let today = now(office).day;
    let (_, calendar) = current(office, today).await?;
    let revisions = office.store.semester_reports(programme.programme.id).await?;
    let shown = match revision {
        Some(wanted) => Some(revisions.iter().find(|one| one.revision == wanted).ok_or(UpkeepError::NotFound)?.clone()),
        None => revisions.last().cloned(),
    };
    let figures = match shown.as_ref().and_then(|shown| shown.frozen.as_ref()) {
        Some(frozen) => frozen.figures.clone(),
        None => figures(office, &programme).await?,
    };
    let named = revisions.iter().flat_map(|one| {
        [Some(one.created_by), one.frozen.as_ref().map(|frozen| frozen.by), one.received.map(|(_, by)| by)]
    });
    let people: BTreeSet<i64> = named.flatten().collect();
    let faces = office.store.faces(&people).await?;
    let due = due_day(office, &calendar, &programme);
    Ok(View { programme, today, due, revisions, shown, figures, faces })
}

async fn approved(office: Office<'_>, by: By<'_>, semester: Semester) -> Result<Programme, UpkeepError> {
    let view = Box::pin(programme_view(office, by, semester)).await?;
    if view.programme.holds() || view.programme.is_finished() { Ok(view) } else { Err(UpkeepError::NotFound) }
}

/// The month in which a programme ended, after which its indicator is due.
fn end(office: Office<'_>, programme: &Programme) -> Month {
    let finished = programme.programme.finish.as_ref().map(|finish| day(office.config, finish.at));
    month_of_end(programme.programme.semester, finished)
}

fn due_day(office: Office<'_>, calendar: &Calendar, programme: &Programme) -> Option<NaiveDate> {
    due(calendar, end(office, programme))
}

/// The figures of a semester as they are now.
async fn figures(office: Office<'_>, of: &Programme) -> Result<Semestral, UpkeepError> {
    let semester = of.programme.semester;
    let fates: Vec<Fate> = of
        .items
        .iter()
        .map(|item| {
            let state = of.state(item);
            let retired = || of.retired(item).map(|retired| retired.day);
            let ended = || of.progress(item).ending.map(|ending| ending.day);
            Fate::of(state, if state == ItemState::Retired { retired() } else { ended() })
        })
        .collect();
    let retired = of.items.iter().filter(|item| of.state(item) == ItemState::Retired).filter_map(|item| {
        let piece = of.equipment.get(&item.equipment)?;
        let retired = piece.retired.as_ref()?;
        Some(Left { code: piece.about.code.clone(), day: retired.day, document: retired.document.clone() })
    });
    Ok(Semestral {
        semester: semester.word(),
        until: semester.days().1,
        items: Fates::count(semester, &fates),
        rescheduled: i64::try_from(of.moves.len()).unwrap_or(i64::MAX),
        retired: retired.collect(),
        before: before(office, semester).await?,
        attached: None,
    })
}

/// The semesters before, as their indicators were delivered.
async fn before(office: Office<'_>, semester: Semester) -> Result<Vec<Earlier>, UpkeepError> {
    let mut before = Vec::new();
    for past in std::iter::successors(semester.before(), |past| past.before()).take(BEFORE) {
        let Some(programme) = office.store.programme(past).await? else { break };
        let reports = office.store.semester_reports(programme.id).await?;
        let frozen = reports.into_iter().rev().find_map(|report| report.frozen);
        let hundredths = frozen.and_then(|frozen| frozen.figures.indicator().value.hundredths());
        before.push(Earlier { semester: past.word(), hundredths });
    }
    before.reverse();
    Ok(before)
}

/// Writes the report of a semester in the version that it was read with, 0 where nobody had begun one.
///
/// # Errors
/// [`UpkeepError::Changed`], also where it was delivered; a field that needs something else by its name.
pub async fn write(
    office: Office<'_>,
    by: By<'_>,
    (semester, version): (Semester, i64),
    said: &Said,
) -> Result<SemesterReport, UpkeepError> {
    may(by, Action::WriteReports)?;
    let programme = approved(office, by, semester).await?;
    let said = checked(said, false, false)?;
    let old = office.store.semester_reports(programme.programme.id).await?.into_iter().next_back();
    let report = match old {
        Some(old) if old.state != ReportState::Draft || old.version != version => return Err(UpkeepError::Changed),
        Some(old) => SemesterReport { said, version: version + 1, ..old },
        None if version != 0 => return Err(UpkeepError::Changed),
        None => SemesterReport { said, ..empty(office, by, programme.programme.id, 1, String::new())? },
    };
    let line = line(office, by, "semester_written", semester, &json!({ "revision": report.revision }));
    let stored = office.store.file_semester_report(&report, (version != 0).then_some(version), None, &line).await?;
    if stored { Ok(report) } else { Err(UpkeepError::Changed) }
}

fn checked(said: &Said, deliver: bool, missed: bool) -> Result<Said, UpkeepError> {
    let mut faults = Vec::new();
    let mut take = |field, text: &str, required| {
        text::lines(field, text, TEXT_MAX, required).map_err(|fault| faults.push(fault)).unwrap_or_default()
    };
    let said = Said {
        analysis: take("analysis", &said.analysis, deliver),
        causes: take("causes", &said.causes, deliver && missed),
        deed: take("deed", &said.deed, deliver && missed),
    };
    if faults.is_empty() { Ok(said) } else { Err(UpkeepError::Wrong(faults)) }
}

/// Delivers what was written last of a finished programme, with `copy`, the programme as PDF: the day is stamped and the figures are
/// frozen. Where the target was missed, causes and an action are asked for.
///
/// # Errors
/// [`UpkeepError::NotFinished`], [`UpkeepError::Changed`]; a field that needs something else by its name.
pub async fn deliver(
    office: Office<'_>,
    by: By<'_>,
    (semester, version): (Semester, i64),
    copy: &[u8],
) -> Result<SemesterReport, UpkeepError> {
    may(by, Action::WriteReports)?;
    let programme = approved(office, by, semester).await?;
    if !programme.programme.is_finished() {
        return Err(UpkeepError::NotFinished);
    }
    let report = office.store.semester_reports(programme.programme.id).await?.into_iter().next_back();
    let report = report.filter(|report| report.state == ReportState::Draft && report.version == version);
    let report = report.ok_or(UpkeepError::Changed)?;
    let now = now(office);
    let (_, calendar) = current(office, now.day).await?;
    let attached = Attached {
        name: format!("FO-02 {}.pdf", semester.word()),
        bytes: u64::try_from(copy.len()).unwrap_or(u64::MAX),
        sha256: Digest::of(copy).to_string(),
    };
    let figures = Semestral { attached: Some(attached), ..figures(office, &programme).await? };
    let missed = figures.indicator().value.is_met() == Some(false);
    checked(&report.said, true, missed)?;
    let number = business_day(&calendar, end(office, &programme), now.day);
    let frozen = FrozenSemester::new(figures, now.at, actor(by)?.id, now.day, number);
    let detail = json!({ "revision": report.revision, "business_day": number, "digest": frozen.digest });
    let line = line(office, by, "semester_delivered", semester, &detail);
    let report = SemesterReport { state: ReportState::Delivered, version: version + 1, frozen: Some(frozen), ..report };
    let stored = office.store.file_semester_report(&report, Some(version), Some(copy), &line).await?;
    if stored { Ok(report) } else { Err(UpkeepError::Changed) }
}

/// Says that the indicator was received (R070), in the version that it was read with.
///
/// # Errors
/// [`UpkeepError::Changed`], [`UpkeepError::SamePerson`].
pub async fn receive(office: Office<'_>, by: By<'_>, semester: Semester, version: i64) -> Result<(), UpkeepError> {
    may(by, Action::ReceiveReports)?;
    let who = actor(by)?.id;
    let programme = approved(office, by, semester).await?;
    let report = office.store.semester_reports(programme.programme.id).await?.into_iter().next_back();
    let report = report.ok_or(UpkeepError::NotFound)?;
    if report.state != ReportState::Delivered {
        return Err(UpkeepError::Changed);
    }
    if report.frozen.as_ref().is_some_and(|frozen| frozen.by == who) {
        return Err(UpkeepError::SamePerson);
    }
    let received = Some((now(office).at, who));
    let report = SemesterReport { state: ReportState::Received, version: version + 1, received, ..report };
    let line = line(office, by, "semester_received", semester, &json!({ "revision": report.revision }));
    let stored = office.store.file_semester_report(&report, Some(version), None, &line).await?;
    if stored { Ok(()) } else { Err(UpkeepError::Changed) }
}

/// Begins a revision of what was delivered, with what it said and why it is corrected.
///
/// # Errors
/// [`UpkeepError::Changed`] where none was delivered, or one is being written; a field that needs something else by its name.
pub async fn revise(office: Office<'_>, by: By<'_>, semester: Semester, reason: &str) -> Result<u32, UpkeepError> {
    may(by, Action::WriteReports)?;
    let programme = approved(office, by, semester).await?;
    let reason = text::line("reason", reason, REASON_MAX, true).map_err(|fault| UpkeepError::Wrong(vec![fault]))?;
    let revisions = office.store.semester_reports(programme.programme.id).await?;
    let last = revisions.last().ok_or(UpkeepError::NotFound)?;
    if last.state == ReportState::Draft {
        return Err(UpkeepError::Changed);
    }
    if revisions.len() >= REVISIONS_MAX {
        let fault = Refused::field("reason", format!("el indicador ya tiene {REVISIONS_MAX} revisiones"));
        return Err(UpkeepError::Wrong(vec![fault]));
    }
    let new = empty(office, by, programme.programme.id, last.revision + 1, reason)?;
    let new = SemesterReport { said: last.said.clone(), ..new };
    let detail = json!({ "revision": new.revision, "reason": new.reason });
    let line = line(office, by, "semester_revised", semester, &detail);
    let stored = office.store.file_semester_report(&new, None, None, &line).await?;
    if stored { Ok(new.revision) } else { Err(UpkeepError::Changed) }
}

fn empty(
    office: Office<'_>,
    by: By<'_>,
    programme: i64,
    revision: u32,
    reason: String,
) -> Result<SemesterReport, UpkeepError> {
    Ok(SemesterReport {
        programme,
        revision,
        state: ReportState::Draft,
        said: Said::default(),
        reason,
        version: 1,
        created: now(office).at,
        created_by: actor(by)?.id,
        frozen: None,
        received: None,
    })
}

/// A revision that was delivered, the last one where none is asked for.
///
/// # Errors
/// [`UpkeepError::NotFound`] where none was delivered.
pub(super) async fn delivered(
    office: Office<'_>,
    by: By<'_>,
    semester: Semester,
    revision: Option<u32>,
) -> Result<(View, SemesterReport, FrozenSemester), UpkeepError> {
    let view = view(office, by, semester, None).await?;
    let wanted = |one: &&SemesterReport| revision.is_none_or(|wanted| wanted == one.revision);
    let found = view.revisions.iter().rev().filter(wanted).find_map(|one| Some((one.clone(), one.frozen.clone()?)));
    let (report, frozen) = found.ok_or(UpkeepError::NotFound)?;
    Ok((view, report, frozen))
}

/// The copy of the programme that was delivered with a revision, if it is still what was delivered, and its name.
///
/// # Errors
/// [`UpkeepError::NotFound`] where none was delivered; [`UpkeepError::CopyChanged`].
pub async fn copy(
    office: Office<'_>,
    by: By<'_>,
    semester: Semester,
    revision: Option<u32>,
) -> Result<(String, Vec<u8>), UpkeepError> {
    let (_, report, frozen) = delivered(office, by, semester, revision).await?;
    let attached = frozen.figures.attached.ok_or(UpkeepError::NotFound)?;
    let copy = office.store.semester_copy(report.programme, report.revision).await?.ok_or(UpkeepError::NotFound)?;
    if Digest::of(&copy).to_string() != attached.sha256 {
        return Err(UpkeepError::CopyChanged);
    }
    Ok((attached.name, copy))
}
