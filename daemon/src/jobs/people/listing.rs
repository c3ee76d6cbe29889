//! People as administrators see them, a page at a time by the login of the last one. It may not know pages of the web.

use super::by::By;
use super::error::PeopleError;
use crate::desk::access::Action;
use crate::desk::people::Grant;
use crate::jobs::office::Office;
use crate::jobs::page::cut;
use crate::store::people_rows::{PeopleFilter, User};

/// How many people a page has at most.
pub const PAGE_MAX: u32 = 200;

/// Somebody with their roles, past and future.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub user: User,
    /// The roles, by their first days.
    pub grants: Vec<Grant>,
}

/// A page of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// By login.
    pub items: Vec<Person>,
    /// The login behind which there are more, if there are.
    pub next: Option<String>,
}

/// A page of people behind the login `after`, with `size` of them at most.
///
/// # Errors
/// [`PeopleError::NotAllowed`], [`PeopleError::Store`].
pub async fn people(
    office: Office<'_>,
    by: By<'_>,
    filter: &PeopleFilter,
    after: Option<&str>,
    size: u32,
) -> Result<People, PeopleError> {
    by.may(Action::SeePeople)?;
    let size = size.clamp(1, PAGE_MAX);
    let mut users = office.store.users(filter, after, size + 1).await?;
    let more = cut(&mut users, size);
    let next = users.last().filter(|_| more).map(|last| last.login.clone());
    let roles = office.store.roles(None).await?;
    let of = |user: User| {
        let grants = roles.iter().filter(|row| row.user == user.id).map(|row| row.grant.clone()).collect();
        Person { user, grants }
    };
    Ok(People { items: users.into_iter().map(of).collect(), next })
}

/// Somebody by login.
///
/// # Errors
/// [`PeopleError::NotAllowed`], [`PeopleError::Unknown`], [`PeopleError::Store`].
pub async fn person(office: Office<'_>, by: By<'_>, login: &str) -> Result<Person, PeopleError> {
    by.may(Action::SeePeople)?;
    let login = super::login::canonical(login);
    let user = office.store.user_of_login(&login).await?;
    let user = user.ok_or_else(|| PeopleError::Unknown(format!("el usuario «{login}»")))?;
    let rows = office.store.roles(Some(user.id)).await?;
    Ok(Person { user, grants: rows.into_iter().map(|row| row.grant).collect() })
}

/// Somebody by id, for those who change them.
pub(super) async fn known(office: Office<'_>, id: i64) -> Result<User, PeopleError> {
    office.store.user(id).await?.ok_or_else(|| PeopleError::Unknown("ese usuario".to_owned()))
}

/// The login of an id, such as that of a superior.
///
/// # Errors
/// [`PeopleError::NotAllowed`], [`PeopleError::Unknown`], [`PeopleError::Store`].
pub async fn login_of(office: Office<'_>, by: By<'_>, id: i64) -> Result<String, PeopleError> {
    by.may(Action::SeePeople)?;
    Ok(known(office, id).await?.login)
}
