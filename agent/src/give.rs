//! One dump from its command to its end: its source is counted, the command runs, and its frames go to a link. It may not
//! know who takes them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use resguardo_shared::dump::{Dump, Part};
use resguardo_shared::frame::FRAME_BYTES;
use resguardo_shared::recipe::{self, Recipe};
use resguardo_shared::wire::{Counts, End, Exit, Request};

use crate::framer::{self, FramerError, Settings};
use crate::link::Link;
use crate::process::{self, OWN, Running};
use crate::sqlite_copy::{self, Folder};

/// How long a dump may take to be gone when nobody wants it any more. What has left its process group may hang for ever.
const ENDING: Duration = Duration::from_secs(10);

/// A dump under way.
#[derive(Debug)]
pub struct Giving(mpsc::Receiver<()>);

/// Who copies SQLite databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copier {
    /// The server's own `sqlite3`, where it is installed.
    Installed,
    /// We, whatever is installed: where the daemon runs, hardly another program may be started.
    Own,
}

impl Giving {
    /// Runs a dump and gives its frames and its end to a link.
    pub fn start(copier: Copier, request: &Request, link: &Arc<Link>) -> Self {
        let (request, link) = (request.clone(), Arc::clone(link));
        let (gone_in, gone_out) = mpsc::sync_channel(1);
        thread::spawn(move || {
            link.finish(give(copier, &request, &link));
            // Nobody need wait for it.
            let _alone = gone_in.send(());
        });
        Self(gone_out)
    }

    /// Waits until nothing of it runs any more, once nobody wants it.
    pub fn wait(self) {
        // What hangs is left to the system.
        let _hangs = self.0.recv_timeout(ENDING);
    }
}

fn give(copier: Copier, request: &Request, link: &Link) -> Result<End, String> {
    let mut recipe = recipe::of(&request.dump, request.part);
    // The folder goes when all is over: what copies into it may be killed.
    let _folder = copy_ourselves(&mut recipe, copier, &request.dump, request.part)?;
    let before = count(&recipe, link)?;
    let (running, stdout) =
        Running::start(&recipe.dump).map_err(|error| format!("cannot start {}: {error}", recipe.dump.join(" ")))?;
    link.guard(running.killer());
    let settings = Settings { frame_bytes: FRAME_BYTES, level: request.level, threads: request.threads, sealed: true };
    let totals = framer::frame(settings, framer::fill_from(stdout, FRAME_BYTES), |frame| link.push(frame));
    let totals = totals.map_err(|error| match error {
        FramerError::Read(cause) | FramerError::Give(cause) => format!("the dump was cut: {cause}"),
        error @ FramerError::Zstd(_) => error.to_string(),
    })?;
    let (exit, tail) = running.finish().map_err(|error| format!("the dump's end is unknown: {error}"))?;
    // A dump that failed is not worth another walk of its source.
    let after = if exit == Exit::Status(0) || exit_is_warning(&recipe, &exit) { count(&recipe, link)? } else { None };
    let counts = before.zip(after).map(|(before, after)| Counts { before, after });
    Ok(End { exit, stderr: tail.text, stderr_dropped: tail.dropped, counts, totals })
}

fn exit_is_warning(recipe: &Recipe, exit: &Exit) -> bool {
    matches!((exit, recipe.warning_status), (Exit::Status(status), Some(warning)) if *status == warning)
}

/// On a server without the `sqlite3` program, and where none is wanted, we make the copy ourselves, in this folder.
fn copy_ourselves(recipe: &mut Recipe, copier: Copier, dump: &Dump, part: Part) -> Result<Option<Folder>, String> {
    let (Dump::Sqlite(sqlite), Part::Main) = (dump, part) else { return Ok(None) };
    if !sqlite.prefix.is_empty() || (copier == Copier::Installed && in_path("sqlite3")) {
        return Ok(None);
    }
    let scratch = sqlite.scratch.as_ref().map_or_else(sqlite_copy::scratch, PathBuf::from);
    let folder = Folder::new(&scratch)?;
    let copy = folder.path().to_string_lossy().into_owned();
    recipe.dump = [OWN, "sqlite-copy", &sqlite.path, &copy].map(str::to_owned).to_vec();
    Ok(Some(folder))
}

fn in_path(tool: &str) -> bool {
    let is_there = |folder: PathBuf| folder.join(tool).is_file();
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(is_there))
}

fn count(recipe: &Recipe, link: &Link) -> Result<Option<u64>, String> {
    let Some(argv) = &recipe.count else { return Ok(None) };
    let text = process::capture(argv, 4096, |killer| link.guard(killer))?;
    text.trim().parse().map(Some).map_err(|_| format!("the source's count is no number: {}", text.trim()))
}
