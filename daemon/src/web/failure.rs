//! How a request fails, as a status and a Spanish sentence for whoever asked, with the cause for the log alone. It may not know
//! what was asked.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::desk::Refused;
use crate::jobs::desk::DeskError;
use crate::jobs::error::chain;
use crate::jobs::monthly::MonthlyError;
use crate::jobs::orders::OrderError;
use crate::jobs::people::PeopleError;
use crate::jobs::quality::QualityError;
use crate::jobs::upkeep::UpkeepError;
use crate::store::error::StoreError;

/// Why a request fails.
#[derive(Debug)]
pub enum Failure {
    /// There is no such page, or nothing that they may see.
    NotFound,
    /// They may not.
    Forbidden,
    /// Nobody is logged in, or no longer.
    NotSignedIn,
    /// The form is none of this session's.
    Stale,
    /// What was sent cannot be read.
    Malformed,
    /// What was sent is too large.
    TooLarge,
    /// It did not come in time.
    TooSlow,
    /// Another host is meant.
    Misdirected,
    /// Something else came first, or it cannot be done any more; with the sentence that says so.
    Conflict(String),
    /// Too much at once, or the service ends.
    Busy,
    /// It was not done in time.
    OutOfTime,
    /// A fault of this program or its database; with what the log is to say.
    Internal(String),
}

/// What the page of a failed request says, and the log.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// For whoever asked.
    pub(super) text: String,
    /// For the log.
    pub(super) cause: Option<String>,
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::NotSignedIn | Self::Stale => StatusCode::FORBIDDEN,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Busy | Self::OutOfTime => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn text(&self) -> String {
        let text = match self {
            Self::NotFound => "Esta página no existe, o no está entre las que usted puede ver.",
            Self::Forbidden => {
                "Usted no tiene permiso para ver o hacer esto. Si lo necesita para su trabajo, pídalo a quien administra las cuentas."
            }
            Self::NotSignedIn => "Su sesión terminó. Entre de nuevo y repita lo que quería hacer; nada se guardó.",
            Self::Stale => {
                "El formulario ya no es de esta sesión, y no se guardó nada. Vuelva a abrir la página y envíelo de nuevo."
            }
            Self::Malformed => "Lo que llegó no se puede leer. Vuelva a abrir la página y envíelo de nuevo.",
            Self::TooLarge => {
                "Lo que envió es demasiado grande. Vuelva atrás, acórtelo o quite archivos, y envíelo de nuevo."
            }
            Self::TooSlow => "Lo que envió tardó demasiado en llegar. Revise su conexión y envíelo de nuevo.",
            Self::Misdirected => "Este servidor no atiende la dirección que usted escribió.",
            Self::Conflict(text) => return sentence(text),
            Self::Busy => "El servidor está muy ocupado o por reiniciarse. Espere un minuto y pruebe de nuevo.",
            Self::OutOfTime => "Esto tardó demasiado y se detuvo. Revise si se guardó antes de repetirlo.",
            Self::Internal(_) => {
                "Algo falló de nuestro lado. Pruebe de nuevo; si vuelve a pasar, dé el número de abajo a quien administra el sistema."
            }
        };
        text.to_owned()
    }
}

/// A fragment as a sentence.
pub(super) fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let stop = if fragment.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let text = self.text();
        let mut response = self.status().into_response();
        let cause = match self {
            Self::Internal(cause) => Some(cause),
            _ => None,
        };
        response.extensions_mut().insert(Said { text, cause });
        response
    }
}

impl From<OrderError> for Failure {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::NotAllowed => Self::Forbidden,
            OrderError::Unknown(_) | OrderError::Busy(_) => Self::Conflict(error.to_string()),
            OrderError::Failed(cause) => Self::Internal(cause),
            OrderError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Internal(chain(&error))
    }
}

impl From<PeopleError> for Failure {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::NotAllowed => Self::Forbidden,
            PeopleError::Unknown(_) => Self::NotFound,
            error @ (PeopleError::Check(_) | PeopleError::Store(_)) => Self::Internal(chain(&error)),
            PeopleError::Field { what, .. } => Self::Conflict(what),
            other => Self::Conflict(other.to_string()),
        }
    }
}

impl From<QualityError> for Failure {
    fn from(error: QualityError) -> Self {
        match error {
            QualityError::NotFound => Self::NotFound,
            QualityError::People(error) => error.into(),
            QualityError::Store(error) => error.into(),
            other => Self::Conflict(other.to_string()),
        }
    }
}

impl From<UpkeepError> for Failure {
    fn from(error: UpkeepError) -> Self {
        match error {
            UpkeepError::NotAllowed => Self::Forbidden,
            UpkeepError::NotFound => Self::NotFound,
            UpkeepError::Store(error) => error.into(),
            other => Self::Conflict(other.to_string()),
        }
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Refused(refused) => refused.into(),
            DeskError::NotFound => Self::NotFound,
            DeskError::Store(error) => error.into(),
            other => Self::Conflict(other.to_string()),
        }
    }
}

impl From<MonthlyError> for Failure {
    fn from(error: MonthlyError) -> Self {
        match error {
            MonthlyError::Refused(refused) => refused.into(),
            MonthlyError::NotFound => Self::NotFound,
            MonthlyError::Store(error) => error.into(),
            error @ MonthlyError::Register(_) => Self::Internal(chain(&error)),
            other => Self::Conflict(other.to_string()),
        }
    }
}

impl From<Refused> for Failure {
    /// A refusal that is nobody's mistake in a form; those of fields belong to [`super::form::Form`].
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotAllowed => Self::Forbidden,
            other => Self::Conflict(other.to_string()),
        }
    }
}

/// What the page says of a status that no handler has explained, such as that of an unknown page.
pub(super) fn said_of(status: StatusCode) -> Said {
    let failure = match status {
        StatusCode::NOT_FOUND => Failure::NotFound,
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Failure::Forbidden,
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        StatusCode::REQUEST_TIMEOUT => Failure::TooSlow,
        StatusCode::METHOD_NOT_ALLOWED => {
            let text = "Esta página no se puede usar así. Vuelva al inicio y llegue a ella por sus enlaces.".to_owned();
            return Said { text, cause: None };
        }
        status if status.is_server_error() => Failure::Internal(String::new()),
        _ => Failure::Malformed,
    };
    Said { text: failure.text(), cause: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_reads_as_a_sentence() {
        assert_eq!(sentence("ópalo no hay"), "Ópalo no hay.");
        assert_eq!(sentence(""), ".");
    }
}
