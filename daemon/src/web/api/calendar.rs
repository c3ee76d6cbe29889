//! The calendar: the days of a year on which nobody works, and when a ticket of a day would be due, day by day. It may not know
//! how days are counted.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use utoipa::openapi::path::ParameterIn;

use super::body::Who;
use super::problem::Problem;
use super::query;
use super::table::{About, Table};
use crate::jobs::desk::days::{self, DueReport, YearReport};
use crate::web::app::App;

const YEAR: &About = &About {
    name: "show_year",
    summary: "The days of a year on which nobody works, by the version of the calendar in force.",
    parameters: &[],
    statuses: &[200],
};
const DUE: &About = &About {
    name: "due",
    summary: "By when a ticket of a day is to be attended, and why.",
    parameters: &[(ParameterIn::Query, "entry", "The day on which it is made; today, unless told.")],
    statuses: &[200],
};

pub(super) fn routes(table: &mut Table) {
    table.get::<YearReport, _, _>("/api/v1/calendar/{year}", YEAR, year);
    table.get::<DueReport, _, _>("/api/v1/calendar/due", DUE, due);
}

#[derive(Debug, Deserialize)]
struct Asked {
    entry: Option<String>,
}

async fn year(State(app): State<Arc<App>>, Who(_): Who, Path(year): Path<String>) -> Result<Json<YearReport>, Problem> {
    let year = Some(year).filter(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()));
    let year = year.and_then(|year| year.parse().ok()).ok_or_else(Problem::not_found)?;
    Ok(Json(days::year(app.office(), year).await?.ok_or_else(Problem::not_found)?))
}

async fn due(State(app): State<Arc<App>>, Who(_): Who, Query(asked): Query<Asked>) -> Result<Json<DueReport>, Problem> {
    let entry = query::day("entry", asked.entry.as_deref())?;
    Ok(Json(days::due(app.office(), entry).await?))
}
