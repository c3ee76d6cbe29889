//! Letters about what is due of the office's records, once a day: reports, programmes, this week's maintenance, directives. Each has a
//! key, so that nobody is told twice of the same however often this runs; tickets have letters of their own.

use std::collections::BTreeMap;

use chrono::Timelike as _;
use serde_json::json;

use super::{days, gather};
use crate::desk::people::{Actor, Role};
use crate::due::remind::reminder;
use crate::due::{Standing, list};
use crate::jobs::desk::calendar::calendars;
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::store::change::Change;
use crate::store::desk_rows::NewLetter;
use crate::store::error::StoreError;

/// The hour from which people are told.
const FROM_HOUR: u32 = 6;
/// When it was done last.
const DONE: &str = "due/reminded";
/// Who may have something to do of the records.
const ROLES: [Role; 4] = [Role::Technician, Role::Chief, Role::Direction, Role::Quality];

/// Writes the letters of today, unless that was done. Whether any were due.
///
/// # Errors
/// [`StoreError`].
pub async fn remind(office: Office<'_>) -> Result<bool, StoreError> {
    let now = now(office);
    if office.local(now.at).hour() < FROM_HOUR || office.store.meta(DONE).await? == Some(now.day.to_string()) {
        return Ok(false);
    }
    let calendars = calendars(office, now.day).await?;
    let of_unit = |unit| calendars.of_unit(unit);
    let days = days(office, now.day, &calendars, &of_unit);
    let mut letters = Vec::new();
    if days.here.is_business_day(now.day) {
        let people = people(office).await?;
        // What all of them together may need is asked for once.
        let everybody = Actor {
            id: 0,
            unit: None,
            heads: people.iter().flat_map(|who| who.heads.iter().copied()).collect(),
            roles: ROLES.to_vec(),
        };
        let facts = gather::facts(office, &everybody, days).await?;
        for who in &people {
            for due in list::office(&facts, who, days) {
                let Some(reminder) = reminder(&due, now.day, days.here) else { continue };
                letters.push(NewLetter {
                    key: format!("{}/{}/{}", reminder.template, reminder.key, who.id),
                    user: who.id,
                    template: reminder.template.to_owned(),
                    data: json!({
                        "what": due.what,
                        "why": due.why,
                        "limit": due.day,
                        "term": Standing::of(due.day, now.day, days.here).label(),
                        "path": due.path,
                    }),
                });
            }
        }
    }
    office.store.write_notes(&letters, now.at).await?;
    let done = Change { meta: vec![(DONE.to_owned(), now.day.to_string())], ..Change::default() };
    office.store.apply(done).await?;
    Ok(!letters.is_empty())
}

/// Everybody with a role today or a unit of their own.
async fn people(office: Office<'_>) -> Result<Vec<Actor>, StoreError> {
    let today = now(office).day;
    let mut people: BTreeMap<i64, Actor> = BTreeMap::new();
    let nobody = |id| Actor { id, unit: None, heads: Vec::new(), roles: Vec::new() };
    for role in ROLES {
        for id in office.store.holders(role, today).await? {
            people.entry(id).or_insert_with(|| nobody(id)).roles.push(role);
        }
    }
    for unit in office.store.units().await?.into_iter().filter(|unit| unit.active) {
        if let Some(head) = unit.head {
            people.entry(head).or_insert_with(|| nobody(head)).heads.push(unit.id);
        }
    }
    Ok(people.into_values().collect())
}
