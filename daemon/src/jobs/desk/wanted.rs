//! What programs want done with a ticket, as they say it: the API and the command line speak the same words. It may not know how
//! they arrive.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::schema::bodies;
use super::{Caller, DeskError, act, enter, request};
use crate::desk::Refused;
use crate::desk::access::{OnTicket, may_on};
use crate::desk::acts::Act;
use crate::desk::check::Draft;
use crate::desk::people::Actor;
use crate::desk::ticket::{Cause, ExceptionKind, Mode, Rating};
use crate::jobs::office::Office;
use crate::jobs::people::session;

bodies! {
    /// What needs nothing but the version of the ticket that was seen.
    Seen {
        /// The version of the ticket.
        version: i64,
    }
    /// Gives it to somebody.
    Assignment {
        /// The version of the ticket.
        version: i64,
        /// The login of whoever is to attend it.
        to: String,
    }
    /// What was found before anything is done.
    Analysis {
        /// The version of the ticket.
        version: i64,
        /// In words.
        analysis: String,
    }
    /// Proposes a new limit, with the ruling that explains it.
    NewLimit {
        /// The version of the ticket.
        version: i64,
        /// Why.
        cause: Cause,
        /// In words.
        reason: String,
        /// The new limit, a business day after the last one.
        new_limit: NaiveDate,
        /// What was found.
        findings: String,
        /// Parts to be replaced or repaired; needed for the cause `parts`.
        #[serde(default)]
        parts: String,
        /// What is recommended.
        #[serde(default)]
        recommendation: String,
    }
    /// Decides what waits for it.
    Decision {
        /// The version of the ticket.
        version: i64,
        /// Whether it holds.
        confirmed: bool,
    }
    /// Registers that it hangs on others.
    NewException {
        /// The version of the ticket.
        version: i64,
        /// On whom.
        kind: ExceptionKind,
        /// In words.
        reason: String,
        /// The ministry's ticket, or the purchase.
        reference: String,
    }
    /// The closing ruling.
    ClosingRuling {
        /// The version of the ticket.
        version: i64,
        /// How it was attended.
        mode: Mode,
        /// What was found.
        findings: String,
        /// What was done.
        actions: String,
        /// What is recommended.
        #[serde(default)]
        recommendation: String,
    }
    /// What the requester says of the service.
    NewRating {
        /// The version of the ticket.
        version: i64,
        /// How it was.
        rating: Rating,
        /// In words; needed where it was not right.
        #[serde(default)]
        comment: String,
    }
    /// The answer to a bad rating.
    NewAnswer {
        /// The version of the ticket.
        version: i64,
        /// In words.
        answer: String,
    }
    /// Declares it void.
    Voiding {
        /// The version of the ticket.
        version: i64,
        /// Why.
        reason: String,
    }
    /// A visit on site.
    NewVisit {
        /// The version of the ticket.
        version: i64,
        /// When it was, RFC 3339.
        at: DateTime<Utc>,
        /// Where.
        place: String,
        /// What was done.
        #[serde(default)]
        note: String,
    }
    /// Something that is said.
    NewComment {
        /// In words.
        text: String,
        /// Whether only those who attend see it.
        #[serde(default)]
        internal: bool,
    }
}

/// What is wanted done with a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Wanted {
    /// A technician takes it.
    Take(Seen),
    /// The head gives it to somebody.
    Assign(Assignment),
    /// What was found.
    Analyse(Analysis),
    /// Proposes a new limit.
    Extend(NewLimit),
    /// Decides the extension that waits for it.
    DecideExtension(Decision),
    /// Registers an exception.
    Except(NewException),
    /// Decides the exception that waits for it.
    DecideException(Decision),
    /// Work goes on.
    Resume(Seen),
    /// Issues the closing ruling.
    Rule(ClosingRuling),
    /// Says that the ruling about parts was delivered.
    Deliver(Seen),
    /// Says that it was received.
    Acknowledge(Seen),
    /// Closes it.
    Finish(Seen),
    /// Rates it.
    Rate(NewRating),
    /// Answers a bad rating.
    Answer(NewAnswer),
    /// Declares it void.
    Void(Voiding),
    /// Writes down a visit.
    Visit(NewVisit),
    /// Says something.
    Comment(NewComment),
}

impl Wanted {
    /// The version of the ticket that was seen; none where that does not matter.
    pub fn version(&self) -> Option<i64> {
        self.clone().place().map(|version| *version)
    }

    /// Says which version was seen.
    pub fn set_version(&mut self, seen: i64) {
        if let Some(version) = self.place() {
            *version = seen;
        }
    }

    fn place(&mut self) -> Option<&mut i64> {
        Some(match self {
            Self::Take(body)
            | Self::Resume(body)
            | Self::Deliver(body)
            | Self::Acknowledge(body)
            | Self::Finish(body) => &mut body.version,
            Self::Assign(body) => &mut body.version,
            Self::Analyse(body) => &mut body.version,
            Self::Extend(body) => &mut body.version,
            Self::DecideExtension(body) | Self::DecideException(body) => &mut body.version,
            Self::Except(body) => &mut body.version,
            Self::Rule(body) => &mut body.version,
            Self::Rate(body) => &mut body.version,
            Self::Answer(body) => &mut body.version,
            Self::Void(body) => &mut body.version,
            Self::Visit(body) => &mut body.version,
            Self::Comment(_) => return None,
        })
    }
}

/// Does what is wanted, on behalf of whoever wants it.
///
/// # Errors
/// [`DeskError`]; nothing is changed then.
pub async fn done(office: Office<'_>, who: &Caller, number: &str, wanted: Wanted) -> Result<(), DeskError> {
    let (version, act) = match wanted {
        Wanted::Comment(NewComment { text, internal }) => {
            return enter::comment(office, who, number, &text, internal, Vec::new()).await;
        }
        Wanted::Visit(NewVisit { version, at, place, note }) => {
            return enter::visit(office, who, (number, version), at, &place, &note).await.map(drop);
        }
        Wanted::Assign(Assignment { version, to }) => {
            (version, Act::Assign { to: named(office, who, number, &to).await? })
        }
        other => act_of(other),
    };
    Box::pin(act::act(office, who, (number, version), act)).await.map(drop)
}

/// The act of what is wanted, where there is one that needs nobody else. What is left is done above.
fn act_of(wanted: Wanted) -> (i64, Act) {
    match wanted {
        Wanted::Take(Seen { version }) => (version, Act::Take),
        Wanted::Analyse(Analysis { version, analysis }) => (version, Act::Analyse { text: analysis }),
        Wanted::Extend(NewLimit { version, cause, reason, new_limit, findings, parts, recommendation }) => {
            let ruling = Draft { findings, actions: String::new(), recommendation, parts };
            (version, Act::Extend { cause, reason, new_limit, ruling })
        }
        Wanted::DecideExtension(Decision { version, confirmed }) => (version, Act::DecideExtension { confirmed }),
        Wanted::Except(NewException { version, kind, reason, reference }) => {
            (version, Act::Except { kind, reason, reference })
        }
        Wanted::DecideException(Decision { version, confirmed }) => (version, Act::DecideException { confirmed }),
        Wanted::Resume(Seen { version }) => (version, Act::Resume),
        Wanted::Rule(ClosingRuling { version, mode, findings, actions, recommendation }) => {
            (version, Act::Rule { mode, ruling: Draft { findings, actions, recommendation, parts: String::new() } })
        }
        Wanted::Deliver(Seen { version }) => (version, Act::Deliver),
        Wanted::Acknowledge(Seen { version }) => (version, Act::Acknowledge),
        Wanted::Finish(Seen { version }) => (version, Act::Finish),
        Wanted::Rate(NewRating { version, rating, comment }) => (version, Act::Rate { rating, comment }),
        Wanted::Answer(NewAnswer { version, answer }) => (version, Act::Answer { text: answer }),
        Wanted::Void(Voiding { version, reason }) => (version, Act::Void { reason }),
        // These three have been done before they would come here.
        Wanted::Comment(_) | Wanted::Visit(_) | Wanted::Assign(_) => (0, Act::Take),
    }
}

/// Somebody who is named by their login, as they are today. Whether the ticket may be seen and given to anybody at all is said
/// first, so that nobody else learns who there is.
async fn named(office: Office<'_>, who: &Caller, number: &str, login: &str) -> Result<Actor, DeskError> {
    let case = super::view::case(office, who, number).await?;
    if !may_on(&who.actor, OnTicket::Assign, &case.ticket) {
        return Err(Refused::NotAllowed.into());
    }
    let user = request::login(office, login).await?.filter(|user| user.active);
    let user = user.ok_or_else(|| Refused::field("to", "no hay una persona activa con ese usuario; elija a otra"))?;
    Ok(session::actor(office, &user, office.now()).await?)
}
