//! The records behind a figure of the board, a page at a time. It may not know pages.

use std::collections::{BTreeMap, BTreeSet};

use super::board::{Month, names_of_categories, names_of_units};
use super::{Caller, DeskError, now};
use crate::desk::Refused;
use crate::desk::access::{Action, may};
use crate::desk::account::AccountKind;
use crate::jobs::office::Office;
use crate::jobs::page::cut;
use crate::store::board_lists::{AccountStep, Counted, CountedFilter, Has, Key, Proposal, Proposed};
use crate::store::desk_people::Face;

/// Which records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Tickets of a figure.
    Tickets(CountedFilter),
    /// Extensions or exceptions that were asked for.
    Proposed(Proposal),
    /// Requests for mail accounts of a kind that were begun, or whose requester was told.
    Accounts(AccountKind, bool),
}

/// The records of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Records {
    /// Tickets.
    Tickets(Vec<Counted>),
    /// Extensions or exceptions.
    Proposed(Vec<Proposed>),
    /// Requests for mail accounts.
    Accounts(Vec<AccountStep>),
}

/// A page of records.
#[derive(Debug, Clone)]
pub struct RecordPage {
    /// The month.
    pub month: Month,
    /// How many there are in all: what the board counts.
    pub total: i64,
    /// Those of the page.
    pub records: Records,
    /// The key of the last one, where more follow.
    pub next: Option<Key>,
    /// The names of what the list is narrowed to.
    pub names: Vec<String>,
    /// Everybody who is named in it.
    pub faces: BTreeMap<i64, Face>,
}

/// The records of a figure of a month, by their days, after a key; of this month where none is asked for, or one that is still
/// to come.
///
/// # Errors
/// [`DeskError`].
pub async fn records(
    office: Office<'_>,
    who: &Caller,
    month: Option<Month>,
    wanted: Wanted,
    after: Option<Key>,
    size: u32,
) -> Result<RecordPage, DeskError> {
    if !may(&who.actor, Action::SeeBoard) {
        return Err(Refused::NotAllowed.into());
    }
    let this = Month::of(now(office).day);
    let month = month.filter(|month| *month <= this).unwrap_or(this);
    let (store, days, limit) = (office.store, (month.first(), month.last()), size.saturating_add(1));
    let (mut records, total) = match wanted {
        Wanted::Tickets(filter) => (
            Records::Tickets(store.counted(days, &filter, after, limit).await?),
            store.count_counted(days, &filter).await?,
        ),
        Wanted::Proposed(what) => (
            Records::Proposed(store.proposed(what, days, after, limit).await?),
            store.count_proposed(what, days).await?,
        ),
        Wanted::Accounts(kind, told) => (
            Records::Accounts(store.account_steps((kind, told), days, after, limit).await?),
            store.count_account_steps((kind, told), days).await?,
        ),
    };
    let next = cut_records(&mut records, size);
    let mut people = BTreeSet::new();
    if let Records::Tickets(tickets) = &records {
        people.extend(tickets.iter().flat_map(|one| [Some(one.ticket.requester), one.ticket.assignee]).flatten());
    }
    if let Wanted::Tickets(CountedFilter { assignee: Has::Id(assignee), .. }) = wanted {
        people.insert(assignee);
    }
    let faces = store.faces(&people).await?;
    let names = names(office, &wanted, &faces).await?;
    Ok(RecordPage { month, total, records, next, names, faces })
}

/// Cuts the records to a page; the key of the last one, where there were more.
fn cut_records(records: &mut Records, size: u32) -> Option<Key> {
    fn next<T>(all: &mut Vec<T>, size: u32, key: impl Fn(&T) -> Key) -> Option<Key> {
        let more = cut(all, size);
        all.last().filter(|_| more).map(key)
    }
    match records {
        Records::Tickets(all) => next(all, size, |one| (one.day, one.ticket.id)),
        Records::Proposed(all) => next(all, size, |one| (one.day, one.id)),
        Records::Accounts(all) => next(all, size, |one| (one.day, one.id)),
    }
}

/// The names of what a list is narrowed to.
async fn names(office: Office<'_>, wanted: &Wanted, faces: &BTreeMap<i64, Face>) -> Result<Vec<String>, DeskError> {
    let Wanted::Tickets(filter) = wanted else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    if let Some(category) = filter.category {
        names.extend(names_of_categories(office).await?.remove(&category));
    }
    match filter.unit {
        Has::Any => {}
        Has::None => names.push("sin unidad".to_owned()),
        Has::Id(unit) => names.extend(names_of_units(office).await?.remove(&unit)),
    }
    match filter.assignee {
        Has::Any => {}
        Has::None => names.push("sin asignar".to_owned()),
        Has::Id(user) => names.extend(faces.get(&user).map(|face| face.name.clone())),
    }
    Ok(names)
}
