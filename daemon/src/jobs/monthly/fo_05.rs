//! The monthly report, form DIACO-IN-FO-05 (R110), with its figures as they were delivered. It may not know how it looks on paper.

use resguardo_forms_model::fo_05::{self, Backups, Maintenance};
use resguardo_forms_model::{Form, Line, Point, Record, Text};

use super::report::delivered;
use super::told::{Told, count, long, short};
use super::{MonthlyError, month_name};
use crate::figures::fraction::decimal;
use crate::figures::month::Month;
use crate::figures::monthly::{Accounts, Listed, Monthly, Requests, Share, Task, Waiting};
use crate::figures::weeks::Week;
use crate::jobs::desk::Caller;
use crate::jobs::office::Office;
use crate::jobs::quality::sheet::sheet;

/// The record of a month's report, or of one of its revisions; of the last one that was delivered where none is asked for.
///
/// # Errors
/// [`MonthlyError::NotFound`] where none was delivered.
pub async fn record(
    office: Office<'_>,
    who: &Caller,
    month: Month,
    revision: Option<u32>,
) -> Result<Record, MonthlyError> {
    let (report, frozen, faces) = delivered(office, who, month, revision).await?;
    let told = Told { office, report: &report, frozen: &frozen, faces: &faces };
    let of = &frozen.figures;
    let content = fo_05::Monthly {
        month: long(month),
        revision: report.revision,
        prepared_by: Some(told.author()),
        requests: requests(of),
        maintenance: maintenance(of),
        accounts: accounts(&of.accounts),
        backups: backups(of),
        tasks: of.tasks.iter().map(task).collect::<Vec<_>>().into(),
        analysis: text(&report.analysis),
        notes: text(&notes(&report.notes, &report.reason, of)),
        delivered: Some(told.delivered()),
    };
    let about = told.about(Form::Fo05, ("Elaborado por (jefe DTI o enlace)", None));
    Ok(Record::Fo05(Box::new(sheet(office, about, content).await?)))
}

fn requests(of: &Monthly) -> fo_05::Requests {
    let requests: &Requests = &of.requests;
    let shares = |all: &[Share]| all.iter().map(share).collect::<Vec<_>>().into();
    let point = |month, attended: i64| Point { period: short(month), hundredths: attended.checked_mul(100) };
    let past = of.before.iter().map(|past| point(past.month, past.attended));
    let trend: Vec<Point> = past.chain([point(of.month, requests.attended)]).collect();
    fo_05::Requests {
        received: count(requests.received),
        attended: count(requests.attended),
        pending: count(requests.pending),
        void: count(requests.void),
        kept: count(requests.kept),
        kept_extended: count(requests.kept_extended),
        late: count(requests.late),
        excepted: count(requests.excepted),
        satisfied: count(requests.satisfied),
        unsatisfied: count(requests.unsatisfied),
        unrated: count(requests.finished - requests.satisfied - requests.unsatisfied),
        by_category: shares(&requests.categories),
        by_unit: shares(&requests.units),
        by_technician: shares(&requests.technicians),
        listed: requests.listed.iter().map(listed).collect::<Vec<_>>().into(),
        trend: trend.into(),
    }
}

fn share(share: &Share) -> fo_05::Share {
    fo_05::Share {
        name: Line::from(&share.name),
        received: count(share.received),
        attended: count(share.attended),
        pending: count(share.pending),
    }
}

fn listed(one: &Listed) -> fo_05::Listed {
    fo_05::Listed {
        number: Line::from(&one.number),
        why: Line::from(one.why()),
        unit: Line::from(&one.unit),
        entered: one.entered,
        limit: one.limit,
        attended: Some(one.attended),
        cause: Text::from(one.cause()),
    }
}

fn accounts(of: &Accounts) -> fo_05::Accounts {
    let waiting = |one: &Waiting| fo_05::Waiting {
        person: Line::from(&one.person),
        kind: Line::from(one.kind.label()),
        ticket: one.external.as_ref().map(Line::from),
        since: one.since,
        days: u32::try_from(one.days).unwrap_or_default(),
    };
    fo_05::Accounts {
        created: count(of.created),
        reset: count(of.reset),
        deleted: count(of.deleted),
        waiting: of.waiting.iter().map(waiting).collect::<Vec<_>>().into(),
    }
}

fn backups(of: &Monthly) -> Backups {
    let week = |week: &Week| fo_05::Week {
        week: Line::from(&week.week),
        required: count(week.required),
        executed: count(week.executed),
        verified: count(week.verified),
        note: text(&week.notes.join("; ")),
    };
    Backups {
        weeks: of.weeks.iter().map(week).collect::<Vec<_>>().into(),
        drills: count(of.drills),
        drills_right: count(of.drills_right),
        head: of.head.as_ref().and_then(|head| head.parse().ok()),
    }
}

/// Preventive maintenance. Where it was not counted the notes say so, since 0 would be a figure.
fn maintenance(of: &Monthly) -> Maintenance {
    let of = of.maintenance.unwrap_or_default();
    Maintenance {
        programmed: count(of.programmed),
        executed: count(of.executed),
        rescheduled: count(of.rescheduled),
        pending: count(of.pending),
    }
}

fn task(task: &Task) -> fo_05::Task {
    let hours = task.hours.map(|hours| format!(" ({} h)", decimal(hours))).unwrap_or_default();
    fo_05::Task {
        date: task.day,
        text: Text::from(format!("{}{hours}", task.text)),
        by: Line::from(&task.by),
        evidence: (!task.evidence.is_empty()).then(|| Line::from(&task.evidence)),
    }
}

/// What the head wrote, and what else has to be known of the figures.
fn notes(written: &str, reason: &str, of: &Monthly) -> String {
    let requests = &of.requests;
    let mut notes = Vec::new();
    if !reason.is_empty() {
        notes.push(format!("Esta revisión corrige la anterior: {reason}"));
    }
    if !written.is_empty() {
        notes.push(written.to_owned());
    }
    let kept_unsatisfied = requests.kept_unsatisfied + requests.extended_unsatisfied;
    if kept_unsatisfied + requests.late_satisfied > 0 {
        notes.push(format!(
            "Discordancias entre plazo y calificación: {kept_unsatisfied} conformes por plazo calificadas «servicio no conforme», {} fuera de plazo calificadas «conforme».",
            requests.late_satisfied
        ));
    }
    if requests.unlisted > 0 {
        notes.push(format!("Hay {} solicitudes más por listar que las que caben aquí.", requests.unlisted));
    }
    if of.maintenance.is_none() {
        notes.push(format!(
            "El mantenimiento preventivo no está entre las cifras de {}: se informa por semestre en FO-02 y RP-FO-03.",
            month_name(of.month)
        ));
    }
    notes.join("\n")
}

fn text(text: &str) -> Option<Text> {
    (!text.is_empty()).then(|| Text::from(text))
}
