//! `resguardo user` and `resguardo unit`: accounts and units, by the service. It may not decide who may do what.

use std::path::Path;

use super::args_people::{UnitVerb, UserAdd, UserImport, UserList, UserOne, UserRole, UserVerb};
use super::exit::{Failure, code};
use super::{people_lists as lists, print, socket};
use crate::jobs::people::import::{BYTES_MAX, Outcome, Report};
use crate::jobs::report::Listing;
use crate::service::client;
use crate::service::people::{Asked, FirstPassword, UnitAsked, UnitReport, UserReport};
use crate::service::protocol::Request;

/// `resguardo user`.
pub(super) fn user(config: &Path, verb: &UserVerb) -> Result<u8, Failure> {
    match verb {
        UserVerb::Add(asked) => add(config, asked),
        UserVerb::List(asked) => list(config, asked),
        UserVerb::Show(asked) => show(config, asked),
        UserVerb::Disable(asked) => sentence(config, &asked.login, asked.json, |login| Asked::Disable { login }),
        UserVerb::Enable(asked) => sentence(config, &asked.login, asked.json, |login| Asked::Enable { login }),
        UserVerb::Password(asked) => first(config, Asked::Password { login: asked.login.clone() }, asked.json),
        UserVerb::Role(asked) => role(config, asked),
        UserVerb::Import(asked) => import(config, asked),
    }
}

/// `resguardo unit`.
pub(super) fn unit(config: &Path, verb: &UnitVerb) -> Result<u8, Failure> {
    let (asked, json) = match verb {
        UnitVerb::Add(asked) => {
            let (name, kind, head) = (asked.name.clone(), asked.kind.clone(), asked.head.clone());
            (UnitAsked::Add { name, kind, head }, asked.json)
        }
        UnitVerb::Head(asked) => (UnitAsked::Head { name: asked.name.clone(), head: asked.login.clone() }, asked.json),
        UnitVerb::List(asked) => {
            let units: Listing<UnitReport> = client::ask_once(&socket::of(config)?, Request::Units(UnitAsked::List))?;
            if asked.json {
                print::value(&serde_json::json!({ "units": units.items }))?;
            } else {
                print::out(&lists::units(&units.items))?;
            }
            return Ok(code::DONE);
        }
    };
    say(&client::ask_once::<String>(&socket::of(config)?, Request::Units(asked))?, json)
}

/// Prints a sentence that the service answered.
pub(super) fn say(sentence: &str, json: bool) -> Result<u8, Failure> {
    if json {
        print::value(&serde_json::json!({ "done": sentence }))?;
    } else {
        print::out(&format!("{sentence}\n"))?;
    }
    Ok(code::DONE)
}

fn sentence(config: &Path, login: &str, json: bool, asked: impl Fn(String) -> Asked) -> Result<u8, Failure> {
    let asked = Request::People(asked(login.to_owned()));
    say(&client::ask_once::<String>(&socket::of(config)?, asked)?, json)
}

fn add(config: &Path, asked: &UserAdd) -> Result<u8, Failure> {
    let request = Asked::Add {
        login: asked.login.clone(),
        name: asked.name.clone(),
        post: asked.post.clone(),
        email: asked.email.clone(),
        unit: asked.unit.clone(),
        superior: asked.superior.clone(),
        roles: asked.roles.clone(),
        directory: asked.directory,
    };
    first(config, request, asked.json)
}

/// Asks for something that ends in a first password, and prints it.
fn first(config: &Path, asked: Asked, json: bool) -> Result<u8, Failure> {
    let made: FirstPassword = client::ask_once(&socket::of(config)?, Request::People(asked))?;
    if json {
        print::value(&made)?;
        return Ok(code::DONE);
    }
    let text = match &made.password {
        Some(password) => format!(
            "{}: the first password is {password}\nIt is shown only now, and must be changed with the first login, within a day.\n",
            made.login
        ),
        None => format!("{}: the password is that of the directory\n", made.login),
    };
    print::out(&text)?;
    Ok(code::DONE)
}

fn list(config: &Path, asked: &UserList) -> Result<u8, Failure> {
    let (words, unit, role) = (asked.words.clone(), asked.unit.clone(), asked.role.clone());
    let request = Request::People(Asked::List { words, unit, role, all: asked.all });
    let users: Listing<UserReport> = client::ask_once(&socket::of(config)?, request)?;
    if asked.json {
        print::value(&serde_json::json!({ "users": users.items }))?;
    } else {
        print::out(&lists::users(&users.items))?;
    }
    Ok(code::DONE)
}

fn show(config: &Path, asked: &UserOne) -> Result<u8, Failure> {
    let request = Request::People(Asked::Show { login: asked.login.clone() });
    let user: UserReport = client::ask_once(&socket::of(config)?, request)?;
    if asked.json {
        print::value(&user)?;
    } else {
        print::out(&lists::user(&user))?;
    }
    Ok(code::DONE)
}

fn role(config: &Path, asked: &UserRole) -> Result<u8, Failure> {
    let (login, role) = (asked.login.clone(), asked.role.clone());
    let request = if asked.revoke {
        Asked::Revoke { login, role }
    } else {
        Asked::Grant { login, role, from: asked.from, until: asked.until }
    };
    say(&client::ask_once::<String>(&socket::of(config)?, Request::People(request))?, asked.json)
}

fn import(config: &Path, asked: &UserImport) -> Result<u8, Failure> {
    let about = |error: std::io::Error| Failure::unexpected(&format!("cannot read {}", asked.file.display()), &error);
    let size = std::fs::metadata(&asked.file).map_err(about)?.len();
    if usize::try_from(size).unwrap_or(usize::MAX) > BYTES_MAX {
        return Err(Failure::new(code::USAGE, format!("{} is larger than 512 KiB; divide it", asked.file.display())));
    }
    let bytes = std::fs::read(&asked.file).map_err(about)?;
    let not_text = |_| {
        let remedy = "save it as “CSV UTF-8”";
        Failure::new(code::USAGE, format!("{} is no text in UTF-8; {remedy}", asked.file.display()))
    };
    let text = String::from_utf8(bytes).map_err(not_text)?;
    let request = Asked::Import { text, directory: asked.directory, dry_run: asked.dry_run };
    let report: Report = client::ask_once(&socket::of(config)?, Request::People(request))?;
    if asked.json {
        print::value(&report)?;
    } else {
        print::out(&lists::import(&report, asked.dry_run))?;
    }
    let wrong = report.lines.iter().any(|line| line.outcome == Outcome::Wrong);
    Ok(if wrong { code::FAILED } else { code::DONE })
}
