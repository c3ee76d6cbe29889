//! What is measured, for whoever watches with a key for it: the one path of programs that stands where Prometheus looks for it. It
//! may not know what that is.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use super::problem::Problem;
use super::table::{About, Table};
use crate::jobs::metrics;
use crate::openmetrics::MEDIA_TYPE;
use crate::web::app::App;

/// What keys that measure are for.
const SCOPE: &str = "metrics";
const METRICS: &About = &About {
    name: "metrics",
    summary: "What is measured, as OpenMetrics text for Prometheus. It holds nothing of any person.",
    parameters: &[],
    statuses: &[200],
};

pub(super) fn routes(table: &mut Table) {
    table.get_as("/metrics", METRICS, (Some(SCOPE), MEDIA_TYPE), all);
}

async fn all(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let text = metrics::text(app.office(), &app.source).await?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response())
}
