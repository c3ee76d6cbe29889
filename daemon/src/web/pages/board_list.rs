//! The records behind a figure of the board, a page at a time. It may not know how they are found.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::shown::{Row, sentence};
use super::tickets::key;
use crate::desk::Verdict;
use crate::desk::access::Action;
use crate::desk::account::AccountKind;
use crate::desk::ticket::Rating;
use crate::jobs::desk::board::Month;
use crate::jobs::desk::board_lists::{RecordPage, Records, Wanted, records};
use crate::jobs::desk::calendar::{Calendars, calendars};
use crate::jobs::desk::now;
use crate::jobs::monthly::month_name;
use crate::store::board_lists::{Asked as Proposal, CountedBy, CountedFilter, Has, Proposal as Kind, Proposed, Rated};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::{Fields, number};
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

/// Records on a page.
const SIZE: u32 = 50;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeBoard), "/tablero/lista", show_list);
}

/// What a list counts, with its word in paths and its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    Received,
    Attended,
    Voided,
    Finished,
    Pending,
    Extensions,
    Exceptions,
    Begun,
    Told,
}

impl Figure {
    const ALL: [(Self, &'static str, &'static str); 9] = [
        (Self::Received, "recibidas", "Recibidas"),
        (Self::Attended, "atendidas", "Atendidas"),
        (Self::Voided, "anuladas", "Anuladas"),
        (Self::Finished, "finalizadas", "Finalizadas"),
        (Self::Pending, "pendientes", "Pendientes al terminar el mes"),
        (Self::Extensions, "ampliaciones", "Ampliaciones"),
        (Self::Exceptions, "excepciones", "Excepciones"),
        (Self::Begun, "tramites-iniciados", "Trámites de correo iniciados"),
        (Self::Told, "tramites-informados", "Trámites de correo informados"),
    ];

    fn of_word(word: &str) -> Self {
        Self::ALL.iter().find(|(_, known, _)| *known == word).map_or(Self::Received, |(figure, _, _)| *figure)
    }

    fn words(self) -> (&'static str, &'static str) {
        Self::ALL.iter().find(|(figure, _, _)| *figure == self).map_or(("", ""), |(_, word, title)| (*word, *title))
    }
}

/// The path of the list of a figure; `more` narrows it, as the rest of a query.
pub(super) fn href(month: Month, figure: Figure, more: &str) -> String {
    format!("/tablero/lista?mes={month}&que={}{more}", figure.words().0)
}

/// An extension or exception as a line.
pub(super) struct Asking {
    pub(super) number: String,
    pub(super) subject: String,
    pub(super) day: String,
    pub(super) what: &'static str,
    pub(super) is_late: bool,
    pub(super) became: &'static str,
}

pub(super) fn asking(one: &Proposed) -> Asking {
    Asking {
        number: one.number.clone(),
        subject: one.subject.clone(),
        day: dates::day(one.day),
        what: match one.asked {
            Proposal::Extension(cause) => cause.label(),
            Proposal::Exception(kind) => kind.label(),
        },
        is_late: one.late,
        became: match one.confirmed {
            None => "por decidir",
            Some(true) => "confirmada",
            Some(false) => "rechazada",
        },
    }
}

#[derive(Template)]
#[template(path = "board_list.html")]
struct ListPage {
    page: Page,
    month: String,
    /// What the list is narrowed to.
    about: String,
    total: i64,
    here: usize,
    tickets: Vec<(Row, String)>,
    proposed: Vec<Asking>,
    /// Number, subject, kind, person, day.
    accounts: Vec<[String; 5]>,
    first: String,
    next: String,
}

/// What is asked for: the records, the rest of the query that asks for them, and words that say what it is narrowed to.
fn wanted(figure: Figure, asked: &Fields) -> (Wanted, String, Vec<String>) {
    let tickets = |by: CountedBy| {
        let (filter, more, about) = filter(by, asked);
        (Wanted::Tickets(filter), more, about)
    };
    let accounts = |told: bool| {
        let kind = AccountKind::of_word(asked.text("tipo")).unwrap_or(AccountKind::Creation);
        (Wanted::Accounts(kind, told), format!("&tipo={}", kind.word()), vec![sentence(kind.label())])
    };
    match figure {
        Figure::Received => tickets(CountedBy::Received),
        Figure::Attended => tickets(CountedBy::Attended),
        Figure::Voided => tickets(CountedBy::Voided),
        Figure::Finished => tickets(CountedBy::Finished),
        Figure::Pending => tickets(CountedBy::Pending),
        Figure::Extensions => (Wanted::Proposed(Kind::Extension), String::new(), Vec::new()),
        Figure::Exceptions => (Wanted::Proposed(Kind::Exception), String::new(), Vec::new()),
        Figure::Begun => accounts(false),
        Figure::Told => accounts(true),
    }
}

fn filter(by: CountedBy, asked: &Fields) -> (CountedFilter, String, Vec<String>) {
    let (mut more, mut about) = (String::new(), Vec::new());
    let mut has = |key: &str| match asked.text(key) {
        "ninguna" => {
            more += &format!("&{key}=ninguna");
            Has::None
        }
        text => number(text).map_or(Has::Any, |id| {
            more += &format!("&{key}={id}");
            Has::Id(id)
        }),
    };
    let (category, unit, assignee) = (has("categoria"), has("unidad"), has("tecnico"));
    let category = if let Has::Id(id) = category { Some(id) } else { None };
    let verdict = Verdict::of_word(asked.text("veredicto"));
    if let Some(verdict) = verdict {
        more += &format!("&veredicto={}", verdict.word());
        about.push(sentence(verdict.label()));
    }
    let rating = match asked.text("calificacion") {
        "sin" => Some(Rated::NotYet),
        word => Rating::of_word(word).map(Rated::As),
    };
    match rating {
        Some(Rated::NotYet) => {
            more += "&calificacion=sin";
            about.push("Sin calificar".to_owned());
        }
        Some(Rated::As(rating)) => {
            more += &format!("&calificacion={}", rating.word());
            about.push(sentence(rating.label()));
        }
        None => {}
    }
    (CountedFilter { by, category, unit, assignee, verdict, rating }, more, about)
}

async fn show_list(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let office = app.office();
    let figure = Figure::of_word(asked.text("que"));
    let (wanted, more, mut about) = wanted(figure, &asked);
    let after = key(asked.text("despues"));
    let found = records(office, &visit.caller(), Month::parse(asked.text("mes")), wanted, after, SIZE).await?;
    let days = calendars(office, now(office).day).await?;
    about.extend(found.names.iter().cloned());
    let path = href(found.month, figure, &more);
    let (tickets, proposed, accounts) = rows(&found, &days, now(office).day);
    show(&ListPage {
        page: visit.page(&format!("{}: {}", figure.words().1, month_name(found.month))),
        month: found.month.to_string(),
        about: about.join(" · "),
        total: found.total,
        here: tickets.len() + proposed.len() + accounts.len(),
        tickets,
        proposed,
        accounts,
        first: after.map(|_| path.clone()).unwrap_or_default(),
        next: found.next.map(|(day, id)| format!("{path}&despues={day}_{id}")).unwrap_or_default(),
    })
}

type Rows = (Vec<(Row, String)>, Vec<Asking>, Vec<[String; 5]>);

fn rows(found: &RecordPage, days: &Calendars, today: chrono::NaiveDate) -> Rows {
    match &found.records {
        Records::Tickets(all) => {
            let row = |one: &crate::store::board_lists::Counted| {
                (Row::of(one.ticket.clone(), &found.faces, days, today), dates::day(one.day))
            };
            (all.iter().map(row).collect(), Vec::new(), Vec::new())
        }
        Records::Proposed(all) => (Vec::new(), all.iter().map(asking).collect(), Vec::new()),
        Records::Accounts(all) => {
            let row = |one: &crate::store::board_lists::AccountStep| {
                let kind = sentence(one.kind.label());
                [one.number.clone(), one.subject.clone(), kind, one.person.clone(), dates::day(one.day)]
            };
            (Vec::new(), Vec::new(), all.iter().map(row).collect())
        }
    }
}
