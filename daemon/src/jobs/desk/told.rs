//! Who is written to of what is done: people by name, and whoever has a role today.

use serde_json::{Value, json};

use super::Office;
use crate::desk::acts::{Now, Told};
use crate::desk::people::Role;
use crate::desk::ticket::Ticket;
use crate::store::desk_rows::NewLetter;
use crate::store::error::StoreError;

/// The letters that tell these people of a ticket. Nobody is written to of what they did themselves.
pub(super) async fn letters(
    office: Office<'_>,
    ticket: &Ticket,
    templates: &[(&'static str, Told)],
    by: i64,
    now: Now,
) -> Result<Vec<NewLetter>, StoreError> {
    let mut letters = Vec::new();
    for &(template, told) in templates {
        let people = match told {
            Told::Person(id) => vec![id],
            Told::Chiefs => office.store.holders(Role::Chief, now.day).await?,
            Told::Direction => office.store.holders(Role::Direction, now.day).await?,
            Told::Administrators => office.store.holders(Role::Administrator, now.day).await?,
        };
        for user in people.into_iter().filter(|&user| user != by) {
            // A ticket's version rises with each step, so that each is told once.
            let key = format!("{template}/{}/{}/{user}", ticket.id, ticket.version);
            letters.push(NewLetter { key, user, template: template.to_owned(), data: data(ticket) });
        }
    }
    Ok(letters)
}

/// What a template may speak of beside what is read when it is sent.
fn data(ticket: &Ticket) -> Value {
    json!({ "limit": ticket.last_limit })
}
