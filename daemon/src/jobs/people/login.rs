//! Logging in. It may not know pages.

use std::net::IpAddr;

use super::error::{CheckError, LoginError};
use super::session::{IDLE, LONGEST, LoggedIn, whole};
use super::throttle;
use crate::config::secret;
use crate::desk::text::cleaned;
use crate::jobs::office::Office;
use crate::people::{directory, password, token};
use crate::store::error::StoreError;
use crate::store::people_change::{PeopleApplied, PeopleChange};
use crate::store::people_rows::{AuditDraft, SessionRow, User};

/// No login is longer, in letters.
pub(super) const LOGIN_MAX: usize = 64;
/// How much of what a browser calls itself is kept, in letters.
const AGENT_MAX: usize = 200;

/// Begins a session of whoever has this login and password. Whether there is such a login, whether it may log in, and
/// whether the password is right, nobody learns from the answer or from how long it takes.
///
/// # Errors
/// [`LoginError`]. A login that fails is counted, and delays those that follow.
pub async fn log_in(
    office: Office<'_>,
    login: &str,
    password: &str,
    address: IpAddr,
    agent: &str,
) -> Result<LoggedIn, LoginError> {
    // What no account is called is counted as nobody: with a space in it, it could be taken for what is counted of another.
    let login = Some(canonical(login)).filter(|login| login.chars().all(is_of_login)).unwrap_or_default();
    let attempt = throttle::attempt(office, &login, address).await?;
    let user = office.store.user_of_login(&login).await?;
    match is_right(office, user.as_ref(), password).await {
        Ok(true) => {}
        Ok(false) => {
            failed(office, user.as_ref(), address).await?;
            return Err(LoginError::Wrong);
        }
        Err(error) => {
            attempt.none(office).await?;
            return Err(error);
        }
    }
    let Some(user) = user.filter(|user| user.active) else {
        failed(office, None, address).await?;
        return Err(LoginError::Wrong);
    };
    let mut change = PeopleChange::default();
    attempt.succeeded(&mut change, office.now());
    begin(office, user, address, agent, change).await
}

/// A login as it is stored: what is typed in capitals is the same.
pub(in crate::jobs) fn canonical(login: &str) -> String {
    let login: String = cleaned(login).trim().to_lowercase();
    // What is longer is nobody's, and is not kept to be counted.
    if login.chars().count() > LOGIN_MAX { String::new() } else { login }
}

/// Whether a letter may stand in a login.
pub(super) fn is_of_login(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || ".-_@".contains(letter)
}

/// Whether a password is somebody's. For nobody it takes as long as for anybody whose password is here.
pub(super) async fn is_right(office: Office<'_>, user: Option<&User>, password: &str) -> Result<bool, LoginError> {
    if let Some(user) = user.filter(|user| user.directory) {
        let of = office.config.desk.as_ref().and_then(|desk| desk.directory.as_ref());
        let of = of.ok_or_else(|| CheckError::NoDirectory { login: user.login.clone() })?;
        let bind = secret::read(&of.bind_password, "the directory's password").map_err(CheckError::from)?;
        let right = directory::is_right(&of.place, bind.expose(), &user.login, password).await;
        return Ok(right.map_err(CheckError::from)?);
    }
    // Asked for nobody too, so that it takes as long.
    let row = office.store.password_of(user.map_or(0, |user| user.id)).await?;
    let is_over = row.as_ref().and_then(|row| row.until).is_some_and(|until| until <= office.now());
    let hash = row.as_ref().map(|row| row.hash.as_str());
    let right = password::is_right(password, hash).await.map_err(CheckError::from)?;
    Ok(right && !is_over)
}

async fn begin(
    office: Office<'_>,
    user: User,
    address: IpAddr,
    agent: &str,
    mut change: PeopleChange,
) -> Result<LoggedIn, LoginError> {
    let now = office.now();
    let token = token::new().map_err(CheckError::from)?;
    let form_key = token::random::<32>().map_err(CheckError::from)?;
    change.sessions.push(SessionRow {
        token: token::stored(&token).unwrap_or_default(),
        user: user.id,
        form_key: form_key.to_vec(),
        address: address.to_string(),
        agent: cleaned(agent).chars().take(AGENT_MAX).collect(),
        created: now,
        last_used: now,
        expires: now + LONGEST,
    });
    change.over = Some((now, now - IDLE));
    // A password that was changed at this moment is not right any more.
    change.unchanged = vec![(user.id, user.version)];
    change.logged_in = Some((user.id, now));
    change.audit = vec![told(office, &user.login, "log_in", address)];
    if office.store.apply_people(&change).await? != PeopleApplied::Stored(Vec::new()) {
        return Err(LoginError::Wrong);
    }
    let session = whole(office, User { last_login: Some(now), ..user }, &form_key, now).await?;
    Ok(LoggedIn { token, session })
}

/// Tells of a login that failed. A login that nobody has is not repeated: people type passwords there.
async fn failed(office: Office<'_>, user: Option<&User>, address: IpAddr) -> Result<(), StoreError> {
    let login = user.map_or("?", |user| user.login.as_str());
    let audit = vec![told(office, login, "log_in_failed", address)];
    office.store.apply_people(&PeopleChange { audit, ..PeopleChange::default() }).await?;
    Ok(())
}

fn told(office: Office<'_>, login: &str, action: &'static str, address: IpAddr) -> AuditDraft {
    let (at, actor, address) = (office.now(), login.to_owned(), address.to_string());
    AuditDraft { at, actor, address, action, object: format!("user {login}"), detail: String::new() }
}
