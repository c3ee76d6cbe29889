//! What is due, at work: the facts are gathered, the list is made of them, and letters and calendars are made of that. It may not know
//! pages.

pub mod feed;
mod gather;
pub mod remind;
pub mod report;

use chrono::NaiveDate;

use crate::calendar::Calendar;
use crate::desk::people::{Actor, Role};
use crate::due::{Days, Due, Standing, list};
use crate::jobs::desk::calendar::{Calendars, calendars};
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::store::error::StoreError;

/// What is due for somebody.
#[derive(Debug, Clone)]
pub struct View {
    /// Today.
    pub today: NaiveDate,
    /// What is due, by day, each with how that day stands to today.
    pub due: Vec<(Due, Standing)>,
}

/// The calendars as the rules take them.
fn days<'a>(
    office: Office<'_>,
    today: NaiveDate,
    calendars: &'a Calendars,
    of_unit: &'a (dyn Fn(Option<i64>) -> &'a Calendar + Sync),
) -> Days<'a> {
    Days { today, zone: office.config.time_zone, here: &calendars.here, of_unit }
}

/// What is due for somebody: a dozen questions to the database, however much there is.
///
/// # Errors
/// [`StoreError`].
pub async fn of(office: Office<'_>, who: &Actor) -> Result<View, StoreError> {
    let today = now(office).day;
    let calendars = calendars(office, today).await?;
    let of_unit = |unit| calendars.of_unit(unit);
    let days = days(office, today, &calendars, &of_unit);
    let facts = gather::facts(office, who, days).await?;
    let own = gather::own(office, who, today).await?;
    let due = list(&facts, &own, who, days);
    let due = due.into_iter().map(|one| (Standing::of(one.day, today, days.here), one));
    Ok(View { today, due: due.map(|(standing, one)| (one, standing)).collect() })
}

/// Who stands for the whole office where nobody in particular asks: all that its head, direction and quality management have to do.
pub fn office_itself() -> Actor {
    Actor { id: 0, unit: None, heads: Vec::new(), roles: vec![Role::Chief, Role::Direction, Role::Quality] }
}
