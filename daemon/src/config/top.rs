//! The top of the file and its small sections. It may not know what any of it is used for.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use chrono_tz::{TZ_VARIANTS, Tz};

use super::check::{self, Fault, fault};
use super::model::{Config, Database, Limits, Paths, Register, Tls, Web};
use super::nearest::nearest;
use super::reader::Node;
use super::rules::Metrics;
use super::{channel, custody, desk, disk, keep, plan, records, server};

/// Reads everything.
pub(super) fn read(root: &Node<'_>, file: &Path) -> Config {
    let time_zone = root.parsed("time_zone", time_zone).unwrap_or(Tz::America__Guatemala);
    let paths = paths(root);
    let database = database(root, &paths);
    let own_records = records::read(root, &database);
    let mut servers = server::read_all(root);
    servers.extend(own_records.clone());
    let disks = disk::read_all(root);
    let mut plans = plan::read_all(root, time_zone, &servers, &disks);
    if own_records.is_some() {
        records::add(&mut plans);
    }
    for (key, remedy) in [
        ("servers", "list at least one server with its datasets"),
        ("disks", "list at least one disk"),
        ("plans", "list at least one plan: without one nothing is ever kept"),
    ] {
        root.need(key, remedy);
        if root.get(key).and_then(|value| value.as_sequence()).is_some_and(Vec::is_empty) {
            root.wrong(key, fault("is an empty list", remedy));
        }
    }
    let config = Config {
        file: file.to_owned(),
        paths,
        time_zone,
        limits: limits(root),
        database,
        servers,
        disks,
        plans,
        encryption: custody::encryption(root),
        keep: keep::read(root),
        plausibility: custody::plausibility(root),
        verification: custody::verification(root, time_zone),
        drills: custody::drills(root, time_zone),
        spool: custody::spool(root),
        register: register(root),
        notifications: channel::read_all(root),
        web: web(root),
        metrics: metrics(root),
        desk: desk::read(root),
    };
    root.finish();
    config
}

fn time_zone(text: &str) -> Result<Tz, Fault> {
    text.parse().map_err(|_| {
        let names: Vec<&str> = TZ_VARIANTS.iter().map(|tz| tz.name()).collect();
        let guess = nearest(text, &names).map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
        fault("is no time zone", &format!("{guess}write it like `America/Guatemala`"))
    })
}

fn paths(root: &Node<'_>) -> Paths {
    let (state, log) = (PathBuf::from("/var/lib/resguardo"), PathBuf::from("/var/log/resguardo"));
    let socket = PathBuf::from("/run/resguardo/resguardo.sock");
    let Some(node) = root.node("paths") else { return Paths { state, log, agent: None, socket, restored: None } };
    let paths = Paths {
        state: node.parsed("state", check::absolute).unwrap_or(state),
        log: node.parsed("log", check::absolute).unwrap_or(log),
        agent: node.parsed("agent", check::absolute),
        socket: node.parsed("socket", check::socket).unwrap_or(socket),
        restored: node.parsed("restored", check::absolute),
    };
    node.finish();
    paths
}

fn limits(root: &Node<'_>) -> Limits {
    let mut limits = Limits { compression_level: 3, threads: 0, disk_patience_seconds: 1800, log_days: 400 };
    let Some(node) = root.node("limits") else { return limits };
    limits.compression_level = node.number("compression_level", 1..=19).unwrap_or(limits.compression_level);
    limits.threads = node.number("threads", 0..=1024).unwrap_or(limits.threads);
    let patience = node.number("disk_patience_seconds", 1..=86_400);
    limits.disk_patience_seconds = patience.unwrap_or(limits.disk_patience_seconds);
    limits.log_days = node.number("log_days", 1..=3650).unwrap_or(limits.log_days);
    node.finish();
    limits
}

fn register(root: &Node<'_>) -> Register {
    let mut register = Register { responsible: "Resguardo (automático)".to_owned(), directive: None };
    let Some(node) = root.node("register") else { return register };
    register.responsible = node.parsed("responsible", check::line).unwrap_or(register.responsible);
    register.directive = node.parsed("directive", check::line);
    node.finish();
    register
}

fn database(root: &Node<'_>, paths: &Paths) -> Database {
    let default = format!("sqlite:{}", paths.state.join("resguardo.db").display());
    let Some(node) = root.node("database") else { return Database { url: default, password: None } };
    let url = node.parsed_unseen("url", check::database_url);
    // A faulty URL says nothing about whether a password belongs to it.
    let is_file = url.as_ref().map_or(!node.has("url"), |url| url.starts_with("sqlite:"));
    let password = node.secret("password");
    if node.has("password") && is_file {
        let remedy = "take it out, or write a `postgres://…` URL";
        node.wrong("password", fault("means nothing for an SQLite file", remedy));
    }
    node.finish();
    Database { url: url.unwrap_or(default), password }
}

fn metrics(root: &Node<'_>) -> Option<Metrics> {
    let node = root.node("metrics")?;
    let remedy = "write a path in the folder that node_exporter reads, such as `/var/lib/prometheus/node-exporter/resguardo.prom`";
    let textfile = node.required("textfile", remedy, |text| {
        let path = check::absolute(text)?;
        let is_read = path.extension().is_some_and(|extension| extension == "prom");
        if is_read { Ok(path) } else { Err(fault("does not end in .prom", "the collector reads no other files")) }
    });
    let every_seconds = node.number("every_seconds", 10..=3600).unwrap_or(60);
    node.finish();
    (!textfile.as_os_str().is_empty()).then_some(Metrics { textfile, every_seconds })
}

fn web(root: &Node<'_>) -> Option<Web> {
    let node = root.node("web")?;
    node.need("listen", "write the address and port to listen on, such as `127.0.0.1:8080`");
    node.need("base_url", "write the URL under which people reach the pages");
    let listen = node.parsed("listen", |text| {
        let right = "write an address and a port, such as `127.0.0.1:8080` or `[::1]:8080`";
        text.parse().map_err(|_| fault("is no address to listen on", right))
    });
    let base_url = node.parsed_unseen("base_url", base_url).unwrap_or_default();
    let tls = node.node("tls").map(|node| {
        let certificate =
            node.required("certificate", "write the path of the certificate chain (PEM)", check::absolute);
        let tls = Tls { certificate, key: node.required_secret("key", "the certificate's private key") };
        node.finish();
        tls
    });
    let proxies = node.texts("trusted_proxies", |text| {
        text.parse().map_err(|_| fault("is no address", "write the proxy's IP address, such as `127.0.0.1`"))
    });
    let trusted_proxies: Vec<IpAddr> = proxies.into_iter().map(|(_, address)| address).collect();
    node.finish();
    let listen: SocketAddr = listen?;
    if tls.is_some() && base_url.starts_with("http://") {
        node.wrong("base_url", fault("begins with http:// although TLS ends here", "write `https://HOST`"));
    }
    if tls.is_none() && !listen.ip().is_loopback() && trusted_proxies.is_empty() {
        let remedy = "add `tls`, or listen on 127.0.0.1, or name the proxy before it in `trusted_proxies`";
        node.wrong("listen", fault("would take passwords over the network unencrypted", remedy));
    }
    Some(Web { listen, base_url, tls, trusted_proxies })
}

/// The URL of the pages, which stand at the root of their host; without the slash at its end.
fn base_url(text: &str) -> Result<String, Fault> {
    let url = check::http_url(text)?;
    let url = url.strip_suffix('/').unwrap_or(&url);
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    if rest.contains(['/', '?', '#']) {
        return Err(fault("has a path", "write `https://HOST`: the pages stand at the root of a host of their own"));
    }
    Ok(url.to_lowercase())
}
