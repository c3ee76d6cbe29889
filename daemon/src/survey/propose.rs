//! From what there is to what could be kept of it, each with a name of its own.

use std::collections::BTreeSet;

use resguardo_shared::dump::{Dump, Files, Mysql, Postgres, PostgresFormat, Roles, Sqlite};

use super::{Database, Engine, Survey};

/// The port of PostgreSQL that needs no mention.
const POSTGRES_PORT: u16 = 5432;
/// The folder of sockets that needs no mention, as Debian's tools have it.
const POSTGRES_SOCKETS: &str = "/var/run/postgresql";
/// Databases that a cluster has from its beginning; they are kept only where somebody says so.
const OF_THE_CLUSTER: &[&str] = &["postgres"];
/// Folders whose SQLite files are the system's own, and made anew by it.
const OF_THE_SYSTEM: &[&str] =
    &["/var/lib/PackageKit/", "/var/lib/fwupd/", "/var/lib/command-not-found/", "/var/lib/dnf/", "/var/lib/rpm/"];
/// A name is no longer, since it becomes a folder.
const NAME_CHARS_MAX: usize = 64;

/// Something that could be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The name for it, which no other of its server has.
    pub name: String,
    /// How it is dumped.
    pub dump: Dump,
    /// Its size in bytes, where that is known.
    pub bytes: Option<u64>,
    /// What is to be said of it: by what it is served, in which version.
    pub about: String,
    /// What stands against it, and what to do: something that cannot be read.
    pub against: Option<String>,
}

/// What could be kept of a server, without what is kept already. `names` are taken.
pub fn propose(survey: &Survey, known: &[&Dump], names: &[&str]) -> Vec<Proposal> {
    let mut taken: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let mut proposals = Vec::new();
    for (wanted, dump, bytes, about, against) in all(survey) {
        if known.iter().any(|known| is_same(known, &dump)) {
            continue;
        }
        let name = free(&wanted, &mut taken);
        proposals.push(Proposal { name, dump, bytes, about, against });
    }
    proposals
}

type Wanted = (String, Dump, Option<u64>, String, Option<String>);

fn all(survey: &Survey) -> Vec<Wanted> {
    let mut all: Vec<Wanted> = Vec::new();
    for database in survey.databases.iter().filter(|database| !OF_THE_CLUSTER.contains(&database.name.as_str())) {
        let (dump, engine, tools) = match database.engine {
            Engine::Postgres => (postgres(database), "PostgreSQL", &["pg_dump"][..]),
            Engine::Mysql => (mysql(database), "MySQL/MariaDB", &["mariadb-dump", "mysqldump"][..]),
        };
        let has_tool = survey.tools.iter().any(|tool| tools.contains(&tool.name.as_str()));
        let against =
            (!has_tool).then(|| format!("{} is not on that server: install it there first", tools.join(" or ")));
        all.push((database.name.clone(), dump, database.bytes, format!("{engine} {}", database.version), against));
    }
    for file in survey.files.iter().filter(|file| !OF_THE_SYSTEM.iter().any(|folder| file.path.starts_with(folder))) {
        let dump = Dump::Sqlite(Sqlite { path: file.path.clone(), scratch: None, prefix: Vec::new() });
        all.push((last(&file.path, true), dump, Some(file.bytes), "SQLite".to_owned(), None));
    }
    for web in &survey.webs {
        let dump = Dump::Files(Files { path: web.path.clone(), exclude: Vec::new(), prefix: Vec::new() });
        let against = web.closed.as_ref().map(|closed| {
            let login = &survey.login;
            format!("{login} may not read {closed}: add `prefix: [sudo, -n]` and allow it there, or exclude it")
        });
        all.push((last(&web.path, false), dump, web.bytes, format!("web site of {}", web.by), against));
    }
    all
}

fn postgres(database: &Database) -> Dump {
    let (folder, port) = database.socket.clone().unwrap_or_default();
    Dump::Postgres(Postgres {
        database: database.name.clone(),
        host: (folder != POSTGRES_SOCKETS).then_some(folder),
        port: (port != POSTGRES_PORT).then_some(port),
        user: None,
        password_file: None,
        format: PostgresFormat::Custom,
        // Only a superuser may read password verifiers.
        roles: if database.way.is_empty() { Roles::NoPasswords } else { Roles::Full },
        options: Vec::new(),
        prefix: database.way.clone(),
    })
}

fn mysql(database: &Database) -> Dump {
    Dump::Mysql(Mysql {
        database: database.name.clone(),
        defaults_file: None,
        host: None,
        port: None,
        socket: None,
        user: None,
        options: Vec::new(),
        prefix: database.way.clone(),
    })
}

/// Whether both dump the same thing, whatever the way to it.
pub fn is_same(one: &Dump, other: &Dump) -> bool {
    let port = |dump: &Postgres| dump.port.unwrap_or(POSTGRES_PORT);
    match (one, other) {
        (Dump::Postgres(one), Dump::Postgres(other)) => one.database == other.database && port(one) == port(other),
        (Dump::Mysql(one), Dump::Mysql(other)) => one.database == other.database,
        (Dump::Sqlite(one), Dump::Sqlite(other)) => one.path == other.path,
        // What lies in a tree that is kept is kept with it.
        (Dump::Files(tree), Dump::Files(part)) => is_below(&part.path, &tree.path),
        _ => false,
    }
}

fn is_below(path: &str, tree: &str) -> bool {
    let (path, tree) = (path.trim_end_matches('/'), tree.trim_end_matches('/'));
    path == tree || path.strip_prefix(tree).is_some_and(|rest| rest.starts_with('/'))
}

/// The last part of a path, without its ending.
fn last(path: &str, ends: bool) -> String {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    if ends && !stem.is_empty() { stem.to_owned() } else { last.to_owned() }
}

/// A name that may be a folder's on every disk, and that nobody else has.
fn free(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' };
    let clean: String = wanted.chars().map(letter).take(NAME_CHARS_MAX - 4).collect();
    let clean = clean.trim_start_matches(['.', '-']).trim_end_matches('.');
    let clean = if clean.is_empty() { "datos" } else { clean };
    let numbered = (2_u32..).map(|number| format!("{clean}-{number}"));
    let name = std::iter::once(clean.to_owned()).chain(numbered).find(|name| !taken.contains(&name.to_lowercase()));
    let name = name.unwrap_or_else(|| clean.to_owned());
    taken.insert(name.to_lowercase());
    name
}
