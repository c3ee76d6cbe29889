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
use super::cookie::{Cookie, unhex};
use super::failure::Failure;
use super::fields::{Fields, Takes, read};
use super::routes::Access;
use super::turns::Turn;
use super::visit::{Guest, Visit, see_other};
use crate::desk::access::may;
use crate::jobs::error::chain;
use crate::jobs::people::{self, Session};
use crate::people::token;

/// How long a form may take to come.
const FORM_TIME: Duration = Duration::from_secs(10);
/// How long files may take to come.
const FILES_TIME: Duration = Duration::from_secs(120);
/// A form of this size takes no turn.
const SMALL_FORM_BYTES: u64 = 64 * 1024;
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
    // What came lies in memory until the answer is there, and so long it keeps its turn.
    let (request, guest, _turn) = match Box::pin(admit(&door, request)).await {
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

async fn admit(door: &Door, request: Request) -> Result<(Request, Guest, Option<Turn>), Response> {
    let (mut parts, body) = request.into_parts();
    let address = parts.extensions.get::<Address>().map(|address| address.0);
    let Some(address) = address else { return Err(Failure::Internal("no address".to_owned()).into_response()) };
    let changes = parts.method == Method::POST;
    let (guest, session) = who(door, &parts.headers, address).await.map_err(Failure::into_response)?;
    if door.access != Access::Anyone {
        let Some(session) = session.clone() else {
            if changes && door.access == Access::Leaving {
                // Who wanted to leave is out already, and nothing has to be refused.
                let mut answer = see_other("/entrar?sesion=terminada");
                let https = door.app.origin.is_https();
                answer.headers_mut().extend(Cookie::Session.clear(https).map(|line| (header::SET_COOKIE, line)));
                return Err(answer);
            }
            if changes {
                return Err(Failure::NotSignedIn.into_response());
            }
            let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            let after = if path == "/" { String::new() } else { format!("?siguiente={}", percent(path)) };
            return Err(see_other(&format!("/entrar{after}")));
        };
        if session.must_change && !matches!(door.access, Access::Entering | Access::Leaving) {
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
    let mut turn = None;
    if changes {
        let person = session.filter(|_| is_large(door.takes, &parts.headers)).map(|session| session.user.id);
        let got = sent(door, &parts.headers, body, &guest, person).await;
        let (fields, taken) = got.map_err(Failure::into_response)?;
        parts.extensions.insert(fields);
        turn = taken;
    }
    Ok((Request::from_parts(parts, axum::body::Body::empty()), guest, turn))
}

/// Whether a form may take so much memory that it waits for its turn.
fn is_large(takes: Takes, headers: &HeaderMap) -> bool {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    matches!(takes, Takes::Files(_)) || announced.is_none_or(|length| length > SMALL_FORM_BYTES)
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
            let key = token::random::<16>().map_err(|error| Failure::Internal(chain(&error)))?;
            guest.form_key = token::hex(&key);
            guest.is_new = true;
        }
    }
    Ok((guest, session.map(Arc::new)))
}

/// What was sent, if it comes from a form of this session, with the turn that it takes of a person.
async fn sent(
    door: &Door,
    headers: &HeaderMap,
    body: axum::body::Body,
    guest: &Guest,
    person: Option<i64>,
) -> Result<(Fields, Option<Turn>), Failure> {
    if !door.app.origin.is_sender(headers) || guest.is_new {
        return Err(Failure::Stale);
    }
    let turn = match person {
        Some(person) => Some(door.app.uploads.turn(person).await?),
        None => None,
    };
    let time = if matches!(door.takes, Takes::Files(_)) { FILES_TIME } else { FORM_TIME };
    let reading = read(door.takes, headers, body);
    let fields = tokio::time::timeout(time, reading).await.map_err(|_| Failure::TooSlow)??;
    if !is_same(fields.text("form_key"), &guest.form_key) {
        return Err(Failure::Stale);
    }
    Ok((fields, turn))
}

/// Whether two texts are the same, in a time that tells nothing of where they differ.
fn is_same(one: &str, other: &str) -> bool {
    let differ =
        one.bytes().zip(other.bytes()).fold(0, |differ, (one, other)| std::hint::black_box(differ | (one ^ other)));
    !other.is_empty() && one.len() == other.len() && differ == 0
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
