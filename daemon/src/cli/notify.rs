//! `resguardo notify`: the service of a user's session that shows the daemon's notices on the desktop. It never ends by
//! itself, except where this user may not ask the daemon.

use std::convert::Infallible;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use super::args_daemon::Notify;
use super::backup_here::runtime;
use super::exit::{Failure, code};
use super::{print, socket};
use crate::jobs::error::chain;
use crate::notify::desktop;
use crate::service::client::{self, ClientError};
use crate::service::protocol::{DesktopNotice, Line, Request};
use crate::service::systemd;

/// The first wait after something was away; it doubles up to the last.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LAST_WAIT: Duration = Duration::from_secs(60);

pub(super) fn run(config: &Path, asked: &Notify) -> Result<u8, Failure> {
    if asked.test {
        let sentence: String = client::ask_once(&socket::of(config)?, Request::TestNotice)?;
        print::out(&format!("{sentence}\n"))?;
        return Ok(code::DONE);
    }
    let socket = socket::of_or_usual(config);
    let mut desk = Desk { runtime: runtime()?, shown: Shown::open(state_folder()), told: None };
    systemd::ready();
    let (mut wait, mut said) = (FIRST_WAIT, String::new());
    loop {
        let began = Instant::now();
        let before = desk.shown.last;
        let Err(trouble) = desk.watch(&socket);
        let why = match trouble {
            Trouble::Daemon(error @ ClientError::NotAllowed { .. }) => return Err(error.into()),
            Trouble::Daemon(error) => chain(&error),
            Trouble::Desktop(why) => why,
        };
        // What lasts for a night is one line in the journal, and not one a minute.
        if why != said {
            print::note(&format!("resguardo: {why}"));
            said = why;
        }
        if desk.shown.last != before || began.elapsed() > LAST_WAIT {
            wait = FIRST_WAIT;
        }
        std::thread::sleep(wait);
        wait = next_wait(wait);
    }
}

fn next_wait(wait: Duration) -> Duration {
    (wait * 2).min(LAST_WAIT)
}

/// Why nothing can be shown for the moment.
enum Trouble {
    Daemon(ClientError),
    Desktop(String),
}

impl From<ClientError> for Trouble {
    fn from(error: ClientError) -> Self {
        Self::Daemon(error)
    }
}

/// The desktop of whoever is logged in.
struct Desk {
    runtime: Runtime,
    shown: Shown,
    /// The notice that the daemon was told could not be shown, which it needs to hear once.
    told: Option<i64>,
}

impl Desk {
    /// Shows notices as they come, until something is away.
    fn watch(&mut self, socket: &Path) -> Result<Infallible, Trouble> {
        let mut conversation = client::ask(socket, Request::Notices { after: self.shown.last })?;
        loop {
            match conversation.next_line()? {
                Line::Notice(notice) => self.show(socket, &notice)?,
                // It has no end; a daemon that says so is about to stop.
                Line::Answer(_) => return Err(ClientError::BrokenOff(io::ErrorKind::UnexpectedEof.into()).into()),
                _ => {}
            }
        }
    }

    /// One that cannot be shown is not lost: it comes again with the next conversation.
    fn show(&mut self, socket: &Path, notice: &DesktopNotice) -> Result<(), Trouble> {
        let number = notice.number;
        match self.runtime.block_on(desktop::show(&notice.subject, &notice.text, notice.urgent)) {
            Ok(()) => {
                self.shown.remember(number);
                let _nothing: serde_json::Value = client::ask_once(socket, Request::Noticed { number, error: None })?;
                Ok(())
            }
            Err(error) => {
                let why = chain(&error);
                if self.told != Some(number) {
                    let request = Request::Noticed { number, error: Some(why.clone()) };
                    let _nothing: serde_json::Value = client::ask_once(socket, request)?;
                    self.told = Some(number);
                }
                Err(Trouble::Desktop(why))
            }
        }
    }
}

/// The last notice that was shown, over restarts.
struct Shown {
    file: Option<PathBuf>,
    last: Option<i64>,
}

impl Shown {
    /// What the folder remembers; without one it is forgotten with the process.
    fn open(folder: Option<PathBuf>) -> Self {
        let file = folder.map(|folder| folder.join("notified"));
        let text = file.as_deref().and_then(|file| fs::read_to_string(file).ok());
        Self { file, last: text.and_then(|text| text.trim().parse().ok()) }
    }

    fn remember(&mut self, number: i64) {
        self.last = Some(number);
        if let Some(file) = &self.file
            && let Err(error) = replace(file, &format!("{number}\n"))
        {
            print::note(&format!("resguardo: cannot remember what was shown: {}: {error}", file.display()));
        }
    }
}

/// The file holds the old number or the new one at any time.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = file.with_extension("new");
    fs::write(&new, text)?;
    fs::rename(&new, file)
}

/// `$XDG_STATE_HOME/resguardo`, by default `~/.local/state/resguardo`.
fn state_folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").filter(|path| path.is_absolute());
    Some(state.or_else(|| Some(set("HOME")?.join(".local/state")))?.join("resguardo"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_shown_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("state/resguardo");
        let mut shown = Shown::open(Some(below.clone()));
        assert_eq!(shown.last, None);
        shown.remember(41);
        shown.remember(42);
        assert_eq!(Shown::open(Some(below.clone())).last, Some(42));
        let names: Vec<_> = fs::read_dir(below).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["notified"]);
    }

    #[test]
    fn a_file_of_nonsense_is_no_memory() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notified"), "many").unwrap();
        assert_eq!(Shown::open(Some(folder.path().to_owned())).last, None);
    }

    #[test]
    fn waits_grow_to_a_minute() {
        let waits: Vec<_> = std::iter::successors(Some(FIRST_WAIT), |wait| Some(next_wait(*wait))).take(9).collect();
        assert_eq!(waits.iter().map(Duration::as_secs).collect::<Vec<_>>(), [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }
}
