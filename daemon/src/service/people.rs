//! What operators ask and hear of people, units, keys and the audit log. It may not know how anything is done.

use serde::{Deserialize, Serialize};

/// What is asked of accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Asked {
    /// Makes an account: [`FirstPassword`].
    Add {
        /// The login.
        login: String,
        /// The full name.
        name: String,
        /// The post.
        post: String,
        /// The mail address.
        email: String,
        /// The unit's name.
        unit: Option<String>,
        /// The superior's login.
        superior: Option<String>,
        /// Words of roles, from today on.
        roles: Vec<String>,
        /// Whether the directory is asked for the password.
        directory: bool,
    },
    /// People: a listing of [`UserReport`].
    List {
        /// Only whose login, name or post holds this.
        words: Option<String>,
        /// Only of this unit.
        unit: Option<String>,
        /// Only who has this role today.
        role: Option<String>,
        /// Also those who may not log in.
        all: bool,
    },
    /// One of them: [`UserReport`].
    Show {
        /// The login.
        login: String,
    },
    /// Lets somebody in no more. The answer is a sentence.
    Disable {
        /// The login.
        login: String,
    },
    /// Lets somebody in again. The answer is a sentence.
    Enable {
        /// The login.
        login: String,
    },
    /// Gives somebody a first password: [`FirstPassword`].
    Password {
        /// The login.
        login: String,
    },
    /// Gives somebody a role for some days. The answer is a sentence.
    Grant {
        /// The login.
        login: String,
        /// The role's word.
        role: String,
        /// Its first day; today, if none.
        from: Option<chrono::NaiveDate>,
        /// Its last day; for as long as it lasts, if none.
        until: Option<chrono::NaiveDate>,
    },
    /// Takes a role from somebody. The answer is a sentence.
    Revoke {
        /// The login.
        login: String,
        /// The role's word.
        role: String,
    },
    /// Imports people: [`crate::jobs::people::import::Report`].
    Import {
        /// CSV.
        text: String,
        /// Whether the directory is asked for the passwords of those who are new.
        directory: bool,
        /// Whether nothing is to be stored.
        dry_run: bool,
    },
}

/// What is asked of units.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum UnitAsked {
    /// Makes a unit. The answer is a sentence.
    Add {
        /// Its name.
        name: String,
        /// The word of what it is.
        kind: String,
        /// Its head's login.
        head: Option<String>,
    },
    /// Every unit: a listing of [`UnitReport`].
    List,
    /// Says who heads a unit. The answer is a sentence.
    Head {
        /// Its name.
        name: String,
        /// The login; nobody, if none.
        head: Option<String>,
    },
}

/// What is asked of the keys of other programs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum TokenAsked {
    /// Makes a key: [`TokenMade`].
    Add {
        /// What it is for.
        name: String,
        /// The login on whose behalf it asks.
        user: String,
        /// What it may ask.
        scopes: Vec<String>,
        /// Its last day.
        until: Option<chrono::NaiveDate>,
    },
    /// Every key: a listing of [`TokenReport`].
    List,
    /// Revokes a key. The answer is a sentence.
    Revoke {
        /// Its id.
        id: i64,
    },
}

/// What is asked of the audit log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum AuditAsked {
    /// The newest lines: a listing of [`AuditReport`].
    List {
        /// Only by this actor.
        actor: Option<String>,
        /// Only of this object, such as `user ana`.
        object: Option<String>,
        /// At most so many.
        limit: u32,
    },
    /// Follows the whole chain: [`VerifiedReport`].
    Verify,
}

/// An account with the password that is shown once.
#[derive(Clone, Serialize, Deserialize)]
pub struct FirstPassword {
    /// The login.
    pub login: String,
    /// The password; none where the directory is asked.
    pub password: Option<String>,
}

/// A key that is shown once.
#[derive(Clone, Serialize, Deserialize)]
pub struct TokenMade {
    /// Its id.
    pub id: i64,
    /// The key.
    pub token: String,
}

/// Somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserReport {
    /// The login.
    pub login: String,
    /// The full name.
    pub name: String,
    /// The post.
    pub post: String,
    /// The mail address.
    pub email: Option<String>,
    /// The unit's name.
    pub unit: Option<String>,
    /// The superior's login.
    pub superior: Option<String>,
    /// Whether the directory is asked for the password.
    pub directory: bool,
    /// Whether they may log in.
    pub active: bool,
    /// Whether they must choose another password first.
    pub must_change: bool,
    /// When they last logged in, RFC 3339.
    pub last_login: Option<String>,
    /// The roles, past and future.
    pub roles: Vec<crate::desk::people::Grant>,
    /// The words of the roles that hold today.
    pub today: Vec<String>,
}

/// A unit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnitReport {
    /// Its name.
    pub name: String,
    /// The word of what it is.
    pub kind: String,
    /// Its head's login.
    pub head: Option<String>,
    /// Whether anybody can be in it.
    pub active: bool,
}

/// The key of another program.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenReport {
    /// Its id.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// The login on whose behalf it asks.
    pub user: String,
    /// What it may ask.
    pub scopes: Vec<String>,
    /// When it ends, RFC 3339.
    pub expires: Option<String>,
    /// When it was revoked, RFC 3339.
    pub revoked: Option<String>,
    /// When it was last used, RFC 3339.
    pub last_used: Option<String>,
}

/// A line of the audit log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditReport {
    /// Its number.
    pub n: i64,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub actor: String,
    /// From where; empty on the machine itself.
    pub address: String,
    /// What was done.
    pub action: String,
    /// To whom or what.
    pub object: String,
    /// What else was said.
    pub detail: String,
    /// The line's hash.
    pub hash: String,
}

/// What verifying the audit log found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VerifiedReport {
    /// How many lines follow each other as they should.
    pub lines: i64,
    /// The hash of the last of them.
    pub head: String,
    /// What is wrong behind them.
    pub broken: Option<String>,
}
