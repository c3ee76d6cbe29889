//! What programs want done with a request for a mail account, as they say it: the API and the command line speak the same
//! words. It may not know how they arrive.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::schema::bodies;
use super::{Caller, DeskError, accounts, now};
use crate::desk::Refused;
use crate::desk::account::{AccountKind, Outcome, Step};
use crate::jobs::office::Office;

bodies! {
    /// Begins the request of a ticket about mail, or writes down that somebody has left.
    NewAccount {
        /// What is asked for.
        kind: AccountKind,
        /// Whose account it is, by name.
        person: String,
    }
    /// The blank form was handed over.
    FormGiven {
        /// The version of the request.
        version: i64,
        /// On which day; today, unless told.
        #[serde(default)]
        on: Option<NaiveDate>,
    }
    /// The direction authorised it: somebody of the direction says so today and in their own name, or whoever attends reads
    /// it on the signed form.
    Authorized {
        /// The version of the request.
        version: i64,
        /// On which day; today, unless told.
        #[serde(default)]
        on: Option<NaiveDate>,
        /// The name of whoever authorised it, as it stands on the form; left out by the direction itself.
        #[serde(default)]
        by: Option<String>,
    }
    /// The signed form came.
    FormReceived {
        /// The version of the request.
        version: i64,
        /// On which day; today, unless told.
        #[serde(default)]
        on: Option<NaiveDate>,
        /// The immediate superior who signed it, by name; needed for a reset.
        #[serde(default)]
        superior: String,
        /// The id of its scan: a PDF of the ticket.
        scan: String,
    }
    /// It was sent to the ministry.
    SentToMinistry {
        /// The version of the request.
        version: i64,
        /// On which day; today, unless told.
        #[serde(default)]
        on: Option<NaiveDate>,
        /// The ministry's number for it.
        number: String,
    }
    /// The ministry answered.
    MinistryAnswered {
        /// The version of the request.
        version: i64,
        /// On which day; today, unless told.
        #[serde(default)]
        on: Option<NaiveDate>,
        /// What.
        outcome: Outcome,
    }
    /// Whoever asked is told, today and by letter.
    Told {
        /// The version of the request.
        version: i64,
    }
}

/// The step that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AccountStep {
    /// The blank form was handed over.
    Give(FormGiven),
    /// The direction authorised it.
    Authorize(Authorized),
    /// The signed form came.
    Receive(FormReceived),
    /// It was sent to the ministry.
    Upload(SentToMinistry),
    /// The ministry answered.
    Answer(MinistryAnswered),
    /// Whoever asked is told.
    Tell(Told),
}

impl AccountStep {
    /// The version of the request that was seen.
    pub fn version(&mut self) -> &mut i64 {
        match self {
            Self::Give(body) => &mut body.version,
            Self::Authorize(body) => &mut body.version,
            Self::Receive(body) => &mut body.version,
            Self::Upload(body) => &mut body.version,
            Self::Answer(body) => &mut body.version,
            Self::Tell(body) => &mut body.version,
        }
    }
}

/// Begins a request, on behalf of whoever wants it.
///
/// # Errors
/// [`DeskError`]; nothing is changed then.
pub async fn begun(office: Office<'_>, who: &Caller, number: &str, wanted: NewAccount) -> Result<(), DeskError> {
    accounts::start(office, who, number, wanted.kind, &wanted.person).await.map(drop)
}

/// Takes a step, on behalf of whoever wants it.
///
/// # Errors
/// [`DeskError`]; nothing is changed then.
pub async fn stepped(office: Office<'_>, who: &Caller, number: &str, mut wanted: AccountStep) -> Result<(), DeskError> {
    // Whether the request may be seen at all is said before what is wrong with the step.
    if accounts::request(office, who, number).await?.1.is_none() {
        return Err(DeskError::NotFound);
    }
    let version = *wanted.version();
    let step = step(wanted, who, now(office).day)?;
    accounts::act(office, who, (number, version), step).await.map(drop)
}

fn step(wanted: AccountStep, who: &Caller, today: NaiveDate) -> Result<Step, Refused> {
    let day = |on: Option<NaiveDate>| on.unwrap_or(today);
    Ok(match wanted {
        AccountStep::Give(FormGiven { on, .. }) => Step::Give { on: day(on) },
        AccountStep::Authorize(Authorized { on, by, .. }) => {
            let in_person = who.actor.is(crate::desk::people::Role::Direction);
            if in_person && by.is_some() {
                return Err(Refused::field("by", "la Dirección autoriza en su propio nombre; quite este campo"));
            }
            Step::Authorize { on: day(on), by: by.unwrap_or_default() }
        }
        AccountStep::Receive(FormReceived { on, superior, scan, .. }) => {
            let scan = uuid::Uuid::try_parse(&scan);
            let scan = scan.map_err(|_| Refused::field("scan", "escriba el id de un PDF de la solicitud"))?;
            Step::Receive { on: day(on), superior, scan: scan.into_bytes() }
        }
        AccountStep::Upload(SentToMinistry { on, number, .. }) => Step::Upload { on: day(on), number },
        AccountStep::Answer(MinistryAnswered { on, outcome, .. }) => Step::Answer { on: day(on), outcome },
        AccountStep::Tell(Told { .. }) => Step::Tell,
    })
}
