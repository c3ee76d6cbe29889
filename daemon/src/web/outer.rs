//! What every request passes before and after its route: the host that is meant, the time that it may take, the page of its
//! failure with a number that stands in the log, and the headers. It may not know which routes there are.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use askama::Template;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::address;
use super::api::problem;
use super::app::App;
use super::failure::{Failure, Said, said_of};
use super::guard::Address;
use super::page::{Page, show_as};
use crate::people::token;

/// How long a request may go on after the service was told to end.
const LEAVE_TIME: Duration = Duration::from_secs(2);
/// Where is told what is measured.
const METRICS: &str = "/metrics";
/// What a page may load and where it may send forms: nothing but what is here, and no script.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// The headers of every answer that has none of its own.
const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("cache-control", "no-store"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    page: Page,
    text: &'a str,
    id: &'a str,
}

/// Lets a request through to its route and sees its answer out.
pub(super) async fn outer(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = token::random::<4>().map(|bytes| token::hex(&bytes)).unwrap_or_default();
    // The path as the router knows it: what somebody wrote has no place in the log.
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let (method, peer) = (request.method().clone(), request.extensions().get::<ConnectInfo<SocketAddr>>().copied());
    // Programs are answered as programs.
    let path = request.uri().path();
    let is_api = path.starts_with("/api/") || path == METRICS;
    // Whatever stands before this server might read such a body otherwise: nothing that follows it is answered.
    let is_last = request.headers().contains_key(header::TRANSFER_ENCODING);
    let mut address = None;
    let answer = match peer {
        None => Failure::Internal("no address".to_owned()).into_response(),
        Some(ConnectInfo(peer)) => {
            let from = address::of(peer.ip(), request.headers(), &app.web.trusted_proxies);
            address = Some(from);
            request.extensions_mut().insert(Address(from));
            match refused(&app, &request, peer) {
                Some(failure) => failure.into_response(),
                None => pass(&app, request, next).await,
            }
        }
    };
    let status = answer.status();
    let failed = status.is_client_error() || status.is_server_error();
    let mut answer = match (failed, is_api) {
        (false, _) => answer,
        (true, true) => problem::written(answer, &id),
        (true, false) => explained(answer, &id),
    };
    let cause = answer.extensions_mut().remove::<Said>().and_then(|said| said.cause);
    let (status, took, address) = (status.as_u16(), began.elapsed().as_millis(), address.map(tracing::field::display));
    match status {
        500.. => tracing::error!(id, %method, route, status, took_ms = took, address, error = cause, "a page failed"),
        400..500 => tracing::info!(id, %method, route, status, took_ms = took, address, "a request was refused"),
        _ => tracing::debug!(id, %method, route, status, took_ms = took, address, "a page was given"),
    }
    protect(answer.headers_mut(), app.origin.is_https());
    if is_last {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// Why a request comes to no route at all.
fn refused(app: &App, request: &Request, peer: SocketAddr) -> Option<Failure> {
    // Without TLS only this machine and the proxies that are known may ask: nobody else would be protected.
    let peer = peer.ip().to_canonical();
    let is_near = peer.is_loopback() || app.web.trusted_proxies.contains(&peer);
    if app.web.tls.is_none() && !is_near {
        return Some(Failure::Forbidden);
    }
    // Whoever only asks whether all is well, or brings a key to measure, may call the machine by any name.
    let is_check = ["/salud", METRICS].contains(&request.uri().path());
    let is_meant = is_check || app.origin.is_asked(request.uri(), request.headers());
    (!is_meant).then_some(Failure::Misdirected)
}

/// Has a request answered by a task of its own, so that a panic is one failed page, until the service ends.
async fn pass(app: &Arc<App>, request: Request, next: Next) -> Response {
    let stopping = app.stopping.clone();
    let answering = app.tasks.spawn(async move {
        let leave = async {
            stopping.cancelled().await;
            tokio::time::sleep(LEAVE_TIME).await;
        };
        tokio::select! {
            answer = next.run(request) => answer,
            () = leave => Failure::Busy.into_response(),
        }
    });
    match answering.await {
        Ok(answer) => answer,
        Err(_) => Failure::Internal("the page panicked, which is a fault of this program".to_owned()).into_response(),
    }
}

/// The page of a failure, unless the route has made one, such as a form with its faults.
fn explained(mut answer: Response, id: &str) -> Response {
    let said = answer.extensions_mut().remove::<Said>();
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if said.is_none() && (kind.starts_with("text/html") || kind.starts_with("application/json")) {
        return answer;
    }
    let status = answer.status();
    let said = said.unwrap_or_else(|| said_of(status));
    let page = FailurePage { page: Page::bare(heading(status)), text: &said.text, id };
    let mut page = show_as(status, &page).unwrap_or_else(|_| status.into_response());
    for name in [header::ALLOW, header::SET_COOKIE, header::RETRY_AFTER] {
        let values: Vec<HeaderValue> = answer.headers().get_all(&name).iter().cloned().collect();
        page.headers_mut().extend(values.into_iter().map(|value| (name.clone(), value)));
    }
    page.extensions_mut().insert(said);
    page
}

fn heading(status: StatusCode) -> &'static str {
    match status.as_u16() {
        403 => "No se puede",
        404 => "No encontrado",
        405 => "Así no",
        408 => "Tardó demasiado",
        409 => "Ya no se puede",
        413 => "Demasiado grande",
        500.. => "Algo falló",
        _ => "No se entiende",
    }
}

fn protect(headers: &mut HeaderMap, https: bool) {
    for (name, value) in HEADERS {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}
