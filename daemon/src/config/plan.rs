//! Plans: what is kept when and where, by names that must exist. It may not know how a dataset is dumped.

use chrono_tz::Tz;

use super::check::{self, Fault, fault};
use super::model::{Disk, Plan, Server};
use super::names;
use super::reader::Node;
use super::rules::{AtEnd, Window};
use crate::schedule::When;

/// Reads all plans.
pub(super) fn read_all(root: &Node<'_>, tz: Tz, servers: &[Server], disks: &[Disk]) -> Vec<Plan> {
    let nodes = root.nodes("plans");
    let called: Vec<String> = nodes.iter().map(|node| node.parsed("name", check::name).unwrap_or_default()).collect();
    names::unique(&nodes, &called, |name| name, "plan");
    nodes.iter().zip(called).filter_map(|(node, name)| read(node, name, tz, servers, disks)).collect()
}

fn read(node: &Node<'_>, name: String, tz: Tz, servers: &[Server], disks: &[Disk]) -> Option<Plan> {
    node.need("name", "name the plan, such as `semanal`");
    node.need("datasets", "list what is kept: `SERVER/DATASET`, or `SERVER/*` for all of a server");
    node.need("when", "write when it runs, such as `0 2 * * SUN`");
    if !node.has("rotation") {
        node.need("disks", "list the names of the disks it is kept on, or those of its `rotation`");
    }
    let datasets = datasets(node, servers);
    let when = node.parsed("when", |text| {
        let right = "write minute, hour, day of the month, month and weekday, such as `0 2 * * SUN`";
        When::parse(text, tz).map_err(|error| fault(&error.to_string(), right))
    });
    let rotation = names_of_disks(node, "rotation", disks);
    let disks = names_of_disks(node, "disks", disks);
    if let Some(both) = rotation.iter().find(|name| disks.contains(name)) {
        let fault =
            fault("is among the `disks` too, on which every backup lies already", "take it out of one of the two");
        node.wrong("rotation", fault.of(both));
    }
    let on_time_hours = node.number("on_time_hours", 1..=168).unwrap_or(24);
    let stale_days = node.number("stale_days", 1..=3650);
    let window = node.node("window").and_then(|node| window(&node));
    node.finish();
    Some(Plan { name, datasets, when: when?, disks, rotation, on_time_hours, stale_days, window })
}

/// The names of disks that must exist, each once.
fn names_of_disks(node: &Node<'_>, key: &'static str, disks: &[Disk]) -> Vec<String> {
    let existing: Vec<&str> = disks.iter().map(|disk| disk.name.as_str()).filter(|name| !name.is_empty()).collect();
    let chosen = node.texts(key, |text| {
        if existing.contains(&text) { Ok(text.to_owned()) } else { Err(names::unknown("disk", text, &existing)) }
    });
    note_repeated(node, key, &chosen);
    note_empty(node, key, "list the names of the disks it is kept on");
    chosen.into_iter().map(|(_, name)| name).collect()
}

/// When in the day dumps may be taken.
fn window(node: &Node<'_>) -> Option<Window> {
    let time = |key| {
        node.need(key, "write a time of the day, such as `\"22:00\"`");
        node.parsed(key, |text| {
            let right = "write hours and minutes in quotes, such as `\"22:00\"`";
            chrono::NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| fault("is no time of the day", right))
        })
    };
    let (from, until) = (time("from"), time("until"));
    if from.is_some() && from == until {
        node.wrong("until", fault("is also where it begins", "give it another end, or take the window out"));
    }
    let at_end = node.choice("at_end", &[("pause", AtEnd::Pause), ("end", AtEnd::End)]).unwrap_or(AtEnd::Pause);
    node.finish();
    Some(Window { from: from?, until: until?, at_end })
}

/// The datasets in the order in which the plan names them, each once.
fn datasets(node: &Node<'_>, servers: &[Server]) -> Vec<(String, String)> {
    let entries = node.texts("datasets", |text| Ok((text.to_owned(), expand(text, servers)?)));
    note_empty(node, "datasets", "list what is kept: `SERVER/DATASET`, or `SERVER/*` for all of a server");
    let written: Vec<(usize, String)> = entries.iter().map(|(index, (text, _))| (*index, text.clone())).collect();
    note_repeated(node, "datasets", &written);
    let mut datasets = Vec::new();
    for pair in entries.into_iter().flat_map(|(_, (_, pairs))| pairs) {
        if !datasets.contains(&pair) {
            datasets.push(pair);
        }
    }
    datasets
}

/// `SERVER/DATASET`, or `SERVER/*` for all datasets of a server.
fn expand(text: &str, servers: &[Server]) -> Result<Vec<(String, String)>, Fault> {
    let right = "write `SERVER/DATASET`, or `SERVER/*` for all of a server";
    let (server_name, dataset_name) =
        text.split_once('/').ok_or_else(|| fault("names no dataset of a server", right).of(text))?;
    let Some(server) = servers.iter().find(|server| server.name == server_name && !server_name.is_empty()) else {
        let existing: Vec<&str> =
            servers.iter().map(|server| server.name.as_str()).filter(|name| !name.is_empty()).collect();
        return Err(names::unknown("server", server_name, &existing));
    };
    let pair = |name: &str| (server.name.clone(), name.to_owned());
    let existing: Vec<&str> =
        server.datasets.iter().map(|dataset| dataset.name.as_str()).filter(|name| !name.is_empty()).collect();
    if dataset_name == "*" {
        if server.datasets.is_empty() {
            return Err(fault("names a server without datasets", "add `datasets` to the server").of(text));
        }
        return Ok(existing.into_iter().map(pair).collect());
    }
    if !existing.contains(&dataset_name) {
        return Err(names::unknown(&format!("dataset of the server `{server_name}`"), dataset_name, &existing));
    }
    Ok(vec![pair(dataset_name)])
}

fn note_empty(node: &Node<'_>, key: &'static str, remedy: &str) {
    if node.get(key).and_then(|value| value.as_sequence()).is_some_and(Vec::is_empty) {
        node.wrong(key, fault("is an empty list", remedy));
    }
}

fn note_repeated(node: &Node<'_>, key: &str, texts: &[(usize, String)]) {
    for (position, (index, text)) in texts.iter().enumerate() {
        if texts.iter().take(position).any(|(_, other)| other == text) {
            node.wrong_item(key, *index, fault("is listed twice", "list it once").of(text));
        }
    }
}
