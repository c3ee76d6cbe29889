//! `resguardo restore`: from an archive back to what it was made of.

use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use resguardo_agent::framer;
use resguardo_shared::dump::{self, Dump};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::args_restore::{Part, Restore};
use super::exit::{Failure, code};
use super::interrupt::at_interrupt;
use super::restore_progress::Progress;
use super::{backup_here, key, load, load_for, print, restore_on};
use crate::config::model::Config;
use crate::crypt::Identity;
use crate::jobs::archives::{self, Found};
use crate::jobs::error::{JobError, Kind, chain};
use crate::jobs::patterns::Pattern;
use crate::jobs::restore::{self, Given, Reading, What};
use crate::jobs::{disks, unpack};
use crate::units;

/// What a pipe is asked to hold, which is what any user may have.
const PIPE_BYTES: usize = 1024 * 1024;

pub(super) fn run(config: &Path, asked: &Restore) -> Result<u8, Failure> {
    let (config, copies) = copies(config, &asked.archive, asked.disk.as_ref(), asked.on.is_some())?;
    let identity = key::identity(config.as_ref(), asked.identity.as_deref())?;
    let identity = identity.as_ref();
    let runtime = backup_here::runtime()?;
    let cancel = CancellationToken::new();
    let at_once = cancel.clone();
    at_interrupt(&runtime, move || {
        print::note("resguardo: interrupted; what is not whole is taken away again");
        at_once.cancel();
    })?;
    let result = match (&asked.on, &config) {
        (Some(server), Some(config)) => restore_on::run(config, &runtime, &copies, server, asked, identity, &cancel),
        _ => here(&copies, asked, identity, &cancel),
    };
    // What is left of the network must not keep the program.
    runtime.shutdown_background();
    let (text, json) = result?;
    if asked.json {
        print::json(&json)?
    } else {
        print::note(&text)
    }
    Ok(code::DONE)
}

/// The copies of the backup that a name means, the best first, and the configuration if it was needed for that or is
/// needed anyway.
pub(super) fn copies(
    config: &Path,
    archive: &str,
    disk: Option<&String>,
    needs_config: bool,
) -> Result<(Option<Config>, Vec<Found>), Failure> {
    let is_file = disks::is_path(archive) && Path::new(archive).is_file();
    let words: Vec<String> = disk.into_iter().cloned().collect();
    let config = match (needs_config, is_file) {
        (true, _) => Some(load(config)?),
        (false, true) => None,
        (false, false) => load_for(config, &words)?,
    };
    let mut copies = archives::find(config.as_ref(), archive, &words)?;
    restore::best_first(&mut copies);
    Ok((config, copies))
}

/// Tries the copies in turn: one that turns out to be damaged gives way to the next.
pub(super) fn first_good<'a, T>(
    copies: &'a [Found],
    mut attempt: impl FnMut(&'a Found) -> Result<T, JobError>,
) -> Result<T, JobError> {
    let mut last = None;
    for found in copies {
        match attempt(found) {
            Err(JobError::Disk(error)) if error.is_damage() => {
                print::note(&format!("resguardo: {}", chain(&error)));
                last = Some(JobError::Disk(error));
            }
            result => return result,
        }
    }
    Err(last
        .unwrap_or_else(|| JobError::NoArchive { name: String::new(), searched: "any disk that is here".to_owned() }))
}

/// The patterns that were asked for.
pub(super) fn patterns(asked: &Restore) -> Vec<Pattern> {
    asked.members.iter().map(|pattern| Pattern::new(pattern)).collect()
}

fn here(
    copies: &[Found],
    asked: &Restore,
    identity: Option<&Identity>,
    cancel: &CancellationToken,
) -> Result<(String, Value), Failure> {
    let mut given_away = None;
    let done = first_good(copies, |found| {
        let result = one(found, asked, identity, cancel);
        match result {
            // What went to standard output cannot be taken back.
            Err((error, bytes)) if bytes > 0 && asked.to.as_deref() == Some("-") && error.kind() == Kind::Damage => {
                given_away = Some(error);
                Err(JobError::Interrupted { archive: found.entry.name().to_owned() })
            }
            result => result.map_err(|(error, _)| error),
        }
    });
    match (done, given_away) {
        (Err(_), Some(error)) => Err(error.into()),
        (done, _) => Ok(done?),
    }
}

/// Restores one copy; an error comes with the bytes that had been given before it.
fn one(
    found: &Found,
    asked: &Restore,
    identity: Option<&Identity>,
    cancel: &CancellationToken,
) -> Result<(String, Value), (JobError, u64)> {
    let manifest = found.entry.manifest.as_ref();
    let bytes = manifest.map_or(0, crate::vault::manifest::Manifest::plain_bytes);
    let progress = Progress::of(found.entry.name(), bytes);
    let tell = |bytes| progress.tell(bytes);
    let reading = Reading { identity, threads: framer::threads(0), tell: &tell, cancel };
    let done = placed(found, asked, reading);
    progress.end();
    let (given, mut json, into) = done.map_err(|error| (error, progress.done()))?;
    let from = format!("{} from disk {}", found.entry.name(), found.disk.name);
    add_figures(&mut json, found, given, progress.seconds());
    Ok((format!("restored {from}{into}"), json))
}

/// What was restored, where from, and at what cost.
pub(super) fn add_figures(json: &mut Value, found: &Found, given: Given, seconds: f64) {
    let figures = [
        ("archive", json!(found.entry.name())),
        ("disk", json!(found.disk.name)),
        ("bytes", json!(given.plain_bytes)),
        ("seconds", json!(seconds)),
        ("bytes_read", json!(given.read_bytes)),
    ];
    for (key, value) in figures {
        json[key] = value;
    }
}

/// Restores to where it was asked for; returns also what to say of it.
fn placed(found: &Found, asked: &Restore, reading: Reading<'_>) -> Result<(Given, Value, String), JobError> {
    let to = asked.to.as_deref().unwrap_or("-");
    let part = asked.part.map(part);
    let folder = Path::new(to);
    if !asked.members.is_empty() && to != "-" {
        let (given, members) = unpack::some(found, &patterns(asked), folder, reading)?;
        let text = format!(": {members} members into {}, {} read", folder.display(), units::bytes(given.read_bytes));
        return Ok((given, json!({ "to": to, "members": members }), text));
    }
    if !asked.members.is_empty() {
        let refused = "members are unpacked into a folder; name one with --to".to_owned();
        return Err(JobError::Restore { archive: found.entry.name().to_owned(), what: refused });
    }
    if to == "-" {
        let what = What::Part(part.unwrap_or(dump::Part::Main));
        let mut out = stdout().map_err(|source| JobError::Write { act: "write", path: PathBuf::from("-"), source })?;
        let given = restore::to_stream(found, what, reading, &mut out)?;
        return Ok((given, json!({ "to": to }), String::new()));
    }
    if asked.extract {
        let given = unpack::everything(found, folder, reading)?;
        return Ok((given, json!({ "to": to }), format!(" into {}", folder.display())));
    }
    let (paths, given) = restore::to_folder(found, folder, part, reading)?;
    let files: String = paths.iter().map(|path| format!("\n  {}", path.display())).collect();
    let text = format!(", every digest compared:{files}\n{}", next(found));
    Ok((given, json!({ "to": to, "files": paths }), text))
}

/// Standard output without the library's buffer, which would look for line ends in a dump and copy what comes after them.
fn stdout() -> io::Result<File> {
    let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    // A pipe of 64 KiB has two programs wake each other sixteen times for each MiB. What is no pipe stays as it is.
    let _is_pipe = rustix::pipe::fcntl_setpipe_size(&out, PIPE_BYTES);
    Ok(out)
}

/// The part that a word means.
pub(super) fn part(part: Part) -> dump::Part {
    match part {
        Part::Main => dump::Part::Main,
        Part::Roles => dump::Part::Roles,
    }
}

/// What to do with a restored dump.
fn next(found: &Found) -> &'static str {
    match found.entry.manifest.as_ref().map(|manifest| &manifest.dump) {
        Ok(Dump::Postgres(_)) => {
            "load it with psql (roles first) and pg_restore or psql, or have it loaded with --on SERVER; see LEEME.txt on the disk"
        }
        Ok(Dump::Mysql(_)) => {
            "load it with mariadb or mysql, or have it loaded with --on SERVER; see LEEME.txt on the disk"
        }
        Ok(Dump::Sqlite(_)) => "the .sqlite file is the database itself",
        Ok(Dump::Files(_)) => "unpack it with tar -x, or restore with --extract or --member",
        _ => "",
    }
}
