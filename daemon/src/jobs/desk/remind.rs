//! Reminders of the desk, once a day: what is due, what is overdue, and what was not rated. Each is a letter with a key, so
//! that nobody is told twice of the same however often this runs.

use chrono::{NaiveDate, TimeDelta, Timelike as _};
use serde_json::json;

use super::calendar;
use crate::calendar::{Calendar, civil_date};
use crate::desk::people::Role;
use crate::desk::ticket::Ticket;
use crate::jobs::office::Office;
use crate::store::change::Change;
use crate::store::desk_rows::NewLetter;
use crate::store::error::StoreError;

/// The hour from which people are reminded.
const FROM_HOUR: u32 = 6;
/// The business days after which a requester is asked again for the rating (procedure, 1.8, 5).
const RATING_DAYS: [u32; 2] = [2, 5];
/// Those that were closed longer ago are asked for no more.
const RATING_PATIENCE: TimeDelta = TimeDelta::days(30);
/// Unrated tickets that are looked at.
const UNRATED_MAX: u32 = 10_000;
/// When it was done last.
const DONE: &str = "desk/reminded";

/// Writes the reminders of today, unless that was done. Whether any were due.
///
/// # Errors
/// [`StoreError`].
pub async fn remind(office: Office<'_>) -> Result<bool, StoreError> {
    let now = super::now(office);
    if office.local(now.at).hour() < FROM_HOUR || office.store.meta(DONE).await? == Some(now.day.to_string()) {
        return Ok(false);
    }
    let (_, calendar) = calendar::current(office, now.day).await?;
    let mut letters = Vec::new();
    // On a day on which nobody works, nobody is reminded; the next one says the same.
    if calendar.is_business_day(now.day) {
        let chiefs = office.store.holders(Role::Chief, now.day).await?;
        for ticket in calendar::pending(office).await? {
            letters
                .extend(of_limit(&ticket, now.day, &calendar, &chiefs).into_iter().map(|letter| (ticket.id, letter)));
        }
        for ticket in office.store.unrated(now.at, UNRATED_MAX).await? {
            let Some(finished) = ticket.finished.filter(|&finished| now.at - finished < RATING_PATIENCE) else {
                continue;
            };
            let closed = civil_date(finished, office.config.time_zone);
            letters.extend(of_rating(&ticket, closed, now.day, &calendar).map(|letter| (ticket.id, letter)));
        }
    }
    office.store.write_letters(&letters, now.at).await?;
    let done = Change { meta: vec![(DONE.to_owned(), now.day.to_string())], ..Change::default() };
    office.store.apply(done).await?;
    Ok(!letters.is_empty())
}

/// Who is reminded of a limit: whose it is, and once it is over the head as well, who hears of what is nobody's from the
/// beginning.
fn of_limit(ticket: &Ticket, today: NaiveDate, calendar: &Calendar, chiefs: &[i64]) -> Vec<NewLetter> {
    let limit = ticket.last_limit;
    let template = if today > limit {
        "vencida"
    } else if today == limit {
        "vence_hoy"
    } else if calendar.add_business_days(today, 1) >= limit {
        "vence_manana"
    } else {
        return Vec::new();
    };
    let mut people: Vec<i64> = ticket.assignee.into_iter().collect();
    if people.is_empty() || today > limit {
        people.extend(chiefs.iter().copied().filter(|chief| ticket.assignee != Some(*chief)));
    }
    let letter = |user| NewLetter {
        key: format!("{template}/{}/{limit}/{user}", ticket.id),
        user,
        template: template.to_owned(),
        data: json!({ "limit": limit }),
    };
    people.into_iter().map(letter).collect()
}

/// Whether the requester is asked again for the rating.
fn of_rating(ticket: &Ticket, closed: NaiveDate, today: NaiveDate, calendar: &Calendar) -> Option<NewLetter> {
    let passed = RATING_DAYS.into_iter().rev().find(|&days| calendar.add_business_days(closed, days) <= today)?;
    Some(NewLetter {
        key: format!("recordatorio_calificar/{}/{passed}", ticket.id),
        user: ticket.requester,
        template: "recordatorio_calificar".to_owned(),
        data: json!({ "days": passed }),
    })
}
