//! A server: is it reached, believed, does it let us in, and does its login do what dumps need. It may not know what a dump is made of.

use chrono::{DateTime, Utc};
use resguardo_shared::shell;

use super::asked::Way;
use super::{Found, clock, rights};
use crate::config::model::{Config, Mode, Server};
use crate::findings::{Code, Verdict};
use crate::jobs::discover;
use crate::jobs::error::{JobError, chain};
use crate::jobs::targets;
use crate::transport::{self, TransportError, Window};
use crate::units;

/// What the agent needs in its folder.
const AGENT_BYTES: u64 = 64 << 20;
/// What a login's shell is asked first. `$1` is the agent's folder.
const FIRST: &str = "echo resguardo-asks; date +%s
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/resguardo}
while [ ! -e \"$folder\" ] && [ \"$folder\" != / ]; do folder=$(dirname \"$folder\"); done
[ -d \"$folder\" ] && [ -w \"$folder\" ] && echo writable || echo \"closed $folder\"
set -- $(df -Pk \"$folder\" 2>/dev/null | tail -n 1)
echo \"kibibytes ${4:-}\"";

/// Everything about one server.
pub(super) async fn examine(config: &Config, name: &str, now: fn() -> DateTime<Utc>) -> Found {
    let mut found = Found::default();
    let place = format!("server {name}");
    let Some(server) = config.server(name) else { return found };
    let way = match reach(config, server).await {
        Ok(way) => way,
        Err(verdict) => {
            found.add(&place, name, verdict);
            return found;
        }
    };
    if let Way::Far(session) = &way {
        let said = format!("it answers, is believed ({}) and lets us in", session.host_key_fingerprint());
        found.well(&place, name, said);
    }
    let opens = matches!(way, Way::Here(_)) || first(server, &way, &place, &mut found, now).await;
    if opens {
        for dataset in &server.datasets {
            let about = format!("{name}/{}", dataset.name);
            let copies_itself = matches!(server.mode, Mode::Agent | Mode::Installed | Mode::Local);
            match rights::examine(&way, &dataset.dump, copies_itself).await {
                Ok(said) => found.well(&place, &about, said),
                Err(verdicts) => verdicts.into_iter().for_each(|verdict| found.add(&place, &about, verdict)),
            }
        }
    } else if server.mode == Mode::Installed {
        trials(config, server, &place, &mut found).await;
    }
    way.close().await;
    found
}

async fn reach(config: &Config, server: &Server) -> Result<Way, Verdict> {
    if server.login.is_none() {
        return targets::here(config, server).map(Way::Here).map_err(|error| refused(&error));
    }
    if server.mode == Mode::Agent && !targets::agent_binary(config).is_file() {
        let said = format!("the agent {} is not here", targets::agent_binary(config).display());
        return Err(Verdict::critical(Code::ToolMissing, said, "correct `paths.agent`, or write `mode: plain`"));
    }
    let target = targets::target(config, server).map_err(|error| refused(&error))?;
    let session = transport::connect(&target, Window::Lan).await.map_err(|error| unreached(&error))?;
    Ok(Way::Far(Box::new(session)))
}

fn refused(error: &JobError) -> Verdict {
    Verdict::critical(
        Code::SecretUnreadable,
        chain(error),
        "put the secret where the configuration says, for its owner alone",
    )
}

/// What an error of the connection means, the one of the server between taken for the whole way.
fn unreached(error: &TransportError) -> Verdict {
    let said = chain(error);
    let (code, remedy) = of(error);
    Verdict::critical(code, said, remedy)
}

fn of(error: &TransportError) -> (Code, &'static str) {
    match error {
        TransportError::Resolve { .. } => {
            (Code::NameUnknown, "correct `host`, or mend this machine's DNS (`resolvectl query NAME`)")
        }
        TransportError::Connect { .. } | TransportError::Forward { .. } => {
            (Code::PortClosed, "see whether the server is up and sshd runs there, and ask for the firewall between")
        }
        TransportError::ConnectTimeout { .. } | TransportError::Lost { .. } | TransportError::Stalled { .. } => {
            (Code::ServerSlow, "see the server's load and the network between; allow more with `connect_seconds`")
        }
        TransportError::HostChanged(_) | TransportError::HostRevoked { .. } => (
            Code::HostKeyChanged,
            "do NOT accept it: call who administers the server and compare the fingerprint on its own console",
        ),
        TransportError::HostUnknown(_)
        | TransportError::HostUndecided { .. }
        | TransportError::KnownHostsUnreadable { .. }
        | TransportError::PinUnreadable { .. } => (
            Code::HostKeyUnknown,
            "compare the fingerprint on the server's own console, then write it into the configuration",
        ),
        TransportError::Refused { .. } => (
            Code::LoginRefused,
            "put the public key into the login's ~/.ssh/authorized_keys; see whether the account has expired",
        ),
        TransportError::Key { .. }
        | TransportError::PassphraseMissing { .. }
        | TransportError::PassphraseWrong { .. } => {
            (Code::SecretUnreadable, "correct `key` and `passphrase` of the server in the configuration")
        }
        TransportError::Exec { .. } => (Code::NoShell, "give the login a shell, or write `mode: installed`"),
        TransportError::Jump { source, .. } => of(source),
        _ => (Code::ServerUnreachable, "read what is said; `resguardo log` has more of the last attempt"),
    }
}

/// Asks the login's shell; false where there is none.
async fn first(server: &Server, way: &Way, place: &str, found: &mut Found, now: fn() -> DateTime<Utc>) -> bool {
    let folder = server.login.as_ref().and_then(|login| login.agent_folder.clone()).unwrap_or_default();
    let argv = ["sh", "-c", FIRST, "first", &folder].map(str::to_owned);
    let before = now();
    let answer = way.ask(&argv).await;
    let after = now();
    let out = match answer {
        Ok(answer) if answer.out.starts_with("resguardo-asks\n") => answer.out,
        _ if server.mode == Mode::Installed => return false,
        Ok(answer) => {
            let command = shell::join(&argv[..1]);
            let said = format!("the login does not run `{command}`: {}", answer.complaint());
            let remedy = "give the login a POSIX shell that prints nothing of its own, or write `mode: installed`";
            found.add(place, &server.name, Verdict::critical(Code::NoShell, said, remedy));
            return false;
        }
        Err(said) => {
            found.add(
                place,
                &server.name,
                Verdict::critical(Code::NoShell, said, "see the server's log for its reason"),
            );
            return false;
        }
    };
    if let Some(there) = out.lines().nth(1).and_then(|line| line.parse().ok()) {
        clock::compare(&server.name, place, there, before, after, found);
    }
    if server.mode == Mode::Agent {
        agent_folder(&server.name, place, &out, found);
    }
    true
}

fn agent_folder(name: &str, place: &str, out: &str, found: &mut Found) {
    let of = |before: &str| out.lines().find_map(|line| line.strip_prefix(before));
    if let Some(folder) = of("closed ") {
        let said = format!("the login may not write into {folder}, where the agent belongs");
        let remedy = "name another folder in `agent_folder` of the server, or write `mode: plain`";
        found.add(place, name, Verdict::critical(Code::AgentFolder, said, remedy));
    }
    let free =
        of("kibibytes ").and_then(|text| text.parse::<u64>().ok()).map(|kibibytes| kibibytes.saturating_mul(1024));
    if let Some(free) = free {
        if free < AGENT_BYTES {
            let said = format!("only {} are free where the agent belongs", units::bytes(free));
            found.add(place, name, Verdict::critical(Code::ServerFull, said, "make room there, or set `agent_folder`"));
        }
        found.figure(format!("free {place}"), free, "B", None);
    }
}

/// Behind a forced command nothing can be asked but for the dumps themselves: each is begun, and what comes is thrown away.
async fn trials(config: &Config, server: &Server, place: &str, found: &mut Found) {
    for dataset in &server.datasets {
        let about = format!("{}/{}", server.name, dataset.name);
        match Box::pin(discover::attempt(config, server, &dataset.name, &dataset.dump)).await {
            Ok(_) => found.well(place, &about, "a trial dump goes well"),
            Err(error) => {
                let remedy = "see that the agent's allow-list names it (`resguardo agent-allow`), and what it says";
                found.add(place, &about, Verdict::critical(Code::DumpFails, chain(&error), remedy));
            }
        }
    }
}
