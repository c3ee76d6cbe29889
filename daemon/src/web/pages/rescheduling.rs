//! An item that was moved to another week, by the number of its form FO-03: its paper, and that the head of the unit knows of it. It may
//! not know the rules of it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::upkeep_item::path;
use crate::jobs::upkeep::entries;
use crate::jobs::upkeep::item::rescheduling;
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::paper;
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Visit, see_other};

pub(super) fn routes(routes: &mut Routes) {
    // Whose it is, is asked of each.
    routes.get(Access::SignedIn, "/mantenimiento/reprogramaciones/{reprogramacion}", found);
    routes.get(Access::SignedIn, "/mantenimiento/reprogramaciones/{reprogramacion}/fo-03", report);
    routes.post(Access::SignedIn, "/mantenimiento/reprogramaciones/{reprogramacion}/enterado", know);
}

/// What a paper names leads to its item.
async fn found(State(app): State<Arc<App>>, visit: Visit, Path(name): Path<String>) -> Result<Response, Failure> {
    let (case, _) = rescheduling(app.office(), visit.by(), &name).await?;
    Ok(see_other(&path(&case)))
}

async fn report(State(app): State<Arc<App>>, visit: Visit, Path(name): Path<String>) -> Result<Response, Failure> {
    Box::pin(paper::rescheduling(&app, &visit, &name)).await
}

async fn know(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(name): Path<String>,
    _: Fields,
) -> Result<Response, Failure> {
    let case = entries::know(app.office(), visit.by(), &name).await?;
    Ok(visit.done(&path(&case), "Quedó registrado que está enterado."))
}
