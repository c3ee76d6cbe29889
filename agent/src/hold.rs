//! A dump in a process and a session of its own, which outlives the connection that began it. It may not know who may ask
//! for what: whoever reaches its socket was let in by [`crate::serve`].

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use resguardo_shared::wire::{self, Refused, Request};

use crate::give::{Copier, Giving};
use crate::link::{Connection, Link};
use crate::meet::{self, Place};

/// The longest that a dump waits for a connection, whatever is asked for: a day.
const OUTAGE_MOST: Duration = Duration::from_secs(86_400);
/// What the process says once it can be reached.
const READY: &str = "ready";
/// The most bytes that it says.
const SAID_MOST: u64 = 4096;
/// What a connection hears when the dump is over and nothing went wrong here.
pub(crate) const WELL: &str = "well";

/// Starts this program once more, to hold the dump that is asked for, and waits until it can be reached.
///
/// # Errors
/// Whatever the system says, or the process itself; nothing is then left of it.
pub(crate) fn start(program: &[String], request: &Request) -> io::Result<()> {
    let mut command = Command::new("/proc/self/exe");
    command.args(["hold"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    if let Some(name) = program.first() {
        command.arg0(name);
    }
    let mut child = command.spawn()?;
    let asked = child.stdin.take().map_or(Ok(()), |mut stdin| wire::write_request(&mut stdin, request));
    let mut said = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout.take(SAID_MOST)).read_line(&mut said)?;
    }
    if said.trim() == READY {
        return Ok(());
    }
    // It ends by itself.
    child.wait()?;
    asked?;
    Err(io::Error::other(said))
}

/// Holds the dump that is asked for on standard input until nobody wants it any more.
///
/// # Errors
/// What standard input or output say.
pub(crate) fn hold(program: &[String]) -> io::Result<()> {
    // The end of the connection's session must not reach this process.
    rustix::process::setsid()?;
    let request = wire::read_request(&mut io::stdin())?;
    let place = match Place::new(program, request.id) {
        // The same request came before, over a connection that was lost.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => return say(READY),
        Err(error) => return say(&error.to_string()),
        Ok(place) => place,
    };
    let link = Link::new(Duration::from_secs(request.outage_seconds).min(OUTAGE_MOST));
    {
        let (listener, link, request) = (place.listener.try_clone()?, Arc::clone(&link), request.clone());
        thread::spawn(move || listener.incoming().flatten().for_each(|stream| meet_one(stream, &request, &link)));
    }
    say(READY)?;
    let giving = Giving::start(Copier::Installed, &request, &link);
    let (told, refusal) = link.wait_over();
    giving.wait();
    drop(place);
    // Last of all, so that whoever hears it finds nothing left.
    told.map_or(Ok(()), |mut told| told.write_all(refusal.as_deref().unwrap_or(WELL).as_bytes()))
}

/// Says one line, the only one.
fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Goes on over the connection that is handed over, if the same dump is asked for.
fn meet_one(mut stream: UnixStream, own: &Request, link: &Arc<Link>) {
    // Whoever does not say what it wants has gone, and is closed.
    let Ok((asked, input, output)) = meet::take_over(&stream) else { return };
    let Ok(told) = stream.try_clone() else { return };
    let connection = Connection { input, output, told: Some(told) };
    let attached = if asked.id == own.id && asked.dump == own.dump && asked.part == own.part {
        link.attach(connection, asked.next.unwrap_or(0))
    } else {
        Err((connection, "the dump of that name is another than the one that is asked for".to_owned()))
    };
    if let Err((connection, reason)) = attached {
        // One that has gone already does not learn it.
        let _gone = wire::write_refused(&mut File::from(connection.output), &Refused { reason: reason.clone() });
        let _gone = stream.write_all(reason.as_bytes());
    }
}
