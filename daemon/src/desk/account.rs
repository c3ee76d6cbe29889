//! Requests for accounts of the ministry's mail (procedure, 4.4): the steps of each kind, who may take each, and in which order.
//! The forms are the ministry's own, and nobody ever writes a password here. Pure; it may not know SQL, pages or the clock.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::access::{OnTicket, may_on};
use super::acts::{LINE_MAX, Now, Told};
use super::people::{Actor, Role};
use super::ticket::{State, Ticket};
use super::{Refused, text};

/// The category of tickets that such requests belong to, *Correo electrónico*.
pub const CATEGORY: i64 = 7;

words! {
    /// What is asked for (R080).
    AccountKind {
        /// A new account, by the form SUA that the direction authorises.
        Creation = "creation", "creación de cuenta";
        /// Another password, by the form *Reinicio de contraseña* that the immediate superior signs.
        Reset = "reset", "reinicio de contraseña";
        /// The ministry removes the account of whoever has left; it is only written down (R090).
        Deletion = "deletion", "baja de cuenta";
    }
}

words! {
    /// What the ministry answered.
    Outcome {
        /// It was done.
        Granted = "granted", "concedida";
        /// It was not.
        Denied = "denied", "denegada";
    }
}

words! {
    /// A step, in the order in which they are taken.
    StepKind {
        /// The blank form is handed over (R082, R088).
        Give = "give", "formulario entregado";
        /// The direction authorises it (R084).
        Authorize = "authorize", "autorizado por Dirección";
        /// The signed form comes to the department (R085, R088).
        Receive = "receive", "formulario firmado recibido";
        /// It is sent to the ministry, which gives it a ticket (R086, R089).
        Upload = "upload", "cargado en el sistema del MINECO";
        /// The ministry answers (R087).
        Answer = "answer", "respuesta del MINECO";
        /// Whoever asked is told (R087).
        Tell = "tell", "informado a quien lo solicitó";
    }
}

impl AccountKind {
    /// Its steps in their order.
    pub fn steps(self) -> &'static [StepKind] {
        use StepKind::{Answer, Authorize, Give, Receive, Tell, Upload};
        match self {
            Self::Creation => &[Give, Authorize, Receive, Upload, Answer, Tell],
            Self::Reset => &[Give, Receive, Upload, Answer, Tell],
            Self::Deletion => &[],
        }
    }

    /// The ministry's form for it (R091).
    pub fn form(self) -> Option<&'static str> {
        match self {
            Self::Creation => Some("SUA (Solicitud de Usuarios y Accesos)"),
            Self::Reset => Some("Reinicio de contraseña"),
            Self::Deletion => None,
        }
    }
}

/// A request; each day is that of a step, and none where the step was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRequest {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// The ticket that it belongs to, one each.
    pub ticket: i64,
    /// What is asked for.
    pub kind: AccountKind,
    /// Whose account it is.
    pub person: String,
    /// When it was begun.
    pub started: NaiveDate,
    /// By whom.
    pub started_by: i64,
    /// When the blank form was handed over.
    pub form_given: Option<NaiveDate>,
    /// When the direction authorised it.
    pub authorized: Option<NaiveDate>,
    /// Who did, by name.
    pub authorized_by: Option<String>,
    /// When the signed form came.
    pub received: Option<NaiveDate>,
    /// The immediate superior who signed the form of a reset, by name.
    pub superior: Option<String>,
    /// The signed form: the id of a PDF of the ticket.
    pub scan: Option<[u8; 16]>,
    /// When the ministry got it.
    pub uploaded: Option<NaiveDate>,
    /// Who sent it there.
    pub uploaded_by: Option<i64>,
    /// The ministry's number for it.
    pub external_number: Option<String>,
    /// When the ministry answered.
    pub answered: Option<NaiveDate>,
    /// What it said.
    pub outcome: Option<Outcome>,
    /// When whoever asked was told.
    pub told: Option<NaiveDate>,
    /// Rises with each step, so that two people never overwrite each other.
    pub version: i64,
}

/// A step that somebody takes, with the day on which it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The blank form was handed over.
    Give {
        /// On which day.
        on: NaiveDate,
    },
    /// The direction authorised it: somebody of the direction says so today, or whoever attends reads it on the signed form.
    Authorize {
        /// On which day.
        on: NaiveDate,
        /// The name of whoever authorised it.
        by: String,
    },
    /// The signed form came.
    Receive {
        /// On which day.
        on: NaiveDate,
        /// The immediate superior who signed it, by name; of a reset alone.
        superior: String,
        /// The id of its scan, which is known to be a PDF of the ticket.
        scan: [u8; 16],
    },
    /// It was sent to the ministry.
    Upload {
        /// On which day.
        on: NaiveDate,
        /// The ministry's number for it.
        number: String,
    },
    /// The ministry answered.
    Answer {
        /// On which day.
        on: NaiveDate,
        /// What.
        outcome: Outcome,
    },
    /// Whoever asked is told, today and by letter.
    Tell,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The request as it is now.
    pub request: AccountRequest,
    /// The word of the ticket's event.
    pub kind: &'static str,
    /// What the event says.
    pub detail: Value,
    /// Letters to be sent: the template's name, and to whom.
    pub letters: Vec<(&'static str, Told)>,
}

impl Step {
    /// Which one it is.
    pub fn kind(&self) -> StepKind {
        match self {
            Self::Give { .. } => StepKind::Give,
            Self::Authorize { .. } => StepKind::Authorize,
            Self::Receive { .. } => StepKind::Receive,
            Self::Upload { .. } => StepKind::Upload,
            Self::Answer { .. } => StepKind::Answer,
            Self::Tell => StepKind::Tell,
        }
    }

    /// The day on which it happened.
    fn on(&self, now: Now) -> NaiveDate {
        match self {
            Self::Give { on }
            | Self::Authorize { on, .. }
            | Self::Receive { on, .. }
            | Self::Upload { on, .. }
            | Self::Answer { on, .. } => *on,
            Self::Tell => now.day,
        }
    }
}

impl AccountRequest {
    /// The day of a step, if it was taken.
    pub fn day_of(&self, step: StepKind) -> Option<NaiveDate> {
        match step {
            StepKind::Give => self.form_given,
            StepKind::Authorize => self.authorized,
            StepKind::Receive => self.received,
            StepKind::Upload => self.uploaded,
            StepKind::Answer => self.answered,
            StepKind::Tell => self.told,
        }
    }

    /// The step that comes next; none where all are taken.
    pub fn next_step(&self) -> Option<StepKind> {
        self.kind.steps().iter().copied().find(|&step| self.day_of(step).is_none())
    }

    /// The day of the last step that was taken.
    fn last_day(&self) -> Option<NaiveDate> {
        self.kind.steps().iter().filter_map(|&step| self.day_of(step)).next_back()
    }
}

/// Whether somebody may begin a request for a ticket, which is of the right category and still waits to be attended.
pub fn may_start(ticket: &Ticket, who: &Actor) -> bool {
    may_on(who, OnTicket::StepAccount, ticket) && ticket.category == CATEGORY && ticket.state.is_pending()
}

/// Whether somebody may take a step, whichever is the next one.
pub fn may_step(kind: AccountKind, step: StepKind, ticket: &Ticket, who: &Actor) -> bool {
    let attends = may_on(who, OnTicket::StepAccount, ticket);
    match step {
        StepKind::Authorize => attends || may_on(who, OnTicket::AuthorizeAccount, ticket),
        // Of a reset, the head of the department does it in person (R089).
        StepKind::Upload if kind == AccountKind::Reset => attends && who.is(Role::Chief),
        _ => attends,
    }
}

/// Begins a request, or writes down that somebody has left.
///
/// # Errors
/// [`Refused`].
pub fn start(ticket: &Ticket, who: &Actor, kind: AccountKind, person: &str, now: Now) -> Result<Done, Refused> {
    if !may_on(who, OnTicket::StepAccount, ticket) {
        return Err(Refused::NotAllowed);
    }
    if ticket.category != CATEGORY {
        return Err(Refused::Account("esta solicitud no es de la categoría «Correo electrónico»"));
    }
    if !ticket.state.is_pending() {
        return Err(Refused::State(ticket.state));
    }
    let person = text::line("person", person, LINE_MAX, true)?;
    let detail = json!({ "kind": kind, "person": person });
    // The ministry removes the account of whoever has left; the one here is for those who keep accounts.
    let letters =
        if kind == AccountKind::Deletion { vec![("cuenta_de_baja", Told::Administrators)] } else { Vec::new() };
    let request = AccountRequest {
        id: 0,
        ticket: ticket.id,
        kind,
        person,
        started: now.day,
        started_by: who.id,
        form_given: None,
        authorized: None,
        authorized_by: None,
        received: None,
        superior: None,
        scan: None,
        uploaded: None,
        uploaded_by: None,
        external_number: None,
        answered: None,
        outcome: None,
        told: None,
        version: 1,
    };
    Ok(Done { request, kind: "account_started", detail, letters })
}

/// Takes a step of a request of this ticket, or says why not.
///
/// # Errors
/// [`Refused`], which changes nothing.
pub fn act(mut request: AccountRequest, ticket: &Ticket, who: &Actor, step: Step, now: Now) -> Result<Done, Refused> {
    let (kind, on) = (step.kind(), step.on(now));
    if !may_step(request.kind, kind, ticket, who) {
        return Err(Refused::NotAllowed);
    }
    if ticket.state == State::Void {
        return Err(Refused::State(State::Void));
    }
    in_order(&request, kind)?;
    // Who only authorises, does so today: only whoever has the signed form before them reads another day on it.
    let reads_form = may_on(who, OnTicket::StepAccount, ticket);
    if on > now.day || (kind == StepKind::Authorize && !reads_form && on != now.day) {
        return Err(Refused::field("on", "escriba el día en que ocurrió, hoy a más tardar"));
    }
    // What was handed over before the request was written down may be written down afterwards.
    let before = request.last_day().unwrap_or(ticket.entered_day);
    if on < before {
        let before = before.format("%d-%m-%Y");
        return Err(Refused::field("on", format!("lo anterior fue el {before}; escriba ese día o uno posterior")));
    }
    let mut letters = Vec::new();
    let detail = match step {
        Step::Give { .. } => {
            request.form_given = Some(on);
            // Whoever asks for an account asks the direction for it (R084), which is to know that it is waited for.
            if request.kind.steps().contains(&StepKind::Authorize) {
                letters.push(("cuenta_por_autorizar", Told::Direction));
            }
            json!({ "on": on, "form": request.kind.form() })
        }
        Step::Authorize { by, .. } => {
            let by = text::line("by", &by, LINE_MAX, true)?;
            (request.authorized, request.authorized_by) = (Some(on), Some(by.clone()));
            json!({ "on": on, "by": by, "on_paper": !may_on(who, OnTicket::AuthorizeAccount, ticket) })
        }
        Step::Receive { superior, scan, .. } => {
            let is_reset = request.kind == AccountKind::Reset;
            let superior = text::line("superior", &superior, LINE_MAX, is_reset)?;
            request.superior = is_reset.then(|| superior.clone());
            (request.received, request.scan) = (Some(on), Some(scan));
            if is_reset {
                letters.push(("cuenta_por_cargar", Told::Chiefs));
            }
            json!({ "on": on, "superior": request.superior })
        }
        Step::Upload { number, .. } => {
            let number = text::line("number", &number, LINE_MAX, true)?;
            (request.uploaded, request.uploaded_by) = (Some(on), Some(who.id));
            request.external_number = Some(number.clone());
            json!({ "on": on, "number": number })
        }
        Step::Answer { outcome, .. } => {
            (request.answered, request.outcome) = (Some(on), Some(outcome));
            json!({ "on": on, "outcome": outcome })
        }
        Step::Tell => {
            request.told = Some(on);
            letters.push(("cuenta_informada", Told::Person(ticket.requester)));
            json!({ "on": on, "outcome": request.outcome })
        }
    };
    request.version += 1;
    Ok(Done { request, kind: event(kind), detail, letters })
}

/// Whether a step is the next one.
fn in_order(request: &AccountRequest, step: StepKind) -> Result<(), Refused> {
    if request.kind == AccountKind::Deletion {
        return Err(Refused::Account("la baja la hace el MINECO; aquí solo se anota y no lleva más pasos"));
    }
    if !request.kind.steps().contains(&step) {
        return Err(Refused::Account("este trámite no lleva ese paso"));
    }
    if request.day_of(step).is_some() {
        return Err(Refused::Account("ese paso ya está registrado; vuelva a abrir el trámite"));
    }
    match request.next_step() {
        Some(next) if next != step => Err(Refused::StepMissing(next.label())),
        _ => Ok(()),
    }
}

/// The word of a step's event.
fn event(step: StepKind) -> &'static str {
    match step {
        StepKind::Give => "account_given",
        StepKind::Authorize => "account_authorized",
        StepKind::Receive => "account_received",
        StepKind::Upload => "account_uploaded",
        StepKind::Answer => "account_answered",
        StepKind::Tell => "account_told",
    }
}
