//! `resguardo backup`: asks the service for a run, follows it, and says what became of it.

use std::path::Path;

use super::args::Backup;
use super::exit::{Failure, code};
use super::follow::{End, Interrupts, follow};
use super::{backup_here, backup_report, load, print, socket};
use crate::jobs::report::RunReport;
use crate::service::client::{self, ClientError};
use crate::service::protocol::Request;

pub(super) use super::backup_here::{now, runtime};

pub(super) fn run(config: &Path, asked: &Backup) -> Result<u8, Failure> {
    if asked.here {
        return backup_here::run(load(config)?, asked);
    }
    let socket = socket::of(config)?;
    // From here on Ctrl-C is a question, and no end in the middle of one.
    let interrupts = if asked.detach { None } else { Some(Interrupts::watch()?) };
    let run: RunReport =
        client::ask_once(&socket, Request::Backup { names: asked.names.clone() }).map_err(not_asked)?;
    let Some(interrupts) = interrupts else {
        if asked.json {
            print::value(&run)?
        } else {
            print::out(&format!("run {}: {}\n", run.run, run.state))?
        }
        return Ok(code::DONE);
    };
    print::note(&format!("run {}: {}", run.run, run.state));
    match follow(interrupts, &socket, &run)? {
        End::Over(run) => backup_report::tell(&run, asked.json),
        End::Left => {
            let number = run.run;
            print::note(&format!(
                "resguardo: run {number} goes on in the daemon; `resguardo log {number} --follow` shows it, \
                 `resguardo cancel {number}` ends it"
            ));
            Ok(code::INTERRUPTED)
        }
    }
}

/// Without a service there is still a way.
fn not_asked(error: ClientError) -> Failure {
    match &error {
        ClientError::NoDaemon { source, .. } => {
            Failure::new(code::NO_DAEMON, format!("{error}, or add --here to run it in this process: {source}"))
        }
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_daemon_the_remedy_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = client::ask_once::<RunReport>(&folder.path().join("none.sock"), Request::Backup { names: vec![] });
        let failure = not_asked(error.unwrap_err());
        assert_eq!(failure.code, code::NO_DAEMON);
        let words =
            ["none.sock does not answer", "systemctl start resguardo`, or add --here to run it in this process"];
        assert!(words.iter().all(|words| failure.message.contains(words)), "{}", failure.message);
    }
}
