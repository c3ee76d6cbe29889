//! What was found on a server, for people and for programs. Pure.

use serde_json::{Value, json};

use super::print;
use crate::survey::{Engine, Proposal, Survey};
use crate::units;

/// The comment above a dataset in the configuration.
pub(super) fn comment(one: &Proposal) -> String {
    let size = one.bytes.map(|bytes| format!(", {} when it was found", units::bytes(bytes))).unwrap_or_default();
    format!("{}{size}.", one.about)
}

/// What there is and what could be kept.
pub(super) fn shown(name: &str, survey: &Survey, proposals: &[Proposal]) -> String {
    let mut text = format!("{name}: {}, as {}\n", survey.system, survey.login);
    let tools: Vec<String> = survey.tools.iter().map(|tool| tool.name.clone()).collect();
    text.push_str(&format!(
        "programs: {}\n",
        if tools.is_empty() { "none that dumps need".to_owned() } else { tools.join(", ") }
    ));
    for room in &survey.rooms {
        text.push_str(&format!("free in {}: {}\n", room.folder, units::bytes(room.free)));
    }
    for lack in &survey.lacks {
        text.push_str(&format!("{} at {} could not be asked: {}\n", lack.what, lack.place, lack.why));
    }
    for one in &survey.containers {
        text.push_str(&format!(
            "container {} ({}): not looked into; a dataset with `prefix: [{}, exec, {}]` dumps what is in it\n",
            one.name,
            one.image,
            one.engine.split(' ').collect::<Vec<_>>().join(", "),
            one.name
        ));
    }
    if proposals.is_empty() {
        let what = if survey.databases.is_empty() && survey.files.is_empty() && survey.webs.is_empty() {
            "nothing that could be kept was found"
        } else {
            "everything that was found is kept already"
        };
        text.push_str(&format!("\n{what}\n"));
        return text;
    }
    let rows = proposals.iter().enumerate().map(|(at, one)| {
        let size = one.bytes.map(units::bytes).unwrap_or_else(|| "?".to_owned());
        vec![(at + 1).to_string(), one.name.clone(), one.dump.kind().to_owned(), place(one), size, one.about.clone()]
    });
    text.push('\n');
    text.push_str(&print::table(&["", "name", "kind", "what", "size", "about"], &[0, 4], rows.collect()));
    for (at, one) in proposals.iter().enumerate() {
        if let Some(against) = &one.against {
            text.push_str(&format!("{}: {against}\n", at + 1));
        }
    }
    text
}

/// The database or path.
fn place(one: &Proposal) -> String {
    use resguardo_shared::dump::Dump;
    match &one.dump {
        Dump::Postgres(database) => database.database.clone(),
        Dump::Mysql(database) => database.database.clone(),
        Dump::Sqlite(file) => file.path.clone(),
        Dump::Files(tree) => tree.path.clone(),
        Dump::Command(command) => command.command.clone(),
    }
}

/// The same for programs.
pub(super) fn json(name: &str, survey: &Survey, proposals: &[Proposal]) -> Value {
    let engine = |engine: Engine| match engine {
        Engine::Postgres => "postgres",
        Engine::Mysql => "mysql",
    };
    json!({
        "server": name,
        "system": survey.system,
        "login": survey.login,
        "tools": survey.tools.iter().map(|tool| json!({ "name": tool.name, "path": tool.path, "version": tool.version })).collect::<Vec<_>>(),
        "rooms": survey.rooms.iter().map(|room| json!({ "folder": room.folder, "free_bytes": room.free })).collect::<Vec<_>>(),
        "databases": survey.databases.iter().map(|one| json!({ "engine": engine(one.engine), "name": one.name, "bytes": one.bytes, "version": one.version })).collect::<Vec<_>>(),
        "containers": survey.containers.iter().map(|one| json!({ "name": one.name, "image": one.image, "engine": one.engine })).collect::<Vec<_>>(),
        "lacks": survey.lacks.iter().map(|one| json!({ "what": one.what, "place": one.place, "why": one.why })).collect::<Vec<_>>(),
        "proposals": proposals.iter().map(|one| json!({ "name": one.name, "dump": one.dump, "bytes": one.bytes, "about": one.about, "against": one.against })).collect::<Vec<_>>(),
    })
}
