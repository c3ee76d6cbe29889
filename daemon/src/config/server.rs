//! Servers: how each is reached and believed, and the way through jump servers. It may not know plans.

use super::check::{self, fault};
use super::dataset;
use super::model::{Dataset, HostKeys, Login, Mode, Server};
use super::names;
use super::reader::Node;
use super::records;

const MODES: &[(&str, Mode)] =
    &[("agent", Mode::Agent), ("installed", Mode::Installed), ("plain", Mode::Plain), ("local", Mode::Local)];
/// What is said of a server that is reached, and means nothing for this machine itself.
const OF_A_LOGIN: &[&str] = &[
    "host",
    "port",
    "user",
    "key",
    "passphrase",
    "host_key",
    "known_hosts",
    "jump",
    "agent_folder",
    "connect_seconds",
    "keepalive_seconds",
    "outage_seconds",
];

/// Reads all servers and checks what only all of them together can show.
pub(super) fn read_all(root: &Node<'_>) -> Vec<Server> {
    let nodes = root.nodes("servers");
    let servers: Vec<Server> = nodes.iter().map(read).collect();
    names::unique(&nodes, &servers, |server| &server.name, "server");
    for (node, server) in nodes.iter().zip(&servers) {
        check_jump(node, server, &servers);
        node.finish();
    }
    servers
}

fn read(node: &Node<'_>) -> Server {
    let name =
        node.required("name", "name the server, such as `bd-minecodc`: it becomes a folder on disks", check::name);
    if name.eq_ignore_ascii_case(records::SERVER) {
        let what = "is the name under which Resguardo keeps its own records";
        node.wrong("name", fault(what, "give the server another name").of(&name));
    }
    let mode = node.choice("mode", MODES).unwrap_or(Mode::Agent);
    let is_here = mode == Mode::Local;
    for key in OF_A_LOGIN.iter().filter(|key| is_here && node.has(key)) {
        let what = "means nothing with `mode: local`, which is this machine itself";
        node.wrong(key, fault(what, "take it out, or write another `mode`"));
    }
    Server {
        name,
        login: (!is_here).then(|| login(node)),
        mode,
        idle_seconds: node.number("idle_seconds", 0..=86_400).unwrap_or(1800),
        outage_seconds: if is_here { 0 } else { node.number("outage_seconds", 0..=86_400).unwrap_or(1800) },
        bytes_per_second: node.number("mebibytes_per_second", 1..=100_000).map(|number: u64| number * 1024 * 1024),
        datasets: datasets(node),
    }
}

fn login(node: &Node<'_>) -> Login {
    let whose = "the private key with which Resguardo logs in";
    Login {
        host: node.required("host", "write the host name or address", check::host),
        port: node.number("port", 1..=65_535).unwrap_or(22),
        user: node.required("user", "write the login", check::word),
        key: node.required_secret("key", whose),
        passphrase: node.secret("passphrase"),
        host_keys: host_keys(node),
        jump: node.parsed("jump", check::name),
        agent_folder: node.parsed("agent_folder", check::absolute_text),
        connect_seconds: node.number("connect_seconds", 1..=600).unwrap_or(20),
        keepalive_seconds: node.number("keepalive_seconds", 1..=600).unwrap_or(15),
    }
}

fn datasets(node: &Node<'_>) -> Vec<Dataset> {
    let nodes = node.nodes("datasets");
    let datasets: Vec<_> = nodes.iter().map(dataset::read).collect();
    names::unique(&nodes, &datasets, |dataset| &dataset.name, "dataset of this server");
    datasets
}

/// Whom to believe. There is no default, since the only one possible would be to believe everybody.
fn host_keys(node: &Node<'_>) -> HostKeys {
    let why = "write exactly one of `host_key: \"ssh-ed25519 AAAA…\"` (the server's public host key, copied from its own \
               console) and `known_hosts: /ABSOLUTE/PATH`: without it anybody on the network could pose as the server";
    let pinned = match node.get("host_key") {
        Some(value) if value.is_sequence() => {
            let keys = node.texts("host_key", check::host_key);
            if value.as_sequence().is_some_and(Vec::is_empty) {
                node.wrong("host_key", fault("is an empty list", why));
            }
            keys.into_iter().map(|(_, key)| key).collect()
        }
        _ => node.parsed_unseen("host_key", check::host_key).into_iter().collect(),
    };
    let file = node.parsed("known_hosts", check::absolute);
    match (node.has("host_key"), node.has("known_hosts")) {
        (false, false) => node.lacks("host_key", why),
        (true, true) => node.wrong("known_hosts", fault("stands beside `host_key`, and both cannot decide", why)),
        _ => {}
    }
    file.map_or(HostKeys::Pinned(pinned), HostKeys::KnownHosts)
}

/// Follows the way to a server through its jump servers, which must exist and come to an end.
fn check_jump(node: &Node<'_>, server: &Server, servers: &[Server]) {
    let mut way = vec![server.name.as_str()];
    let mut next = server.jump();
    while let Some(name) = next {
        if way.contains(&name) {
            // A loop further on is reported where it closes.
            if name == server.name {
                way.push(name);
                let what = format!("leads back to the server itself: {}", way.join(" → "));
                node.wrong("jump", fault(&what, "let the way end at a server that is reached directly"));
            }
            return;
        }
        let Some(found) = servers.iter().find(|other| other.name == name) else {
            if way.len() == 1 {
                let others = servers
                    .iter()
                    .map(|other| other.name.as_str())
                    .filter(|other| !other.is_empty() && *other != server.name);
                node.wrong("jump", names::unknown("server", name, &others.collect::<Vec<_>>()));
            }
            return;
        };
        if found.mode == Mode::Local && way.len() == 1 {
            let fault = fault("is this machine itself (`mode: local`)", "take `jump` out: nothing leads through it");
            node.wrong("jump", fault.of(name));
        }
        way.push(name);
        next = found.jump();
    }
}
