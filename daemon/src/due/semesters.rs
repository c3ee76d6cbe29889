//! What is due of the indicator of a semester's maintenance, I3: its delivery by who writes reports, its receipt by who does that (R070). It
//! may not know pages.

use chrono::NaiveDate;

use super::explain::{after, month_name, report_day};
use super::facts::{Facts, SemesterFact};
use super::item::{Due, Kind};
use super::list::Days;
use super::rules;
use crate::desk::access::{Action, may};
use crate::desk::people::Actor;
use crate::figures::upkeep::month_of_end;

/// The indicators to deliver and to receive, as far as somebody does that.
pub(super) fn indicators(facts: &Facts, who: &Actor, days: Days<'_>) -> Vec<Due> {
    let due = facts.semesters.iter().filter_map(|fact| match fact.waits {
        None if may(who, Action::WriteReports) => deliver(fact, days),
        Some(waits) if may(who, Action::ReceiveReports) => Some(receive(fact, waits, days)),
        _ => None,
    });
    due.collect()
}

/// The delivery of an indicator whose programme is over, or whose semester is.
fn deliver(fact: &SemesterFact, days: Days<'_>) -> Option<Due> {
    let semester = fact.semester;
    let name = semester.to_string().to_lowercase();
    let (what, path, act) = match fact.finished {
        Some(_) => (
            format!("Entregar a Gestión de Calidad el indicador de mantenimiento del {name} (RP-FO-03)"),
            format!("/mantenimiento/indicador/{}", semester.word()),
            "Abrir el indicador",
        ),
        None if days.today > semester.days().1 => (
            format!("Finalizar el programa de mantenimiento del {name} y entregar su indicador (RP-FO-03)"),
            format!("/mantenimiento/{}-{}", semester.year(), semester.half()),
            "Abrir el programa",
        ),
        None => return None,
    };
    let ended = month_of_end(semester, fact.finished);
    let (day, why) = report_day(days.here, ended)?;
    let why = format!("{why}; el programa terminó en {}", month_name(ended));
    Some(Due {
        key: format!("indicator/{}", semester.word()),
        kind: Kind::Indicator,
        day,
        what,
        why,
        count: 1,
        path,
        act,
    })
}

/// The receipt of a revision.
fn receive(fact: &SemesterFact, (revision, delivered): (i64, NaiveDate), days: Days<'_>) -> Due {
    let word = fact.semester.word();
    let (day, why) = after(days.here, delivered, rules::RECEIVE_DAYS, "su entrega");
    let revised = if revision > 1 { format!(", revisión {revision}") } else { String::new() };
    let name = fact.semester.to_string().to_lowercase();
    Due {
        key: format!("receipt/{word}/{revision}"),
        kind: Kind::Receipt,
        day,
        what: format!("Acusar recibo del indicador de mantenimiento del {name}{revised}"),
        why,
        count: 1,
        path: format!("/mantenimiento/indicador/{word}"),
        act: "Abrir el indicador",
    }
}
