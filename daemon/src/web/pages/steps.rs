//! What can be done with a ticket, each with the fields of its form: what the page of a ticket offers, and what a form means. It
//! may not know how pages look.

use crate::desk::Refused;
use crate::desk::access::{OnTicket, may_on};
use crate::desk::acts::{Act, LINE_MAX, TEXT_MAX};
use crate::desk::check::Draft;
use crate::desk::people::Actor;
use crate::desk::text;
use crate::desk::ticket::{Case, Cause, ExceptionKind, Mode, Rating, RulingKind, State};
use crate::web::dates;
use crate::web::fields::Fields;

/// A step.
pub(super) struct Step {
    /// Its word in paths.
    pub(super) word: &'static str,
    /// What its button says.
    pub(super) button: &'static str,
    /// What its page says above the form.
    pub(super) intro: &'static str,
    /// The fields of its form; none where a button is enough.
    pub(super) fields: &'static [Field],
    /// Whether it cannot be taken back and ends something.
    pub(super) grave: bool,
}

/// A field of a step's form.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) kind: Kind,
}

/// What a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Area,
    Line,
    Date,
    Modes,
    Causes,
    Exceptions,
    Ratings,
    Technicians,
}

const fn field(name: &'static str, label: &'static str, hint: &'static str, kind: Kind) -> Field {
    Field { name, label, hint, kind }
}

const fn step(word: &'static str, button: &'static str, intro: &'static str, fields: &'static [Field]) -> Step {
    Step { word, button, intro, fields, grave: false }
}

const FINDINGS: Field = field("findings", "Hallazgos", "Qué se encontró.", Kind::Area);
const RECOMMENDATION: Field = field("recommendation", "Recomendación (opcional)", "", Kind::Area);
const PARTS: Field =
    field("parts", "Piezas", "Obligatorio si la causa es b): qué piezas se reemplazan o reparan.", Kind::Area);

/// All steps, in the order in which the page offers them.
pub(super) const STEPS: &[Step] = &[
    step("tomar", "Tomar la solicitud", "", &[]),
    step(
        "analisis",
        "Escribir el análisis previo",
        "Con el análisis previo comienza la atención.",
        &[field("analysis", "Análisis previo", "Qué pasa, y qué se va a hacer.", Kind::Area)],
    ),
    step(
        "dictamen",
        "Emitir el dictamen",
        "Con el dictamen técnico la solicitud queda atendida y su plazo se juzga. No se puede cambiar después.",
        &[
            field("mode", "Modalidad", "", Kind::Modes),
            FINDINGS,
            field("actions", "Acciones realizadas", "", Kind::Area),
            RECOMMENDATION,
        ],
    ),
    step("finalizar", "Finalizar la solicitud", "", &[]),
    step("reanudar", "Reanudar la atención", "", &[]),
    step("entregar", "Registrar la entrega del dictamen al jefe del departamento", "", &[]),
    step("acuse", "Acusar de recibido el dictamen", "", &[]),
    step("confirmar-ampliacion", "Confirmar la ampliación", "", &[]),
    step("rechazar-ampliacion", "Rechazar la ampliación", "", &[]),
    step("confirmar-excepcion", "Confirmar la excepción", "", &[]),
    step("rechazar-excepcion", "Rechazar la excepción", "", &[]),
    step("asignar", "Asignar", "Elija quién la atiende.", &[field("to", "Técnico", "", Kind::Technicians)]),
    step(
        "calificar",
        "Calificar el servicio",
        "Su calificación termina el procedimiento. Si el servicio no fue conforme, díganos por qué.",
        &[
            field("rating", "¿Cómo fue el servicio?", "", Kind::Ratings),
            field("comment", "Comentario", "Obligatorio si el servicio no fue conforme.", Kind::Area),
        ],
    ),
    step(
        "responder",
        "Responder a la calificación",
        "Lo lee quien hizo la solicitud. Si hace falta, pídale que cree una solicitud que le dé seguimiento.",
        &[field("answer", "Respuesta", "", Kind::Area)],
    ),
    step(
        "visita",
        "Registrar una visita",
        "",
        &[
            field("at", "Fecha y hora", "Como 22-11-2026 14:30.", Kind::Line),
            field("place", "Lugar", "", Kind::Line),
            field("note", "Qué se hizo (opcional)", "", Kind::Area),
        ],
    ),
    step(
        "ampliar",
        "Ampliar el plazo",
        "La ampliación lleva un dictamen técnico y la confirma el jefe del DTI. Mientras tanto el plazo sigue corriendo.",
        &[
            field("cause", "Causa", "", Kind::Causes),
            field("reason", "Justificación", "", Kind::Area),
            field("new_limit", "Nueva fecha límite", "Un día hábil después del plazo actual.", Kind::Date),
            FINDINGS,
            PARTS,
            RECOMMENDATION,
        ],
    ),
    step(
        "exceptuar",
        "Registrar una excepción",
        "Solo si depende de los servidores del MINECO o de contratar un bien o servicio. El plazo sigue corriendo.",
        &[
            field("kind", "Excepción", "", Kind::Exceptions),
            field("reason", "Justificación", "", Kind::Area),
            field("reference", "Referencia", "El número de ticket del MINECO, o de la compra.", Kind::Line),
        ],
    ),
    Step {
        word: "anular",
        button: "Anular la solicitud",
        intro: "La solicitud queda registrada como anulada, con el motivo. No se puede deshacer.",
        fields: &[field("reason", "Motivo", "", Kind::Area)],
        grave: true,
    },
];

/// The step of a word.
pub(super) fn known(word: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.word == word)
}

/// Whether the page offers a step. What it offers may still be refused; what it does not would be.
pub(super) fn is_offered(step: &Step, case: &Case, who: &Actor) -> bool {
    let ticket = &case.ticket;
    let may = |action| may_on(who, action, ticket);
    let waits_extension = || case.extensions.iter().any(|one| one.decision.is_none() && one.proposed_by != who.id);
    let waits_exception = || case.exceptions.iter().any(|one| one.decision.is_none() && one.registered_by != who.id);
    let parts = |delivered: bool| {
        case.rulings.iter().any(|ruling| {
            ruling.kind == RulingKind::Parts && ruling.delivered.is_some() == delivered && ruling.acknowledged.is_none()
        })
    };
    let decides = may(OnTicket::Decide) && !matches!(ticket.state, State::Entered | State::Assigned | State::Void);
    match step.word {
        "tomar" => ticket.state == State::Entered && may(OnTicket::Take),
        "asignar" => ticket.state.is_pending() && may(OnTicket::Assign),
        "analisis" => ticket.state == State::Assigned && may(OnTicket::Attend),
        "dictamen" | "ampliar" | "exceptuar" => ticket.state == State::Attending && may(OnTicket::Attend),
        "visita" => matches!(ticket.state, State::Attending | State::Waiting) && may(OnTicket::Attend),
        "reanudar" => ticket.state == State::Waiting && may(OnTicket::Attend),
        "confirmar-ampliacion" | "rechazar-ampliacion" => decides && ticket.state.is_pending() && waits_extension(),
        "confirmar-excepcion" | "rechazar-excepcion" => decides && waits_exception(),
        "entregar" => may(OnTicket::Deliver) && parts(false),
        "acuse" => may(OnTicket::Acknowledge) && parts(true),
        "finalizar" => ticket.state == State::Ruled && may(OnTicket::Finish),
        "calificar" => ticket.state == State::Finished && may(OnTicket::Rate),
        "responder" => {
            let bad = ticket.rating == Some(Rating::Unsatisfied) && ticket.answer.is_none();
            ticket.state == State::Rated && bad && may(OnTicket::Answer)
        }
        "anular" => may(OnTicket::Void),
        _ => false,
    }
}

/// What is wrong with each field of a step's form by itself, so that all of it is said at once. The rules say it too, one thing
/// at a time.
pub(super) fn faults(step: &Step, fields: &Fields) -> Vec<Refused> {
    let needs = |field: &Field| match (step.word, field.name) {
        ("ampliar", "parts") => Cause::of_word(fields.text("cause")) == Some(Cause::Parts),
        ("calificar", "comment") => Rating::of_word(fields.text("rating")) == Some(Rating::Unsatisfied),
        _ => !field.label.ends_with("(opcional)"),
    };
    let chosen = |field: &Field, is_one: bool| {
        if is_one { Ok(()) } else { Err(Refused::field(field.name, "elija una de las opciones")) }
    };
    let checked = |field: &Field| {
        let text = fields.text(field.name);
        match field.kind {
            Kind::Area => text::lines(field.name, text, TEXT_MAX, needs(field)).map(drop),
            Kind::Line => text::line(field.name, text, LINE_MAX, needs(field)).map(drop),
            Kind::Date => match dates::read(field.name, text)? {
                None if needs(field) => Err(Refused::field(field.name, "escriba la fecha")),
                _ => Ok(()),
            },
            Kind::Modes => chosen(field, Mode::of_word(text).is_some()),
            Kind::Causes => chosen(field, Cause::of_word(text).is_some()),
            Kind::Exceptions => chosen(field, ExceptionKind::of_word(text).is_some()),
            Kind::Ratings => chosen(field, Rating::of_word(text).is_some()),
            Kind::Technicians => chosen(field, !text.trim().is_empty()),
        }
    };
    step.fields.iter().filter_map(|field| checked(field).err()).collect()
}

/// What a form of a step means; `to` is whom it names, if it names somebody.
///
/// # Errors
/// [`Refused::Field`] for what was not chosen.
pub(super) fn act(word: &str, fields: &Fields, to: Option<Actor>) -> Result<Option<Act>, Refused> {
    let text = |name: &str| fields.text(name).to_owned();
    let chosen = |field| Refused::field(field, "elija una de las opciones");
    let draft = || Draft {
        findings: text("findings"),
        actions: text("actions"),
        recommendation: text("recommendation"),
        parts: text("parts"),
    };
    Ok(Some(match word {
        "tomar" => Act::Take,
        "asignar" => Act::Assign { to: to.ok_or_else(|| chosen("to"))? },
        "analisis" => Act::Analyse { text: text("analysis") },
        "dictamen" => {
            Act::Rule { mode: Mode::of_word(fields.text("mode")).ok_or_else(|| chosen("mode"))?, ruling: draft() }
        }
        "finalizar" => Act::Finish,
        "reanudar" => Act::Resume,
        "entregar" => Act::Deliver,
        "acuse" => Act::Acknowledge,
        "confirmar-ampliacion" => Act::DecideExtension { confirmed: true },
        "rechazar-ampliacion" => Act::DecideExtension { confirmed: false },
        "confirmar-excepcion" => Act::DecideException { confirmed: true },
        "rechazar-excepcion" => Act::DecideException { confirmed: false },
        "calificar" => {
            let rating = Rating::of_word(fields.text("rating")).ok_or_else(|| chosen("rating"))?;
            Act::Rate { rating, comment: text("comment") }
        }
        "responder" => Act::Answer { text: text("answer") },
        "ampliar" => {
            let day = dates::read("new_limit", fields.text("new_limit"))?;
            let new_limit = day.ok_or_else(|| Refused::field("new_limit", "escriba la nueva fecha límite"))?;
            let cause = Cause::of_word(fields.text("cause")).ok_or_else(|| chosen("cause"))?;
            Act::Extend { cause, reason: text("reason"), new_limit, ruling: draft() }
        }
        "exceptuar" => {
            let kind = ExceptionKind::of_word(fields.text("kind")).ok_or_else(|| chosen("kind"))?;
            Act::Except { kind, reason: text("reason"), reference: text("reference") }
        }
        "anular" => Act::Void { reason: text("reason") },
        _ => return Ok(None),
    }))
}
