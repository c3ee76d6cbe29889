//! What is to be dumped: one variant per kind of dataset, as the configuration, the request to the agent, the
//! agent's allow-list and the manifest all say it.
//!
//! No password is ever part of a dump: each tool finds its own (peer authentication, a password file or a
//! defaults file on the server), so that nothing secret crosses the wire or stands in a process list.

use serde::{Deserialize, Serialize};

/// A dataset's dump. `prefix` is always put before the command line, to run it as another user
/// (`["sudo", "-n", "-u", "postgres"]`) or inside a container (`["docker", "exec", "db"]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Dump {
    /// A PostgreSQL database, by `pg_dump`.
    Postgres(Postgres),
    /// A MySQL or MariaDB database, by `mariadb-dump` or `mysqldump`.
    Mysql(Mysql),
    /// An SQLite file, copied consistently while it is in use.
    Sqlite(Sqlite),
    /// A tree of files (a web site), by GNU tar.
    Files(Files),
    /// Any command that writes a dump to its standard output.
    Command(Command),
}

/// A PostgreSQL database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Postgres {
    /// The name of the database.
    pub database: String,
    /// A host name, or the folder of a Unix socket; `None` for the tools' own default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The port; `None` for the tools' own default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The database role; `None` for the tools' own default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// A password file (`PGPASSFILE`) on the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<String>,
    /// Custom format or plain SQL.
    #[serde(default)]
    pub format: PostgresFormat,
    /// Whether the cluster's roles are kept beside the database.
    #[serde(default)]
    pub roles: Roles,
    /// Further arguments of `pg_dump`, such as `--exclude-table=cache_*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// What to put before each command line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefix: Vec<String>,
}

/// The format of a PostgreSQL dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PostgresFormat {
    /// `pg_dump -Fc -Z0`, for `pg_restore`.
    #[default]
    Custom,
    /// SQL text, for `psql`.
    Plain,
}

/// What is kept of a PostgreSQL cluster's roles (`pg_dumpall --globals-only`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roles {
    /// Roles with their password verifiers; needs a superuser.
    #[default]
    Full,
    /// Roles without their password verifiers.
    NoPasswords,
    /// Nothing.
    None,
}

/// A MySQL or MariaDB database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mysql {
    /// The name of the database.
    pub database: String,
    /// An option file on the server with user and password (`--defaults-extra-file`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defaults_file: Option<String>,
    /// A host name; `None` for the tools' own default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The port; `None` for the tools' own default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The path of the server's Unix socket; `None` for the tools' own default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket: Option<String>,
    /// The database user; `None` for the tools' own default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Further arguments of the dump tool.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// What to put before each command line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefix: Vec<String>,
}

/// An SQLite database file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sqlite {
    /// The absolute path of the database file on the server.
    pub path: String,
    /// The folder on the server for the consistent copy; `None` for `$TMPDIR`, then `/var/tmp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scratch: Option<String>,
    /// What to put before each command line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefix: Vec<String>,
}

/// A tree of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// The absolute path of the tree on the server.
    pub path: String,
    /// GNU tar patterns of what to leave out, such as `./cache/*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// What to put before each command line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefix: Vec<String>,
}

/// Any command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The command line, for `sh -c`.
    pub command: String,
    /// The suffix of the dump's file name, without its dot: `bak`, `ldif`, `archive`.
    pub suffix: String,
    /// A text that the last 4 KiB of a complete dump hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trailer: Option<String>,
    /// The fewest bytes that a complete dump has.
    #[serde(default = "one")]
    pub min_bytes: u64,
    /// What to put before the command line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefix: Vec<String>,
}

fn one() -> u64 {
    1
}

/// A file of a backup: most dumps have one, PostgreSQL also has its roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The data itself.
    Main,
    /// The roles of a PostgreSQL cluster.
    Roles,
}

impl Dump {
    /// The word for this kind in the configuration and the register.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgres",
            Self::Mysql(_) => "mysql",
            Self::Sqlite(_) => "sqlite",
            Self::Files(_) => "files",
            Self::Command(_) => "command",
        }
    }

    /// The parts of a backup of this, the main one last, so that what is small and fails fast goes first.
    pub fn parts(&self) -> &'static [Part] {
        match self {
            Self::Postgres(Postgres { roles: Roles::Full | Roles::NoPasswords, .. }) => &[Part::Roles, Part::Main],
            _ => &[Part::Main],
        }
    }

    /// The suffix of a part's file name, without its leading dot and without `.zst`.
    pub fn suffix(&self, part: Part) -> &str {
        match (self, part) {
            (_, Part::Roles) => "roles.sql",
            (Self::Postgres(Postgres { format: PostgresFormat::Custom, .. }), _) => "pgdump",
            (Self::Postgres(_) | Self::Mysql(_), _) => "sql",
            (Self::Sqlite(_), _) => "sqlite",
            (Self::Files(_), _) => "tar",
            (Self::Command(command), _) => &command.suffix,
        }
    }
}
