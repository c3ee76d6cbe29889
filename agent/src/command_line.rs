//! The agent's command line, small enough to be read without a parser library. It may not know the daemon.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::{hold, serve, sqlite_copy};

const USAGE: &str = "usage: resguardo-agent serve [--allow FILE]
       resguardo-agent --version
Runs one dump that is asked for on standard input and writes it to standard output as frames.
A dump outlives a lost connection for as long as was asked for, and is found again through a socket beside this program,
or below /tmp.
With --allow, only the dumps that FILE names; for a forced command in authorized_keys.
";

/// Runs the agent. `program` is how this program calls itself, so that it can start itself again.
pub fn main(program: Vec<String>, arguments: Vec<String>) -> ExitCode {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["serve"] => serve::serve(&program, None).map_err(|error| error.to_string()),
        ["serve", "--allow", file] => serve::serve(&program, Some(Path::new(file))).map_err(|error| error.to_string()),
        ["local"] => serve::local().map_err(|error| error.to_string()),
        ["hold"] => hold::hold(&program).map_err(|error| error.to_string()),
        ["sqlite-copy", path] => sqlite_copy::give(Path::new(path), &sqlite_copy::scratch(), &mut io::stdout()),
        ["sqlite-copy", path, folder] => sqlite_copy::give(Path::new(path), Path::new(folder), &mut io::stdout()),
        ["--version"] => say(&mut io::stdout(), &format!("resguardo-agent {}\n", env!("CARGO_PKG_VERSION"))),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Where standard error is closed there is nobody to tell.
            let _told = say(&mut io::stderr(), &format!("resguardo-agent: {message}\n"));
            ExitCode::FAILURE
        }
    }
}

fn say(out: &mut impl io::Write, text: &str) -> Result<(), String> {
    out.write_all(text.as_bytes()).map_err(|error| error.to_string())
}
