//! The guard of a route of the API: whose key it is, whether it is for this, and how long the answer may take. It may not know
//! what the route does.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::problem::Problem;
use super::throttle::Throttle;
use crate::jobs::desk::Caller;
use crate::jobs::people::tokens;
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::guard::Address;

/// How long an answer may take, with what is uploaded for it.
const ANSWER_TIME: Duration = Duration::from_secs(180);

/// A route's door.
pub(super) struct Door {
    pub(super) app: Arc<App>,
    pub(super) throttle: Arc<Throttle>,
    /// What a key must be for; none where none is needed.
    pub(super) scope: Option<&'static str>,
}

/// Lets a request in, or answers it.
pub(super) async fn guard(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    if let Some(scope) = door.scope {
        let address = request.extensions().get::<Address>().map(|address| address.0);
        match who(&door, request.headers(), address, scope).await {
            Ok(caller) => drop(request.extensions_mut().insert(caller)),
            Err(problem) => return problem.into_response(),
        }
    }
    match tokio::time::timeout(ANSWER_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::from(Failure::OutOfTime).into_response(),
    }
}

async fn who(door: &Door, headers: &HeaderMap, address: Option<IpAddr>, scope: &str) -> Result<Caller, Problem> {
    let address = address.ok_or_else(|| Failure::Internal("no address".to_owned()))?;
    let now = Instant::now();
    if let Some(seconds) = door.throttle.waits(address, now) {
        let text = format!("demasiadas claves que no valen desde su dirección; espere {seconds} segundos");
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "throttled", text);
        return Err(problem.with(header::RETRY_AFTER, HeaderValue::from(seconds)));
    }
    let unknown = |text: &str| {
        Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", text)
            .with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    };
    let Some(secret) = secret(headers) else {
        return Err(unknown("falta la clave; envíela como «Authorization: Bearer CLAVE»"));
    };
    let Some(bearer) = tokens::bearer(door.app.office(), secret).await? else {
        door.throttle.failed(address, now);
        return Err(unknown("la clave no vale, o ya no; pida otra a quien administra las cuentas"));
    };
    if !bearer.may(scope) {
        let text = format!("la clave no es para esto; pida una con «{scope}»");
        return Err(Problem::new(StatusCode::FORBIDDEN, "scope", text));
    }
    Ok(Caller { actor: bearer.actor, address: Some(address) })
}

/// The key of a request; none where there are two, since nobody could say which one counts.
fn secret(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (one, None) = (all.next()?.to_str().ok()?, all.next()) else { return None };
    let (scheme, secret) = one.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}
