//! What is due of the records of quality: monthly reports, programmes of maintenance and their copies, this week's maintenance, and the
//! directives for backups. It may not know pages.

use chrono::{Datelike as _, Days as Civil, Months};

use super::explain::{after, last_before, month_name, on_or_after, report_day, spanish, uncounted, week_end};
use super::facts::{Facts, ProgrammeFact};
use super::item::{Due, Kind};
use super::list::Days;
use super::rules;
use crate::calendar::civil_date;
use crate::desk::access::{Action, may};
use crate::desk::directive::{current, in_force};
use crate::desk::people::{Actor, Role};
use crate::desk::report::ReportState;
use crate::figures::month::Month;
use crate::upkeep::programme::State;
use crate::upkeep::semester::Semester;

/// The report of the last month for who writes it, and those to receive for who does that.
pub(super) fn reports(facts: &Facts, who: &Actor, days: Days<'_>) -> Vec<Due> {
    let mut due = Vec::new();
    let last = Month::of(days.today).before();
    let was_delivered = facts.reports.iter().any(|one| one.month == last && one.state != ReportState::Draft);
    let limit = report_day(days.here, last);
    if let (true, false, Some((day, why))) = (may(who, Action::WriteReports), was_delivered, limit) {
        due.push(Due {
            key: format!("report/{last}"),
            kind: Kind::Report,
            day,
            what: format!("Entregar a Gestión de Calidad el informe de {} (FO-05 y RP-FO-03)", month_name(last)),
            why,
            count: 1,
            path: format!("/informes/{last}"),
            act: "Abrir el informe",
        });
    }
    if may(who, Action::ReceiveReports) {
        let waits = facts.reports.iter().filter(|one| one.state == ReportState::Delivered);
        due.extend(waits.filter_map(|one| {
            let (day, why) = after(days.here, one.delivered?, rules::RECEIVE_DAYS, "su entrega");
            let revision = if one.revision > 1 { format!(", revisión {}", one.revision) } else { String::new() };
            Some(Due {
                key: format!("receipt/{}/{}", one.month, one.revision),
                kind: Kind::Receipt,
                day,
                what: format!("Acusar recibo del informe de {}{revision}", month_name(one.month)),
                why,
                count: 1,
                path: format!("/informes/{}", one.month),
                act: "Abrir el informe",
            })
        }));
    }
    due
}

/// The programmes of this semester and of the next one: drawn up and sent by the head, decided by direction, handed out by the head.
pub(super) fn programmes(facts: &Facts, who: &Actor, days: Days<'_>) -> Vec<Due> {
    let this = Semester::of(days.today);
    let mut due = Vec::new();
    for semester in this.into_iter().chain(this.and_then(Semester::next)) {
        let first = semester.days().0;
        // Who is asked a month before has the time that it takes.
        let asked = first.checked_sub_months(Months::new(1)).unwrap_or(first);
        if days.today < asked {
            continue;
        }
        let programme = facts.programmes.iter().find(|programme| programme.semester == semester);
        due.extend(step(semester, programme, who, days));
    }
    due
}

fn step(semester: Semester, programme: Option<&ProgrammeFact>, who: &Actor, days: Days<'_>) -> Option<Due> {
    let first = semester.days().0;
    let name = semester.to_string().to_lowercase();
    let month_before = Month::of(first).before();
    let begins = format!("último día hábil antes de que empiece el {name}");
    let state = programme.map(|programme| programme.state);
    let (word, what, day, why, act) = match state {
        None | Some(State::Draft | State::Returned) if may(who, Action::DraftProgramme) => {
            let day = month_before.first();
            let day = days.here.nth_business_day_of_month(day.year(), day.month(), rules::PROGRAMME_SENT_DAY);
            let what = match state {
                None => format!("Elaborar y enviar el programa de mantenimiento del {name} (FO-02)"),
                Some(State::Returned) => format!("Corregir y enviar de nuevo el programa de mantenimiento del {name}"),
                Some(_) => format!("Enviar a aprobación el programa de mantenimiento del {name} (FO-02)"),
            };
            let why = format!("{}.º día hábil de {}", rules::PROGRAMME_SENT_DAY, month_name(month_before));
            let day = day.unwrap_or_else(|| last_before(days.here, first));
            let uncounted = uncounted(days.here, month_before.before().last(), day);
            (
                "send",
                what,
                day,
                format!("{why}, para que se apruebe antes de que empiece{uncounted}"),
                "Abrir el programa",
            )
        }
        Some(State::Sent) if may(who, Action::DecideProgramme) && !programme?.makers.contains(&who.id) => {
            let what = format!("Aprobar o devolver el programa de mantenimiento del {name} (FO-02)");
            ("decide", what, last_before(days.here, first), begins, "Abrir el programa")
        }
        Some(State::Approved) if may(who, Action::DraftProgramme) => {
            let what = format!("Entregar las copias del programa de mantenimiento del {name} a los jefes de unidad");
            let (day, why) = after(days.here, programme?.decided?, rules::HAND_OUT_DAYS, "su aprobación");
            ("copies", what, day, why, "Abrir el programa")
        }
        _ => return None,
    };
    let path = match programme {
        Some(_) => format!("/mantenimiento/{}-{}", semester.year(), semester.half()),
        None => "/mantenimiento".to_owned(),
    };
    let key = format!("programme/{}-{}/{word}", semester.year(), semester.half());
    Some(Due { key, kind: Kind::Programme, day, what, why, count: 1, path, act })
}

/// The copies that somebody was given as the head of a unit.
pub(super) fn copies(facts: &Facts, who: &Actor, days: Days<'_>) -> Vec<Due> {
    let mine = facts.copies.iter().filter(|copy| who.heads.contains(&copy.unit));
    let mut due: Vec<Due> = mine
        .map(|copy| {
            let (day, why) = after(days.here, copy.given, rules::ACKNOWLEDGE_DAYS, "su entrega");
            let name = copy.semester.to_string().to_lowercase();
            Due {
                key: format!("copy/{}-{}", copy.semester.year(), copy.semester.half()),
                kind: Kind::Copy,
                day,
                what: format!("Acusar recibo de la copia del programa de mantenimiento del {name}"),
                why,
                count: 1,
                path: format!("/mantenimiento/{}-{}", copy.semester.year(), copy.semester.half()),
                act: "Abrir el programa",
            }
        })
        .collect();
    // Who heads several units acknowledges them at once.
    due.dedup_by(|one, other| one.key == other.key);
    due
}

/// What is to be maintained this week: for technicians what is theirs, for the head of informatics all, for heads of units what is of
/// their units.
pub(super) fn upkeep(facts: &Facts, who: &Actor, days: Days<'_>) -> Vec<Due> {
    let (day, why) = week_end(days.here, days.today);
    let is_chief = who.is(Role::Chief);
    let mine = |fact: &&super::facts::UpkeepFact| is_chief || fact.technician == Some(who.id);
    let of_units = |fact: &&super::facts::UpkeepFact| !mine(fact) && who.heads.contains(&fact.unit);
    let item = |key: &str, found: Vec<&super::facts::UpkeepFact>, what: &dyn Fn(&str) -> String| {
        let count: i64 = found.iter().map(|fact| fact.count).sum();
        let semester = found.first()?.semester;
        let pieces = if count == 1 { "1 equipo".to_owned() } else { format!("{count} equipos") };
        Some(Due {
            key: format!("upkeep/{key}/{}", spanish(day)),
            kind: Kind::Upkeep,
            day,
            what: what(&pieces),
            why: why.clone(),
            count,
            path: format!("/mantenimiento/{}-{}", semester.year(), semester.half()),
            act: "Abrir el programa",
        })
    };
    let do_it = |pieces: &str| format!("Dar esta semana mantenimiento preventivo a {pieces}");
    let have_it =
        |pieces: &str| format!("Tener a disposición de los técnicos {pieces} de su unidad, para su mantenimiento");
    let own = item("do", facts.upkeep.iter().filter(mine).collect(), &do_it);
    let of_units = item("have", facts.upkeep.iter().filter(of_units).collect(), &have_it);
    own.into_iter().chain(of_units).collect()
}

/// The directives for backups: the first one and the yearly review for the head, what is to be read for technicians.
pub(super) fn directives(facts: &Facts, who: &Actor, days: Days<'_>) -> Vec<Due> {
    let mut due = Vec::new();
    let item = |key: String, what: String, (day, why): (_, String), act| Due {
        key,
        kind: Kind::Directive,
        day,
        what,
        why,
        count: 1,
        path: "/directrices".to_owned(),
        act,
    };
    if may(who, Action::AcknowledgeDirective) {
        for directive in current(&facts.directives, days.today) {
            if !facts.read.contains(&(directive.number, who.id)) {
                let issued = civil_date(directive.issued, days.zone);
                let when = after(days.here, issued, rules::ACKNOWLEDGE_DAYS, "que se emitió");
                let what = format!("Leer la directriz de respaldo {} y acusar de enterado", directive.number);
                due.push(item(format!("directive/read/{}", directive.number), what, when, "Leer la directriz"));
            }
        }
    }
    if may(who, Action::IssueDirective) {
        match (in_force(&facts.directives, days.today), facts.directives.last()) {
            (None, None) => {
                let when = week_end(days.here, days.today);
                let what = "Emitir la primera directriz de respaldo: no hay ninguna vigente".to_owned();
                due.push(item("directive/first".to_owned(), what, when, "Emitir la directriz"));
            }
            (Some(now), Some(last)) if now.number == last.number => {
                let year =
                    now.valid_from.checked_add_months(Months::new(rules::REVIEW_MONTHS)).unwrap_or(now.valid_from);
                let ahead = Civil::new(rules::REVIEW_AHEAD_DAYS);
                if year.checked_sub_days(ahead).is_some_and(|from| from <= days.today) {
                    let why = format!("un año después de que empezó a regir, el {}", spanish(now.valid_from));
                    let what = format!(
                        "Revisar la directriz de respaldo {} y emitir la siguiente, aunque diga lo mismo",
                        now.number
                    );
                    let when = (on_or_after(days.here, year), why);
                    due.push(item(format!("directive/review/{}", now.number), what, when, "Ver las directrices"));
                }
            }
            _ => {}
        }
    }
    due
}
