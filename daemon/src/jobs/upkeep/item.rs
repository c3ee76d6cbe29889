//! One item of a programme that was approved, with its history and what whoever looks at it may do with it. It may not know pages.

use super::UpkeepError;
use super::programme::{View, confirms, loaded};
use crate::desk::access::{ItemOf, OnItem, may_on_item};
use crate::jobs::office::Office;
use crate::jobs::people::by::By;
use crate::upkeep::done::{ItemState, ItemVisit, Notice, Progress, Rescheduling};
use crate::upkeep::equipment::Equipment;
use crate::upkeep::programme::Item;
use crate::upkeep::semester::{Semester, Week};

/// An item with all that is shown of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its programme.
    pub view: View,
    /// The item as it was approved.
    pub item: Item,
    /// What became of it.
    pub progress: Progress,
    /// Where it stands.
    pub state: ItemState,
    /// Its piece.
    pub piece: Equipment,
    /// Whose it is.
    pub of: ItemOf,
}

impl Case {
    /// The week in which it is to be done now.
    pub fn week(&self) -> Week {
        self.progress.week(self.item.week)
    }

    /// What heads of units said of it, in their order.
    pub fn notices(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.view.notices.iter().filter(|notice| notice.item == self.item.number)
    }

    /// How it was moved, in its order.
    pub fn moves(&self) -> impl DoubleEndedIterator<Item = &Rescheduling> {
        self.view.moves.iter().filter(|one| one.item == self.item.number)
    }

    /// Who was at the machine, in their order.
    pub fn visits(&self) -> impl DoubleEndedIterator<Item = &ItemVisit> {
        self.view.visits.iter().filter(|visit| visit.item == self.item.number)
    }

    /// What was said last of the week in which it is to be done now.
    pub fn said(&self) -> Option<&Notice> {
        self.notices().rev().find(|notice| notice.week == self.week())
    }

    /// The notice that it cannot be done then, which waits for another week.
    pub fn unavailable(&self) -> Option<&Notice> {
        self.said().filter(|notice| !notice.available)
    }

    /// The number that its next entry has.
    pub(super) fn next(&self) -> i64 {
        self.progress.entries + 1
    }
}

/// An item of a programme that holds or is over.
///
/// # Errors
/// [`UpkeepError::NotFound`] also where they do not see it.
pub async fn case(office: Office<'_>, by: By<'_>, semester: Semester, number: i64) -> Result<Case, UpkeepError> {
    let programme = office.store.programme(semester).await?.filter(|known| known.holds() || known.is_finished());
    let view = Box::pin(loaded(office, programme.ok_or(UpkeepError::NotFound)?)).await?;
    let item = view.items.iter().find(|item| item.number == number).ok_or(UpkeepError::NotFound)?.clone();
    let piece = view.equipment.get(&item.equipment).ok_or(UpkeepError::NotFound)?.clone();
    let (progress, state) = (view.progress(&item), view.state(&item));
    let moved_by = view.moves.iter().rev().find(|one| one.item == number).map(|one| one.made.1);
    let of = ItemOf {
        units: vec![item.unit, piece.unit],
        responsible: piece.responsible,
        confirms: view.visit(&item).and_then(confirms),
        moved_by,
    };
    // Whoever works on the machine itself sees all of it, and acts on nothing.
    if by.actor().is_some_and(|who| !may_on_item(who, OnItem::See, &of)) {
        return Err(UpkeepError::NotFound);
    }
    Ok(Case { view, item, progress, state, piece, of })
}

/// Whether they may do something with an item, as far as it hangs on who they are.
pub fn may(by: By<'_>, action: OnItem, case: &Case) -> bool {
    by.actor().is_some_and(|who| may_on_item(who, action, &case.of))
}

/// A rescheduling by its name, such as `FO-03-2026-007`, with its item.
///
/// # Errors
/// [`UpkeepError::NotFound`] also where they do not see it.
pub async fn rescheduling(office: Office<'_>, by: By<'_>, name: &str) -> Result<(Case, Rescheduling), UpkeepError> {
    let name = Rescheduling::of_name(name).ok_or(UpkeepError::NotFound)?;
    let one = office.store.rescheduling(name).await?.ok_or(UpkeepError::NotFound)?;
    let programme = office.store.programme_of_id(one.programme).await?.ok_or(UpkeepError::NotFound)?;
    Ok((case(office, by, programme.semester, one.item).await?, one))
}
