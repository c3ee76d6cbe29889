//! A dataset: its name, its kind and the kind's own keys, which stand flat beside them. It may not know servers.

use resguardo_shared::dump::{Command, Dump, Files, Mysql, Postgres, PostgresFormat, Roles, Sqlite};

use super::check::{self, Fault, fault};
use super::keep;
use super::model::Dataset;
use super::options::{self, MYSQLDUMP, PG_DUMP, Tool};
use super::reader::Node;

#[derive(Clone, Copy)]
enum Kind {
    Postgres,
    Mysql,
    Sqlite,
    Files,
    Command,
}

const KINDS: &[(&str, Kind)] = &[
    ("postgres", Kind::Postgres),
    ("mysql", Kind::Mysql),
    ("sqlite", Kind::Sqlite),
    ("files", Kind::Files),
    ("command", Kind::Command),
];

/// Reads one dataset. A stand-in of any kind takes the place of a faulty one, so that plans still find its name.
pub(super) fn read(node: &Node<'_>) -> Dataset {
    let name = node.required("name", "name the dataset, such as `quejas`: it becomes a folder on disks", check::name);
    node.need("kind", "write one of postgres, mysql, sqlite, files, command");
    let keep = keep::read(node);
    let Some(kind) = node.choice("kind", KINDS) else {
        // Which other keys belong here depends on the kind, so nothing can be said about them.
        let path = String::new();
        return Dataset { name, dump: Dump::Files(Files { path, exclude: Vec::new(), prefix: Vec::new() }), keep };
    };
    let dump = match kind {
        Kind::Postgres => postgres(node),
        Kind::Mysql => mysql(node),
        Kind::Sqlite => sqlite(node),
        Kind::Files => files(node),
        Kind::Command => command(node),
    };
    node.finish();
    Dataset { name, dump, keep }
}

fn postgres(node: &Node<'_>) -> Dump {
    node.is_a("<postgres>");
    let formats = [("custom", PostgresFormat::Custom), ("plain", PostgresFormat::Plain)];
    let roles = [("full", Roles::Full), ("no_passwords", Roles::NoPasswords), ("none", Roles::None)];
    Dump::Postgres(Postgres {
        database: node.required("database", "write the database's name", check::database_name),
        host: node.parsed("host", check::host_or_socket),
        port: node.number("port", 1..=65_535),
        user: node.parsed("user", check::word),
        password_file: node.parsed("password_file", check::absolute_text),
        format: node.choice("format", &formats).unwrap_or_default(),
        roles: node.choice("roles", &roles).unwrap_or_default(),
        options: tool_options(node, &PG_DUMP),
        prefix: prefix(node),
    })
}

fn mysql(node: &Node<'_>) -> Dump {
    node.is_a("<mysql>");
    Dump::Mysql(Mysql {
        database: node.required("database", "write the database's name", check::database_name),
        defaults_file: node.parsed("defaults_file", check::absolute_text),
        host: node.parsed("host", check::host),
        port: node.number("port", 1..=65_535),
        socket: node.parsed("socket", check::absolute_text),
        user: node.parsed("user", check::word),
        options: tool_options(node, &MYSQLDUMP),
        prefix: prefix(node),
    })
}

fn sqlite(node: &Node<'_>) -> Dump {
    node.is_a("<sqlite>");
    Dump::Sqlite(Sqlite {
        path: node.required("path", "write the absolute path of the database file", check::absolute_text),
        scratch: node.parsed("scratch", check::absolute_text),
        prefix: prefix(node),
    })
}

fn files(node: &Node<'_>) -> Dump {
    node.is_a("<files>");
    Dump::Files(Files {
        path: node.required("path", "write the absolute path of the tree", check::absolute_text),
        exclude: unindexed(node.texts("exclude", options::exclusion)),
        prefix: prefix(node),
    })
}

fn command(node: &Node<'_>) -> Dump {
    node.is_a("<command>");
    node.need("command", "write the command line that writes a dump to its standard output");
    node.need("suffix", "write the suffix of the dump's file name, such as `bak` or `ldif`");
    Dump::Command(Command {
        command: node.parsed_unseen("command", command_line).unwrap_or_default(),
        suffix: node.parsed("suffix", check::suffix).unwrap_or_default(),
        trailer: node.parsed("trailer", trailer),
        min_bytes: node.number("min_bytes", 1..=u64::from(u32::MAX) * 1024).unwrap_or(1),
        prefix: prefix(node),
    })
}

/// A command may have several lines, as a shell script has.
fn command_line(text: &str) -> Result<String, Fault> {
    if text.trim().is_empty() {
        return Err(fault("is empty", "write the command line that writes a dump to its standard output"));
    }
    if text.len() > 16 * 1024 || text.chars().any(|letter| letter.is_control() && !"\n\t".contains(letter)) {
        return Err(fault("is no command line", "write at most 16 KiB of text without control characters"));
    }
    if check::holds_password(text) {
        let remedy = "let the tool read it from a file on the server that only its login can read";
        return Err(fault("carries a password, which every user of the server could see", remedy));
    }
    Ok(text.to_owned())
}

fn trailer(text: &str) -> Result<String, Fault> {
    if text.is_empty() || text.len() > 1024 {
        return Err(fault("cannot be looked for", "write 1 to 1024 bytes that stand at the end of a complete dump"));
    }
    Ok(text.to_owned())
}

/// Options are not shown when refused: one of them may be a password.
fn tool_options(node: &Node<'_>, tool: &Tool) -> Vec<String> {
    unindexed(node.texts("options", |text| tool.accepts(text)))
}

fn prefix(node: &Node<'_>) -> Vec<String> {
    let words = node.texts("prefix", options::prefix_word);
    if let Some((index, first)) = words.first()
        && first.starts_with('-')
    {
        let fault = fault("begins the command line with an option", "begin with the program, such as `sudo`");
        node.wrong_item("prefix", *index, fault);
    }
    unindexed(words)
}

fn unindexed(texts: Vec<(usize, String)>) -> Vec<String> {
    texts.into_iter().map(|(_, text)| text).collect()
}
