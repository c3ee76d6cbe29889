//! What is stored of people, as plain rows. Whoever is in a row is named by login in what the audit log says.

use chrono::{DateTime, NaiveDate, Utc};

use crate::desk::people::{Grant, Role, UnitKind};

/// A unit of the institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its id; 0 gets the next.
    pub id: i64,
    /// Its name, unique.
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
    /// Its head, a user's id.
    pub head: Option<i64>,
    /// Whether anybody can still be in it.
    pub active: bool,
    /// Counts its changes, from 1. A row is stored only over the version that it was read with.
    pub version: i64,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// By whom.
    pub created_by: String,
}

/// Somebody who may log in. The password is elsewhere, so that no row shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The id; 0 gets the next.
    pub id: i64,
    /// In lower case, unique.
    pub login: String,
    /// The full name.
    pub name: String,
    /// The post.
    pub post: String,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// Their unit's id.
    pub unit: Option<i64>,
    /// Their superior's id.
    pub superior: Option<i64>,
    /// Whether the directory is asked for their password.
    pub directory: bool,
    /// Whether they may log in.
    pub active: bool,
    /// Whether they must choose another password first.
    pub must_change: bool,
    /// When they last logged in.
    pub last_login: Option<DateTime<Utc>>,
    /// Counts the changes, from 1. A row is stored only over the version that it was read with.
    pub version: i64,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// By whom.
    pub created_by: String,
}

/// A password as it is kept. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordRow {
    /// Argon2id, in the PHC format.
    pub hash: String,
    /// Until when a first password is taken, which must be changed; none for one that was chosen.
    pub until: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for PasswordRow {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("PasswordRow").field("until", &self.until).finish_non_exhaustive()
    }
}

/// A role that was given to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRow {
    /// Whose, an id.
    pub user: i64,
    /// What and for which days.
    pub grant: Grant,
    /// When it was given.
    pub granted: DateTime<Utc>,
    /// By whom.
    pub granted_by: String,
}

/// A login that lasts.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of its token.
    pub token: Vec<u8>,
    /// Whose, an id.
    pub user: i64,
    /// What each form of it must bring.
    pub form_key: Vec<u8>,
    /// From where.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
    /// When it began.
    pub created: DateTime<Utc>,
    /// When it was last used, to the minute or so.
    pub last_used: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires: DateTime<Utc>,
}

impl std::fmt::Debug for SessionRow {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SessionRow").field("user", &self.user).field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// Logins that failed under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginFailure {
    /// `login LOGIN`, `address ADDRESS` or both.
    pub key: String,
    /// How many.
    pub count: i64,
    /// When the last was.
    pub last: DateTime<Utc>,
    /// Until when no other is taken.
    pub until: DateTime<Utc>,
}

/// The key of another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// The id; 0 gets the next.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// On whose behalf it asks, an id.
    pub user: i64,
    /// What it may ask.
    pub scopes: Vec<String>,
    /// When it ends.
    pub expires: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked: Option<DateTime<Utc>>,
    /// When it was last used, to the minute or so.
    pub last_used: Option<DateTime<Utc>>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// By whom.
    pub created_by: String,
}

/// What is to be written into the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditDraft {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it: a login, or `unix:LOGIN` for whoever works on the machine itself.
    pub actor: String,
    /// From where; empty on the machine itself.
    pub address: String,
    /// What was done, a word.
    pub action: &'static str,
    /// To whom or what: `user ana`.
    pub object: String,
    /// What else is to be said.
    pub detail: String,
}

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Its number, from 1.
    pub n: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
    /// From where.
    pub address: String,
    /// What was done.
    pub action: String,
    /// To whom or what.
    pub object: String,
    /// What else was said.
    pub detail: String,
    /// The hash of the line before.
    pub previous: String,
    /// Its own.
    pub hash: String,
}

/// Which people are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleFilter {
    /// Only whose login, name or post holds this; neither case nor wildcards mean anything.
    pub words: Option<String>,
    /// Only of this unit.
    pub unit: Option<i64>,
    /// Only who may log in, or who may not.
    pub active: Option<bool>,
    /// Only who has this role on this day.
    pub role: Option<(Role, NaiveDate)>,
}

/// Which lines of the audit log are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only before this number.
    pub before: Option<i64>,
    /// Only by this actor.
    pub actor: Option<String>,
    /// Only of this object.
    pub object: Option<String>,
    /// Only of this action.
    pub action: Option<String>,
}
