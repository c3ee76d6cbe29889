//! What is due for whoever asks. It may not know what makes anything due.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::body::Who;
use super::problem::Problem;
use super::table::{About, Table};
use crate::jobs::due::of;
use crate::jobs::due::report::{DueList, list};
use crate::web::app::App;

const LIST: &About = &About {
    name: "list_due",
    summary: "What is due for the person on whose behalf the key asks, by day: the same as on their page.",
    parameters: &[],
    statuses: &[200],
};

pub(super) fn routes(table: &mut Table) {
    table.get::<DueList, _, _>("/api/v1/due", LIST, due);
}

async fn due(State(app): State<Arc<App>>, Who(who): Who) -> Result<Json<DueList>, Problem> {
    Ok(Json(list(of(app.office(), &who.actor).await?)))
}
