//! What people ask for on the pages of backups. It may not know how it is carried out.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use crate::desk::access::Action;
use crate::jobs::orders::{Order, Taken};
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::{Fields, number};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

const RUNS: Access = Access::May(Action::RunBackups);
const RESTORES: Access = Access::May(Action::RestoreBackups);
/// Names of one order.
const NAMES_MAX: usize = 1000;

pub(super) fn routes(routes: &mut Routes) {
    routes.post(RUNS, "/respaldos/iniciar", begin);
    routes.post(RUNS, "/respaldos/corridas/{corrida}/cancelar", cancel);
    routes.post(RUNS, "/respaldos/probar", drill);
    routes.post(RUNS, "/respaldos/releer", verify);
    routes.post(RESTORES, "/respaldos/restaurar", restore);
}

async fn give(app: &App, visit: &Visit, order: Order, word: &str) -> Result<Response, Failure> {
    Ok(match app.orders.give(app.office(), visit.by(), order).await? {
        Taken::Run(run) => visit.done(&format!("/respaldos/corridas/{run}"), word),
        Taken::Errand => visit.done("/respaldos", word),
    })
}

/// The text of a field that must be there.
fn text(fields: &Fields, name: &str) -> Result<String, Failure> {
    Some(fields.text(name)).filter(|text| !text.is_empty()).map(str::to_owned).ok_or(Failure::Malformed)
}

async fn begin(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let names: Vec<String> = text(&fields, "nombre")?.split(',').take(NAMES_MAX).map(str::to_owned).collect();
    give(&app, &visit, Order::BackUp { names }, "El respaldo está en cola; empieza en cuanto no haya otro en curso.")
        .await
}

async fn cancel(State(app): State<Arc<App>>, visit: Visit, Path(run): Path<String>) -> Result<Response, Failure> {
    let run = number(&run).ok_or(Failure::NotFound)?;
    give(&app, &visit, Order::Cancel { run }, "La corrida se cancela; lo que no estaba completo se quita.").await
}

async fn drill(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let dataset = text(&fields, "conjunto")?;
    give(&app, &visit, Order::Drill { dataset }, "La prueba de restauración está en cola. Abajo verá su resultado.")
        .await
}

async fn verify(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let archive = text(&fields, "archivo")?;
    give(&app, &visit, Order::Verify { archive }, "Se están releyendo sus copias. Abajo verá el resultado.").await
}

async fn restore(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let archive = text(&fields, "archivo")?;
    give(&app, &visit, Order::Restore { archive }, "Se está restaurando. Abajo verá en qué carpeta.").await
}
