//! The guard of a route: who comes, whether they may, and that what they send comes from a page of this session. It may not know
//! what the route does.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::app::App;
use super::cookie::{Cookie, hex, unhex};
use super::failure::Failure;
use super::fields::{Fields, Takes, read};
use super::routes::Access;
use super::visit::{Guest, Visit, see_other};
use crate::desk::access::may;
use crate::jobs::people::{self, Session};

/// How long a form may take to come.
const FORM_TIME: Duration = Duration::from_secs(10);
/// How long files may take to come.
const FILES_TIME: Duration = Duration::from_secs(120);
/// How long is waited until others have brought their files.
const QUEUE_TIME: Duration = Duration::from_secs(10);
/// How long an answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// Characters of a browser's name that are kept.
const AGENT_MAX: usize = 200;

/// A route's door.
pub(super) struct Door {
    pub(super) app: Arc<App>,
    pub(super) access: Access,
    pub(super) takes: Takes,
}

/// Whose address a request comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address(pub(super) IpAddr);

/// Lets a request in, or answers it.
pub(super) async fn guard(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    if door.access == Access::Public {
        return next.run(request).await;
    }
    let changes = request.method() == Method::POST;
    let (request, guest) = match Box::pin(admit(&door, request)).await {
        Ok(admitted) => admitted,
        Err(answer) => return answer,
    };
    let mut response = match tokio::time::timeout(ANSWER_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::OutOfTime.into_response(),
    };
    if changes {
        door.app.changed.notify_one();
    }
    let https = door.app.origin.is_https();
    let shown = !changes && response.status() == StatusCode::OK && door.access != Access::Anyone;
    if shown && guest.word.is_some() {
        response.headers_mut().extend(Cookie::Word.clear(https).map(|line| (header::SET_COOKIE, line)));
    }
    if guest.is_new {
        let line = Cookie::Before.set(&guest.form_key, https);
        response.headers_mut().extend(line.map(|line| (header::SET_COOKIE, line)));
    }
    response
}

async fn admit(door: &Door, request: Request) -> Result<(Request, Guest), Response> {
    let (mut parts, body) = request.into_parts();
    let address = parts.extensions.get::<Address>().map(|address| address.0);
    let Some(address) = address else { return Err(Failure::Internal("no address".to_owned()).into_response()) };
    let changes = parts.method == Method::POST;
    let (guest, session) = who(door, &parts.headers, address).await.map_err(Failure::into_response)?;
    if door.access != Access::Anyone {
        let Some(session) = session.clone() else {
            if changes {
                return Err(Failure::NotSignedIn.into_response());
            }
            let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            let after = if path == "/" { String::new() } else { format!("?siguiente={}", percent(path)) };
            return Err(see_other(&format!("/entrar{after}")));
        };
        if session.must_change && door.access != Access::Entering {
            return Err(if changes { Failure::Forbidden.into_response() } else { see_other("/clave") });
        }
        if let Access::May(action) = door.access
            && !may(&session.actor, action)
        {
            return Err(Failure::Forbidden.into_response());
        }
        parts.extensions.insert(Visit::new(session, guest.clone(), parts.uri.path()));
    }
    parts.extensions.insert(guest.clone());
    if changes {
        let fields = sent(door, &parts.headers, body, &guest).await.map_err(Failure::into_response)?;
        parts.extensions.insert(fields);
    }
    Ok((Request::from_parts(parts, axum::body::Body::empty()), guest))
}

/// Who comes: their session, if they have one.
async fn who(door: &Door, headers: &HeaderMap, address: IpAddr) -> Result<(Guest, Option<Arc<Session>>), Failure> {
    let https = door.app.origin.is_https();
    let token = Cookie::Session.read(headers, https);
    let session = match &token {
        Some(token) => people::session(door.app.office(), token, address).await?,
        None => None,
    };
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let mut guest = Guest {
        address,
        agent: agent.chars().take(AGENT_MAX).collect(),
        form_key: String::new(),
        token: token.filter(|_| session.is_some()),
        word: Cookie::Word.read(headers, https).and_then(|word| unhex(&word)),
        https,
        is_new: false,
    };
    match (&session, Cookie::Before.read(headers, https)) {
        (Some(session), _) => guest.form_key.clone_from(&session.form_key),
        (None, Some(key)) => guest.form_key = key,
        (None, None) => {
            guest.form_key = hex(&random::<16>()?);
            guest.is_new = true;
        }
    }
    Ok((guest, session.map(Arc::new)))
}

/// What was sent, if it comes from a form of this session.
async fn sent(door: &Door, headers: &HeaderMap, body: axum::body::Body, guest: &Guest) -> Result<Fields, Failure> {
    if !door.app.origin.is_sender(headers) || guest.is_new {
        return Err(Failure::Stale);
    }
    let (time, _room) = match door.takes {
        Takes::Files(_) => {
            let room = tokio::time::timeout(QUEUE_TIME, door.app.uploads.acquire()).await;
            (FILES_TIME, Some(room.map_err(|_| Failure::Busy)?.map_err(|_| Failure::Busy)?))
        }
        _ => (FORM_TIME, None),
    };
    let reading = read(door.takes, headers, body);
    let fields = tokio::time::timeout(time, reading).await.map_err(|_| Failure::TooSlow)??;
    if !is_same(fields.text("form_key"), &guest.form_key) {
        return Err(Failure::Stale);
    }
    Ok(fields)
}

/// Whether two texts are the same, in a time that tells nothing of where they differ.
fn is_same(one: &str, other: &str) -> bool {
    let differ =
        one.bytes().zip(other.bytes()).fold(0, |differ, (one, other)| std::hint::black_box(differ | (one ^ other)));
    !other.is_empty() && one.len() == other.len() && differ == 0
}

/// Random bytes.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Failure::Internal(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

/// A text as the value of a query.
pub(super) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out += &format!("%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_only_as_a_whole() {
        assert!(is_same("0a1b", "0a1b"));
        for other in ["", "0a1", "0a1c", "0a1b0"] {
            assert!(!is_same(other, "0a1b"), "{other}");
        }
        assert!(!is_same("", ""), "no key is no key");
    }

    #[test]
    fn a_query_holds_a_whole_path() {
        assert_eq!(percent("/personas?q=a&b=ñ"), "/personas%3Fq%3Da%26b%3D%C3%B1");
    }
}
