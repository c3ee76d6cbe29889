//! People, units and roles. It may not know who may change them.

use chrono::NaiveDate;

use super::columns::{Columns, FromColumns, Read, wrong};
use super::db::{Store, Tx, execute, maybe_micros, maybe_said, micros, read, returned, said};
use super::error::StoreError;
use super::people_rows::{PasswordRow, PeopleFilter, RoleRow, Unit, User};
use crate::desk::people::{Grant, Role, UnitKind};
use crate::desk::text::folded;

/// The columns of a user that anybody may see.
macro_rules! user_columns {
    () => {
        r#"users.id, users.login, users.name, users.post, users.email, users.unit, users.superior, users.directory,
             users.active, users.must_change, users.last_login, users.version, users.created, users.created_by"#
    };
}

impl FromColumns for Unit {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            name: row.text("name")?,
            kind: row.word("kind", UnitKind::of_word)?,
            head: row.maybe_int("head")?,
            active: row.int("active")? != 0,
            version: row.int("version")?,
            created: row.moment("created")?,
            created_by: row.text("created_by")?,
        })
    }
}

impl FromColumns for User {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            login: row.text("login")?,
            name: row.text("name")?,
            post: row.text("post")?,
            email: row.maybe_text("email")?,
            unit: row.maybe_int("unit")?,
            superior: row.maybe_int("superior")?,
            directory: row.int("directory")? != 0,
            active: row.int("active")? != 0,
            must_change: row.int("must_change")? != 0,
            last_login: row.maybe_moment("last_login")?,
            version: row.int("version")?,
            created: row.moment("created")?,
            created_by: row.text("created_by")?,
        })
    }
}

impl FromColumns for PasswordRow {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self { hash: row.text("password")?, until: row.maybe_moment("password_until")? })
    }
}

impl FromColumns for RoleRow {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let grant = Grant {
            role: row.word("role", Role::of_word)?,
            from: day(row, "from_day")?,
            until: maybe_day(row, "until_day")?,
        };
        Ok(Self { user: row.int("user")?, grant, granted: row.moment("granted")?, granted_by: row.text("granted_by")? })
    }
}

fn day(row: &impl Columns, name: &str) -> Read<NaiveDate> {
    maybe_day(row, name)?.ok_or_else(|| wrong(name, "it is empty"))
}

fn maybe_day(row: &impl Columns, name: &str) -> Read<Option<NaiveDate>> {
    let parsed = |text: String| text.parse().map_err(|_| wrong(name, "it is no day"));
    row.maybe_text(name)?.map(parsed).transpose()
}

impl Store {
    /// All units, by name.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn units(&self) -> Result<Vec<Unit>, StoreError> {
        read!(self, "the units", "SELECT * FROM units ORDER BY name")
    }

    /// Whoever has this login, in lower case.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn user_of_login(&self, login: &str) -> Result<Option<User>, StoreError> {
        let sql = concat!("SELECT ", user_columns!(), " FROM users WHERE login = $1");
        Ok(read!(self, "a user", sql, said(login))?.into_iter().next())
    }

    /// Whoever has this id.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn user(&self, id: i64) -> Result<Option<User>, StoreError> {
        let sql = concat!("SELECT ", user_columns!(), " FROM users WHERE id = $1");
        Ok(read!(self, "a user", sql, id)?.into_iter().next())
    }

    /// People by login, behind the login `after`.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn users(&self, filter: &PeopleFilter, after: Option<&str>, limit: u32) -> Result<Vec<User>, StoreError> {
        let words = filter.words.as_deref().map(folded).filter(|words| !words.is_empty());
        let Some(words) = words else { return self.users_page(filter, after, limit).await };
        // Accents are the same to people and not to databases. An institution has hundreds of people, not millions.
        let all = self.users_page(filter, after, 100_000).await?;
        let found = all.into_iter().filter(|user| {
            let text = folded(&format!("{} {} {}", user.login, user.name, user.post));
            words.split(' ').all(|word| text.contains(word))
        });
        Ok(found.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
    }

    async fn users_page(
        &self,
        filter: &PeopleFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<User>, StoreError> {
        let sql = concat!(
            "SELECT ",
            user_columns!(),
            r#" FROM users WHERE (CAST($1 AS BIGINT) IS NULL OR unit = $1) AND (CAST($2 AS BIGINT) IS NULL OR active = $2)
             AND (CAST($3 AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM user_roles WHERE user_roles."user" = users.id
                 AND role = $3 AND from_day <= $4 AND (until_day IS NULL OR until_day >= $4)))
             AND login > $5 ORDER BY login LIMIT $6"#
        );
        let active = filter.active.map(i64::from);
        let (role, on) = filter.role.map_or((None, String::new()), |(role, on)| (Some(role.word()), on.to_string()));
        // No login is the empty text, so that it stands before all of them.
        let after = said(after.unwrap_or_default());
        read!(self, "the users", sql, filter.unit, active, role, on, after, i64::from(limit))
    }

    /// Somebody's password, if they have one here.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn password_of(&self, user: i64) -> Result<Option<PasswordRow>, StoreError> {
        let sql = "SELECT password, password_until FROM users WHERE id = $1 AND password IS NOT NULL";
        Ok(read!(self, "a user", sql, user)?.into_iter().next())
    }

    /// The roles of somebody, past and future, or of everybody.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn roles(&self, user: Option<i64>) -> Result<Vec<RoleRow>, StoreError> {
        let sql = r#"SELECT * FROM user_roles WHERE CAST($1 AS BIGINT) IS NULL OR "user" = $1 ORDER BY "user", from_day, role"#;
        read!(self, "the roles", sql, user)
    }

    /// The ids of the units whose head somebody is.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn headed_by(&self, user: i64) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT id AS value FROM units WHERE head = $1 AND active = 1 ORDER BY id";
        read!(self, "the units", sql, user)
    }
}

/// Stores a unit over the version that it was read with; false where that is no longer the one.
pub(super) async fn put_unit(tx: &mut Tx, row: &Unit) -> Result<bool, StoreError> {
    if row.id == 0 {
        let id = tx.next("unit").await?;
        let sql = "INSERT INTO units (id, name, kind, head, active, version, created, created_by)
             VALUES ($1, $2, $3, $4, $5, 1, $6, $7) ON CONFLICT (name) DO NOTHING";
        let active = i64::from(row.active);
        let (name, by) = (said(&row.name), said(&row.created_by));
        let what = ("the unit {}", &row.name);
        let made = execute!(
            tx,
            ("{} {}", what.0, what.1),
            sql,
            id,
            name,
            row.kind.word(),
            row.head,
            active,
            micros(row.created),
            by
        )?;
        return Ok(made == 1);
    }
    let sql = "UPDATE units SET name = $3, kind = $4, head = $5, active = $6, version = version + 1 WHERE id = $1 AND version = $2";
    let active = i64::from(row.active);
    let changed = execute!(
        tx,
        ("the unit {}", row.name),
        sql,
        row.id,
        row.version,
        said(&row.name),
        row.kind.word(),
        row.head,
        active
    )?;
    Ok(changed == 1)
}

/// Stores a user over the version that it was read with; false where that is no longer the one, or the login is taken.
pub(super) async fn put_user(tx: &mut Tx, row: &User) -> Result<bool, StoreError> {
    let flag = |flag: bool| i64::from(flag);
    let (login, name, post) = (row.login.as_str(), said(&row.name), said(&row.post));
    let email = maybe_said(row.email.as_ref());
    if row.id == 0 {
        let id = tx.next("user").await?;
        let made = execute!(
            tx,
            ("the user {login}"),
            "INSERT INTO users (id, login, name, post, email, unit, superior, directory, active, must_change, version, created, created_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12) ON CONFLICT (login) DO NOTHING",
            id,
            login,
            name,
            post,
            email,
            row.unit,
            row.superior,
            flag(row.directory),
            flag(row.active),
            flag(row.must_change),
            micros(row.created),
            said(&row.created_by),
        )?;
        return Ok(made == 1);
    }
    let changed = execute!(
        tx,
        ("the user {login}"),
        "UPDATE users SET name = $3, post = $4, email = $5, unit = $6, superior = $7, directory = $8, active = $9,
             must_change = $10, last_login = $11, version = version + 1 WHERE id = $1 AND version = $2",
        row.id,
        row.version,
        name,
        post,
        email,
        row.unit,
        row.superior,
        flag(row.directory),
        flag(row.active),
        flag(row.must_change),
        maybe_micros(row.last_login),
    )?;
    Ok(changed == 1)
}

/// Notes that somebody logged in, which is no change that others must see.
pub(super) async fn put_login(tx: &mut Tx, user: i64, at: i64) -> Result<(), StoreError> {
    execute!(tx, ("the user {user}"), "UPDATE users SET last_login = $2 WHERE id = $1", user, at)?;
    Ok(())
}

/// Stores whose superior somebody is, both by login.
pub(super) async fn put_superior(tx: &mut Tx, login: &str, superior: &str) -> Result<(), StoreError> {
    let sql = "UPDATE users SET superior = (SELECT id FROM users AS other WHERE other.login = $2) WHERE login = $1";
    execute!(tx, ("the superior of {login}"), sql, login, superior)?;
    Ok(())
}

/// Stores somebody's password.
pub(super) async fn put_password(tx: &mut Tx, login: &str, row: &PasswordRow) -> Result<(), StoreError> {
    let sql = "UPDATE users SET password = $2, password_until = $3, must_change = $4, version = version + 1
             WHERE login = $1 RETURNING id AS value";
    let (hash, until, must) = (row.hash.as_str(), maybe_micros(row.until), i64::from(row.until.is_some()));
    let ids: Vec<i64> = returned!(tx, ("the password of {login}"), sql, login, hash, until, must)?;
    if ids.is_empty() { Err(tx.unknown(format!("user {login}"))) } else { Ok(()) }
}

/// Gives a role to whoever has a login, or changes until when it lasts.
pub(super) async fn put_role(tx: &mut Tx, login: &str, row: &RoleRow) -> Result<(), StoreError> {
    let sql = r#"INSERT INTO user_roles ("user", role, from_day, until_day, granted, granted_by)
             SELECT id, $2, $3, $4, $5, $6 FROM users WHERE login = $1
             ON CONFLICT ("user", role, from_day) DO UPDATE SET until_day = excluded.until_day"#;
    let Grant { role, from, until } = &row.grant;
    let until = until.map(|until| until.to_string());
    let (from, granted, by) = (from.to_string(), micros(row.granted), said(&row.granted_by));
    let given = execute!(tx, ("a role of {login}"), sql, login, role.word(), from, until, granted, by)?;
    if given == 0 { Err(tx.unknown(format!("user {login}"))) } else { Ok(()) }
}

/// Removes a role that never held.
pub(super) async fn remove_role(tx: &mut Tx, user: i64, role: Role, from: NaiveDate) -> Result<(), StoreError> {
    let sql = r#"DELETE FROM user_roles WHERE "user" = $1 AND role = $2 AND from_day = $3"#;
    execute!(tx, ("a role of user {user}"), sql, user, role.word(), from.to_string())?;
    Ok(())
}

/// Whether a user is still as they were read.
pub(super) async fn is_of_version(tx: &mut Tx, user: i64, version: i64) -> Result<bool, StoreError> {
    let sql = "SELECT version AS value FROM users WHERE id = $1";
    let versions: Vec<i64> = returned!(tx, ("the user {user}"), sql, user)?;
    Ok(versions == [version])
}

/// How many may keep accounts on a day.
pub(super) async fn administrators(tx: &mut Tx, on: NaiveDate) -> Result<i64, StoreError> {
    let sql = r#"SELECT COUNT(DISTINCT users.id) AS value FROM users JOIN user_roles ON user_roles."user" = users.id
             WHERE users.active = 1 AND role = $1 AND from_day <= $2 AND (until_day IS NULL OR until_day >= $2)"#;
    let counts: Vec<i64> = returned!(tx, ("the administrators"), sql, Role::Administrator.word(), on.to_string())?;
    Ok(counts.into_iter().next().unwrap_or_default())
}
