//! All routes of the API as a router and as an OpenAPI document. It may not know what they answer.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::path::HttpMethod;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Paths};

use super::guard::{Door, guard};
use super::problem::Problem;
use super::table::{About, BEARER, Table};
use super::throttle::Throttle;
use super::{accounts, acts, calendar, due, files, metrics, reports, tickets};
use crate::web::app::App;
use crate::web::failure::Failure;

/// Every route.
fn all() -> Table {
    let mut table = Table::default();
    tickets::routes(&mut table);
    acts::routes(&mut table);
    files::routes(&mut table);
    accounts::routes(&mut table);
    calendar::routes(&mut table);
    due::routes(&mut table);
    reports::routes(&mut table);
    metrics::routes(&mut table);
    let about = About { name: "document", summary: "This document.", parameters: &[], statuses: &[200] };
    table.get_as("/api/v1/openapi.json", &about, (None, "application/json"), document);
    table
}

/// Every route by its method and its path, for those who hold the document against it.
pub(in crate::web) fn listed() -> Vec<(&'static str, String)> {
    let name = |method: &HttpMethod| if *method == HttpMethod::Post { "POST" } else { "GET" };
    all().routes.into_iter().map(|route| (name(&route.method), route.path)).collect()
}

/// The router.
pub(in crate::web) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let throttle = Arc::new(Throttle::default());
    let mut router = Router::new();
    for route in all().routes {
        let door = Door { app: Arc::clone(app), throttle: Arc::clone(&throttle), scope: route.scope };
        router = router.route(&route.path, route.handler.route_layer(from_fn_with_state(Arc::new(door), guard)));
    }
    router
}

fn written() -> OpenApi {
    let table = all();
    let mut paths = Paths::new();
    for route in table.routes {
        paths.add_path_operation(route.path, vec![route.method], route.operation);
    }
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The key of a program, as `resguardo token add` prints it once."))
        .build();
    let components = ComponentsBuilder::new()
        .schemas_from_iter(table.schemas)
        .security_scheme(BEARER, SecurityScheme::Http(scheme))
        .build();
    let about = InfoBuilder::new()
        .title("Resguardo: mesa de ayuda")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Tickets of the support desk and its calendar, for programs. Problems are RFC 9457; keys and words are English, what people read is Spanish."));
    OpenApiBuilder::new().info(about.build()).paths(paths).components(Some(components)).build()
}

async fn document() -> Result<Response, Problem> {
    let text = written().to_json().map_err(|error| Failure::Internal(error.to_string()))?;
    Ok(([(axum::http::header::CONTENT_TYPE, "application/json")], text).into_response())
}
