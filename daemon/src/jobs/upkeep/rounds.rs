//! What a technician has to do this week, what is programmed for a piece, and what somebody's own equipment waits for. It may not know
//! pages.

use std::collections::BTreeMap;

use super::UpkeepError;
use super::inventory::may;
use super::programme::actor;
use crate::desk::access::Action;
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::jobs::people::by::By;
use crate::store::assigned::{Assigned, AssignedFilter};
use crate::upkeep::done::ItemState;
use crate::upkeep::semester::Week;

/// The most items that are shown at once.
pub const SHOWN_MAX: u32 = 500;

impl Assigned {
    /// Where it stands.
    pub fn state(&self) -> ItemState {
        let finished = self.programme == crate::upkeep::programme::State::Finished;
        self.progress.state(self.retired.as_ref().map(|(day, _)| *day), finished)
    }

    /// The week in which it is to be done now.
    pub fn week(&self) -> Week {
        self.progress.week(self.item.week)
    }

    /// Where its page is.
    pub fn path(&self) -> String {
        format!("/mantenimiento/{}/renglon/{}", self.semester.word(), self.item.number)
    }
}

/// What is to be done until the end of this week.
#[derive(Debug, Clone)]
pub struct Round {
    /// This week.
    pub week: Week,
    /// The items, those of weeks before first.
    pub items: Vec<Assigned>,
    /// The names of their units.
    pub units: BTreeMap<i64, String>,
}

/// What is to be done until the end of this week, by whoever asks or by anybody.
///
/// # Errors
/// [`UpkeepError::NotAllowed`], [`UpkeepError::Store`].
pub async fn round(office: Office<'_>, by: By<'_>, own: bool) -> Result<Round, UpkeepError> {
    may(by, Action::ExecuteUpkeep)?;
    let week = Week::of(now(office).day);
    let technician = if own { Some(actor(by)?.id) } else { None };
    let filter = AssignedFilter { technician, due: Some(week), ..AssignedFilter::default() };
    let items = office.store.assigned(&filter, SHOWN_MAX).await?;
    Ok(Round { week, items, units: units(office).await? })
}

/// What programmes that hold have for a piece; of those that are over, nothing.
///
/// # Errors
/// [`UpkeepError::Store`].
pub async fn of_piece(office: Office<'_>, equipment: i64) -> Result<Vec<Assigned>, UpkeepError> {
    let filter = AssignedFilter { equipment: Some(equipment), ..AssignedFilter::default() };
    let mut items = office.store.assigned(&filter, SHOWN_MAX).await?;
    items.retain(|item| item.programme != crate::upkeep::programme::State::Finished);
    Ok(items)
}

/// The items of the pieces for which somebody answers, those first that wait for them to confirm what was done.
///
/// # Errors
/// [`UpkeepError::NotAllowed`], [`UpkeepError::Store`].
pub async fn own(office: Office<'_>, by: By<'_>) -> Result<Vec<Assigned>, UpkeepError> {
    let filter = AssignedFilter { responsible: Some(actor(by)?.id), ..AssignedFilter::default() };
    let mut items = office.store.assigned(&filter, SHOWN_MAX).await?;
    items.sort_by_key(|item| (!item.to_confirm, std::cmp::Reverse(item.week())));
    Ok(items)
}

pub(super) async fn units(office: Office<'_>) -> Result<BTreeMap<i64, String>, UpkeepError> {
    Ok(office.store.units().await?.into_iter().map(|unit| (unit.id, unit.name)).collect())
}
