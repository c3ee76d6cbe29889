//! Accounts, as administrators make and change them. It may not know how anybody logs in.

use chrono::{DateTime, TimeDelta, Utc};

use super::by::{By, store};
use super::error::{CheckError, PeopleError};
use super::listing::known;
use super::login::{LOGIN_MAX, is_of_login};
use super::roles::{agrees, shown as shown_grant};
use crate::desk::access::Action;
use crate::desk::people::{Grant, Role};
use crate::desk::text::line;
use crate::jobs::office::{Office, day};
use crate::people::{password, token};
use crate::store::people_change::PeopleChange;
use crate::store::people_rows::{PasswordRow, RoleRow, User};

/// The most letters of a name or a post.
const NAME_MAX: usize = 120;
/// The most letters of a mail address.
const EMAIL_MAX: usize = 254;

/// How long a first password is taken that is handed to one person.
const FIRST: TimeDelta = TimeDelta::hours(24);

/// What an account is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Taken in lower case; letters, digits and `. - _ @`.
    pub login: String,
    /// The full name.
    pub name: String,
    /// The post; may be empty.
    pub post: String,
    /// Where mail reaches them; may be empty.
    pub email: String,
    /// The unit's id.
    pub unit: Option<i64>,
    /// The superior's id.
    pub superior: Option<i64>,
    /// Whether the directory is asked for the password.
    pub directory: bool,
}

/// An account that was made, or got a new password.
pub struct Created {
    /// The account's login.
    pub login: String,
    /// The first password, which is shown once and must be changed; none where the directory is asked.
    pub password: Option<String>,
}

impl std::fmt::Debug for Created {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Created").field("login", &self.login).finish_non_exhaustive()
    }
}

/// Makes an account, with these roles from today on.
///
/// # Errors
/// [`PeopleError`]; `login` is the field of a login that is taken.
pub async fn create(office: Office<'_>, by: By<'_>, form: &Form, roles: &[Role]) -> Result<Created, PeopleError> {
    by.may(Action::ChangePeople)?;
    let user = checked(office, by, form).await?;
    if office.store.user_of_login(&user.login).await?.is_some() {
        return Err(PeopleError::field("login", "ya existe un usuario con ese nombre; escriba otro"));
    }
    let login = user.login.clone();
    let mut change = PeopleChange::default();
    let first =
        if user.directory { None } else { Some(first_password(&mut change, &login, office.now() + FIRST).await?) };
    change.audit.push(by.draft(office, "user_created", format!("user {login}"), shown(&user)));
    change.users.push(user);
    first_roles(office, by, &login, roles, &mut change)?;
    store(office, &change).await?;
    Ok(Created { login, password: first })
}

/// Changes an account that was read in this version. The login stays as it is.
///
/// # Errors
/// [`PeopleError`].
pub async fn change(office: Office<'_>, by: By<'_>, id: i64, version: i64, form: &Form) -> Result<(), PeopleError> {
    by.may(Action::ChangePeople)?;
    let old = known(office, id).await?;
    let new = checked(office, by, &Form { login: old.login.clone(), ..form.clone() }).await?;
    if by.is(id) && (new.unit, new.directory) != (old.unit, old.directory) {
        return Err(PeopleError::Own);
    }
    if new.superior == Some(id) {
        return Err(PeopleError::field("superior", "nadie es su propio jefe; elija a otra persona"));
    }
    let user = User {
        name: new.name,
        post: new.post,
        email: new.email,
        unit: new.unit,
        superior: new.superior,
        directory: new.directory,
        version,
        ..old.clone()
    };
    let detail = format!("{} -> {}", shown(&old), shown(&user));
    let mut change = PeopleChange::default();
    change.audit.push(by.draft(office, "user_changed", format!("user {}", old.login), detail));
    if user.directory != old.directory {
        change.ended_of.push((id, Vec::new()));
    }
    change.users.push(user);
    store(office, &change).await.map(drop)
}

/// Lets somebody in no more, and ends their sessions.
///
/// # Errors
/// [`PeopleError::Own`], [`PeopleError::LastAdministrator`] and the rest of [`PeopleError`].
pub async fn disable(office: Office<'_>, by: By<'_>, id: i64) -> Result<(), PeopleError> {
    by.may(Action::ChangePeople)?;
    if by.is(id) {
        return Err(PeopleError::Own);
    }
    let old = known(office, id).await?;
    if !old.active {
        return Ok(());
    }
    let change = PeopleChange {
        audit: vec![by.draft(office, "user_disabled", format!("user {}", old.login), String::new())],
        ended_of: vec![(id, Vec::new())],
        administrator_on: administrator_on(office, id).await?,
        users: vec![User { active: false, ..old }],
        ..PeopleChange::default()
    };
    store(office, &change).await.map(drop)
}

/// Lets somebody in again.
///
/// # Errors
/// [`PeopleError`].
pub async fn enable(office: Office<'_>, by: By<'_>, id: i64) -> Result<(), PeopleError> {
    by.may(Action::ChangePeople)?;
    let old = known(office, id).await?;
    if old.active {
        return Ok(());
    }
    let change = PeopleChange {
        audit: vec![by.draft(office, "user_enabled", format!("user {}", old.login), String::new())],
        users: vec![User { active: true, ..old }],
        ..PeopleChange::default()
    };
    store(office, &change).await.map(drop)
}

/// Gives somebody a first password again, and ends their sessions.
///
/// # Errors
/// [`PeopleError`].
pub async fn reset(office: Office<'_>, by: By<'_>, id: i64) -> Result<Created, PeopleError> {
    by.may(Action::ChangePeople)?;
    if by.is(id) {
        return Err(PeopleError::Own);
    }
    let user = known(office, id).await?;
    if user.directory {
        return Err(PeopleError::field(
            "directory",
            "su contraseña es la del directorio institucional; se cambia allí",
        ));
    }
    let mut change = PeopleChange { unchanged: vec![(id, user.version)], ..PeopleChange::default() };
    let first = first_password(&mut change, &user.login, office.now() + FIRST).await?;
    change.ended_of.push((id, Vec::new()));
    change.audit.push(by.draft(office, "password_reset", format!("user {}", user.login), String::new()));
    store(office, &change).await?;
    Ok(Created { login: user.login, password: Some(first) })
}

/// Adds the roles of a new account to its change.
fn first_roles(
    office: Office<'_>,
    by: By<'_>,
    login: &str,
    roles: &[Role],
    change: &mut PeopleChange,
) -> Result<(), PeopleError> {
    let mut given: Vec<RoleRow> = Vec::new();
    for role in roles {
        let grant = Grant { role: *role, from: day(office.config, office.now()), until: None };
        agrees(&grant, &given)?;
        change.audit.push(by.draft(office, "role_granted", format!("user {login}"), shown_grant(&grant)));
        given.push(RoleRow { user: 0, grant, granted: office.now(), granted_by: by.name() });
    }
    change.roles.extend(given.into_iter().map(|row| (login.to_owned(), row)));
    Ok(())
}

/// Adds a first password for a login, taken until a moment, to a change.
async fn first_password(change: &mut PeopleChange, login: &str, until: DateTime<Utc>) -> Result<String, PeopleError> {
    let (first, row) = first_hash(until).await?;
    change.passwords.push((login.to_owned(), row));
    Ok(first)
}

/// A first password, taken until a moment, and how it is kept.
pub(super) async fn first_hash(until: DateTime<Utc>) -> Result<(String, PasswordRow), PeopleError> {
    let first = token::first_password().map_err(CheckError::from)?;
    let hash = password::hash(&first).await.map_err(CheckError::from)?;
    Ok((first, PasswordRow { hash, until: Some(until) }))
}

/// Today, where somebody keeps accounts, so that without them somebody else still must; none where they do not.
pub(super) async fn administrator_on(office: Office<'_>, id: i64) -> Result<Option<chrono::NaiveDate>, PeopleError> {
    let today = day(office.config, office.now());
    let rows = office.store.roles(Some(id)).await?;
    let keeps = |row: &RoleRow| row.grant.role == Role::Administrator && row.grant.holds(today);
    Ok(rows.iter().any(keeps).then_some(today))
}

/// A new account of a form.
async fn checked(office: Office<'_>, by: By<'_>, form: &Form) -> Result<User, PeopleError> {
    let user = fields(office, &by.name(), form)?;
    if let Some(unit) = form.unit
        && !office.store.units().await?.iter().any(|known| known.id == unit && known.active)
    {
        return Err(PeopleError::field("unit", "no existe esa unidad; elija una de la lista"));
    }
    if let Some(superior) = form.superior
        && !office.store.user(superior).await?.is_some_and(|user| user.active)
    {
        return Err(PeopleError::field("superior", "no existe ese usuario; elija uno de la lista"));
    }
    if user.directory && office.config.desk.as_ref().is_none_or(|desk| desk.directory.is_none()) {
        return Err(PeopleError::field("directory", "la configuración no tiene directorio; quite la marca"));
    }
    Ok(user)
}

/// A new account of a form, as far as its fields say.
pub(super) fn fields(office: Office<'_>, by: &str, form: &Form) -> Result<User, PeopleError> {
    let email = line("email", &form.email, EMAIL_MAX, false)?;
    if !email.is_empty() && !is_address(&email) {
        return Err(PeopleError::field("email", "no es una dirección de correo; escríbala como `nombre@diaco.gob.gt`"));
    }
    Ok(User {
        id: 0,
        login: login(&form.login)?,
        name: line("name", &form.name, NAME_MAX, true)?,
        post: line("post", &form.post, NAME_MAX, false)?,
        email: Some(email).filter(|email| !email.is_empty()),
        unit: form.unit,
        superior: form.superior,
        directory: form.directory,
        active: true,
        must_change: !form.directory,
        last_login: None,
        version: 1,
        created: office.now(),
        created_by: by.to_owned(),
    })
}

fn login(text: &str) -> Result<String, PeopleError> {
    let login = line("login", text, LOGIN_MAX, true)?.to_lowercase();
    if !login.chars().all(is_of_login) || !login.starts_with(|letter: char| letter.is_ascii_alphanumeric()) {
        return Err(PeopleError::field("login", "use solo letras sin tilde, números, punto, guion o guion bajo"));
    }
    Ok(login)
}

/// Whether mail can be sent there, and to nobody else.
fn is_address(text: &str) -> bool {
    let allowed = |letter: char| letter.is_alphanumeric() || "._%+-".contains(letter);
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    !local.is_empty() && local.chars().all(allowed) && domain.contains('.') && domain.split('.').all(is_label)
}

/// An account for the audit log.
pub(super) fn shown(user: &User) -> String {
    let User { name, post, email, unit, superior, directory, .. } = user;
    serde_json::json!({ "name": name, "post": post, "email": email, "unit": unit, "superior": superior, "directory": directory })
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_plain_and_in_lower_case() {
        assert_eq!(login(" MLopez ").unwrap(), "mlopez");
        for bad in ["", "maría", "a b", "*)(uid=*", "-x", "a/b", &"a".repeat(65)] {
            assert!(matches!(login(bad), Err(PeopleError::Field { field: "login", .. })), "{bad}");
        }
    }

    #[test]
    fn one_address_is_one_recipient() {
        for good in ["ana@diaco.gob.gt", "a.b+c@x.gt"] {
            assert!(is_address(good), "{good}");
        }
        for bad in
            ["ana", "a@b", "a@b.gt, c@d.gt", "\"x\"@y.gt", "a@b.gt\r\nBcc: x@y.gt", "a@-b.gt", "@b.gt", "a@b..gt"]
        {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
