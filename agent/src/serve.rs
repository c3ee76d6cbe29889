//! One request in, one dump out. Everything goes over standard input and output, which the daemon's SSH session holds.
//! The dump runs in a process of its own, which the next connection finds again; where that cannot be, or is not wanted,
//! it runs here and ends with the connection.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use resguardo_shared::wire::{self, Refused, Request};

use crate::allow::AllowList;
use crate::give::{Copier, Giving};
use crate::hold;
use crate::link::{Connection, Link};
use crate::meet;

/// The most bytes of what the dump's process says of its end.
const SAID_MOST: u64 = 64 * 1024;

/// Reads a request from standard input and answers it on standard output. `program` is how this program calls
/// itself; `allow` is the file that limits it.
///
/// # Errors
/// What standard input or output say, and a refusal too, so that whoever takes our answer for a dump learns otherwise.
pub fn serve(program: &[String], allow: Option<&Path>) -> io::Result<()> {
    let (request, input, mut output) = asked(allow)?;
    let way = request.and_then(|request| Ok((way(program, &request)?, request)));
    match way {
        Ok((Some(dump), request)) => {
            meet::hand_over(&dump, &request, input, output)?;
            wait(dump)
        }
        Ok((None, request)) => here(Copier::Installed, &request, input, output),
        Err(reason) => refuse(&mut output, reason),
    }
}

/// Reads a request of a daemon on this machine from standard input and answers it on standard output. The dump ends with
/// its daemon, whose end closes both, and starts no other program where we can do without.
///
/// # Errors
/// As [`serve`].
pub fn local() -> io::Result<()> {
    let (request, input, mut output) = asked(None)?;
    match request {
        Ok(request) => here(Copier::Own, &request, input, output),
        Err(reason) => refuse(&mut output, reason),
    }
}

/// What is asked for, if this agent may answer it, and both ends of the connection.
fn asked(allow: Option<&Path>) -> io::Result<(Result<Request, String>, File, File)> {
    // Rust's own standard input reads ahead, and its standard output looks for line feeds in whatever is written.
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    // A larger pipe means fewer switches between us and sshd; whatever else it is costs only those.
    let _smaller = rustix::pipe::fcntl_setpipe_size(&output, 1 << 20);
    wire::write_preamble(&mut output)?;
    let request = wire::read_request(&mut input).map_err(|error| error.to_string());
    Ok((request.and_then(|request| admit(request, allow)), input, output))
}

fn refuse(output: &mut File, reason: String) -> io::Result<()> {
    let refused = Refused { reason };
    wire::write_refused(output, &refused)?;
    Err(io::Error::other(refused.reason))
}

/// The way to the dump that is asked for, which is begun if need be; none where it cannot outlive this connection.
fn way(program: &[String], request: &Request) -> Result<Option<UnixStream>, String> {
    if let Some(dump) = meet::find(program, request.id) {
        return Ok(Some(dump));
    }
    if request.next.is_some() {
        return Err(
            "the dump is not there any more: it ended, or this server ended it, while the link was down".to_owned()
        );
    }
    if request.outage_seconds == 0 {
        return Ok(None);
    }
    match hold::start(program, request) {
        Ok(()) => meet::find(program, request.id).map(Some).ok_or_else(|| "the dump ended at once".to_owned()),
        // A server with no place for a socket still gives its dump, as long as the link holds. The hello says so.
        Err(_) => Ok(None),
    }
}

/// Waits until the dump's process has done with this connection.
fn wait(dump: UnixStream) -> io::Result<()> {
    let mut said = String::new();
    dump.take(SAID_MOST).read_to_string(&mut said)?;
    match said.as_str() {
        hold::WELL => Ok(()),
        "" => Err(io::Error::other("this connection was lost, or another took its place")),
        reason => Err(io::Error::other(reason.to_owned())),
    }
}

/// Dumps in this very process.
fn here(copier: Copier, request: &Request, input: File, output: File) -> io::Result<()> {
    let link = Link::new(Duration::ZERO);
    let connection = Connection { input: input.into(), output: output.into(), told: None };
    link.attach(connection, 0).map_err(|(_, reason)| io::Error::other(reason))?;
    let giving = Giving::start(copier, request, &link);
    let (_, refusal) = link.wait_over();
    giving.wait();
    refusal.map_or(Ok(()), |reason| Err(io::Error::other(reason)))
}

/// Lets a request pass that this agent may answer.
fn admit(request: Request, allow: Option<&Path>) -> Result<Request, String> {
    if request.version != wire::VERSION {
        return Err(format!(
            "this agent speaks version {} of the wire format and was asked in version {}: install the agent that belongs to the daemon",
            wire::VERSION,
            request.version
        ));
    }
    let Some(path) = allow else { return Ok(request) };
    let list = AllowList::read(path).map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        format!("{error}{cause}")
    })?;
    if list.allows(&request.dump) {
        return Ok(request);
    }
    Err(format!(
        "the allow-list {} does not name this {} dump; whoever administers this server can add what `resguardo agent-allow` prints",
        path.display(),
        request.dump.kind()
    ))
}
