//! Lists of tickets: one's own, a unit's, all of them, and the open ones by their limits.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;

use super::shown::Row;
use crate::calendar::holidays::LAST;
use crate::desk::access::Action;
use crate::desk::ticket::State as TicketState;
use crate::jobs::desk::{calendar, now, view};
use crate::store::ticket_lists::{Counts, Filter};
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::{Fields, number};
use crate::web::form::{Choice, Form};
use crate::web::guard::percent;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

/// Tickets on a page.
const SIZE: u32 = 50;
/// Letters that are searched for at most.
const WORDS_MAX: usize = 200;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::SignedIn, "/solicitudes", own);
    routes.get(Access::SignedIn, "/unidad", of_unit);
    routes.get(Access::May(Action::SeeQueue), "/todas", all);
    routes.get(Access::May(Action::SeeQueue), "/bandeja", queue);
    routes.post(Access::May(Action::MarkReview), "/bandeja/revision", review);
}

#[derive(Template)]
#[template(path = "tickets.html")]
struct TicketsPage<'a> {
    page: Page,
    form: Form,
    path: &'a str,
    states: Vec<Choice>,
    units: Vec<Choice>,
    rows: Vec<Row>,
    shows_requester: bool,
    first: String,
    next: String,
}

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    page: Page,
    form: Form,
    states: Vec<Choice>,
    whose: Vec<Choice>,
    counts: Counts,
    rows: Vec<Row>,
    marks: bool,
    marked: bool,
    first: String,
    next: String,
}

fn states() -> Vec<Choice> {
    let all = TicketState::ALL.iter().map(|state| Choice::new(state.word(), state.label()));
    std::iter::once(Choice::new("", "Cualquier estado")).chain(all).collect()
}

/// What is asked for, cut to what is looked at.
fn filter(asked: &Fields) -> (String, Filter) {
    let words: String = asked.text("q").chars().take(WORDS_MAX).collect();
    let state = TicketState::of_word(asked.text("estado"));
    (words.clone(), Filter { state, words, ..Filter::default() })
}

/// Which list is shown.
enum List {
    Own,
    All,
    Unit(i64),
}

async fn shown(
    app: &App,
    visit: &Visit,
    asked: &Fields,
    (title, path, list): (&str, &str, List),
    units: Vec<Choice>,
) -> Result<Response, Failure> {
    let office = app.office();
    let who = visit.caller();
    let (words, filter) = filter(asked);
    let before = asked.number("antes");
    let page = match list {
        List::Own => view::own(office, &who, &filter, before, SIZE).await?,
        List::All => view::all(office, &who, &filter, before, SIZE).await?,
        List::Unit(unit) => view::of_unit(office, &who, unit, &filter, before, SIZE).await?,
    };
    let today = now(office).day;
    let calendars = calendar::calendars(office, today).await?;
    let last = page.tickets.last().map(|ticket| ticket.id).filter(|_| page.more);
    let state = filter.state.map_or("", TicketState::word);
    let unit = asked.text("unidad").to_owned();
    let query = format!("q={}&estado={state}&unidad={}", percent(&words), percent(&unit));
    show(&TicketsPage {
        page: visit.page(title),
        form: visit.form(Fields::of([("q", words), ("estado", state.to_owned()), ("unidad", unit)])),
        path,
        states: states(),
        units,
        rows: page.tickets.into_iter().map(|ticket| Row::of(ticket, &page.faces, &calendars, today)).collect(),
        shows_requester: !matches!(list, List::Own),
        first: before.map(|_| format!("{path}?{query}")).unwrap_or_default(),
        next: last.map(|id| format!("{path}?{query}&antes={id}")).unwrap_or_default(),
    })
}

async fn own(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    shown(&app, &visit, &asked, ("Mis solicitudes", "/solicitudes", List::Own), Vec::new()).await
}

async fn all(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    shown(&app, &visit, &asked, ("Todas las solicitudes", "/todas", List::All), Vec::new()).await
}

/// The tickets of a unit for its head.
async fn of_unit(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let heads = visit.actor().heads.clone();
    let known = app.store.units().await?;
    let units: Vec<Choice> = known
        .iter()
        .filter(|unit| heads.contains(&unit.id))
        .map(|unit| Choice::new(unit.id.to_string(), unit.name.clone()))
        .collect();
    let unit = number(asked.text("unidad")).or(heads.first().copied()).ok_or(Failure::NotFound)?;
    shown(&app, &visit, &asked, ("Solicitudes de mi unidad", "/unidad", List::Unit(unit)), units).await
}

/// A key of the queue as a query holds it.
pub(super) fn key(text: &str) -> Option<(NaiveDate, i64)> {
    let (day, id) = text.split_once('_')?;
    Some((day.parse().ok()?, number(id)?))
}

async fn queue(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let (office, who) = (app.office(), visit.caller());
    let (words, mut filter) = filter(&asked);
    let today = now(office).day;
    let whose = asked.text("cuales");
    match whose {
        // What waits to be attended is due on some day.
        "pendientes" => filter.due_before = Some(LAST),
        "mias" => filter.assignee = Some(visit.actor().id),
        "vencidas" => filter.due_before = Some(today),
        "hoy" => filter.due_on = Some(today),
        _ => {}
    }
    let after = key(asked.text("despues"));
    let (page, counts) = view::queue(office, &who, &filter, after, SIZE).await?;
    let calendars = calendar::calendars(office, today).await?;
    let last = page.tickets.last().map(|ticket| format!("{}_{}", ticket.last_limit, ticket.id)).filter(|_| page.more);
    let state = filter.state.map_or("", TicketState::word).to_owned();
    let query = format!("q={}&estado={state}&cuales={}", percent(&words), percent(whose));
    let reviews = app.store.reviews(today).await?;
    show(&QueuePage {
        page: visit.page("Bandeja"),
        form: visit.form(Fields::of([("q", words), ("estado", state), ("cuales", whose.to_owned())])),
        states: states(),
        whose: vec![
            Choice::new("", "Todas las abiertas"),
            Choice::new("pendientes", "Pendientes de atender"),
            Choice::new("mias", "Asignadas a mí"),
            Choice::new("vencidas", "Vencidas"),
            Choice::new("hoy", "Vencen hoy"),
        ],
        counts,
        rows: page.tickets.into_iter().map(|ticket| Row::of(ticket, &page.faces, &calendars, today)).collect(),
        marks: visit.may(Action::MarkReview),
        marked: reviews.iter().any(|review| review.user == visit.actor().id),
        first: after.map(|_| format!("/bandeja?{query}")).unwrap_or_default(),
        next: last.map(|key| format!("/bandeja?{query}&despues={key}")).unwrap_or_default(),
    })
}

async fn review(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    view::review(app.office(), &visit.caller()).await?;
    Ok(visit.done("/bandeja", "La revisión de hoy quedó registrada."))
}
