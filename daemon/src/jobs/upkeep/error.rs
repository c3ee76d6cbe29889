//! Why something is not done with equipment, in Spanish for whoever wanted it. It may not know pages.

use crate::desk::Refused;
use crate::store::error::StoreError;
use crate::upkeep::programme::Stop;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// They may not.
    #[error("no tiene permiso para hacer esto")]
    NotAllowed,
    /// There is none, or none that they may see: the two are never told apart.
    #[error("no existe, o no es de su unidad")]
    NotFound,
    /// What is wrong with what was written, each a [`Refused::Field`].
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Wrong(Vec<Refused>),
    /// What is retired changes no more.
    #[error("este equipo está de baja y ya no cambia")]
    Retired,
    /// The programme is not so.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// The indicator waits for the end of its programme.
    #[error("el programa todavía no se finaliza; el indicador se entrega cuando cada equipo tenga su resultado")]
    NotFinished,
    /// Whoever delivered it does not receive it.
    #[error("quien entregó el indicador no puede acusar recibo; lo hace otra persona de Gestión de Calidad")]
    SamePerson,
    /// The copy that is stored is not the one that was delivered.
    #[error("la copia guardada del programa no es la que se entregó; avise al administrador")]
    CopyChanged,
    /// Another change came first.
    #[error("otra persona cambió esto mientras usted lo veía; vuelva a abrirlo y repita lo que falte")]
    Changed,
    /// The database fails.
    #[error("no se pudo usar la base de datos")]
    Store(#[from] StoreError),
}

impl UpkeepError {
    /// A field that needs something else.
    pub fn field(field: &'static str, what: impl Into<String>) -> Self {
        Self::Wrong(vec![Refused::field(field, what)])
    }
}
