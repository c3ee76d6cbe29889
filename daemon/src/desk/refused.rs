//! Why something cannot be done with a ticket, as whoever wanted it reads it, in Spanish.

use chrono::NaiveDate;

use super::ticket::State;

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// They may not, or there is no such ticket as far as they are concerned.
    #[error("no tiene permiso para hacer esto")]
    NotAllowed,
    /// The ticket is not in a state for it.
    #[error("la solicitud está «{}» y esto ya no o todavía no se puede hacer; vuelva a abrirla para ver en qué quedó", .0.label())]
    State(State),
    /// Another change came first.
    #[error("otra persona cambió esta solicitud mientras usted la veía; vuelva a abrirla y repita lo que falte")]
    Changed,
    /// A field does not hold what it needs to.
    #[error("{field}: {what}")]
    Field {
        /// The field's name in forms and programs.
        field: &'static str,
        /// What to write instead.
        what: String,
    },
    /// Who proposed it may not decide it.
    #[error("quien lo propuso no puede decidirlo; lo decide otra persona con el cargo de jefe del DTI")]
    SamePerson,
    /// There is nothing to decide.
    #[error("no hay nada pendiente de decidir; vuelva a abrir la solicitud")]
    NothingPending,
    /// Something still waits for its decision.
    #[error("hay una {0} pendiente de que la decida el jefe del DTI; espere la decisión")]
    Pending(&'static str),
    /// A ruling about parts was not delivered yet (R046).
    #[error("el dictamen {0} todavía no fue entregado al jefe del departamento que lo solicita; entréguelo primero")]
    NotDelivered(String),
    /// The request for a mail account is not so.
    #[error("{0}")]
    Account(&'static str),
    /// Another step of the request for a mail account comes first.
    #[error("falta registrar antes el paso «{0}»")]
    StepMissing(&'static str),
    /// The day is none to promise anything for.
    #[error("new_limit: {day} no sirve como nueva fecha: {why}")]
    Day {
        /// The day.
        day: NaiveDate,
        /// Why not, and what to write.
        why: String,
    },
}

impl Refused {
    /// A field that needs something else.
    pub fn field(field: &'static str, what: impl Into<String>) -> Self {
        Self::Field { field, what: what.into() }
    }
}
