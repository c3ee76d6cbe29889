//! What is answered about requests for mail accounts. It may not decide anything but that nobody authorises for another.

use super::answer::{Answer, refusal, value};
use super::answer_tickets::refused;
use super::protocol::RefusalKind;
use super::tickets::AccountList;
use crate::desk::people::Role;
use crate::jobs::desk::Caller;
use crate::jobs::desk::account_report as report;
use crate::jobs::desk::account_wanted::{AccountStep, NewAccount, begun, stepped};
use crate::jobs::desk::accounts::{self, List};
use crate::jobs::office::Office;

/// A list.
pub(super) async fn list(
    office: Office<'_>,
    who: &Caller,
    list: AccountList,
    before: Option<i64>,
    limit: u32,
) -> Answer {
    let list = match list {
        AccountList::Waiting => List::Waiting,
        AccountList::Open => List::Open,
        AccountList::All => List::All,
    };
    let listed = accounts::list(office, who, list, before, limit).await.map_err(refused)?;
    value(Ok(report::accounts(listed)))
}

/// The request of a ticket.
pub(super) async fn one(office: Office<'_>, who: &Caller, number: &str) -> Answer {
    let (aged, faces) = accounts::one(office, who, number).await.map_err(refused)?;
    value(Ok(report::account(aged, &faces)))
}

/// Begins one.
pub(super) async fn begin(office: Office<'_>, who: &Caller, number: &str, wanted: NewAccount) -> Answer {
    begun(office, who, number, wanted).await.map_err(refused)?;
    one(office, who, number).await
}

/// Takes a step; `on_behalf` says whether root asks in the name of another.
pub(super) async fn step(
    office: Office<'_>,
    who: &Caller,
    on_behalf: bool,
    number: &str,
    mut wanted: AccountStep,
) -> Answer {
    if on_behalf && matches!(wanted, AccountStep::Authorize(_)) && who.actor.is(Role::Direction) {
        let what = "the direction authorises by itself, and nobody for it (--as): on its page, or whoever attends the ticket \
                    writes down with --by what stands on the signed form";
        return Err(refusal(RefusalKind::Request, what));
    }
    if *wanted.version() == 0 {
        let (aged, _) = accounts::one(office, who, number).await.map_err(refused)?;
        *wanted.version() = aged.waiting.request.version;
    }
    stepped(office, who, number, wanted).await.map_err(refused)?;
    one(office, who, number).await
}
