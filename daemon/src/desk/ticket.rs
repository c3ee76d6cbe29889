//! A ticket and what belongs to it (procedure, 6.1). It may not know where any of it is stored.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Verdict;

words! {
    /// Where a ticket stands (procedure, 6.2).
    State {
        /// Made, and nobody's yet.
        Entered = "entered", "ingresada";
        /// Somebody's.
        Assigned = "assigned", "asignada";
        /// Analysed, and being worked on.
        Attending = "attending", "en atención";
        /// Waiting for the ministry or for a purchase. The limit keeps running: only the label is another one.
        Waiting = "waiting", "en espera de tercero";
        /// The ruling was issued: it counts as attended.
        Ruled = "ruled", "dictaminada";
        /// Closed.
        Finished = "finished", "finalizada";
        /// Rated by its requester.
        Rated = "rated", "calificada";
        /// Withdrawn before it was attended.
        Void = "void", "anulada";
    }
}

impl State {
    /// Whether it still waits to be attended, so that its limit counts.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Entered | Self::Assigned | Self::Attending | Self::Waiting)
    }

    /// Whether something is still to be done by those who attend.
    pub fn is_open(self) -> bool {
        self.is_pending() || self == Self::Ruled
    }
}

words! {
    /// How it was attended (R041, R042).
    Mode {
        /// With remote tools.
        Remote = "remote", "remota";
        /// At the place.
        OnSite = "on_site", "presencial";
    }
}

words! {
    /// What the requester says of the service (R051).
    Rating {
        /// It was right.
        Satisfied = "satisfied", "conforme";
        /// It was not.
        Unsatisfied = "unsatisfied", "servicio no conforme";
    }
}

words! {
    /// Why a limit is extended (R045, R046).
    Cause {
        /// (a) The operating system failed.
        System = "system", "a) fallo en el sistema operativo";
        /// (b) Parts are replaced or repaired.
        Parts = "parts", "b) reemplazo o reparación de piezas";
    }
}

words! {
    /// Why a late ticket does not count as late (R031, R032).
    ExceptionKind {
        /// (i) It hangs on access to the ministry's servers.
        Servers = "servers", "acceso a los servidores del MINECO";
        /// (ii) A good or a service has to be contracted.
        Contract = "contract", "contratación de un bien o servicio";
    }
}

words! {
    /// What a ruling (*dictamen técnico*) is for.
    RulingKind {
        /// It closes the ticket (R048).
        Closing = "closing", "de cierre";
        /// It explains an extension for cause (a).
        System = "system", "por fallo en el sistema operativo";
        /// It explains an extension for cause (b), and is delivered to the head of the unit.
        Parts = "parts", "por reemplazo o reparación de piezas";
    }
}

/// A request for support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// `ST-2026-000123`; empty before it is stored.
    pub number: String,
    /// Who asked.
    pub requester: i64,
    /// Their unit when they asked.
    pub unit: Option<i64>,
    /// Where it is.
    pub location: String,
    /// Telephone or extension.
    pub phone: String,
    /// The category's id.
    pub category: i64,
    /// The equipment, as far as known: inventory code, kind, make, serial number.
    pub equipment: String,
    /// In a few words.
    pub subject: String,
    /// In full.
    pub description: String,
    /// When it was made: the limit counts from here (R040).
    pub entered: DateTime<Utc>,
    /// The civil day of that in the office's time zone.
    pub entered_day: NaiveDate,
    /// Where it stands.
    pub state: State,
    /// Whose it is.
    pub assignee: Option<i64>,
    /// Since when.
    pub assigned: Option<DateTime<Utc>>,
    /// How it was attended.
    pub mode: Option<Mode>,
    /// What was found before anything was done (R043).
    pub analysis: Option<String>,
    /// When that was written.
    pub analysed: Option<DateTime<Utc>>,
    /// The limit by the three business days alone.
    pub first_limit: NaiveDate,
    /// The limit after confirmed extensions; never before the first.
    pub last_limit: NaiveDate,
    /// The version of the calendar by which they were counted.
    pub calendar: i64,
    /// When the closing ruling was issued.
    pub attended: Option<DateTime<Utc>>,
    /// The civil day of that.
    pub attended_day: Option<NaiveDate>,
    /// When it was closed.
    pub finished: Option<DateTime<Utc>>,
    /// By whom.
    pub finished_by: Option<i64>,
    /// Whether the limit was kept; frozen when it was attended.
    pub verdict: Option<Verdict>,
    /// What the requester said.
    pub rating: Option<Rating>,
    /// When.
    pub rated: Option<DateTime<Utc>>,
    /// In their words.
    pub rating_comment: Option<String>,
    /// What the head of the department answered to a rating of *no conforme*.
    pub answer: Option<String>,
    /// When.
    pub answered: Option<DateTime<Utc>>,
    /// Why it is void.
    pub void_reason: Option<String>,
    /// The ticket that this one follows.
    pub follows: Option<i64>,
    /// Rises with each change, so that two people never overwrite each other.
    pub version: i64,
}

impl Ticket {
    /// A ticket that is made at this moment and civil day, by this version of the calendar. What it says is to be filled in.
    pub fn new(requester: i64, (at, day): (DateTime<Utc>, NaiveDate), limit: NaiveDate, calendar: i64) -> Self {
        Self {
            id: 0,
            number: String::new(),
            requester,
            unit: None,
            location: String::new(),
            phone: String::new(),
            category: 0,
            equipment: String::new(),
            subject: String::new(),
            description: String::new(),
            entered: at,
            entered_day: day,
            state: State::Entered,
            assignee: None,
            assigned: None,
            mode: None,
            analysis: None,
            analysed: None,
            first_limit: limit,
            last_limit: limit,
            calendar,
            attended: None,
            attended_day: None,
            finished: None,
            finished_by: None,
            verdict: None,
            rating: None,
            rated: None,
            rating_comment: None,
            answer: None,
            answered: None,
            void_reason: None,
            follows: None,
            version: 1,
        }
    }
}

/// A ruling (*dictamen técnico*), which is never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// `DT-2026-000045`; empty before it is stored.
    pub number: String,
    /// What it is for.
    pub kind: RulingKind,
    /// What was found.
    pub findings: String,
    /// What was done.
    pub actions: String,
    /// What is recommended.
    pub recommendation: String,
    /// Parts to be replaced or repaired.
    pub parts: String,
    /// When it was issued.
    pub issued: DateTime<Utc>,
    /// By whom.
    pub issued_by: i64,
    /// The head of the unit to whom it was delivered (R046).
    pub delivered_to: Option<i64>,
    /// When.
    pub delivered: Option<DateTime<Utc>>,
    /// When they said that they have it.
    pub acknowledged: Option<DateTime<Utc>>,
}

/// What was decided of a proposal: when, by whom, and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: i64,
    /// Whether it holds.
    pub confirmed: bool,
}

/// An extension of the limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// Why.
    pub cause: Cause,
    /// In words.
    pub reason: String,
    /// The new limit.
    pub new_limit: NaiveDate,
    /// The ruling that explains it, by its place among the ticket's rulings.
    pub ruling: usize,
    /// When it was proposed.
    pub proposed: DateTime<Utc>,
    /// By whom.
    pub proposed_by: i64,
    /// Whether that was after the limit (*extemporánea*).
    pub late: bool,
    /// What was decided.
    pub decision: Option<Decision>,
}

/// An exception from *no conforme*.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Its id; 0 before it is stored.
    pub id: i64,
    /// Why.
    pub kind: ExceptionKind,
    /// In words.
    pub reason: String,
    /// The ministry's ticket, or the purchase.
    pub reference: String,
    /// When it was registered.
    pub registered: DateTime<Utc>,
    /// By whom.
    pub registered_by: i64,
    /// Whether that was after the limit (*extemporánea*).
    pub late: bool,
    /// What was decided.
    pub decision: Option<Decision>,
}

/// A ticket with all that its next step hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The ticket.
    pub ticket: Ticket,
    /// Its rulings, the oldest first.
    pub rulings: Vec<Ruling>,
    /// Its extensions, the oldest first.
    pub extensions: Vec<Extension>,
    /// Its exceptions, the oldest first.
    pub exceptions: Vec<Exception>,
    /// The head of its requester's unit.
    pub unit_head: Option<i64>,
}

impl Case {
    /// Whether a confirmed exception exempts it.
    pub fn is_excepted(&self) -> bool {
        self.exceptions.iter().any(|exception| exception.decision.as_ref().is_some_and(|decision| decision.confirmed))
    }
}
