//! Tickets: lists of them, one of them, and making one. It may not know who may see which.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::path::ParameterIn;

use super::body::{Number, Sent, Who};
use super::problem::Problem;
use super::query::{day, number};
use super::table::{About, Table};
use crate::desk::ticket::State as TicketState;
use crate::jobs::desk::report::{self, CategoryList, CategoryReport, ReviewReport, TicketPage, TicketReport};
use crate::jobs::desk::request::{TicketRequest, entered, login};
use crate::jobs::desk::{Caller, view};
use crate::store::ticket_lists::Filter;
use crate::web::app::App;
use crate::web::fields;

/// Tickets of a page, unless it is said how many.
const SIZE: u32 = 50;
/// Letters of a search that are looked at.
const WORDS_MAX: usize = 200;

const LIST: &About = &About {
    name: "list_tickets",
    summary: "Tickets, a page at a time: the newest first, or in the queue the first to be due first.",
    parameters: &[
        (ParameterIn::Query, "list", "`own` (unless told), `queue`, `all` or `unit`."),
        (ParameterIn::Query, "unit", "For the list `unit`: the unit's id, if one heads several."),
        (ParameterIn::Query, "state", "Only in this state."),
        (ParameterIn::Query, "assignee", "Only of this login."),
        (ParameterIn::Query, "category", "Only of this category."),
        (ParameterIn::Query, "due_before", "Only with the limit before this day."),
        (ParameterIn::Query, "due_on", "Only with the limit on this day."),
        (ParameterIn::Query, "q", "Only with these words."),
        (ParameterIn::Query, "before", "`next` of the page before, for every list but the queue."),
        (ParameterIn::Query, "after", "`next` of the page before, for the queue."),
        (ParameterIn::Query, "limit", "At most so many; 50 unless told, and 199 at most."),
    ],
    statuses: &[200],
};
const NEW: &About = &About {
    name: "create_ticket",
    summary: "Makes a ticket.",
    parameters: &[(
        ParameterIn::Header,
        "Idempotency-Key",
        "A word of the program's own: the same request with the same word makes one ticket, and is answered 200.",
    )],
    statuses: &[201, 200],
};
const SHOW: &About = &About {
    name: "show_ticket",
    summary: "A ticket with everything that whoever asks may see.",
    parameters: &[],
    statuses: &[200],
};
const REVIEW: &About = &About {
    name: "mark_review",
    summary: "Marks that whoever asks has looked through the open tickets today.",
    parameters: &[],
    statuses: &[200],
};
const CATEGORIES: &About =
    &About { name: "list_categories", summary: "What a ticket may be about.", parameters: &[], statuses: &[200] };

pub(super) fn routes(table: &mut Table) {
    table.get::<TicketPage, _, _>("/api/v1/tickets", LIST, list);
    table.post::<TicketRequest, TicketReport, _, _>("/api/v1/tickets", NEW, create);
    table.get::<TicketReport, _, _>("/api/v1/tickets/{number}", SHOW, show);
    table.post::<Nothing, ReviewReport, _, _>("/api/v1/review", REVIEW, review);
    table.get::<CategoryList, _, _>("/api/v1/categories", CATEGORIES, categories);
}

/// What needs no more than to be asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// What a list is asked for. Names that are not known change nothing.
#[derive(Debug, Deserialize)]
struct Asked {
    list: Option<String>,
    unit: Option<String>,
    state: Option<String>,
    assignee: Option<String>,
    category: Option<String>,
    due_before: Option<String>,
    due_on: Option<String>,
    q: Option<String>,
    before: Option<String>,
    after: Option<String>,
    limit: Option<String>,
}

async fn filter(app: &App, asked: &Asked) -> Result<Filter, Problem> {
    let state = |word: &str| {
        let words = || TicketState::ALL.iter().map(|state| state.word()).collect::<Vec<_>>().join(", ");
        TicketState::of_word(word).ok_or_else(|| Problem::field("state", format!("escriba uno de: {}", words())))
    };
    let assignee = match &asked.assignee {
        // Nobody has the id 0, so that nobody's tickets are found.
        Some(name) => Some(login(app.office(), name).await?.map_or(0, |user| user.id)),
        None => None,
    };
    Ok(Filter {
        state: asked.state.as_deref().map(state).transpose()?,
        assignee,
        category: number("category", asked.category.as_deref())?,
        due_before: day("due_before", asked.due_before.as_deref())?,
        due_on: day("due_on", asked.due_on.as_deref())?,
        words: asked.q.as_deref().unwrap_or_default().chars().take(WORDS_MAX).collect(),
    })
}

/// The key of the last ticket of a page of the queue.
fn key(text: &str) -> Result<(NaiveDate, i64), Problem> {
    let split = text.split_once('_');
    let key = split.and_then(|(day, id)| Some((day.parse().ok()?, fields::number(id)?)));
    key.ok_or_else(|| Problem::field("after", "escriba lo que dijo «next» en la página anterior"))
}

async fn list(
    State(app): State<Arc<App>>,
    Who(who): Who,
    Query(asked): Query<Asked>,
) -> Result<Json<TicketPage>, Problem> {
    let office = app.office();
    let filter = filter(&app, &asked).await?;
    let before = number("before", asked.before.as_deref())?;
    let limit = number("limit", asked.limit.as_deref())?.map_or(SIZE, |limit| u32::try_from(limit).unwrap_or(u32::MAX));
    let page = match asked.list.as_deref().unwrap_or("own") {
        "own" => view::own(office, &who, &filter, before, limit).await?,
        "all" => view::all(office, &who, &filter, before, limit).await?,
        "unit" => {
            let asked = number("unit", asked.unit.as_deref())?;
            let unit = asked.or(who.actor.heads.first().copied()).ok_or_else(Problem::not_found)?;
            view::of_unit(office, &who, unit, &filter, before, limit).await?
        }
        "queue" => {
            let after = asked.after.as_deref().map(key).transpose()?;
            let (page, counts) = view::queue(office, &who, &filter, after, limit).await?;
            return Ok(Json(report::page(page, Some(counts))));
        }
        _ => return Err(Problem::field("list", "escriba uno de: own, queue, all, unit")),
    };
    Ok(Json(report::page(page, None)))
}

/// A ticket as whoever asks sees it now.
pub(super) async fn shown(app: &App, who: &Caller, number: &str) -> Result<Json<TicketReport>, Problem> {
    Ok(Json(report::ticket(view::ticket(app.office(), who, number).await?)))
}

async fn show(
    State(app): State<Arc<App>>,
    Who(who): Who,
    Number(number): Number,
) -> Result<Json<TicketReport>, Problem> {
    shown(&app, &who, &number).await
}

async fn create(
    State(app): State<Arc<App>>,
    Who(who): Who,
    headers: HeaderMap,
    Sent(asked): Sent<TicketRequest>,
) -> Result<Response, Problem> {
    let unreadable = |_| Problem::field("Idempotency-Key", "escriba la clave con letras y cifras");
    let once = headers.get("idempotency-key").map(|key| key.to_str().map(str::to_owned).map_err(unreadable));
    let (ticket, is_new) = Box::pin(entered(app.office(), &who, asked, once.transpose()?)).await?;
    let report = shown(&app, &who, &ticket.number).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, [(header::LOCATION, format!("/api/v1/tickets/{}", ticket.number))], report).into_response())
}

async fn review(
    State(app): State<Arc<App>>,
    Who(who): Who,
    Sent(Nothing {}): Sent<Nothing>,
) -> Result<Json<ReviewReport>, Problem> {
    Ok(Json(view::review(app.office(), &who).await?.into()))
}

async fn categories(State(app): State<Arc<App>>, Who(_): Who) -> Result<Json<CategoryList>, Problem> {
    let report = |category: crate::store::desk_rows::Category| CategoryReport {
        id: category.id,
        name: category.name,
        active: category.active,
    };
    Ok(Json(CategoryList { items: app.store.categories().await?.into_iter().map(report).collect() }))
}
