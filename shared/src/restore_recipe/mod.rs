//! How each kind of dump is loaded again: the exact command lines, as pure data, and the bytes that go before and after the
//! dump. Whatever is loaded lies under a name that says *unfinished* until all of it was verified and taken.
//!
//! No command line ever holds a secret: any user of the server can read it in the process list.

mod mysql;
mod place;
mod postgres;
#[cfg(test)]
mod tests;

pub(crate) use mysql::client as mysql_client;
pub use postgres::{roles, roles_for};

use crate::dump::{Dump, Files, Mysql, Postgres, Sqlite};

/// What stands in the place where the dump shall go, as the recipe's first command prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Absent,
    /// A database without tables, or an empty folder.
    Empty,
    /// Something that holds data.
    Full,
}

/// What may become of what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Nothing may stand there.
    New,
    /// An empty database stands there and is filled.
    IntoExisting,
    /// What stands there gives way: it gets this name, or is dropped where no name can be given ([`Load::drops`]).
    Overwrite {
        /// The name, or path, that it gets.
        aside: String,
    },
}

/// How a dump is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// Prints `absent`, `empty` or `full`.
    pub look: Vec<String>,
    /// Makes the place under its unfinished name. Fails where a restore that was cut off has left one.
    pub prepare: Vec<Vec<String>>,
    /// What is sent before the dump.
    pub head: Vec<u8>,
    /// Takes the dump on its standard input.
    pub load: Vec<String>,
    /// What is sent after a dump that was verified, and only then: without it what was loaded does not last.
    pub tail: Vec<u8>,
    /// Prints how many tables and views have been loaded, of a database.
    pub count: Option<Vec<String>>,
    /// Gives it its name.
    pub finish: Vec<Vec<String>>,
    /// Takes away what [`Load::prepare`] made.
    pub undo: Vec<Vec<String>>,
    /// What it is called until it is finished.
    pub unfinished: String,
    /// Whether what stands there is dropped before anything is loaded, since it cannot be given another name.
    pub drops: bool,
}

/// Why there is no recipe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRecipe {
    /// Nobody knows how to load it.
    #[error("a dump of kind `command` can be loaded only by whoever knows its program; restore it with `--to`")]
    Command,
    /// The name leaves no room for a suffix.
    #[error(
        "the name {0:?} is too long; PostgreSQL's names have 63 bytes and MySQL's 64, and some are needed meanwhile"
    )]
    TooLong(String),
    /// Only a database can be filled.
    #[error("only an empty database can be filled; leave out --into-existing")]
    NoDatabase,
    /// A path must be one.
    #[error("{0:?} is no absolute path")]
    Relative(String),
}

/// The database or path that a dump goes back to unless it is told another.
pub fn original(dump: &Dump) -> Option<&str> {
    match dump {
        Dump::Postgres(Postgres { database, .. }) | Dump::Mysql(Mysql { database, .. }) => Some(database),
        Dump::Sqlite(Sqlite { path, .. }) | Dump::Files(Files { path, .. }) => Some(path),
        Dump::Command(_) => None,
    }
}

/// How the main part of a dump is loaded into `target`, a database or a path. The connection, and the prefix of each
/// command, are those of `dump`; `sha256` is the digest of what will be sent, in hex, where all of it is sent.
///
/// # Errors
/// [`NoRecipe`].
pub fn of(dump: &Dump, target: &str, manner: &Manner, sha256: &str) -> Result<Load, NoRecipe> {
    let is_path = matches!(dump, Dump::Sqlite(_) | Dump::Files(_));
    if is_path && *manner == Manner::IntoExisting {
        return Err(NoRecipe::NoDatabase);
    }
    if is_path && (!target.starts_with('/') || target.trim_end_matches('/').is_empty()) {
        return Err(NoRecipe::Relative(target.to_owned()));
    }
    match dump {
        Dump::Postgres(it) => postgres::load(it, target, manner),
        Dump::Mysql(it) => mysql::load(it, target, manner),
        Dump::Sqlite(it) => Ok(place::load(&it.prefix, place::SQLITE, target, manner, sha256)),
        Dump::Files(it) => Ok(place::load(&it.prefix, place::TREE, target, manner, "")),
        Dump::Command(_) => Err(NoRecipe::Command),
    }
}

/// A prefix that runs a command in a container, told to give it its input; dumps need none, and are configured without.
fn with_input(prefix: &[String]) -> Vec<String> {
    let mut argv = prefix.to_vec();
    let runs_inside = |pair: &[String]| {
        let [program, verb] = pair else { return false };
        let program = program.rsplit('/').next().unwrap_or(program);
        ["docker", "podman", "kubectl"].contains(&program) && verb == "exec"
    };
    let gives = |word: &String| {
        word == "--interactive" || (word.starts_with('-') && !word.starts_with("--") && word.contains('i'))
    };
    if let Some(at) = prefix.windows(2).position(runs_inside)
        && !prefix.iter().skip(at + 2).any(gives)
    {
        argv.insert(at + 2, "-i".to_owned());
    }
    argv
}

fn words_of<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}
