//! The staff from a spreadsheet: what each line would do, and then all of it or nothing; or just what was shown before, or
//! nothing. It may not know how a file is read.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::accounts::{self, Form, first_hash, shown};
use super::by::{By, store};
use super::error::PeopleError;
use super::import_file::{self, Row};
pub use super::import_file::{BYTES_MAX, LINES_MAX};
use crate::desk::access::Action;
use crate::desk::text::folded;
use crate::jobs::office::Office;
use crate::store::people_change::PeopleChange;
use crate::store::people_rows::{PeopleFilter, Unit, User};

/// How long first passwords are taken that are handed to a whole staff.
const FIRST: TimeDelta = TimeDelta::days(7);

/// What is wanted with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// To see what would become of each line.
    Look,
    /// To have it stored.
    Store,
    /// To have it stored if it does just what was shown: [`Report::plan`] of then, else [`PeopleError::Changed`].
    AsShown(&'a str),
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An account is made.
    Created,
    /// An account is changed.
    Changed,
    /// All of it is so already.
    Unchanged,
    /// It cannot be.
    Wrong,
}

/// What becomes of a line, with the reasons.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineReport {
    /// Its number in the file, from 1.
    pub line: u64,
    /// Whose it is.
    pub login: String,
    /// What they are called.
    pub name: String,
    /// What becomes of it.
    pub outcome: Outcome,
    /// What changes, or what is wrong, in Spanish.
    pub what: Vec<String>,
    /// The first password of an account that was made, which is shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

impl std::fmt::Debug for LineReport {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { line, login, outcome, what, .. } = self;
        write!(out, "{line} {login} {outcome:?} {what:?}")
    }
}

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Its lines, in their order.
    pub lines: Vec<LineReport>,
    /// Whether it was stored; never where a line is wrong.
    pub stored: bool,
    /// The digest of all that it does to what is there now, 64 hex digits: equal plans do the same.
    pub plan: String,
}

/// Who is there, and who comes with the file.
struct Known {
    users: BTreeMap<String, User>,
    logins: BTreeMap<i64, String>,
    units: Vec<Unit>,
    coming: BTreeSet<String>,
    directory: bool,
}

/// Imports people from CSV text, or only says what would become of each line. `directory` is what new accounts are marked
/// with.
///
/// # Errors
/// [`PeopleError`] for a file that is none as a whole, and whatever keeps all of it from being stored. A line that is wrong
/// is no error, but then nothing is stored.
pub async fn import(
    office: Office<'_>,
    by: By<'_>,
    text: &str,
    directory: bool,
    wanted: Wanted<'_>,
) -> Result<Report, PeopleError> {
    by.may(Action::ChangePeople)?;
    if directory && office.config.desk.as_ref().is_none_or(|desk| desk.directory.is_none()) {
        return Err(PeopleError::field("directory", "la configuración no tiene directorio; quite la marca"));
    }
    let text = import_file::normal(text);
    let rows = import_file::read(&text)?;
    let known = known(office, &rows, directory).await?;
    let (mut change, mut lines) = planned(office, by, &rows, &known);
    let plan = plan(&text, directory, &lines, &change);
    if matches!(wanted, Wanted::AsShown(shown) if shown != plan) {
        return Err(PeopleError::Changed);
    }
    let wrong = lines.iter().any(|line| line.outcome == Outcome::Wrong);
    if wrong || wanted == Wanted::Look {
        return Ok(Report { lines, stored: false, plan });
    }
    if !directory {
        first_passwords(office, &mut lines, &mut change).await?;
    }
    if !change.audit.is_empty() {
        store(office, &change).await?;
    }
    Ok(Report { lines, stored: true, plan })
}

/// What becomes of each line, and all of it as one change.
fn planned(office: Office<'_>, by: By<'_>, rows: &[Row], known: &Known) -> (PeopleChange, Vec<LineReport>) {
    let (mut change, mut lines, mut seen) = (PeopleChange::default(), Vec::new(), BTreeSet::new());
    for row in rows {
        let login = super::login::canonical(row.field(0));
        let mut report = LineReport {
            line: row.line,
            login: login.clone(),
            name: row.field(1).to_owned(),
            outcome: Outcome::Unchanged,
            what: vec![],
            password: None,
        };
        if !seen.insert(login) {
            report.what.push("el usuario está dos veces en el archivo; quite una de las líneas".to_owned());
        }
        match look(office, by, row, known) {
            Ok(user) if report.what.is_empty() => decide(office, by, user, row, known, &mut report, &mut change),
            Ok(_) => report.outcome = Outcome::Wrong,
            Err(error) => {
                report.outcome = Outcome::Wrong;
                report.what.push(error.to_string());
            }
        }
        lines.push(report);
    }
    (change, lines)
}

/// The digest of a plan. What the audit log would say of it names all that is there before and after.
fn plan(text: &str, directory: bool, lines: &[LineReport], change: &PeopleChange) -> String {
    let said: Vec<_> = change.audit.iter().map(|line| (line.action, &line.object, &line.detail)).collect();
    let whole = json!([text, directory, lines, said]).to_string();
    Sha256::digest(whole).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Gives a first password to each account that is made. Two are hashed at once, as many as there is room for.
async fn first_passwords(
    office: Office<'_>,
    lines: &mut [LineReport],
    change: &mut PeopleChange,
) -> Result<(), PeopleError> {
    let until = office.now() + FIRST;
    let mut new: Vec<&mut LineReport> = lines.iter_mut().filter(|line| line.outcome == Outcome::Created).collect();
    for pair in new.chunks_mut(2) {
        let made = match pair.len() {
            2 => <[_; 2]>::from(tokio::try_join!(first_hash(until), first_hash(until))?).into(),
            _ => vec![first_hash(until).await?],
        };
        for (line, (password, row)) in pair.iter_mut().zip(made) {
            change.passwords.push((line.login.clone(), row));
            line.password = Some(password);
        }
    }
    Ok(())
}

async fn known(office: Office<'_>, rows: &[Row], directory: bool) -> Result<Known, PeopleError> {
    let all = office.store.users(&PeopleFilter::default(), None, 100_000).await?;
    Ok(Known {
        logins: all.iter().map(|user| (user.id, user.login.clone())).collect(),
        users: all.into_iter().map(|user| (user.login.clone(), user)).collect(),
        units: office.store.units().await?,
        coming: rows.iter().map(|row| super::login::canonical(row.field(0))).collect(),
        directory,
    })
}

/// The account that a line wants, still without its superior.
fn look(office: Office<'_>, by: By<'_>, row: &Row, known: &Known) -> Result<User, PeopleError> {
    let [login, name, post, email, unit, superior] = [0, 1, 2, 3, 4, 5].map(|place| row.field(place));
    let unit = match unit {
        "" => None,
        unit => {
            let wanted = folded(unit);
            let found = known.units.iter().find(|known| known.active && folded(&known.name) == wanted);
            let missing = || PeopleError::field("unit", format!("no existe la unidad «{unit}»; créela primero"));
            Some(found.ok_or_else(missing)?.id)
        }
    };
    let form = Form {
        login: login.to_owned(),
        name: name.to_owned(),
        post: post.to_owned(),
        email: email.to_owned(),
        unit,
        superior: None,
        directory: known.directory,
    };
    let new = accounts::fields(office, &by.name(), &form)?;
    let superior = super::login::canonical(superior);
    if superior == new.login {
        return Err(PeopleError::field("superior", "nadie es su propio jefe; escriba a otra persona"));
    }
    if !superior.is_empty() && !known.users.contains_key(&superior) && !known.coming.contains(&superior) {
        let what = format!("no existe el usuario «{superior}» ni está en el archivo");
        return Err(PeopleError::field("superior", what));
    }
    let Some(old) = known.users.get(&new.login) else { return Ok(new) };
    if by.is(old.id) && old.unit != new.unit {
        return Err(PeopleError::Own);
    }
    Ok(User { name: new.name, post: new.post, email: new.email, unit: new.unit, ..old.clone() })
}

/// Notes what a line does.
fn decide(
    office: Office<'_>,
    by: By<'_>,
    mut user: User,
    row: &Row,
    known: &Known,
    report: &mut LineReport,
    change: &mut PeopleChange,
) {
    let superior = super::login::canonical(row.field(5));
    let object = format!("user {}", user.login);
    let old = known.users.get(&user.login);
    let had = old.and_then(|old| old.superior).and_then(|id| known.logins.get(&id)).map_or("", String::as_str);
    if let Some(old) = old {
        report.what = differences(old, &user, known);
        if had != superior {
            report.what.push(format!("superior: «{had}» → «{superior}»"));
        }
        if report.what.is_empty() {
            return;
        }
        report.outcome = Outcome::Changed;
        let detail = format!("{} -> {} superior {superior}", shown(old), shown(&user));
        change.audit.push(by.draft(office, "user_changed", object, detail));
    } else {
        report.outcome = Outcome::Created;
        report.what = given(&user, &superior, known);
        let detail = format!("{} superior {superior}", shown(&user));
        change.audit.push(by.draft(office, "user_created", object, detail));
    }
    if superior.is_empty() {
        user.superior = None;
    } else if had != superior {
        change.superiors.push((user.login.clone(), superior));
    }
    change.users.push(user);
}

fn unit_of(user: &User, known: &Known) -> String {
    let unit = known.units.iter().find(|unit| Some(unit.id) == user.unit);
    unit.map_or_else(String::new, |unit| unit.name.clone())
}

/// What a new account has beside its login and its name.
fn given(new: &User, superior: &str, known: &Known) -> Vec<String> {
    let email = new.email.clone().unwrap_or_default();
    let pairs = [
        ("post", new.post.clone()),
        ("email", email),
        ("unit", unit_of(new, known)),
        ("superior", superior.to_owned()),
    ];
    let given = pairs.into_iter().filter(|(_, text)| !text.is_empty());
    given.map(|(field, text)| format!("{field}: «{text}»")).collect()
}

fn differences(old: &User, new: &User, known: &Known) -> Vec<String> {
    let email = |user: &User| user.email.clone().unwrap_or_default();
    let pairs = [
        ("name", old.name.clone(), new.name.clone()),
        ("post", old.post.clone(), new.post.clone()),
        ("email", email(old), email(new)),
        ("unit", unit_of(old, known), unit_of(new, known)),
    ];
    let differing = pairs.into_iter().filter(|(_, old, new)| old != new);
    differing.map(|(field, old, new)| format!("{field}: «{old}» → «{new}»")).collect()
}
