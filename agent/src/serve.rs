//! One request in, one dump out. Everything goes over standard input and output, which the daemon's SSH session
//! holds; when it lets go of standard input, the dump is ended.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;

use resguardo_shared::dump::{Dump, Part};
use resguardo_shared::frame::FRAME_BYTES;
use resguardo_shared::recipe::{self, Recipe};
use resguardo_shared::wire::{self, Counts, End, Exit, Hello, Refused, Request};

use crate::allow::AllowList;
use crate::framer::{self, FramerError, Settings};
use crate::process::{self, Killer, Running};

/// Reads a request from standard input and answers it on standard output. `program` is how this program calls
/// itself; `allow` is the file that limits it.
///
/// # Errors
/// What standard input or output say, and a refusal too, so that whoever takes our answer for a dump learns otherwise.
pub fn serve(program: &[String], allow: Option<&Path>) -> io::Result<()> {
    let mut input = io::stdin();
    // Rust's own standard output looks for line feeds in whatever is written. Only the small records need a buffer.
    let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    // A larger pipe means fewer switches between us and sshd; whatever else it is costs only those.
    let _smaller = rustix::pipe::fcntl_setpipe_size(&output, 1 << 20);
    let mut output = BufWriter::with_capacity(16 * 1024, output);
    wire::write_hello(&mut output, &Hello { agent: env!("CARGO_PKG_VERSION").to_owned() })?;
    let answer = wire::read_request(&mut input)
        .map_err(|error| error.to_string())
        .and_then(|request| admit(request, allow))
        .and_then(|request| give(program, &request, &mut output));
    match answer {
        Ok(end) => wire::write_end(&mut output, &end),
        Err(reason) => {
            let refused = Refused { reason };
            wire::write_refused(&mut output, &refused)?;
            Err(io::Error::other(refused.reason))
        }
    }
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

fn give(program: &[String], request: &Request, output: &mut (impl Write + Send)) -> Result<End, String> {
    let recipe = localise(recipe::of(&request.dump, request.part), program, &request.dump, request.part);
    let before = count(&recipe)?;
    let (running, stdout) =
        Running::start(&recipe.dump).map_err(|error| format!("cannot start {}: {error}", recipe.dump.join(" ")))?;
    end_with_input(running.killer());
    let settings = Settings { frame_bytes: FRAME_BYTES, level: request.level, threads: request.threads, sealed: true };
    let totals = framer::frame(settings, framer::fill_from(stdout, FRAME_BYTES), |frame| {
        wire::write_frame(output, &frame).and_then(|()| output.flush())
    });
    let totals = totals.map_err(|error| match error {
        FramerError::Read(cause) | FramerError::Give(cause) => format!("the dump was cut: {cause}"),
        error @ FramerError::Zstd(_) => error.to_string(),
    })?;
    let (exit, tail) = running.finish().map_err(|error| format!("the dump's end is unknown: {error}"))?;
    // A dump that failed is not worth another walk of its source.
    let after = if exit == Exit::Status(0) || exit_is_warning(&recipe, &exit) { count(&recipe)? } else { None };
    let counts = before.zip(after).map(|(before, after)| Counts { before, after });
    Ok(End { exit, stderr: tail.text, stderr_dropped: tail.dropped, counts, totals })
}

fn exit_is_warning(recipe: &Recipe, exit: &Exit) -> bool {
    matches!((exit, recipe.warning_status), (Exit::Status(status), Some(warning)) if *status == warning)
}

/// On a server without the `sqlite3` program the agent makes the copy itself.
fn localise(mut recipe: Recipe, program: &[String], dump: &Dump, part: Part) -> Recipe {
    if let (Dump::Sqlite(sqlite), Part::Main, true) = (dump, part, !in_path("sqlite3"))
        && sqlite.prefix.is_empty()
    {
        recipe.dump = program.to_vec();
        recipe.dump.extend(["sqlite-copy".to_owned(), sqlite.path.clone()]);
        recipe.dump.extend(sqlite.scratch.clone());
    }
    recipe
}

fn in_path(tool: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()))
}

fn count(recipe: &Recipe) -> Result<Option<u64>, String> {
    let Some(argv) = &recipe.count else { return Ok(None) };
    let text = process::capture(argv, 4096)?;
    text.trim().parse().map(Some).map_err(|_| format!("the source's count is no number: {}", text.trim()))
}

/// Ends the dump when the daemon lets go of our standard input.
fn end_with_input(killer: Killer) {
    std::thread::spawn(move || {
        let mut ignored = [0; 64];
        while io::stdin().read(&mut ignored).is_ok_and(|read| read > 0) {}
        killer.kill();
    });
}
