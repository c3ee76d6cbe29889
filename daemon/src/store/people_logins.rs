//! Sessions, logins that failed, and the keys of other programs. It may not know how long any of them lasts.

use chrono::{DateTime, Utc};

use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, Tx, execute, execute_alone, json, maybe_micros, micros, read, said};
use super::error::StoreError;
use super::people_rows::{ApiToken, LoginFailure, SessionRow};

impl FromColumns for SessionRow {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            token: row.bytes("token")?,
            user: row.int("user")?,
            form_key: row.bytes("form_key")?,
            address: row.text("address")?,
            agent: row.text("agent")?,
            created: row.moment("created")?,
            last_used: row.moment("last_used")?,
            expires: row.moment("expires")?,
        })
    }
}

impl FromColumns for LoginFailure {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            key: row.text("key")?,
            count: row.int("count")?,
            last: row.moment("last")?,
            until: row.moment("until")?,
        })
    }
}

impl FromColumns for ApiToken {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            name: row.text("name")?,
            user: row.int("user")?,
            scopes: row.json("scopes")?,
            expires: row.maybe_moment("expires")?,
            revoked: row.maybe_moment("revoked")?,
            last_used: row.maybe_moment("last_used")?,
            created: row.moment("created")?,
            created_by: row.text("created_by")?,
        })
    }
}

impl Store {
    /// The session of a token, by what is stored of it.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn session(&self, token: &[u8]) -> Result<Option<SessionRow>, StoreError> {
        Ok(read!(self, "a session", "SELECT * FROM sessions WHERE token = $1", token)?.into_iter().next())
    }

    /// Notes that a session was used. It is done while somebody waits for a page, and waits for no change of others.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn touch_session(&self, token: &[u8], at: DateTime<Utc>) -> Result<(), StoreError> {
        execute_alone!(self, "a session", "UPDATE sessions SET last_used = $2 WHERE token = $1", token, micros(at))
    }

    /// Notes that a key of another program was used, in the same way.
    ///
    /// # Errors
    /// [`StoreError::Write`], [`StoreError::Slow`].
    pub async fn touch_token(&self, id: i64, at: DateTime<Utc>) -> Result<(), StoreError> {
        execute_alone!(self, "a token", "UPDATE api_tokens SET last_used = $2 WHERE id = $1", id, micros(at))
    }

    /// The logins that failed under a key.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn login_failure(&self, key: &str) -> Result<Option<LoginFailure>, StoreError> {
        let sql = "SELECT * FROM login_failures WHERE key = $1";
        Ok(read!(self, "the failed logins", sql, said(key))?.into_iter().next())
    }

    /// The keys of other programs, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        read!(self, "the tokens", "SELECT * FROM api_tokens ORDER BY id DESC LIMIT 10000")
    }

    /// One of them, by what is stored of it.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn api_token(&self, token: &[u8]) -> Result<Option<ApiToken>, StoreError> {
        Ok(read!(self, "a token", "SELECT * FROM api_tokens WHERE token = $1", token)?.into_iter().next())
    }
}

/// Stores a new session.
pub(super) async fn put_session(tx: &mut Tx, row: &SessionRow) -> Result<(), StoreError> {
    execute!(
        tx,
        ("a session of user {}", row.user),
        r#"INSERT INTO sessions (token, "user", form_key, address, agent, created, last_used, expires)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"#,
        row.token.as_slice(),
        row.user,
        row.form_key.as_slice(),
        row.address.as_str(),
        said(&row.agent),
        micros(row.created),
        micros(row.last_used),
        micros(row.expires),
    )?;
    Ok(())
}

/// Ends a session.
pub(super) async fn end_session(tx: &mut Tx, token: &[u8]) -> Result<(), StoreError> {
    execute!(tx, ("a session"), "DELETE FROM sessions WHERE token = $1", token)?;
    Ok(())
}

/// Ends all sessions of somebody but this one.
pub(super) async fn end_sessions(tx: &mut Tx, user: i64, but: &[u8]) -> Result<(), StoreError> {
    let sql = r#"DELETE FROM sessions WHERE "user" = $1 AND token <> $2"#;
    execute!(tx, ("the sessions of user {user}"), sql, user, but)?;
    Ok(())
}

/// Removes sessions that are over, and were not used since a moment.
pub(super) async fn end_old(tx: &mut Tx, now: DateTime<Utc>, used_since: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = "DELETE FROM sessions WHERE expires <= $1 OR last_used < $2";
    execute!(tx, ("the sessions that are over"), sql, micros(now), micros(used_since))?;
    Ok(())
}

/// Stores failed logins over the count that was read, 0 where there was none; false where that is no longer the one.
pub(super) async fn put_failure(tx: &mut Tx, row: &LoginFailure, read: i64) -> Result<bool, StoreError> {
    let sql = "INSERT INTO login_failures (key, count, last, until) VALUES ($1, $2, $3, $4)
             ON CONFLICT (key) DO UPDATE SET count = excluded.count, last = excluded.last, until = excluded.until
             WHERE login_failures.count = $5";
    let (last, until) = (micros(row.last), micros(row.until));
    let put = execute!(tx, ("the failed logins"), sql, said(&row.key), row.count, last, until, read)?;
    Ok(put == 1)
}

/// Takes one failure back, which was none, and its delay.
pub(super) async fn take_back(tx: &mut Tx, key: &str, until: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = "UPDATE login_failures SET count = count - 1, until = $2 WHERE key = $1 AND count > 0";
    execute!(tx, ("the failed logins"), sql, said(key), micros(until))?;
    Ok(())
}

/// Forgets the failed logins of a key.
pub(super) async fn forget(tx: &mut Tx, key: &str) -> Result<(), StoreError> {
    execute!(tx, ("the failed logins"), "DELETE FROM login_failures WHERE key = $1", said(key))?;
    Ok(())
}

/// Forgets the failed logins that are older.
pub(super) async fn forget_before(tx: &mut Tx, moment: DateTime<Utc>) -> Result<(), StoreError> {
    execute!(tx, ("the failed logins"), "DELETE FROM login_failures WHERE last < $1", micros(moment))?;
    Ok(())
}

/// Stores a new key of another program.
pub(super) async fn put_token(tx: &mut Tx, row: &ApiToken, token: &[u8]) -> Result<i64, StoreError> {
    let id = tx.next("api_token").await?;
    execute!(
        tx,
        ("the token {}", row.name),
        r#"INSERT INTO api_tokens (id, name, token, "user", scopes, expires, created, created_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"#,
        id,
        said(&row.name),
        token,
        row.user,
        json(&row.scopes),
        maybe_micros(row.expires),
        micros(row.created),
        said(&row.created_by),
    )?;
    Ok(id)
}

/// Revokes a key; false where it is revoked already.
pub(super) async fn revoke_token(tx: &mut Tx, id: i64, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let sql = "UPDATE api_tokens SET revoked = $2 WHERE id = $1 AND revoked IS NULL";
    Ok(execute!(tx, ("the token {id}"), sql, id, micros(at))? == 1)
}
