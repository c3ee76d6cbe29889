//! What is due of tickets and of requests for mail accounts. The first few are named, the rest is counted. It may not know whose they
//! are: that was asked when they were read.

use super::explain::{after, spanish};
use super::facts::{Facts, Own, TicketFact};
use super::item::{Due, Kind};
use super::list::Days;
use super::rules;

/// The tickets that somebody may attend.
pub(super) fn attend(own: &Own, days: Days<'_>) -> Vec<Due> {
    let mut due: Vec<Due> = own.tickets.iter().map(|ticket| one(ticket, days)).collect();
    let named = |test: &dyn Fn(&TicketFact) -> bool| {
        i64::try_from(own.tickets.iter().filter(|ticket| test(ticket)).count()).unwrap_or(i64::MAX)
    };
    let today = days.today;
    let counts = own.counts;
    let rest = |key: &str, count: i64, day, how: &str, why: &str| Due {
        key: format!("tickets/{key}"),
        kind: Kind::Ticket,
        day,
        what: format!("Atender {count} {how}"),
        why: why.to_owned(),
        count,
        path: "/bandeja".to_owned(),
        act: "Abrir la bandeja",
    };
    let solicitudes = |count: i64, one: &str, many: &str| if count == 1 { one.to_owned() } else { many.to_owned() };
    let overdue = counts.overdue.0 - named(&|ticket| ticket.limit < today);
    if let (1.., Some(day)) = (overdue, counts.overdue.1) {
        let how = solicitudes(overdue, "solicitud vencida más", "solicitudes vencidas más");
        due.push(rest("overdue", overdue, day, &how, "es el último de sus límites"));
    }
    let now = counts.today - named(&|ticket| ticket.limit == today);
    if now > 0 {
        let how = solicitudes(now, "solicitud más, que vence hoy", "solicitudes más, que vencen hoy");
        due.push(rest("today", now, today, &how, "es el límite de todas ellas"));
    }
    let ahead = counts.ahead.0 - named(&|ticket| ticket.limit > today);
    if let (1.., Some(day)) = (ahead, counts.ahead.1) {
        let how = solicitudes(ahead, "solicitud más, que vence después", "solicitudes más, que vencen después");
        let first = own.tickets.iter().map(|ticket| ticket.limit).max().filter(|last| *last > day);
        due.push(rest("ahead", ahead, first.unwrap_or(day), &how, "ninguna vence antes"));
    }
    due
}

fn one(ticket: &TicketFact, days: Days<'_>) -> Due {
    let calendar = (days.of_unit)(ticket.unit);
    let (counted, why) = after(calendar, ticket.entered, rules::TICKET_DAYS, "su ingreso");
    let why = if ticket.limit > ticket.first_limit {
        format!("plazo ampliado; el primero venció el {}", spanish(ticket.first_limit))
    } else if ticket.limit == counted {
        why
    } else {
        format!("3 días hábiles desde su ingreso, el {}", spanish(ticket.entered))
    };
    let nobody = if ticket.assigned { "" } else { ", que nadie ha tomado" };
    Due {
        key: format!("ticket/{}", ticket.number),
        kind: Kind::Ticket,
        day: ticket.limit,
        what: format!("Atender la solicitud {}{nobody}: {}", ticket.number, ticket.subject),
        why,
        count: 1,
        path: format!("/solicitudes/{}", ticket.number),
        act: "Abrir la solicitud",
    }
}

/// The tickets that somebody asked for and has to rate.
pub(super) fn rate(own: &Own, days: Days<'_>) -> Vec<Due> {
    let one = |ticket: &super::facts::UnratedFact| {
        let (day, why) = after(days.here, ticket.closed, rules::RATING_DAYS, "que se finalizó");
        Due {
            key: format!("rating/{}", ticket.number),
            kind: Kind::Rating,
            day,
            what: format!("Calificar el servicio de la solicitud {}: {}", ticket.number, ticket.subject),
            why,
            count: 1,
            path: format!("/solicitudes/{}/calificar", ticket.number),
            act: "Calificar",
        }
    };
    let mut due: Vec<Due> = own.unrated.iter().map(one).collect();
    let rest = own.unrated_total - i64::try_from(own.unrated.len()).unwrap_or_default();
    if let (1.., Some(last)) = (rest, due.last()) {
        due.push(Due {
            key: "ratings".to_owned(),
            kind: Kind::Rating,
            day: last.day,
            what: format!("Calificar {rest} {} más", if rest == 1 { "solicitud" } else { "solicitudes" }),
            why: "ninguna se finalizó antes".to_owned(),
            count: rest,
            path: "/solicitudes".to_owned(),
            act: "Ver mis solicitudes",
        });
    }
    due
}

/// The requests for mail accounts whose answer was awaited too long.
pub(super) fn accounts(facts: &Facts, days: Days<'_>) -> Vec<Due> {
    let one = |request: &super::facts::AccountFact| {
        let (day, why) = after(days.here, request.uploaded, rules::ANSWER_DAYS, "que se cargó al MINECO");
        (day < days.today).then(|| Due {
            key: format!("account/{}", request.number),
            kind: Kind::Account,
            day,
            what: format!("Preguntar al MINECO por el trámite de correo de la solicitud {}", request.number),
            why,
            count: 1,
            path: format!("/solicitudes/{}/correo", request.number),
            act: "Abrir el trámite",
        })
    };
    let mut due: Vec<Due> = facts.accounts.iter().take(rules::NAMED).filter_map(one).collect();
    let rest = facts.accounts_late - i64::try_from(due.len()).unwrap_or_default();
    if let (1.., Some(last)) = (rest, due.last()) {
        due.push(Due {
            key: "accounts".to_owned(),
            kind: Kind::Account,
            day: last.day,
            what: format!("Preguntar al MINECO por {rest} {} más", if rest == 1 { "trámite" } else { "trámites" }),
            why: "ninguno espera desde antes".to_owned(),
            count: rest,
            path: "/correo".to_owned(),
            act: "Ver los trámites",
        });
    }
    due
}
