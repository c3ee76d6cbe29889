//! What is answered about people, units, keys and the audit log. Whoever may ask the service administrates by the system:
//! root and the socket's group. It may not decide anything.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveTime, TimeZone as _};

use super::answer::{Answer, refusal, value};
use super::people::{
    Asked, AuditAsked, AuditReport, FirstPassword, TokenAsked, TokenMade, TokenReport, UnitAsked, UnitReport,
    UserReport, VerifiedReport,
};
use super::protocol::{Refusal, RefusalKind};
use crate::desk::people::{Role, UnitKind};
use crate::jobs::error::chain;
use crate::jobs::office::{Office, day};
use crate::jobs::people::accounts::{self, Created, Form};
use crate::jobs::people::by::By;
use crate::jobs::people::error::PeopleError;
use crate::jobs::people::listing::{self, PAGE_MAX, Person};
use crate::jobs::people::units::{self, UnitForm};
use crate::jobs::people::{audit, import, roles, tokens};
use crate::jobs::report::Listing;
use crate::store::people_rows::{AuditFilter, PeopleFilter};

/// A failure as it is told.
fn refused(error: PeopleError) -> Refusal {
    match &error {
        PeopleError::Unknown(_) => refusal(RefusalKind::Unknown, chain(&error)),
        PeopleError::Check(_) | PeopleError::Store(_) => {
            tracing::error!(error = chain(&error), "an answer cannot be given");
            refusal(RefusalKind::Failed, chain(&error))
        }
        _ => refusal(RefusalKind::Request, chain(&error)),
    }
}

/// Answers about accounts.
pub(super) async fn people(office: Office<'_>, who: &str, asked: Asked) -> Answer {
    let by = By::System(who);
    match asked {
        Asked::Add { login, name, post, email, unit, superior, roles, directory } => {
            let unit = unit_id(office, unit.as_deref()).await?;
            let superior = user_id(office, by, superior.as_deref()).await?;
            let form = Form { login, name, post, email, unit, superior, directory };
            let roles = roles.iter().map(|word| role(word)).collect::<Result<Vec<Role>, Refusal>>()?;
            first(accounts::create(office, by, &form, &roles).await)
        }
        Asked::List { words, unit, role: word, all } => {
            let today = day(office.config, office.now());
            let filter = PeopleFilter {
                words,
                unit: unit_id(office, unit.as_deref()).await?,
                active: (!all).then_some(true),
                role: word.as_deref().map(role).transpose()?.map(|role| (role, today)),
            };
            list(office, by, &filter).await
        }
        Asked::Show { login } => {
            let person = listing::person(office, by, &login).await.map_err(refused)?;
            let names = Names::read(office).await?;
            value(Ok(names.report(office, person)))
        }
        Asked::Disable { login } => {
            let user = listing::person(office, by, &login).await.map_err(refused)?.user;
            accounts::disable(office, by, user.id).await.map_err(refused)?;
            value(Ok(format!("{login} may log in no more; their sessions have ended")))
        }
        Asked::Enable { login } => {
            let user = listing::person(office, by, &login).await.map_err(refused)?.user;
            accounts::enable(office, by, user.id).await.map_err(refused)?;
            value(Ok(format!("{login} may log in again")))
        }
        Asked::Password { login } => {
            let user = listing::person(office, by, &login).await.map_err(refused)?.user;
            first(accounts::reset(office, by, user.id).await)
        }
        Asked::Grant { login, role: word, from, until } => {
            let user = listing::person(office, by, &login).await.map_err(refused)?.user;
            roles::grant(office, by, user.id, role(&word)?, (from, until)).await.map_err(refused)?;
            value(Ok(format!("{login} has the role {word}")))
        }
        Asked::Revoke { login, role: word } => {
            let user = listing::person(office, by, &login).await.map_err(refused)?.user;
            roles::revoke_all(office, by, &user, role(&word)?).await.map_err(refused)?;
            value(Ok(format!("{login} has the role {word} no more")))
        }
        Asked::Import { text, directory, dry_run } => {
            let wanted = if dry_run { import::Wanted::Look } else { import::Wanted::Store };
            value(Ok(import::import(office, by, &text, directory, wanted).await.map_err(refused)?))
        }
    }
}

/// Answers about units.
pub(super) async fn units(office: Office<'_>, who: &str, asked: UnitAsked) -> Answer {
    let by = By::System(who);
    match asked {
        UnitAsked::Add { name, kind, head } => {
            let words = || UnitKind::ALL.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ");
            let none =
                || refusal(RefusalKind::Request, format!("{kind:?} is no kind of unit; write one of {}", words()));
            let kind = UnitKind::of_word(&kind).ok_or_else(none)?;
            let head = user_id(office, by, head.as_deref()).await?;
            let form = UnitForm { name, kind, head, active: true };
            units::create(office, by, &form).await.map_err(refused)?;
            value(Ok(format!("the unit {} is there", form.name)))
        }
        UnitAsked::List => {
            let names = Names::read(office).await?;
            let units = units::units(office, by).await.map_err(refused)?;
            let report = |unit: crate::store::people_rows::Unit| UnitReport {
                head: unit.head.and_then(|head| names.logins.get(&head).cloned()),
                kind: unit.kind.word().to_owned(),
                name: unit.name,
                active: unit.active,
            };
            value(Ok(Listing { items: units.into_iter().map(report).collect(), more: false }))
        }
        UnitAsked::Head { name, head } => {
            let unit = units::unit_named(office, &name).await.map_err(refused)?;
            let id = user_id(office, by, head.as_deref()).await?;
            let form = UnitForm { name: unit.name, kind: unit.kind, head: id, active: unit.active };
            units::change(office, by, unit.id, unit.version, &form).await.map_err(refused)?;
            value(Ok(format!("{} is headed by {}", form.name, head.as_deref().unwrap_or("nobody"))))
        }
    }
}

/// Answers about the keys of other programs.
pub(super) async fn tokens(office: Office<'_>, who: &str, asked: TokenAsked) -> Answer {
    let by = By::System(who);
    match asked {
        TokenAsked::Add { name, user, scopes, until } => {
            let user = listing::person(office, by, &user).await.map_err(refused)?.user;
            let expires = until.and_then(|until| end_of(office, until));
            let made = tokens::create(office, by, &name, user.id, &scopes, expires).await.map_err(refused)?;
            value(Ok(TokenMade { id: made.id, token: made.token }))
        }
        TokenAsked::List => {
            let names = Names::read(office).await?;
            let stamp = |moment| office.stamp(moment);
            let report = |row: crate::store::people_rows::ApiToken| TokenReport {
                user: names.logins.get(&row.user).cloned().unwrap_or_default(),
                id: row.id,
                name: row.name,
                scopes: row.scopes,
                expires: row.expires.map(stamp),
                revoked: row.revoked.map(stamp),
                last_used: row.last_used.map(stamp),
            };
            let rows = tokens::tokens(office, by).await.map_err(refused)?;
            value(Ok(Listing { items: rows.into_iter().map(report).collect(), more: false }))
        }
        TokenAsked::Revoke { id } => {
            tokens::revoke(office, by, id).await.map_err(refused)?;
            value(Ok(format!("the token {id} is worth nothing any more")))
        }
    }
}

/// Answers about the audit log.
pub(super) async fn audit(office: Office<'_>, who: &str, asked: AuditAsked) -> Answer {
    let by = By::System(who);
    match asked {
        AuditAsked::List { actor, object, limit } => {
            let filter = AuditFilter { actor, object, ..AuditFilter::default() };
            let limit = limit.clamp(1, audit::PAGE_MAX - 1);
            let mut lines = audit::lines(office, by, &filter, limit + 1).await.map_err(refused)?;
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            let more = lines.len() > most;
            lines.truncate(most);
            let report = |line: crate::store::people_rows::AuditLine| AuditReport {
                n: line.n,
                at: office.stamp(line.at),
                actor: line.actor,
                address: line.address,
                action: line.action,
                object: line.object,
                detail: line.detail,
                hash: line.hash,
            };
            value(Ok(Listing { items: lines.into_iter().map(report).collect(), more }))
        }
        AuditAsked::Verify => {
            let found = audit::verify(office, by).await.map_err(refused)?;
            let broken = found.broken.map(|broken| broken.to_string());
            value(Ok(VerifiedReport { lines: found.lines, head: found.head, broken }))
        }
    }
}

fn first(created: Result<Created, PeopleError>) -> Answer {
    let created = created.map_err(refused)?;
    value(Ok(FirstPassword { login: created.login, password: created.password }))
}

async fn list(office: Office<'_>, by: By<'_>, filter: &PeopleFilter) -> Answer {
    let names = Names::read(office).await?;
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let people = listing::people(office, by, filter, after.as_deref(), PAGE_MAX).await.map_err(refused)?;
        items.extend(people.items.into_iter().map(|person| names.report(office, person)));
        after = people.next;
        if after.is_none() {
            return value(Ok(Listing { items, more: false }));
        }
    }
}

/// The end of a day where the office is.
fn end_of(office: Office<'_>, last: NaiveDate) -> Option<chrono::DateTime<chrono::Utc>> {
    let next = last.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN);
    Some(office.config.time_zone.from_local_datetime(&next).earliest()?.to_utc())
}

fn role(word: &str) -> Result<Role, Refusal> {
    let words = || Role::ALL.iter().map(|role| role.word()).collect::<Vec<_>>().join(", ");
    let none = || refusal(RefusalKind::Request, format!("{word:?} is no role; write one of {}", words()));
    Role::of_word(word).ok_or_else(none)
}

async fn unit_id(office: Office<'_>, name: Option<&str>) -> Result<Option<i64>, Refusal> {
    let Some(name) = name else { return Ok(None) };
    Ok(Some(units::unit_named(office, name).await.map_err(refused)?.id))
}

async fn user_id(office: Office<'_>, by: By<'_>, login: Option<&str>) -> Result<Option<i64>, Refusal> {
    let Some(login) = login else { return Ok(None) };
    Ok(Some(listing::person(office, by, login).await.map_err(refused)?.user.id))
}

/// What ids are called.
struct Names {
    logins: BTreeMap<i64, String>,
    units: BTreeMap<i64, String>,
}

impl Names {
    async fn read(office: Office<'_>) -> Result<Self, Refusal> {
        let users =
            office.store.users(&PeopleFilter::default(), None, 1_000_000).await.map_err(super::answer::failed)?;
        let units = office.store.units().await.map_err(super::answer::failed)?;
        let logins = users.into_iter().map(|user| (user.id, user.login)).collect();
        Ok(Self { logins, units: units.into_iter().map(|unit| (unit.id, unit.name)).collect() })
    }

    fn report(&self, office: Office<'_>, person: Person) -> UserReport {
        let today = day(office.config, office.now());
        let Person { user, grants } = person;
        let holding = grants.iter().filter(|grant| grant.holds(today));
        UserReport {
            today: holding.map(|grant| grant.role.word().to_owned()).collect(),
            unit: user.unit.and_then(|unit| self.units.get(&unit).cloned()),
            superior: user.superior.and_then(|superior| self.logins.get(&superior).cloned()),
            last_login: user.last_login.map(|at| office.stamp(at)),
            login: user.login,
            name: user.name,
            post: user.post,
            email: user.email,
            directory: user.directory,
            active: user.active,
            must_change: user.must_change,
            roles: grants,
        }
    }
}
