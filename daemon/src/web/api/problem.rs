//! How a request of a program fails: problem details (RFC 9457) with a stable code, a Spanish sentence, and the field that is
//! wrong. It may not know what was asked.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use crate::desk::Refused;
use crate::intake;
use crate::jobs::desk::DeskError;
use crate::store::error::StoreError;
use crate::web::failure::{Failure, Said, said_of, sentence};

/// Problem details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct Details {
    /// Always `about:blank`: the code says which problem it is.
    pub(super) r#type: String,
    /// What the status is called.
    pub(super) title: String,
    /// The status.
    pub(super) status: u16,
    /// Which problem it is: a word that stays.
    #[schema(schema_with = codes)]
    pub(super) code: String,
    /// What is wrong and what to do, for a person, in Spanish.
    pub(super) detail: String,
    /// The field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) field: Option<String>,
    /// The number of this request in the log of the service.
    pub(super) id: String,
}

/// Every code, with what it says and its usual status.
const CODES: &[(&str, &str)] = &[
    ("malformed", "400: it cannot be read"),
    ("unauthorized", "401: there is no key, or it is worth nothing"),
    ("forbidden", "403: they may not"),
    ("scope", "403: the key is not for this"),
    ("same_person", "403: whoever did the one may not do the other"),
    ("not_found", "404: there is none, or none that they may see"),
    ("method", "405: the path has no such method"),
    ("too_slow", "408: it took too long to come"),
    ("state", "409: the ticket's state does not allow it"),
    ("changed", "409: somebody else was first; read it anew"),
    ("nothing_pending", "409: nothing waits for a decision"),
    ("pending", "409: a decision is to be taken first"),
    ("account", "409: the request for a mail account does not allow it"),
    ("step_missing", "409: another step of the request comes first"),
    ("not_delivered", "409: a ruling is to be delivered first"),
    ("idempotency_key_reused", "409: the key was used for another request"),
    ("conflict", "409: something else came first"),
    ("too_large", "413: it is too large"),
    ("media_type", "415: it is not JSON"),
    ("misdirected", "421: another host is meant"),
    ("invalid", "422: the field that is named does not hold what it needs to"),
    ("throttled", "429: too many bad keys; wait as Retry-After says"),
    ("failed", "500: a fault of the service"),
    ("busy", "503: too much at once; try again"),
];

/// The codes as the document shows them.
fn codes() -> RefOr<Schema> {
    let meanings: Vec<String> = CODES.iter().map(|(code, meaning)| format!("`{code}` {meaning}")).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(CODES.iter().map(|(code, _)| *code)))
        .description(Some(format!("Which problem it is, a word that stays: {}.", meanings.join("; "))))
        .into()
}

/// Why a request fails.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    text: String,
    field: Option<String>,
    cause: Option<String>,
    header: Option<(HeaderName, HeaderValue)>,
}

/// What the problem of a response is, until it is written out.
#[derive(Debug, Clone)]
struct Coded {
    code: &'static str,
    field: Option<String>,
}

impl Problem {
    /// A problem with its sentence.
    pub(super) fn new(status: StatusCode, code: &'static str, text: impl Into<String>) -> Self {
        Self { status, code, text: text.into(), field: None, cause: None, header: None }
    }

    /// A field that is wrong.
    pub(super) fn field(field: impl Into<String>, text: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text);
        Self { field: Some(field.into()), ..problem }
    }

    /// Nothing that whoever asks may see.
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "no existe, o no está entre lo que usted puede ver")
    }

    /// The same with a header.
    pub(super) fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some((name, value)), ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.headers_mut().extend(self.header);
        response.extensions_mut().insert(Said { text: sentence(&self.text), cause: self.cause });
        response.extensions_mut().insert(Coded { code: self.code, field: self.field });
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let text = "algo falló de nuestro lado; pruebe de nuevo en un momento";
        let cause = Some(crate::jobs::error::chain(&error));
        Self { cause, ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", text) }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::TooLarge => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "lo que envió es demasiado grande; acórtelo o quite archivos",
            ),
            Failure::TooSlow => {
                Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "lo que envió tardó demasiado en llegar")
            }
            Failure::Malformed | Failure::Stale => {
                Self::new(StatusCode::BAD_REQUEST, "malformed", "lo que llegó no se puede leer")
            }
            Failure::NotFound => Self::not_found(),
            Failure::Busy | Failure::OutOfTime => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "el servidor está muy ocupado; pruebe de nuevo en un momento",
            ),
            Failure::Internal(cause) => {
                let text = "algo falló de nuestro lado; pruebe de nuevo en un momento";
                Self { cause: Some(cause), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", text) }
            }
            Failure::Conflict(text) => Self::new(StatusCode::CONFLICT, "conflict", text),
            Failure::Forbidden | Failure::NotSignedIn | Failure::Misdirected => {
                Self::new(StatusCode::FORBIDDEN, "forbidden", "no tiene permiso para hacer esto")
            }
        }
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Refused(refused) => refused.into(),
            DeskError::NotFound => Self::not_found(),
            DeskError::Day(why) => Self::field("date", why.to_string()),
            DeskError::OtherRequest => Self::new(StatusCode::CONFLICT, "idempotency_key_reused", error.to_string()),
            DeskError::Store(error) => error.into(),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let text = refused.to_string();
        match refused {
            Refused::Field { field, what } => Self::field(field, what),
            Refused::Day { .. } => Self::field("new_limit", text),
            Refused::NotAllowed => Self::new(StatusCode::FORBIDDEN, "forbidden", text),
            Refused::SamePerson => Self::new(StatusCode::FORBIDDEN, "same_person", text),
            Refused::State(_) => Self::new(StatusCode::CONFLICT, "state", text),
            Refused::Changed => Self::new(StatusCode::CONFLICT, "changed", text),
            Refused::NothingPending => Self::new(StatusCode::CONFLICT, "nothing_pending", text),
            Refused::Pending(_) => Self::new(StatusCode::CONFLICT, "pending", text),
            Refused::Account(_) => Self::new(StatusCode::CONFLICT, "account", text),
            Refused::StepMissing(_) => Self::new(StatusCode::CONFLICT, "step_missing", text),
            Refused::NotDelivered(_) => Self::new(StatusCode::CONFLICT, "not_delivered", text),
        }
    }
}

impl From<intake::Refused> for Problem {
    fn from(refused: intake::Refused) -> Self {
        match refused {
            intake::Refused::TooLarge => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", refused.to_string()),
            _ => Self::field("file", refused.to_string()),
        }
    }
}

/// The problem of an answer, written out.
pub(in crate::web) fn written(mut answer: Response, id: &str) -> Response {
    let status = answer.status();
    let coded = answer.extensions_mut().remove::<Coded>();
    let said = answer.extensions_mut().remove::<Said>().unwrap_or_else(|| said_of(status));
    let (code, field) = coded.map_or_else(|| (code_of(status), None), |coded| (coded.code, coded.field));
    let details = Details {
        r#type: "about:blank".to_owned(),
        title: status.canonical_reason().unwrap_or_default().to_owned(),
        status: status.as_u16(),
        code: code.to_owned(),
        detail: said.text.clone(),
        field,
        id: id.to_owned(),
    };
    let mut written = (status, axum::Json(details)).into_response();
    let kind = HeaderValue::from_static("application/problem+json");
    written.headers_mut().insert(header::CONTENT_TYPE, kind);
    for name in [header::ALLOW, header::RETRY_AFTER, header::WWW_AUTHENTICATE] {
        let values: Vec<HeaderValue> = answer.headers().get_all(&name).iter().cloned().collect();
        written.headers_mut().extend(values.into_iter().map(|value| (name.clone(), value)));
    }
    written.extensions_mut().insert(said);
    written
}

/// The code of a status that no handler has explained.
fn code_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        404 => "not_found",
        405 => "method",
        403 => "forbidden",
        408 => "too_slow",
        413 => "too_large",
        421 => "misdirected",
        503 => "busy",
        500.. => "failed",
        _ => "malformed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_is_said_is_documented() {
        let sources = [
            include_str!("problem.rs"),
            include_str!("body.rs"),
            include_str!("guard.rs"),
            include_str!("query.rs"),
            include_str!("tickets.rs"),
            include_str!("files.rs"),
            include_str!("accounts.rs"),
        ];
        let mut seen = 0;
        for said in sources.iter().flat_map(|source| source.split("StatusCode::").skip(1)) {
            // A status is followed by its code, or it is not said here.
            let Some(code) = said.split_once(',').and_then(|(_, rest)| rest.trim_start().strip_prefix('"')) else {
                continue;
            };
            let code = code.split('"').next().unwrap_or_default();
            assert!(CODES.iter().any(|(known, _)| *known == code), "{code} is not documented");
            seen += 1;
        }
        assert!(seen > 15, "{seen} codes were found");
        for status in [400, 403, 404, 405, 408, 413, 421, 500, 503] {
            let code = code_of(StatusCode::from_u16(status).unwrap());
            assert!(
                CODES.iter().any(|(known, what)| *known == code && what.starts_with(&status.to_string())),
                "{status}"
            );
        }
    }
}
