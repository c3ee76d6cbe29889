//! What is due for whoever has the secret of an address, as their calendar reads it: without logging in, and nothing but that. It may not
//! know how a calendar is written.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use resguardo_shared::digest::Digest;

use crate::jobs::due::feed::calendar;
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::guard::Address;
use crate::web::routes::{Access, Routes};

/// How long an answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(30);

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::Public, "/calendario/feed/{ficha}", feed);
}

async fn feed(
    State(app): State<Arc<App>>,
    Extension(Address(address)): Extension<Address>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    tokio::time::timeout(ANSWER_TIME, answered(&app, address, &name, &headers)).await.unwrap_or(Err(Failure::OutOfTime))
}

/// The calendar. What is no secret of anybody is answered as a page that there is not, whatever it looks like.
async fn answered(app: &App, address: IpAddr, name: &str, headers: &HeaderMap) -> Result<Response, Failure> {
    let now = Instant::now();
    if let Some(seconds) = app.feeds.waits(address, now) {
        return Ok((StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())]).into_response());
    }
    let found = match name.strip_suffix(".ics") {
        Some(secret) => calendar(app.office(), secret).await?,
        None => None,
    };
    let Some(text) = found else {
        app.feeds.failed(address, now);
        return Err(Failure::NotFound);
    };
    let tag = format!("\"{}\"", Digest::of(text.as_bytes()));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
    let is_known = known.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*");
    let about = [
        (header::ETAG, tag),
        // Whoever keeps it asks whether it is still so.
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let kind = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, "inline; filename=\"vencimientos.ics\"".to_owned()),
    ];
    Ok((about, kind, text).into_response())
}
