//! A backup loaded onto a server over SSH: a database, a database file or a tree. It lies there under a name that says
//! *unfinished* until every digest was right and the loading program has ended well; whatever fails is taken away again.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use resguardo_shared::dump::{Dump, Part};
use resguardo_shared::restore_recipe::{self as recipe, Load, Manner, Standing};
use resguardo_shared::shell;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::archives::Found;
use super::error::{JobError, chain};
use super::far_input::{Bounded, Sink, ended, said};
use super::restore::{Given, Reading, What, chosen, is_taker, to_stream};
use super::targets;
use super::verify::readable;
use crate::config::model::{Config, Server};
use crate::transport::{self, Exit, Output, Session, Target, TransportError, Window};

/// How long a program that is given up may take to end by itself.
const GRACE: Duration = Duration::from_secs(15);
/// The most bytes that a small command may answer.
const ANSWER_BYTES: usize = 1 << 20;

/// What an operator wants.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// The server's name.
    pub server: &'a str,
    /// `SERVER/DATASET` whose connection is used, if one is named.
    pub dataset: Option<&'a str>,
    /// The database or path; the dump's own, if none is named.
    pub target: Option<&'a str>,
    /// Fills a database that exists and is empty.
    pub into_existing: bool,
    /// Lets what stands there give way, under a name that ends so.
    pub overwrite: Option<&'a str>,
}

/// A server that is ready to take a backup.
pub struct Ready<'a> {
    runtime: &'a Handle,
    target: Target,
    server: String,
    archive: String,
    session: Arc<Session>,
    dump: Dump,
    /// The database or path.
    pub place: String,
    /// What will become of what stands there.
    pub manner: Manner,
    load: Load,
}

/// Connects to the server, looks at what stands in the place, and decides what may become of it. Nothing is changed.
///
/// # Errors
/// [`JobError::Unknown`], [`JobError::Restore`], [`JobError::Taken`], or that the server was not reached.
pub fn look<'a>(
    config: &Config,
    runtime: &'a Handle,
    found: &Found,
    wish: &Wish<'_>,
    cancel: &CancellationToken,
) -> Result<Ready<'a>, JobError> {
    let manifest = readable(found)?;
    let server = named(config, wish.server)?;
    let dump = connection(config, server, &manifest.dataset, &manifest.dump, wish.dataset)?;
    let refused = |what: String| JobError::Restore { archive: found.entry.name().to_owned(), what };
    let place = wish.target.or_else(|| recipe::original(&manifest.dump)).unwrap_or_default().to_owned();
    let sha256 = manifest.main().map(|file| file.plain_sha256.to_string()).unwrap_or_default();
    let recipe_of =
        |manner: &Manner| recipe::of(&dump, &place, manner, &sha256).map_err(|error| refused(error.to_string()));
    let first = recipe_of(&Manner::New)?;
    let mut ready = open(config, runtime, found, (server, dump.clone(), place.clone(), first), cancel)?;
    let standing = ready.standing()?;
    let aside = wish.overwrite.map(|suffix| format!("{}{suffix}", ready.place));
    ready.manner = ready.decide(standing, wish.into_existing, aside)?;
    ready.load = recipe_of(&ready.manner)?;
    Ok(ready)
}

/// Connects to the server and looks at nothing: roles are loaded into a cluster, whatever it holds.
///
/// # Errors
/// As [`look`].
pub fn connect_only<'a>(
    config: &Config,
    runtime: &'a Handle,
    found: &Found,
    wish: &Wish<'_>,
    cancel: &CancellationToken,
) -> Result<Ready<'a>, JobError> {
    let manifest = readable(found)?;
    let server = named(config, wish.server)?;
    let dump = connection(config, server, &manifest.dataset, &manifest.dump, wish.dataset)?;
    let place = recipe::original(&manifest.dump).unwrap_or_default().to_owned();
    let recipe = recipe::of(&dump, &place, &Manner::New, "");
    let recipe = recipe
        .map_err(|error| JobError::Restore { archive: found.entry.name().to_owned(), what: error.to_string() })?;
    open(config, runtime, found, (server, dump, place, recipe), cancel)
}

fn open<'a>(
    config: &Config,
    runtime: &'a Handle,
    found: &Found,
    (server, dump, place, load): (&Server, Dump, String, Load),
    cancel: &CancellationToken,
) -> Result<Ready<'a>, JobError> {
    if server.login.is_none() {
        let what = "restore with `--to` into a folder, and put it where it belongs";
        return Err(JobError::Local { server: server.name.clone(), what });
    }
    let mut target = targets::target(config, server)?;
    // Indexes are built in silence, for hours; keep-alives say whether the server is still there.
    target.idle = None;
    let archive = found.entry.name().to_owned();
    let session = Arc::new(connect(runtime, &target, &archive, cancel)?);
    let (server, manner) = (server.name.clone(), Manner::New);
    let ready = Ready { runtime, target, server, archive, session, dump, place, manner, load };
    ready.has_shell()?;
    Ok(ready)
}

fn named<'a>(config: &'a Config, name: &str) -> Result<&'a Server, JobError> {
    config.server(name).ok_or_else(|| {
        let known = config.servers.iter().map(|server| server.name.clone()).collect::<Vec<_>>().join(", ");
        JobError::Unknown { what: "server", name: name.to_owned(), known }
    })
}

/// How the server's database is reached: as the dataset that was named says, or the one of the same name there, or as the
/// backup itself was taken.
fn connection(
    config: &Config,
    server: &Server,
    name: &str,
    dump: &Dump,
    asked: Option<&str>,
) -> Result<Dump, JobError> {
    let found = match asked {
        Some(asked) => {
            let dataset = asked.split_once('/').and_then(|(server, name)| config.dataset(server, name));
            Some(dataset.ok_or_else(|| {
                let all = config.servers.iter().flat_map(|server| {
                    server.datasets.iter().map(move |dataset| format!("{}/{}", server.name, dataset.name))
                });
                JobError::Unknown { what: "dataset", name: asked.to_owned(), known: all.collect::<Vec<_>>().join(", ") }
            })?)
        }
        None => server.datasets.iter().find(|dataset| dataset.name == name && dataset.dump.kind() == dump.kind()),
    };
    let Some(dataset) = found else { return Ok(dump.clone()) };
    if dataset.dump.kind() != dump.kind() {
        return Err(JobError::Restore {
            archive: name.to_owned(),
            what: format!(
                "{} is of kind {}, and the backup of kind {}",
                dataset.name,
                dataset.dump.kind(),
                dump.kind()
            ),
        });
    }
    let mut reached = dataset.dump.clone();
    // How the bytes are to be read is the backup's own.
    if let (Dump::Postgres(reached), Dump::Postgres(dump)) = (&mut reached, dump) {
        reached.format = dump.format;
    }
    Ok(reached)
}

fn connect(runtime: &Handle, target: &Target, archive: &str, cancel: &CancellationToken) -> Result<Session, JobError> {
    let connecting = runtime.block_on(cancel.run_until_cancelled(transport::connect(target, Window::Lan)));
    let session = connecting.ok_or_else(|| JobError::Interrupted { archive: archive.to_owned() })?;
    session.map_err(|source| JobError::Server { dataset: archive.to_owned(), source })
}

impl Ready<'_> {
    fn failed(&self, what: impl Into<String>) -> JobError {
        JobError::Load { server: self.server.clone(), target: self.place.clone(), what: what.into() }
    }

    fn lost(&self, source: TransportError) -> JobError {
        JobError::Server { dataset: self.archive.clone(), source }
    }

    /// Behind a forced command every line runs the agent, which only gives.
    fn has_shell(&self) -> Result<(), JobError> {
        match self.runtime.block_on(self.session.run("echo resguardo-$((40 + 2))", &[], ANSWER_BYTES)) {
            Ok(output) if output.stdout.trim_ascii() == b"resguardo-42" => Ok(()),
            Ok(_) | Err(TransportError::StdoutTooLong { .. }) => Err(self.failed(
                "this login opens no shell there, as behind a forced command; name a server of the configuration whose key does",
            )),
            Err(error) => Err(self.lost(error)),
        }
    }

    fn run(&self, argv: &[String]) -> Result<Output, JobError> {
        let output = self.runtime.block_on(self.session.run(&shell::join(argv), &[], ANSWER_BYTES));
        let output = output.map_err(|error| self.lost(error))?;
        if output.exit == Exit::Status(0) { Ok(output) } else { Err(self.failed(said(&output.stderr))) }
    }

    fn standing(&self) -> Result<Standing, JobError> {
        let output = self.run(&self.load.look)?;
        match String::from_utf8_lossy(&output.stdout).trim() {
            "absent" => Ok(Standing::Absent),
            "empty" => Ok(Standing::Empty),
            "full" => Ok(Standing::Full),
            other => Err(self.failed(format!("looking at it gave {other:?}"))),
        }
    }

    /// Overwrites nothing without being told.
    fn decide(&self, standing: Standing, into_existing: bool, aside: Option<String>) -> Result<Manner, JobError> {
        let is_folder = matches!(self.dump, Dump::Files(_));
        let what = match (standing, aside) {
            (Standing::Absent, _) => return Ok(Manner::New),
            (Standing::Empty, _) if is_folder => return Ok(Manner::New),
            (Standing::Empty, _) if into_existing => return Ok(Manner::IntoExisting),
            (_, Some(aside)) => return Ok(Manner::Overwrite { aside }),
            (Standing::Empty, None) => "exists and is empty: --into-existing fills it, --database loads into another",
            (Standing::Full, None) if matches!(self.dump, Dump::Files(_) | Dump::Sqlite(_)) => {
                "exists already: --path names another place, --overwrite lets it give way"
            }
            (Standing::Full, None) => {
                "exists and holds tables: --database loads into another, --overwrite lets it give way"
            }
        };
        let (server, target) = (self.server.clone(), self.place.clone());
        Err(JobError::Taken { server, target, what: what.to_owned() })
    }

    /// What will be done to what stands there, for a person to agree to; `None` where nothing stands there.
    pub fn gives_way(&self) -> Option<String> {
        let Manner::Overwrite { aside } = &self.manner else { return None };
        let (place, server) = (&self.place, &self.server);
        Some(if self.load.drops {
            format!(
                "{place} on {server} exists. It will be DROPPED NOW with all that it holds, and loaded from the backup."
            )
        } else {
            format!(
                "{place} on {server} exists. Once the backup has been loaded whole, what is there now will be renamed to {aside}, \
                 and the backup takes its name."
            )
        })
    }

    /// Loads the roles of the cluster. Roles that exist stay as they are, unless `change` is set.
    ///
    /// # Errors
    /// [`JobError::Load`], damage, or a lost connection.
    pub fn roles(&self, found: &Found, change: bool, reading: Reading<'_>) -> Result<Given, JobError> {
        let (list, load) = recipe::roles(&self.dump).ok_or_else(|| self.failed("only PostgreSQL has roles"))?;
        chosen(found, Some(Part::Roles))?;
        let mut sql = Bounded(Vec::new());
        let given = to_stream(found, What::Part(Part::Roles), reading, &mut sql)?;
        let existing = self.run(&list)?.stdout;
        let existing = String::from_utf8_lossy(&existing);
        let existing: Vec<&str> = existing.lines().filter(|line| !line.is_empty()).collect();
        let sql = recipe::roles_for(&String::from_utf8_lossy(&sql.0), &existing, change);
        let output = self.runtime.block_on(self.session.run(&shell::join(&load), sql.as_bytes(), ANSWER_BYTES));
        let output = output.map_err(|error| self.lost(error))?;
        match output.exit {
            Exit::Status(0) => Ok(given),
            _ => Err(self.failed(format!("some roles may exist now, and others not: {}", said(&output.stderr)))),
        }
    }

    /// Loads the backup, proves it and gives it its name.
    ///
    /// # Errors
    /// [`JobError::Unfinished`] with the reason, which says what is left on the server.
    pub fn load(self, found: &Found, what: What<'_>, reading: Reading<'_>) -> Result<Given, JobError> {
        for (index, argv) in self.load.prepare.iter().enumerate() {
            if let Err(error) = self.run(argv) {
                let hint = format!(
                    "; if a restore that was cut off has left {} there, remove it and try again",
                    self.load.unfinished
                );
                let error = match error {
                    JobError::Load { server, target, what } => JobError::Load { server, target, what: what + &hint },
                    error => error,
                };
                // What the very first step finds there is not ours to take away.
                return Err(if index == 0 { error } else { self.undo(error) });
            }
        }
        let given = self.pour(found, what, reading).and_then(|given| self.count(found, what).map(|()| given));
        let given = match given {
            Ok(given) => given,
            Err(error) => return Err(self.undo(error)),
        };
        // From here on it is quicker to finish than to give up.
        match self.load.finish.iter().try_for_each(|argv| self.run(argv).map(drop)) {
            Ok(()) => Ok(given),
            Err(error) => Err(self.undo(error)),
        }
    }

    /// Sends the dump, and says how the loading program ended.
    fn pour(&self, found: &Found, what: What<'_>, reading: Reading<'_>) -> Result<Given, JobError> {
        let started = self.runtime.block_on(self.session.exec(&shell::join(&self.load.load)));
        let exec = started.map_err(|error| self.lost(error))?;
        let mut sink = Sink { runtime: self.runtime, cancel: reading.cancel, exec, failed: None };
        let headed = sink.write_all(&self.load.head);
        let given = match headed {
            Ok(()) => to_stream(found, what, reading, &mut sink),
            Err(source) => Err(JobError::Write { act: "write to", path: self.place.clone().into(), source }),
        };
        // Only a dump that was verified to its end gets the last word.
        let closed = given.as_ref().is_ok_and(|_| sink.write_all(&self.load.tail).is_ok());
        let Sink { mut exec, failed, .. } = sink;
        let ending = async {
            exec.send_eof().await?;
            exec.finish().await
        };
        let finished = if closed {
            self.runtime.block_on(reading.cancel.run_until_cancelled(ending))
        } else {
            self.runtime.block_on(async { timeout(GRACE, ending).await }).ok()
        };
        if reading.cancel.is_cancelled() {
            return Err(JobError::Interrupted { archive: self.archive.clone() });
        }
        match (given, finished) {
            // Damage says more than how the program took it.
            (Err(error), _) if !is_taker(&error) => Err(error),
            (_, Some(Ok(finished))) if finished.exit != Exit::Status(0) => {
                let said = said(&finished.stderr);
                let hint = if said.contains("role \"") && said.contains("does not exist") {
                    "; load the roles first, with --roles"
                } else {
                    ""
                };
                Err(self.failed(format!("{}{said}{hint}", ended(&finished.exit))))
            }
            (Ok(given), Some(Ok(_))) if closed => Ok(given),
            (_, Some(Err(error))) => Err(self.lost(failed.unwrap_or(error))),
            (Err(error), _) => Err(failed.map_or(error, |failed| self.lost(failed))),
            (Ok(_), _) => Err(self.failed("its program took not all of the dump")),
        }
    }

    /// A program that was given no input may well say that it went well.
    fn count(&self, found: &Found, what: What<'_>) -> Result<(), JobError> {
        let tables = readable(found)?.main().and_then(|file| file.evidence.tables);
        let (Some(argv), Some(wanted), What::Part(_)) = (&self.load.count, tables, what) else { return Ok(()) };
        let output = self.run(argv)?;
        let text = String::from_utf8_lossy(&output.stdout);
        match text.trim().parse::<u64>() {
            Ok(loaded) if loaded >= wanted => Ok(()),
            _ => Err(self.failed(format!("it holds {:?} tables, and the dump {wanted}", text.trim()))),
        }
    }

    /// Takes away what is not whole, over a connection of its own, and says what is left.
    fn undo(self, error: JobError) -> JobError {
        let Self { runtime, target, session, load, server, place, .. } = self;
        if let Some(session) = Arc::into_inner(session) {
            runtime.block_on(session.close());
        }
        let left = match (load.undo.is_empty(), load.prepare.is_empty()) {
            (true, true) => "nothing of it has lasted".to_owned(),
            (true, false) => format!("{} holds part of it", load.unfinished),
            (false, _) => match runtime.block_on(take_away(&target, &load.undo)) {
                Ok(()) => format!("{} has been removed again", load.unfinished),
                Err(why) => format!("{} STILL EXISTS and must be removed by hand ({why})", load.unfinished),
            },
        };
        JobError::Unfinished { server, target: place, left, source: Box::new(error) }
    }
}

async fn take_away(target: &Target, undo: &[Vec<String>]) -> Result<(), String> {
    let session = transport::connect(target, Window::Lan).await.map_err(|error| chain(&error))?;
    for argv in undo {
        let output = session.run(&shell::join(argv), &[], ANSWER_BYTES).await.map_err(|error| chain(&error))?;
        if output.exit != Exit::Status(0) {
            return Err(said(&output.stderr));
        }
    }
    session.close().await;
    Ok(())
}
