//! What changes together of people: stored whole or not at all, with the audit lines that tell it. It may not know why.

use chrono::{DateTime, NaiveDate, Utc};

use super::db::{Store, Tx, micros};
use super::error::StoreError;
use super::people_rows::{ApiToken, AuditDraft, LoginFailure, PasswordRow, RoleRow, SessionRow, Unit, User};
use super::{audit, people, people_logins};
use crate::desk::people::Role;

/// How long a change may take; the staff of an institution is one change.
const APPLY_SECONDS: u64 = 120;

/// Rows that are stored together, in the order of the fields. `Default` is the change of nothing.
#[derive(Default)]
pub struct PeopleChange {
    /// Users who must still be of these versions.
    pub unchanged: Vec<(i64, i64)>,
    /// By their ids, each over the version that it was read with.
    pub units: Vec<Unit>,
    /// By their ids, each over the version that it was read with.
    pub users: Vec<User>,
    /// Logins and those of their superiors; no superior where nobody has that login.
    pub superiors: Vec<(String, String)>,
    /// Logins and their passwords; whoever gets a first one must change it.
    pub passwords: Vec<(String, PasswordRow)>,
    /// Logins and roles; `user` of the row is not looked at.
    pub roles: Vec<(String, RoleRow)>,
    /// Roles of users that are to begin on a day, and never will.
    pub roles_removed: Vec<(i64, Role, NaiveDate)>,
    /// Who logged in, and when.
    pub logged_in: Option<(i64, DateTime<Utc>)>,
    /// New sessions.
    pub sessions: Vec<SessionRow>,
    /// Sessions that end.
    pub ended: Vec<Vec<u8>>,
    /// Users all of whose sessions end but this one; an empty token is none.
    pub ended_of: Vec<(i64, Vec<u8>)>,
    /// Now, and since when a session must have been used: those that are over are removed.
    pub over: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Failed logins by key, each over the count that was read, 0 where there was none.
    pub failures: Vec<(LoginFailure, i64)>,
    /// Keys of which one failure was none, with their delays before it.
    pub taken_back: Vec<(String, DateTime<Utc>)>,
    /// Keys whose failures are forgotten.
    pub forgotten: Vec<String>,
    /// Failures before this are forgotten.
    pub forgotten_before: Option<DateTime<Utc>>,
    /// New keys of other programs, with what is stored of them.
    pub tokens: Vec<(ApiToken, Vec<u8>)>,
    /// Keys that are revoked, and when.
    pub tokens_revoked: Vec<(i64, DateTime<Utc>)>,
    /// On this day somebody must be left who may keep accounts.
    pub administrator_on: Option<NaiveDate>,
    /// What the audit log is told.
    pub audit: Vec<AuditDraft>,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeopleApplied {
    /// All of it is stored; the ids of the new tokens.
    Stored(Vec<i64>),
    /// Nothing is: another change came first.
    Stale,
    /// Nothing is: nobody would be left who may keep accounts.
    NoAdministrator,
}

impl Store {
    /// Stores all of a change of people or nothing. When this returns, it survives a loss of power.
    ///
    /// # Errors
    /// [`StoreError::Write`] with the row that failed; [`StoreError::Unknown`]; [`StoreError::Slow`].
    pub async fn apply_people(&self, change: &PeopleChange) -> Result<PeopleApplied, StoreError> {
        let whole = Box::pin(async {
            let mut tx = self.begin().await?;
            let applied = put_all(&mut tx, change).await?;
            if matches!(applied, PeopleApplied::Stored(_)) {
                tx.commit().await?;
            }
            Ok(applied)
        });
        self.within(APPLY_SECONDS, whole).await?
    }
}

async fn put_all(tx: &mut Tx, change: &PeopleChange) -> Result<PeopleApplied, StoreError> {
    if !put_people(tx, change).await? || !put_failures(tx, change).await? {
        return Ok(PeopleApplied::Stale);
    }
    put_sessions(tx, change).await?;
    let mut ids = Vec::new();
    for (row, token) in &change.tokens {
        ids.push(people_logins::put_token(tx, row, token).await?);
    }
    for (id, at) in &change.tokens_revoked {
        if !people_logins::revoke_token(tx, *id, *at).await? {
            return Ok(PeopleApplied::Stale);
        }
    }
    if let Some(on) = change.administrator_on
        && people::administrators(tx, on).await? == 0
    {
        return Ok(PeopleApplied::NoAdministrator);
    }
    for draft in &change.audit {
        audit::append(tx, draft).await?;
    }
    Ok(PeopleApplied::Stored(ids))
}

/// False where another change came first.
async fn put_people(tx: &mut Tx, change: &PeopleChange) -> Result<bool, StoreError> {
    for (user, version) in &change.unchanged {
        if !people::is_of_version(tx, *user, *version).await? {
            return Ok(false);
        }
    }
    for row in &change.units {
        if !people::put_unit(tx, row).await? {
            return Ok(false);
        }
    }
    for row in &change.users {
        if !people::put_user(tx, row).await? {
            return Ok(false);
        }
    }
    for (login, superior) in &change.superiors {
        people::put_superior(tx, login, superior).await?;
    }
    for (login, password) in &change.passwords {
        people::put_password(tx, login, password).await?;
    }
    for (login, row) in &change.roles {
        people::put_role(tx, login, row).await?;
    }
    for (user, role, from) in &change.roles_removed {
        people::remove_role(tx, *user, *role, *from).await?;
    }
    if let Some((user, at)) = change.logged_in {
        people::put_login(tx, user, micros(at)).await?;
    }
    Ok(true)
}

async fn put_sessions(tx: &mut Tx, change: &PeopleChange) -> Result<(), StoreError> {
    for row in &change.sessions {
        people_logins::put_session(tx, row).await?;
    }
    for token in &change.ended {
        people_logins::end_session(tx, token).await?;
    }
    for (user, but) in &change.ended_of {
        people_logins::end_sessions(tx, *user, but).await?;
    }
    if let Some((now, used_since)) = change.over {
        people_logins::end_old(tx, now, used_since).await?;
    }
    Ok(())
}

/// False where another change came first.
async fn put_failures(tx: &mut Tx, change: &PeopleChange) -> Result<bool, StoreError> {
    for (row, read) in &change.failures {
        if !people_logins::put_failure(tx, row, *read).await? {
            return Ok(false);
        }
    }
    for (key, until) in &change.taken_back {
        people_logins::take_back(tx, key, *until).await?;
    }
    for key in &change.forgotten {
        people_logins::forget(tx, key).await?;
    }
    if let Some(moment) = change.forgotten_before {
        people_logins::forget_before(tx, moment).await?;
    }
    Ok(true)
}
