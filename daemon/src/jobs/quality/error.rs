//! Why a record of the quality system is not kept or shown, in Spanish for whoever wanted it. It may not know pages.

use crate::desk::Refused;
use crate::jobs::people::PeopleError;
use crate::store::error::StoreError;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum QualityError {
    /// What is wrong with what was written, each a [`Refused::Field`].
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Wrong(Vec<Refused>),
    /// There is no such record, or not yet.
    #[error("no existe, o todavía no")]
    NotFound,
    /// Another change came first.
    #[error("otra persona cambió esto mientras usted lo veía; vuelva a abrir la página y repita lo que falte")]
    Changed,
    /// What was signed changes no more.
    #[error("el listado firmado ya se adjuntó, y el evento queda como está")]
    Signed,
    /// Who proposes does not decide.
    #[error("quien propuso el cambio no decide sobre él; lo hace otra persona de Gestión de Calidad")]
    SamePerson,
    /// They may not.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The database failed.
    #[error("la base de datos no responde; intente de nuevo en un momento")]
    Store(#[from] StoreError),
}

impl QualityError {
    /// A field that needs something else.
    pub fn field(field: &'static str, what: impl Into<String>) -> Self {
        Self::Wrong(vec![Refused::field(field, what)])
    }
}

impl From<Refused> for QualityError {
    fn from(refused: Refused) -> Self {
        Self::Wrong(vec![refused])
    }
}
