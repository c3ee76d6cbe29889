//! The papers of a month that was delivered: its report and its indicators. It may not know what stands on them.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::openapi::path::ParameterIn;

use super::body::Who;
use super::problem::Problem;
use super::query;
use super::table::{About, READ, Table};
use crate::figures::month::Month;
use crate::web::app::App;
use crate::web::paper::{monthly_indicators, monthly_report};

const REVISION: (ParameterIn, &str, &str) =
    (ParameterIn::Query, "revision", "Which revision; the last one that was delivered, unless told.");
const REPORT: &About = &About {
    name: "print_report",
    summary: "The report of a month as it was delivered, form DIACO-IN-FO-05, as PDF.",
    parameters: &[REVISION],
    statuses: &[200],
};
const INDICATORS: &About = &About {
    name: "print_indicators",
    summary: "The indicators of a month as they were delivered, form DIACO-RP-FO-03, as PDF.",
    parameters: &[REVISION],
    statuses: &[200],
};

pub(super) fn routes(table: &mut Table) {
    let kind = (Some(READ), "application/pdf");
    table.get_as("/api/v1/reports/{month}/fo-05", REPORT, kind, report);
    table.get_as("/api/v1/reports/{month}/rp-fo-03", INDICATORS, kind, indicators);
}

#[derive(Debug, Deserialize)]
struct Asked {
    revision: Option<String>,
}

/// The month and the revision that are meant.
fn meant(month: &str, asked: &Asked) -> Result<(Month, Option<u32>), Problem> {
    let month = Month::parse(month).ok_or_else(Problem::not_found)?;
    let revision = query::number("revision", asked.revision.as_deref())?;
    let revision = revision.map(|number| u32::try_from(number).map_err(|_| Problem::not_found())).transpose()?;
    Ok((month, revision))
}

async fn report(
    State(app): State<Arc<App>>,
    Who(who): Who,
    Path(month): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (month, revision) = meant(&month, &asked)?;
    Ok(Box::pin(monthly_report(&app, &who, month, revision)).await?)
}

async fn indicators(
    State(app): State<Arc<App>>,
    Who(who): Who,
    Path(month): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (month, revision) = meant(&month, &asked)?;
    Ok(Box::pin(monthly_indicators(&app, &who, month, revision)).await?)
}
