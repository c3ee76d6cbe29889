//! Keys of other programs: each asks on behalf of one person, for what its scopes say, until it ends. It may not know HTTP.

use chrono::{DateTime, TimeDelta, Utc};

use super::by::{By, store};
use super::error::{CheckError, PeopleError};
use super::listing::known;
use super::session::actor;
use crate::desk::access::Action;
use crate::desk::people::Actor;
use crate::desk::text::line;
use crate::jobs::office::Office;
use crate::people::token;
use crate::store::error::StoreError;
use crate::store::people_change::PeopleChange;
use crate::store::people_rows::{ApiToken, User};

/// What a key may be for.
pub const SCOPES: &[&str] = &["tickets:read", "tickets:write", "reports:read", "metrics"];
/// The most letters of what a key is for.
const NAME_MAX: usize = 80;
/// The longest that a key lasts.
const DAYS_MAX: i64 = 732;
/// How exactly it is noted when a key was used.
const TOUCH: TimeDelta = TimeDelta::minutes(1);

/// A key that was made.
pub struct NewToken {
    /// Its id.
    pub id: i64,
    /// The key, which is shown once.
    pub token: String,
}

impl std::fmt::Debug for NewToken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("NewToken").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Who asks with a key.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// On whose behalf.
    pub user: User,
    /// What they are today.
    pub actor: Actor,
    /// The key.
    pub token: ApiToken,
}

impl Bearer {
    /// Whether the key is for this.
    pub fn may(&self, scope: &str) -> bool {
        self.token.scopes.iter().any(|known| known == scope)
    }
}

/// Makes a key that asks on behalf of a user.
///
/// # Errors
/// [`PeopleError`].
pub async fn create(
    office: Office<'_>,
    by: By<'_>,
    name: &str,
    user: i64,
    scopes: &[String],
    expires: Option<DateTime<Utc>>,
) -> Result<NewToken, PeopleError> {
    by.may(Action::ChangeTokens)?;
    let user = known(office, user).await?;
    let now = office.now();
    let mut scopes: Vec<String> = scopes.to_vec();
    scopes.sort();
    scopes.dedup();
    if scopes.is_empty() || scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
        return Err(PeopleError::field("scopes", format!("elija entre {}", SCOPES.join(", "))));
    }
    if !user.active {
        return Err(PeopleError::field("user", "ese usuario no está activo; elija otro"));
    }
    let last = now + TimeDelta::days(DAYS_MAX);
    if expires.is_some_and(|expires| expires <= now || expires > last) {
        return Err(PeopleError::field("expires", "elija un día desde mañana y hasta dentro de dos años"));
    }
    let secret = token::new().map_err(CheckError::from)?;
    let row = ApiToken {
        id: 0,
        name: line("name", name, NAME_MAX, true)?,
        user: user.id,
        scopes,
        expires: Some(expires.unwrap_or(last)),
        revoked: None,
        last_used: None,
        created: now,
        created_by: by.name(),
    };
    let detail = serde_json::json!({ "user": user.login, "scopes": row.scopes, "expires": row.expires }).to_string();
    let audit = vec![by.draft(office, "token_created", format!("token {}", row.name), detail)];
    let tokens = vec![(row, token::stored(&secret).unwrap_or_default())];
    let ids = store(office, &PeopleChange { tokens, audit, ..PeopleChange::default() }).await?;
    Ok(NewToken { id: ids.first().copied().unwrap_or_default(), token: secret })
}

/// All keys, the newest first.
///
/// # Errors
/// [`PeopleError::NotAllowed`], [`PeopleError::Store`].
pub async fn tokens(office: Office<'_>, by: By<'_>) -> Result<Vec<ApiToken>, PeopleError> {
    by.may(Action::ChangeTokens)?;
    Ok(office.store.api_tokens().await?)
}

/// Revokes a key at once.
///
/// # Errors
/// [`PeopleError::Unknown`] for one that is revoked already, too.
pub async fn revoke(office: Office<'_>, by: By<'_>, id: i64) -> Result<(), PeopleError> {
    by.may(Action::ChangeTokens)?;
    let row = office.store.api_tokens().await?.into_iter().find(|row| row.id == id && row.revoked.is_none());
    let row = row.ok_or_else(|| PeopleError::Unknown(format!("una clave {id} que valga")))?;
    let change = PeopleChange {
        tokens_revoked: vec![(id, office.now())],
        audit: vec![by.draft(office, "token_revoked", format!("token {}", row.name), String::new())],
        ..PeopleChange::default()
    };
    store(office, &change).await.map(drop)
}

/// Who asks with a key; `None` where it is unknown, revoked or over, or its user is disabled.
///
/// # Errors
/// What keeps the database from answering.
pub async fn bearer(office: Office<'_>, secret: &str) -> Result<Option<Bearer>, StoreError> {
    let Some(stored) = token::stored(secret) else { return Ok(None) };
    let Some(row) = office.store.api_token(&stored).await? else { return Ok(None) };
    let now = office.now();
    if row.revoked.is_some() || row.expires.is_some_and(|expires| expires <= now) {
        return Ok(None);
    }
    let Some(user) = office.store.user(row.user).await?.filter(|user| user.active) else { return Ok(None) };
    if row.last_used.is_none_or(|used| now - used >= TOUCH) {
        office.store.touch_token(row.id, now).await?;
    }
    let actor = actor(office, &user, now).await?;
    Ok(Some(Bearer { user, actor, token: row }))
}
