//! Additional tasks (R110): what was done in a month besides requests. They are corrected while the month's report was not delivered,
//! and never removed. It may not know pages.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::json;

use super::{MonthlyError, allowed, line};
use crate::desk::Refused;
use crate::desk::access::{Action, may};
use crate::desk::people::Role;
use crate::desk::report::ReportState;
use crate::desk::text;
use crate::figures::fraction::decimal;
use crate::figures::month::Month;
use crate::jobs::desk::{Caller, now};
use crate::jobs::office::Office;
use crate::store::additional_tasks::{AdditionalTask, TaskFiled};
use crate::store::desk_people::Face;
use crate::store::error::StoreError;

/// The most letters of what was done.
pub const TEXT_MAX: usize = 2_000;
/// The most letters of what shows it.
pub const EVIDENCE_MAX: usize = 500;
/// The most hours of one task, in hundredths.
const HOURS_MAX: i64 = 20_000;

/// The tasks of a month.
#[derive(Debug, Clone)]
pub struct TasksOfMonth {
    /// The month.
    pub month: Month,
    /// This month.
    pub this: Month,
    /// The tasks, by their days.
    pub tasks: Vec<AdditionalTask>,
    /// Whether they may still be corrected, whoever may.
    pub is_open: bool,
    /// Everybody who is named.
    pub faces: BTreeMap<i64, Face>,
}

/// What a task is made of, as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskForm {
    /// When; none where nothing was written.
    pub day: Option<NaiveDate>,
    /// What.
    pub text: String,
    /// Who did it.
    pub done_by: i64,
    /// Hours with at most two digits after a point or comma; empty for none.
    pub hours: String,
    /// What shows it.
    pub evidence: String,
    /// Entered by mistake.
    pub void: bool,
}

/// The tasks of a month; of this one where none is asked for, or one that is still to come.
///
/// # Errors
/// [`MonthlyError`].
pub async fn of_month(office: Office<'_>, who: &Caller, month: Option<Month>) -> Result<TasksOfMonth, MonthlyError> {
    allowed(who, Action::SeeTasks)?;
    let this = Month::of(now(office).day);
    let month = month.filter(|month| *month <= this).unwrap_or(this);
    let tasks = office.store.additional_tasks(month.first(), month.last()).await?;
    let people: BTreeSet<i64> = tasks.iter().flat_map(|task| [task.done_by, task.created_by]).collect();
    let is_open = is_open(office, month).await?;
    Ok(TasksOfMonth { month, this, tasks, is_open, faces: office.store.faces(&people).await? })
}

/// Whether what a month's report tells may still change.
async fn is_open(office: Office<'_>, month: Month) -> Result<bool, StoreError> {
    let reports = office.store.reports_of(month).await?;
    Ok(reports.last().is_none_or(|report| report.state == ReportState::Draft))
}

/// A task, for whoever may correct it.
///
/// # Errors
/// [`MonthlyError::NotFound`], [`MonthlyError::Delivered`] where its month's report was delivered.
pub async fn task(office: Office<'_>, who: &Caller, id: i64) -> Result<AdditionalTask, MonthlyError> {
    allowed(who, Action::WriteTasks)?;
    let task = office.store.additional_task(id).await?.ok_or(MonthlyError::NotFound)?;
    let month = Month::of(task.day);
    if is_open(office, month).await? { Ok(task) } else { Err(MonthlyError::Delivered(month)) }
}

/// Who may have done a task: those who attend today, and whoever it says already.
///
/// # Errors
/// [`MonthlyError`].
pub async fn doers(office: Office<'_>, who: &Caller, also: Option<i64>) -> Result<Vec<Face>, MonthlyError> {
    if !may(&who.actor, Action::WriteTasks) {
        return Err(Refused::NotAllowed.into());
    }
    let day = now(office).day;
    let mut ids: BTreeSet<i64> = also.into_iter().collect();
    for role in [Role::Technician, Role::Chief] {
        ids.extend(office.store.holders(role, day).await?);
    }
    let mut faces: Vec<Face> = office.store.faces(&ids).await?.into_values().collect();
    faces.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    Ok(faces)
}

/// Adds a task; the month that it belongs to.
///
/// # Errors
/// [`MonthlyError`]; a field that needs something else by its name.
pub async fn add(office: Office<'_>, who: &Caller, form: &TaskForm) -> Result<Month, MonthlyError> {
    let now = now(office);
    let task = checked(office, who, form, None).await?;
    let task = AdditionalTask { created: now.at, created_by: who.actor.id, ..task };
    let detail = said(office, &task).await?.to_string();
    let line = line(office, who, "task_added", object(&task), detail).await?;
    filed(office.store.file_task(&task, None, &line).await?, &task)
}

/// Corrects a task that was read in this version; the month that it belongs to.
///
/// # Errors
/// [`MonthlyError`]; a field that needs something else by its name.
pub async fn correct(
    office: Office<'_>,
    who: &Caller,
    (id, version): (i64, i64),
    form: &TaskForm,
) -> Result<Month, MonthlyError> {
    let before = AdditionalTask { version, ..task(office, who, id).await? };
    let task = checked(office, who, form, Some(&before)).await?;
    let detail = format!("{} -> {}", said(office, &before).await?, said(office, &task).await?);
    let line = line(office, who, "task_corrected", object(&before), detail).await?;
    filed(office.store.file_task(&task, Some(&before), &line).await?, &task)
}

fn filed(filed: TaskFiled, task: &AdditionalTask) -> Result<Month, MonthlyError> {
    match filed {
        TaskFiled::Stored => Ok(Month::of(task.day)),
        TaskFiled::Changed => Err(MonthlyError::Changed),
        TaskFiled::Delivered(month) => Err(MonthlyError::Delivered(month)),
        TaskFiled::Full => Err(MonthlyError::Full),
    }
}

/// What was written, as it would be stored.
async fn checked(
    office: Office<'_>,
    who: &Caller,
    form: &TaskForm,
    before: Option<&AdditionalTask>,
) -> Result<AdditionalTask, MonthlyError> {
    let doers = doers(office, who, before.map(|before| before.done_by)).await?;
    let now = now(office);
    let day = form.day.ok_or_else(|| Refused::field("day", "escriba el día"))?;
    if day > now.day {
        return Err(Refused::field("day", "ese día todavía no llega; escriba el día en que se hizo").into());
    }
    if Month::parse(&Month::of(day).to_string()).is_none() {
        return Err(Refused::field("day", "escriba un día desde el año 2000").into());
    }
    let text = text::lines("text", &form.text, TEXT_MAX, true)?;
    if !doers.iter().any(|face| face.id == form.done_by) {
        return Err(Refused::field("done_by", "elija una persona de la lista").into());
    }
    let evidence = text::line("evidence", &form.evidence, EVIDENCE_MAX, false)?;
    let hours = hours(&form.hours)?;
    Ok(AdditionalTask {
        id: before.map_or(0, |before| before.id),
        day,
        text,
        done_by: form.done_by,
        hours,
        evidence,
        void: form.void && before.is_some(),
        version: before.map_or(1, |before| before.version + 1),
        created: before.map_or(now.at, |before| before.created),
        created_by: before.map_or(who.actor.id, |before| before.created_by),
    })
}

/// Hundredths of an hour; none where nothing was written.
fn hours(text: &str) -> Result<Option<i64>, Refused> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Refused::field("hours", "escriba solo las horas, como 2 o 1.5, de 0.01 a 200");
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let is_number =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole, 3) || !is_number(part, 2) {
        return Err(wrong());
    }
    let hundredths = format!("{whole}{part:0<2}").parse().map_err(|_| wrong())?;
    (1..=HOURS_MAX).contains(&hundredths).then_some(Some(hundredths)).ok_or_else(wrong)
}

fn object(task: &AdditionalTask) -> String {
    format!("task {}", task.day.format("%d-%m-%Y"))
}

/// A task as the audit log tells it.
async fn said(office: Office<'_>, task: &AdditionalTask) -> Result<serde_json::Value, StoreError> {
    let by = office.store.user(task.done_by).await?.map(|user| user.login);
    Ok(json!({
        "day": task.day, "text": task.text, "by": by, "hours": task.hours.map(decimal), "evidence": task.evidence,
        "void": task.void,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        for (text, hundredths) in
            [("2", 200), ("1.5", 150), ("1,25", 125), ("0.05", 5), (" 200 ", 20_000), ("007", 700)]
        {
            assert_eq!(hours(text).unwrap(), Some(hundredths), "{text}");
        }
        assert_eq!(hours(" ").unwrap(), None);
        for bad in ["0", "0.00", "200.01", "-1", "+1", "1.", ".5", "1.555", "1e2", "1:30", "１", "9999", "x", "1.5.5"]
        {
            assert!(hours(bad).is_err(), "{bad}");
        }
    }
}
