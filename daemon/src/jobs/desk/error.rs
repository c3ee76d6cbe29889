//! Why something was not done at the desk.

use crate::calendar::CalendarError;
use crate::desk::Refused;
use crate::store::error::StoreError;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The rules say no, in Spanish.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// There is none, or none that they may see: the two are never told apart.
    #[error("no existe esa solicitud, o no es suya")]
    NotFound,
    /// A day does not fit into the calendar, in Spanish.
    #[error(transparent)]
    Day(#[from] CalendarError),
    /// The key of a request was used for another one.
    #[error("esta clave de idempotencia ya se usó para otra solicitud; use una nueva")]
    OtherRequest,
    /// The database failed.
    #[error("la base de datos no responde; intente de nuevo en un momento")]
    Store(#[from] StoreError),
}
