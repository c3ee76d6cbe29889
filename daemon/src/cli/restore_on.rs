//! `resguardo restore --on`: onto a server of the configuration.

use std::io::IsTerminal;

use resguardo_agent::framer;
use resguardo_shared::dump::Part;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::args_restore::Restore;
use super::exit::{Failure, code};
use super::restore::{add_figures, first_good, part, patterns};
use super::restore_progress::Progress;
use super::{backup_here, print};
use crate::config::model::Config;
use crate::crypt::Identity;
use crate::jobs::archives::Found;
use crate::jobs::error::{JobError, Kind};
use crate::jobs::members::{Listing, Selection, select};
use crate::jobs::restore::{Given, Reading, What, begins};
use crate::jobs::restore_on::{self, Ready, Wish};
use crate::units;

pub(super) fn run(
    config: &Config,
    runtime: &Runtime,
    copies: &[Found],
    server: &str,
    asked: &Restore,
    identity: Option<&Identity>,
    cancel: &CancellationToken,
) -> Result<(String, Value), Failure> {
    // What has gone to a database cannot be taken back, so that this is the moment to choose another copy.
    let found = first_good(copies, |found| begins(found, identity).map(|()| found))?;
    let suffix = backup_here::now()().with_timezone(&config.time_zone).format("_before_%Y%m%d%H%M%S").to_string();
    let wish = Wish {
        server,
        dataset: asked.dataset.as_deref(),
        target: asked.database.as_deref().or(asked.path.as_deref()),
        into_existing: asked.into_existing,
        overwrite: asked.overwrite.then_some(suffix.as_str()),
    };
    let only_roles = asked.part.map(part) == Some(Part::Roles);
    let bytes = found.entry.manifest.as_ref().map_or(0, crate::vault::manifest::Manifest::plain_bytes);
    let silent = |_bytes| ();
    let reading = Reading { identity, threads: framer::threads(0), tell: &silent, cancel };
    let (selection, listed) = members(found, asked, reading)?;
    let handle = runtime.handle();
    let ready = if only_roles {
        restore_on::connect_only(config, handle, found, &wish, cancel)?
    } else {
        restore_on::look(config, handle, found, &wish, cancel)?
    };
    if !only_roles {
        ask(&ready, asked.yes)?;
    }
    let place = ready.place.clone();
    let progress = Progress::of(found.entry.name(), selection.as_ref().map_or(bytes, Selection::bytes));
    let tell = |bytes| progress.tell(bytes);
    let what = selection.as_ref().map_or(What::Part(Part::Main), What::Members);
    let done = load(ready, found, what, asked, only_roles, Reading { tell: &tell, ..reading });
    progress.end();
    let given = done.map_err(|error| with_hint(error, found, copies))?;
    let given = Given { read_bytes: given.read_bytes + listed, ..given };
    let mut json = json!({ "on": server, "target": if only_roles { "roles" } else { place.as_str() } });
    add_figures(&mut json, found, given, progress.seconds());
    let what = if only_roles { "the roles".to_owned() } else { place };
    let (name, disk, size) = (found.entry.name(), &found.disk.name, units::bytes(given.plain_bytes));
    Ok((format!("restored {name} from disk {disk} onto {server}: {what}, {size}, every digest compared"), json))
}

/// The members that were asked for, and the bytes that were read to find them.
fn members(found: &Found, asked: &Restore, reading: Reading<'_>) -> Result<(Option<Selection>, u64), JobError> {
    if asked.members.is_empty() {
        return Ok((None, 0));
    }
    let mut listing = Listing::open(found, reading)?;
    let selection = select(found, &mut listing, &patterns(asked), None)?;
    Ok((Some(selection), listing.read_bytes))
}

fn load(
    ready: Ready<'_>,
    found: &Found,
    what: What<'_>,
    asked: &Restore,
    only_roles: bool,
    reading: Reading<'_>,
) -> Result<Given, JobError> {
    if only_roles {
        return ready.roles(found, asked.overwrite, reading);
    }
    if asked.roles {
        ready.roles(found, asked.overwrite, reading)?;
    }
    ready.load(found, what, reading)
}

/// Says what gives way, and asks unless told not to.
fn ask(ready: &Ready<'_>, yes: bool) -> Result<(), Failure> {
    let Some(what) = ready.gives_way() else { return Ok(()) };
    print::note(&what);
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(
            code::EXISTS,
            "nobody is there to be asked; --yes says so beforehand. Nothing was changed",
        ));
    }
    print::note("Go on? Type yes:");
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    if read.is_ok() && answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failure::new(code::EXISTS, "nothing was changed"))
}

/// Where a copy was damaged and there is another one, it is named.
fn with_hint(error: JobError, found: &Found, copies: &[Found]) -> Failure {
    let other = copies.iter().find(|copy| copy.disk.name != found.disk.name);
    let damaged = error.kind() == Kind::Damage;
    let mut failure = Failure::from(error);
    if let Some(other) = other.filter(|_| damaged) {
        failure.message += &format!("\nresguardo: there is another copy: try again with --disk {}", other.disk.name);
    }
    failure
}
