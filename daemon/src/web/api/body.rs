//! What programs send: JSON with the fields that are known and no others, bounded in size and time before it is looked at. It may
//! not know what it means.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::problem::Problem;
use crate::jobs::desk::Caller;
use crate::web::failure::Failure;

/// The most bytes of JSON: every text at its longest, with all its letters escaped.
const JSON_BYTES_MAX: usize = 512 * 1024;
/// How long it may take to come.
const JSON_TIME: Duration = Duration::from_secs(10);
/// The longest number of a ticket that is looked for.
const NUMBER_MAX: usize = 40;

/// What was sent.
pub(super) struct Sent<T>(pub(super) T);

/// Who asks.
pub(super) struct Who(pub(super) Caller);

/// The number of a ticket in the path.
pub(super) struct Number(pub(super) String);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if essence(&parts.headers) != "application/json" {
            let text = "envíe JSON, con «Content-Type: application/json»";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", text));
        }
        let bytes = bytes(&parts.headers, body, JSON_BYTES_MAX, JSON_TIME).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| misread(&error))
    }
}

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.map(Self).ok_or_else(|| Failure::Internal("a route has no guard".to_owned()).into())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Path(names) = path.map_err(|_| Problem::not_found())?;
        let number = names.into_iter().find(|(name, _)| name == "number").map(|(_, number)| number);
        let is_one = |number: &String| {
            number.len() <= NUMBER_MAX && number.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
        };
        number.filter(is_one).map(Self).ok_or_else(Problem::not_found)
    }
}

/// The kind of a body, without its parameters.
pub(super) fn essence(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A body as a whole.
pub(super) async fn bytes(headers: &HeaderMap, body: Body, most: usize, time: Duration) -> Result<Bytes, Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(Failure::TooLarge.into());
    }
    let read = tokio::time::timeout(time, to_bytes(body, most)).await.map_err(|_| Failure::TooSlow)?;
    read.map_err(|error| {
        let ended = std::error::Error::source(&error).is_some_and(|source| source.to_string().contains("connection"));
        if ended { Failure::Malformed.into() } else { Failure::TooLarge.into() }
    })
}

/// Why JSON is not what was asked for, with the field where it is known.
fn misread(error: &serde_json::Error) -> Problem {
    if error.classify() != Category::Data {
        return Problem::new(StatusCode::BAD_REQUEST, "malformed", format!("esto no es JSON: {error}"));
    }
    let said = error.to_string();
    let named = |word: &str| Some(said.strip_prefix(word)?.split_once('`')?.0.to_owned());
    if let Some(field) = named("unknown field `") {
        let text = format!("el campo «{}» no existe o no se puede escribir; quítelo", shown(&field));
        return Problem::field(field, text);
    }
    if let Some(field) = named("missing field `") {
        return Problem::field(field, "falta este campo");
    }
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", format!("un valor no es del tipo que se espera: {said}"))
}

/// What somebody wrote, short enough to be repeated.
fn shown(text: &str) -> String {
    crate::desk::text::cleaned(text).replace('\n', " ").chars().take(60).collect()
}
