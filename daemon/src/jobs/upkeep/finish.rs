//! The end of a programme (R069): every item has its fate from then on. It may not know pages.

use serde_json::json;

use super::UpkeepError;
use super::inventory::may;
use super::programme::{View, actor, change, line, store, view};
use crate::desk::access::Action;
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::jobs::people::by::By;
use crate::store::programmes::ProgrammeChange;
use crate::upkeep::done::{Ending, ItemState};
use crate::upkeep::programme::Programme;
use crate::upkeep::semester::Semester;

/// The items of a programme that are still to be done.
pub fn open(view: &View) -> usize {
    let is_open = |state| matches!(state, ItemState::Programmed | ItemState::Rescheduled);
    view.items.iter().filter(|item| is_open(view.state(item))).count()
}

/// Finishes a programme that was read in this version: what is still open was not done, for this reason.
///
/// # Errors
/// [`UpkeepError`].
pub async fn finish(
    office: Office<'_>,
    by: By<'_>,
    semester: Semester,
    version: i64,
    reason: &str,
) -> Result<(), UpkeepError> {
    may(by, Action::DraftProgramme)?;
    let (who, now) = (actor(by)?.id, now(office));
    let view = view(office, by, semester).await?;
    let open = open(&view);
    let programme = Programme { version, ..view.programme.clone() }.finish(open, reason, now.at, who)?;
    let reason = programme.finish.as_ref().map(|finish| finish.reason.clone()).unwrap_or_default();
    let ending = |item: &_| {
        let not_done = || Ending { state: ItemState::NotDone, day: now.day, reason: reason.clone() };
        match view.state(item) {
            ItemState::Programmed | ItemState::Rescheduled => Some(not_done()),
            ItemState::Retired => {
                let retired = view.retired(item)?;
                Some(Ending { state: ItemState::Retired, day: retired.day, reason: retired.document.clone() })
            }
            ItemState::Done | ItemState::NotDone => None,
        }
    };
    let endings = view.items.iter().filter_map(|item| Some((item.number, ending(item)?))).collect();
    let line = line(office, by, "programme_finished", semester, &json!({ "open": open, "reason": reason }));
    store(office, &ProgrammeChange { endings, ..change(programme, line) }).await
}
