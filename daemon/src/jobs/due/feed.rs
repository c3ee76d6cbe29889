//! The address by which somebody's calendar asks for what is due for them: made and taken away by themselves, for that and nothing else.
//! It may not know HTTP.

use chrono::NaiveDate;

use super::of;
use crate::due::ics::{Around, written};
use crate::jobs::desk::now;
use crate::jobs::office::{Office, day};
use crate::jobs::people::by::By;
use crate::jobs::people::error::CheckError;
use crate::jobs::people::{PeopleError, session};
use crate::people::token;
use crate::store::error::StoreError;
use crate::store::feeds::Feed;

/// Since when somebody has an address.
///
/// # Errors
/// [`StoreError`].
pub async fn since(office: Office<'_>, user: i64) -> Result<Option<NaiveDate>, StoreError> {
    Ok(office.store.feed_of(user).await?.map(|feed| day(office.config, feed.created)))
}

/// Makes an address for whoever asks, in the place of the one that they had, and gives its secret, which is kept nowhere.
///
/// # Errors
/// [`PeopleError`].
pub async fn make(office: Office<'_>, by: By<'_>) -> Result<String, PeopleError> {
    let user = by.actor().ok_or(PeopleError::NotAllowed)?.id;
    let secret = token::new().map_err(CheckError::from)?;
    let line = by.draft(office, "feed_made", format!("user {}", by.name()), String::new());
    let feed = Feed { user, created: now(office).at };
    office.store.put_feed(feed, Some(&token::stored(&secret).unwrap_or_default()), &line).await?;
    Ok(secret)
}

/// Takes the address of whoever asks away; what calendars ask by it is then unknown.
///
/// # Errors
/// [`PeopleError::Unknown`] where they have none; [`PeopleError`].
pub async fn revoke(office: Office<'_>, by: By<'_>) -> Result<(), PeopleError> {
    let user = by.actor().ok_or(PeopleError::NotAllowed)?.id;
    let line = by.draft(office, "feed_revoked", format!("user {}", by.name()), String::new());
    let feed = Feed { user, created: now(office).at };
    if office.store.put_feed(feed, None, &line).await? {
        Ok(())
    } else {
        Err(PeopleError::Unknown("una dirección de calendario suya".to_owned()))
    }
}

/// The calendar behind a secret: what is due for its person now, with what they are today. `None` where the secret is unknown or was
/// revoked, or the person is disabled.
///
/// # Errors
/// [`StoreError`].
pub async fn calendar(office: Office<'_>, secret: &str) -> Result<Option<String>, StoreError> {
    let Some(stored) = token::stored(secret) else { return Ok(None) };
    let Some(feed) = office.store.feed(&stored).await? else { return Ok(None) };
    let Some(user) = office.store.user(feed.user).await?.filter(|user| user.active) else { return Ok(None) };
    let actor = session::actor(office, &user, office.now()).await?;
    let view = of(office, &actor).await?;
    let base = office.config.web.as_ref().map(|web| web.base_url.trim_end_matches('/')).unwrap_or_default();
    let due: Vec<_> = view.due.into_iter().map(|(due, _)| due).collect();
    Ok(Some(written(&due, Around { base_url: base, today: view.today })))
}
