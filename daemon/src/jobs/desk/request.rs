//! A ticket as programs ask for it, by logins. It may not know how the request arrives.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::enter::{self, NewTicket};
use super::{Caller, DeskError};
use crate::desk::Refused;
use crate::desk::access::{Action, may};
use crate::desk::ticket::Ticket;
use crate::jobs::office::Office;
use crate::store::error::StoreError;
use crate::store::people_rows::User;

/// A ticket as it is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketRequest {
    /// In a few words.
    pub subject: String,
    /// In full.
    pub description: String,
    /// Where the thing is.
    pub location: String,
    /// The category's id, as `/categories` lists it.
    pub category: i64,
    /// Telephone or extension.
    #[serde(default)]
    pub phone: String,
    /// The equipment, as far as known.
    #[serde(default)]
    pub equipment: String,
    /// The login of whose it is, where somebody who attends makes it for another.
    #[serde(default)]
    pub requester: Option<String>,
    /// The number of the ticket that it follows.
    #[serde(default)]
    pub follows: Option<String>,
}

/// Whoever has this login, as somebody writes it.
///
/// # Errors
/// [`StoreError`].
pub async fn login(office: Office<'_>, login: &str) -> Result<Option<User>, StoreError> {
    let login = login.trim().to_lowercase();
    if login.chars().any(char::is_control) {
        return Ok(None);
    }
    office.store.user_of_login(&login).await
}

/// Makes the ticket. `once` is the key of a request that may come twice; also says whether it was made just now.
///
/// # Errors
/// [`DeskError`].
pub async fn entered(
    office: Office<'_>,
    who: &Caller,
    asked: TicketRequest,
    once: Option<String>,
) -> Result<(Ticket, bool), DeskError> {
    let requester = match &asked.requester {
        None => None,
        // Whoever may ask for nobody else does not learn from the refusal who there is.
        Some(_) if !may(&who.actor, Action::CreateForAnother) => return Err(Refused::NotAllowed.into()),
        Some(login) => {
            let user = self::login(office, login).await?.filter(|user| user.active);
            let none = || Refused::field("requester", "no hay una persona activa con ese usuario; elija a otra");
            Some(user.ok_or_else(none)?.id)
        }
    };
    let new = NewTicket {
        requester,
        location: asked.location,
        phone: asked.phone,
        category: asked.category,
        equipment: asked.equipment,
        subject: asked.subject,
        description: asked.description,
        follows: asked.follows,
        once,
    };
    Box::pin(enter::enter_once(office, who, new, Vec::new())).await
}
