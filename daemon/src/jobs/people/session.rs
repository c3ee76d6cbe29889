//! Sessions: who is behind a token now. Everything about them is read afresh each time, so that whoever is disabled or loses
//! a role has lost it with the next page. It may not know cookies.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};

use crate::desk::people::{Actor, Role};
use crate::jobs::office::{Office, day};
use crate::people::token;
use crate::store::error::StoreError;
use crate::store::people_change::PeopleChange;
use crate::store::people_rows::{AuditDraft, User};

/// How long a session lasts that nobody uses.
pub(super) const IDLE: TimeDelta = TimeDelta::hours(8);
/// How long a session lasts at most.
pub(super) const LONGEST: TimeDelta = TimeDelta::hours(24);
/// How exactly it is noted when a session was used.
const TOUCH: TimeDelta = TimeDelta::minutes(1);

/// Somebody who has logged in.
#[derive(Clone)]
pub struct Session {
    /// Who.
    pub user: User,
    /// What they are today.
    pub actor: Actor,
    /// What each form must bring, 64 hexadecimal digits.
    pub form_key: String,
    /// Whether they must choose another password before anything else.
    pub must_change: bool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Session").field("user", &self.user.login).field("actor", &self.actor).finish_non_exhaustive()
    }
}

/// A session that has just begun.
pub struct LoggedIn {
    /// 64 hexadecimal digits, only for the cookie.
    pub token: String,
    /// The session.
    pub session: Session,
}

impl std::fmt::Debug for LoggedIn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("LoggedIn").field("session", &self.session).finish_non_exhaustive()
    }
}

/// The session of a token; `None` where there is none, it is over (8 hours unused, 24 in all), or its user is disabled.
///
/// # Errors
/// What keeps the database from answering.
pub async fn session(office: Office<'_>, token: &str, address: IpAddr) -> Result<Option<Session>, StoreError> {
    let Some(stored) = token::stored(token) else { return Ok(None) };
    let Some(row) = office.store.session(&stored).await? else { return Ok(None) };
    let now = office.now();
    if now >= row.expires || now - row.last_used >= IDLE {
        return Ok(None);
    }
    let Some(user) = office.store.user(row.user).await?.filter(|user| user.active) else { return Ok(None) };
    if now - row.last_used >= TOUCH {
        office.store.touch_session(&stored, now).await?;
        if row.address != address.to_string() {
            tracing::info!(user = user.login, began = row.address, %address, "a session is used from another address");
        }
    }
    whole(office, user, &row.form_key, now).await.map(Some)
}

/// Ends a session. One that is over already is what is wanted.
///
/// # Errors
/// What keeps the database from answering.
pub async fn log_out(office: Office<'_>, token: &str) -> Result<(), StoreError> {
    let Some(stored) = token::stored(token) else { return Ok(()) };
    let Some(row) = office.store.session(&stored).await? else { return Ok(()) };
    let actor = office.store.user(row.user).await?.map(|user| user.login).unwrap_or_default();
    let object = format!("user {actor}");
    let draft =
        AuditDraft { at: office.now(), actor, address: row.address, action: "log_out", object, detail: String::new() };
    office
        .store
        .apply_people(&PeopleChange { ended: vec![stored], audit: vec![draft], ..PeopleChange::default() })
        .await?;
    Ok(())
}

/// A session with all that its user is now.
pub(super) async fn whole(
    office: Office<'_>,
    user: User,
    form_key: &[u8],
    now: DateTime<Utc>,
) -> Result<Session, StoreError> {
    let actor = actor(office, &user, now).await?;
    let must_change = user.must_change && !user.directory;
    Ok(Session { user, actor, form_key: token::hex(form_key), must_change })
}

/// What somebody is at a moment.
///
/// # Errors
/// What keeps the database from answering.
pub async fn actor(office: Office<'_>, user: &User, now: DateTime<Utc>) -> Result<Actor, StoreError> {
    let today = day(office.config, now);
    let rows = office.store.roles(Some(user.id)).await?;
    let mut roles: Vec<Role> =
        rows.into_iter().filter(|row| row.grant.holds(today)).map(|row| row.grant.role).collect();
    let mut heads = office.store.headed_by(user.id).await?;
    // Who stands in for the head of a unit is given the role for some days, and is in that unit.
    if roles.contains(&Role::UnitHead) {
        heads.extend(user.unit);
    }
    if !heads.is_empty() {
        roles.push(Role::UnitHead);
    }
    heads.sort_unstable();
    heads.dedup();
    roles.sort_unstable();
    roles.dedup();
    Ok(Actor { id: user.id, unit: user.unit, heads, roles })
}
