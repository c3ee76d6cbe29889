//! What people do with their own account: they change its password. It may not know pages.

use std::net::IpAddr;

use super::error::{CheckError, PasswordError};
use super::login::is_right;
use super::session::Session;
use super::throttle;
use crate::jobs::office::Office;
use crate::people::{password, strength, token};
use crate::store::people_change::{PeopleApplied, PeopleChange};
use crate::store::people_rows::{AuditDraft, PasswordRow};

/// Changes somebody's own password and ends their other sessions; this one, of `token`, goes on.
///
/// # Errors
/// [`PasswordError`]. A current password that is not right counts as a login that failed.
pub async fn change_password(
    office: Office<'_>,
    who: &Session,
    token: &str,
    current: &str,
    new: &str,
    address: IpAddr,
) -> Result<(), PasswordError> {
    let user = &who.user;
    if user.directory {
        return Err(PasswordError::Directory);
    }
    let attempt = throttle::attempt(office, &user.login, address).await?;
    let draft = |action| AuditDraft {
        at: office.now(),
        actor: user.login.clone(),
        address: address.to_string(),
        action,
        object: format!("user {}", user.login),
        detail: String::new(),
    };
    match is_right(office, Some(user), current).await {
        Ok(true) => {}
        Ok(false) => {
            let audit = vec![draft("password_wrong")];
            office.store.apply_people(&PeopleChange { audit, ..PeopleChange::default() }).await?;
            return Err(PasswordError::Wrong);
        }
        Err(error) => {
            attempt.none(office).await?;
            return Err(error.into());
        }
    }
    let mut change = PeopleChange::default();
    attempt.succeeded(&mut change, office.now());
    let good = if current == new {
        Err(PasswordError::Same)
    } else {
        strength::check(new, &user.login, &user.name).map_err(Into::into)
    };
    if let Err(weak) = good {
        office.store.apply_people(&change).await?;
        return Err(weak);
    }
    let hash = password::hash(new).await.map_err(CheckError::from)?;
    change.unchanged = vec![(user.id, user.version)];
    change.passwords = vec![(user.login.clone(), PasswordRow { hash, until: None })];
    change.ended_of = vec![(user.id, token::stored(token).unwrap_or_default())];
    change.audit = vec![draft("password_changed")];
    match office.store.apply_people(&change).await? {
        PeopleApplied::Stored(_) => Ok(()),
        _ => Err(PasswordError::Changed),
    }
}
