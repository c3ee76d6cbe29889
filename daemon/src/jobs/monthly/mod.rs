//! The monthly report at work (procedure, R110 to R112): additional tasks, the figures of a month, and the report that is written of
//! them, delivered and received. It may not know pages.

mod error;
pub mod figures;
pub mod fo_05;
pub mod months;
pub mod report;
pub mod rp_fo_03;
pub mod tasks;
mod told;

use chrono::{Datelike as _, NaiveDate};

pub use error::MonthlyError;

use super::desk::{Caller, now};
use super::office::Office;
use crate::calendar::{Calendar, names};
use crate::desk::Refused;
use crate::desk::access::{Action, may};
use crate::figures::indicators::REPORT_DAY;
use crate::figures::month::Month;
use crate::store::error::StoreError;
use crate::store::people_rows::AuditDraft;

/// A month as people write it: `octubre de 2026`.
pub fn month_name(month: Month) -> String {
    format!("{} de {}", names::month(month.first()), month.first().year())
}

/// A month in little room: `oct 26`.
pub fn month_short(month: Month) -> String {
    let name: String = names::month(month.first()).chars().take(3).collect();
    format!("{name} {:02}", month.first().year() % 100)
}

/// The day by which a month's report is due: the tenth business day of the month after (R112).
pub fn due(calendar: &Calendar, month: Month) -> Option<NaiveDate> {
    let after = month.after().first();
    calendar.nth_business_day_of_month(after.year(), after.month(), REPORT_DAY)
}

/// Which business day after a month a day is. A day on which nobody works belongs to the business day after it.
pub(in crate::jobs) fn business_day(calendar: &Calendar, month: Month, day: NaiveDate) -> u32 {
    let rests = i64::from(!calendar.is_business_day(day));
    u32::try_from(calendar.business_days_between(month.last(), day) + rests).unwrap_or_default()
}

fn allowed(who: &Caller, action: Action) -> Result<(), MonthlyError> {
    if may(&who.actor, action) { Ok(()) } else { Err(Refused::NotAllowed.into()) }
}

/// A line for the audit log.
async fn line(
    office: Office<'_>,
    who: &Caller,
    action: &'static str,
    object: String,
    detail: String,
) -> Result<AuditDraft, StoreError> {
    let user = office.store.user(who.actor.id).await?;
    let actor = user.map_or_else(|| format!("user {}", who.actor.id), |user| user.login);
    let address = who.address.map(|address| address.to_string()).unwrap_or_default();
    Ok(AuditDraft { at: now(office).at, actor, address, action, object, detail })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Version;
    use crate::jobs::desk::calendar::PLACE;

    #[test]
    fn a_report_is_in_time_just_until_its_due_day() {
        let calendar = Calendar::new(&Version::initial(chrono::DateTime::UNIX_EPOCH), Some(PLACE));
        let mut month = Month::parse("2025-12").unwrap();
        for expected in
            ["15-01", "13-02", "13-03", "16-04", "15-05", "12-06", "14-07", "14-08", "14-09", "14-10", "13-11"]
        {
            let due = due(&calendar, month).unwrap();
            assert_eq!(due.format("%d-%m-%Y").to_string(), format!("{expected}-2026"));
            for day in month.after().first().iter_days().take(45) {
                let number = business_day(&calendar, month, day);
                assert_eq!(number <= REPORT_DAY, day <= due, "{day} is {number}");
                assert!(number >= 1, "{day}");
            }
            month = month.after();
        }
    }
}
