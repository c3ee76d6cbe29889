//! `resguardo verify`: reads backups from their disks, compares every digest, and says all that is wrong.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};
use resguardo_agent::framer;
use tokio_util::sync::CancellationToken;

use super::args::Verify;
use super::backup_here::now;
use super::exit::{Failure, code};
use super::verify_fresh::Freshness;
use super::{key, load, print, socket, verify_copies, verify_fresh};
use crate::config::model::Config;
use crate::crypt::Identity;
use crate::jobs::archives::{self, Found};
use crate::jobs::error::JobError;
use crate::jobs::fault::Verdict;
use crate::jobs::report_checks::CopyReport;
use crate::jobs::verify_all::verify_all;
use crate::jobs::{disks, unlock};
use crate::store::custody_rows::CheckOutcome;

/// A backup that was read.
struct Read {
    found: Found,
    verdict: Verdict,
    elsewhere: Vec<CopyReport>,
}

pub(super) fn run(config: &Path, asked: &Verify) -> Result<u8, Failure> {
    // What lies at a path needs no configuration; names do.
    let at_paths = asked.names.iter().all(|name| disks::is_path(name) && Path::new(name).exists());
    let socket = socket::of_or_usual(config);
    let config = if at_paths { None } else { Some(load(config)?) };
    let mut found: Vec<Found> = Vec::new();
    let mut fresh = Vec::new();
    for name in &asked.names {
        let copies = copies(config.as_ref(), &socket, name)?;
        if let (Some(newest), true) = (copies.first(), means_newest(name)) {
            fresh.push(verify_fresh::look(config.as_ref(), &socket, name, newest, now()()));
        }
        // What two words mean is read once.
        let is_new = |copy: &Found| {
            let same =
                |known: &Found| known.disk.marker.id == copy.disk.marker.id && known.entry.name() == copy.entry.name();
            !found.iter().any(same)
        };
        let new: Vec<Found> = copies.into_iter().filter(is_new).collect();
        found.extend(new);
    }
    let identity = key::identity(config.as_ref(), asked.identity.as_deref())?;
    let reads = read(config.as_ref(), &socket, found, identity.as_ref(), !asked.json)?;
    if asked.json {
        let list: Vec<_> = reads.iter().map(json).collect();
        let fresh: Vec<_> = fresh.iter().map(verify_fresh::json).collect();
        print::json(&serde_json::json!({ "archives": list, "newest": fresh }))?;
    } else {
        fresh.iter().try_for_each(|fresh| print::out(&verify_fresh::line(fresh)))?;
    }
    Ok(code_of(&reads, &fresh))
}

/// Damage is worse news than whatever else went wrong.
fn code_of(reads: &[Read], fresh: &[Freshness]) -> u8 {
    if reads.iter().any(|read| read.verdict.is_bad()) {
        code::DAMAGE
    } else if reads.iter().any(|read| !read.verdict.is_good() && !read.verdict.is_locked()) {
        code::DISK
    } else if reads.iter().any(|read| read.verdict.is_locked()) {
        code::FAILED
    } else if fresh.iter().any(|fresh| fresh.stale.is_some()) {
        code::ATTENTION
    } else {
        code::DONE
    }
}

/// Whether a word is `SERVER/DATASET`, which means its newest backup.
fn means_newest(name: &str) -> bool {
    name.split('/').count() == 2 && !Path::new(name).exists()
}

/// The copies that a word means: all of a disk, also those that should be there and are not, or all of one backup.
fn copies(config: Option<&Config>, socket: &Path, name: &str) -> Result<Vec<Found>, JobError> {
    let is_disk =
        Path::new(name).is_dir() && disks::is_path(name) || config.is_some_and(|config| config.disk(name).is_some());
    if !is_disk {
        return archives::find(config, name, &[]);
    }
    let disk = archives::one_disk(config, name)?;
    let mut found = archives::list(std::slice::from_ref(&disk), None)?;
    // By its path it may be a disk of another machine that bears the same name.
    if config.is_some_and(|config| config.disk(name).is_some()) {
        let gone = verify_copies::gone(socket, &disk, &found);
        found.extend(gone);
    }
    Ok(found)
}

/// Reads them, tells each as soon as it is done, and has the service record it.
fn read(
    config: Option<&Config>,
    socket: &Path,
    found: Vec<Found>,
    identity: Option<&Identity>,
    tell: bool,
) -> Result<Vec<Read>, Failure> {
    let plain = |found: &Found| found.entry.manifest.as_ref().map_or(0, crate::vault::manifest::Manifest::plain_bytes);
    let bar = bar("reading", found.iter().map(plain).sum());
    let started = now()().to_rfc3339();
    let others = Mutex::new(vec![Vec::new(); found.len()]);
    let done = |index: usize, verdict: &Verdict| {
        let Some(it) = found.get(index) else { return };
        let elsewhere = if verdict.is_good() { Vec::new() } else { verify_copies::elsewhere(config, socket, it) };
        if tell {
            let lines = lines(it, verdict, &elsewhere);
            // Whoever reads the output may have seen enough.
            let _closed = bar.suspend(|| print::out(&lines));
        }
        verify_copies::record(socket, it, started.clone(), verdict, None);
        if let Some(place) = others.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
            *place = elsewhere;
        }
    };
    let threads = framer::threads(config.map_or(0, |config| config.limits.threads));
    let verdicts = verify_all(&found, identity, threads, &CancellationToken::new(), &|bytes| bar.inc(bytes), &done);
    bar.finish_and_clear();
    let others = others.into_inner().unwrap_or_else(PoisonError::into_inner);
    let reads = found.into_iter().zip(verdicts).zip(others);
    Ok(reads.filter_map(|((found, verdict), elsewhere)| Some(Read { found, verdict: verdict?, elsewhere })).collect())
}

/// A bar over bytes, with its rate and the time that is left.
pub(super) fn bar(name: &str, bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    let template = "{prefix} {bar:24} {bytes} of {total_bytes} {binary_bytes_per_sec} {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(name.to_owned());
    bar
}

/// What is said of an encrypted backup of which only the archive could be looked at.
const UNSEEN: &str = "by the digest of what is encrypted; the dump was not looked at, because no private key was given \
                      (--identity FILE)";

fn lines(found: &Found, verdict: &Verdict, elsewhere: &[CopyReport]) -> String {
    let (archive, disk) = (found.entry.name(), &found.disk.name);
    let word = match verdict.outcome {
        CheckOutcome::Good => return format!("good     {archive} on {disk}\n"),
        CheckOutcome::ArchiveOnly => {
            return format!("good     {archive} on {disk}, {UNSEEN}\n");
        }
        CheckOutcome::Damaged => "DAMAGED",
        CheckOutcome::Missing => "MISSING",
        CheckOutcome::Unreadable if verdict.is_locked() => "unread",
        CheckOutcome::Unreadable => "UNREADABLE",
    };
    let frames = match verdict.damaged_frames {
        0 => String::new(),
        frames => format!(": {}", crate::units::count(frames, "damaged frame")),
    };
    let mut text = format!("{word:<8} {archive} on {disk}{frames}\n");
    verdict.faults.iter().for_each(|fault| text.push_str(&format!("  {fault}\n")));
    text + &verify_copies::lines(found, elsewhere)
}

fn json(read: &Read) -> serde_json::Value {
    let Read { found, verdict, elsewhere } = read;
    let remedy = (!verdict.is_good()).then(|| verify_copies::remedy(found, elsewhere));
    serde_json::json!({
        "archive": found.entry.name(),
        "disk": found.disk.name,
        "ok": verdict.is_good(),
        "encrypted": !unlock::recipients(found).is_empty(),
        "dump_looked_at": verdict.outcome == CheckOutcome::Good,
        "outcome": verdict.outcome.word(),
        "error": verdict.summary(),
        "damaged_frames": verdict.damaged_frames,
        "faults": verdict.faults,
        "elsewhere": elsewhere,
        "what_to_do": remedy,
    })
}
