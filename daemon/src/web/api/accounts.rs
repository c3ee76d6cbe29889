//! Requests for mail accounts: lists of them, that of a ticket, beginning one and its steps. It may not know the rules.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use utoipa::openapi::path::ParameterIn;

use super::body::{Number, Sent, Who};
use super::problem::Problem;
use super::query::number;
use super::table::{About, Table};
use crate::jobs::desk::Caller;
use crate::jobs::desk::account_report::{self as report, AccountPage, AccountReport};
use crate::jobs::desk::account_wanted::{AccountStep, NewAccount, begun, stepped};
use crate::jobs::desk::accounts::{self, List};
use crate::web::app::App;

/// Requests of a page, unless it is said how many.
const SIZE: u32 = 50;

const LIST: &About = &About {
    name: "list_accounts",
    summary: "Requests for mail accounts, for those who see the queue.",
    parameters: &[
        (
            ParameterIn::Query,
            "list",
            "`waiting` for the ministry (unless told; the oldest first, all at once), `open` or `all` (the newest first).",
        ),
        (ParameterIn::Query, "before", "`next` of the page before, for `open` and `all`."),
        (ParameterIn::Query, "limit", "At most so many; 50 unless told, and 199 at most."),
    ],
    statuses: &[200],
};
const SHOW: &About =
    &About { name: "show_account", summary: "The request of a ticket.", parameters: &[], statuses: &[200] };
const NEW: &About = &About {
    name: "begin_account",
    summary: "Begins the request of a ticket about mail; a ticket has one.",
    parameters: &[],
    statuses: &[201],
};
const ONE: &str = "/api/v1/tickets/{number}/account";

pub(super) fn routes(table: &mut Table) {
    table.get::<AccountPage, _, _>("/api/v1/accounts", LIST, list);
    table.get::<AccountReport, _, _>(ONE, SHOW, show);
    table.post::<NewAccount, AccountReport, _, _>(ONE, NEW, begin);
    step(table, "give", "give_account_form", "The blank form was handed over.", AccountStep::Give);
    step(table, "authorize", "authorize_account", "The direction authorised it.", AccountStep::Authorize);
    step(table, "receive", "receive_account_form", "The signed form came.", AccountStep::Receive);
    step(table, "upload", "upload_account", "It was sent to the ministry.", AccountStep::Upload);
    step(table, "answer", "answer_account", "The ministry answered.", AccountStep::Answer);
    step(table, "tell", "tell_account", "Whoever asked is told.", AccountStep::Tell);
}

/// A route that takes a step, and answers with the request as it is then.
fn step<B>(table: &mut Table, word: &str, name: &'static str, summary: &'static str, wanted: fn(B) -> AccountStep)
where
    B: DeserializeOwned + ToSchema + Send + 'static,
{
    let about = About { name, summary, parameters: &[], statuses: &[200] };
    table.post::<B, AccountReport, _, _>(
        &format!("{ONE}/{word}"),
        &about,
        async move |State(app): State<Arc<App>>, Who(who): Who, Number(number): Number, Sent(body): Sent<B>| {
            Box::pin(stepped(app.office(), &who, &number, wanted(body))).await?;
            shown(&app, &who, &number).await
        },
    );
}

/// What a list is asked for. Names that are not known change nothing.
#[derive(Debug, Deserialize)]
struct Asked {
    list: Option<String>,
    before: Option<String>,
    limit: Option<String>,
}

async fn list(
    State(app): State<Arc<App>>,
    Who(who): Who,
    Query(asked): Query<Asked>,
) -> Result<Json<AccountPage>, Problem> {
    let list = match asked.list.as_deref().unwrap_or("waiting") {
        "waiting" => List::Waiting,
        "open" => List::Open,
        "all" => List::All,
        _ => return Err(Problem::field("list", "escriba uno de: waiting, open, all")),
    };
    let before = number("before", asked.before.as_deref())?;
    let limit = number("limit", asked.limit.as_deref())?.map_or(SIZE, |limit| u32::try_from(limit).unwrap_or(u32::MAX));
    Ok(Json(report::accounts(accounts::list(app.office(), &who, list, before, limit).await?)))
}

async fn shown(app: &App, who: &Caller, number: &str) -> Result<Json<AccountReport>, Problem> {
    let (aged, faces) = accounts::one(app.office(), who, number).await?;
    Ok(Json(report::account(aged, &faces)))
}

async fn show(
    State(app): State<Arc<App>>,
    Who(who): Who,
    Number(number): Number,
) -> Result<Json<AccountReport>, Problem> {
    shown(&app, &who, &number).await
}

async fn begin(
    State(app): State<Arc<App>>,
    Who(who): Who,
    Number(number): Number,
    Sent(asked): Sent<NewAccount>,
) -> Result<Response, Problem> {
    begun(app.office(), &who, &number, asked).await?;
    Ok((StatusCode::CREATED, shown(&app, &who, &number).await?).into_response())
}
