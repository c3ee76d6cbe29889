//! Requests for mail accounts as programs read them: names in place of ids, words of the rules. It may not know who reads.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::accounts::{Aged, Listed};
use super::told_rows::Person;
use crate::desk::account::{AccountKind, Outcome, StepKind};
use crate::store::desk_people::Face;

/// A request for a mail account, with its ticket. Each day is that of a step, and none where the step was not taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AccountReport {
    /// The number of its ticket.
    pub number: String,
    /// What its ticket is about.
    pub subject: String,
    /// Whose ticket it is.
    pub requester: Option<Person>,
    /// What is asked for.
    pub kind: AccountKind,
    /// The ministry's form for it.
    pub form: Option<String>,
    /// Whose account it is.
    pub person: String,
    /// When it was begun.
    pub started: NaiveDate,
    /// By whom.
    pub started_by: Option<Person>,
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
    pub scan: Option<String>,
    /// When the ministry got it.
    pub uploaded: Option<NaiveDate>,
    /// Who sent it there.
    pub uploaded_by: Option<Person>,
    /// The ministry's number for it.
    pub external_number: Option<String>,
    /// When the ministry answered.
    pub answered: Option<NaiveDate>,
    /// What it said.
    pub outcome: Option<Outcome>,
    /// When whoever asked was told.
    pub told: Option<NaiveDate>,
    /// The step that comes next; none where all are taken, or its ticket is void.
    pub next: Option<StepKind>,
    /// The business days that the ministry has let it wait, while it does.
    pub waiting_days: Option<i64>,
    /// Rises with each step.
    pub version: i64,
}

/// A page of requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AccountPage {
    /// The requests.
    pub items: Vec<AccountReport>,
    /// What is asked for to go on behind them, if there are more.
    pub next: Option<String>,
}

/// A request.
pub fn account(aged: Aged, faces: &BTreeMap<i64, Face>) -> AccountReport {
    let person =
        |id: Option<i64>| faces.get(&id?).map(|face| Person { login: face.login.clone(), name: face.name.clone() });
    let (waiting, request) = (aged.waiting.clone(), aged.waiting.request);
    AccountReport {
        number: waiting.number,
        subject: waiting.subject,
        requester: person(Some(waiting.requester)),
        kind: request.kind,
        form: request.kind.form().map(str::to_owned),
        started: request.started,
        started_by: person(Some(request.started_by)),
        form_given: request.form_given,
        authorized: request.authorized,
        received: request.received,
        scan: request.scan.map(|id| uuid::Uuid::from_bytes(id).simple().to_string()),
        uploaded: request.uploaded,
        uploaded_by: person(request.uploaded_by),
        answered: request.answered,
        outcome: request.outcome,
        told: request.told,
        next: request.next_step().filter(|_| !waiting.void),
        waiting_days: (request.uploaded.is_some() && request.answered.is_none()).then_some(aged.days),
        version: request.version,
        person: request.person,
        authorized_by: request.authorized_by,
        superior: request.superior,
        external_number: request.external_number,
    }
}

/// A page of a list.
pub fn accounts(listed: Listed) -> AccountPage {
    let Listed { items, next, faces } = listed;
    let items = items.into_iter().map(|aged| account(aged, &faces)).collect();
    AccountPage { items, next: next.map(|id| id.to_string()) }
}
