//! Why something of the monthly report was not done, as whoever wanted it reads it, in Spanish.

use super::month_name;
use crate::desk::Refused;
use crate::figures::month::Month;
use crate::register::error::RegisterError;
use crate::store::error::StoreError;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum MonthlyError {
    /// They may not, or a field does not hold what it needs to.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// There is no such task, month or revision.
    #[error("no existe, o todavía no")]
    NotFound,
    /// Another change came first.
    #[error("otra persona cambió esto mientras usted lo veía; vuelva a abrir la página y repita lo que falte")]
    Changed,
    /// The report of the month was delivered.
    #[error("el informe de {} ya se entregó; para cambiar lo que dice, la jefatura empieza una revisión", month_name(*.0))]
    Delivered(Month),
    /// The month is not over.
    #[error("{} todavía no termina; el informe se entrega después de su último día", month_name(*.0))]
    NotOver(Month),
    /// The report is in no state for it.
    #[error("el informe ya no está en ese estado; vuelva a abrir la página para ver en qué quedó")]
    State,
    /// Whoever delivered it does not receive it.
    #[error("quien entregó el informe no puede acusar recibo; lo hace otra persona de Gestión de Calidad")]
    SamePerson,
    /// There are too many.
    #[error("el mes ya tiene tantas tareas como caben; corrija una que ya no cuente")]
    Full,
    /// A line of the register does not read.
    #[error("un asiento del registro FO-06 no se puede leer")]
    Register(#[from] RegisterError),
    /// The database failed.
    #[error("la base de datos no responde; intente de nuevo en un momento")]
    Store(#[from] StoreError),
}
