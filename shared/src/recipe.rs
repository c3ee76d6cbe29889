//! How each kind of dataset is dumped: the exact command lines, as pure data. The agent runs them as processes, the
//! daemon runs the same ones over SSH, so that both ways give the same dump.
//!
//! No command line ever holds a secret: any user of the server can read it in the process list.

use crate::dump::{Command, Dump, Files, Mysql, Part, Postgres, PostgresFormat, Roles, Sqlite};

/// How one part of a dataset is dumped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// The words of the command that writes the dump to its standard output.
    pub dump: Vec<String>,
    /// The words of a command that prints how many objects the dump must hold; it runs before and after the dump.
    pub count: Option<Vec<String>>,
    /// An exit status that means "complete, with warnings on standard error".
    pub warning_status: Option<i32>,
}

/// How this part of this dataset is dumped.
pub fn of(dump: &Dump, part: Part) -> Recipe {
    match (dump, part) {
        (Dump::Postgres(postgres), Part::Roles) => roles(postgres),
        (Dump::Postgres(postgres), Part::Main) => database(postgres),
        (Dump::Mysql(it), _) => plain(mysql(it)),
        (Dump::Sqlite(it), _) => plain(sqlite(it)),
        (Dump::Files(it), _) => files(it),
        (Dump::Command(it), _) => plain(command(it)),
    }
}

fn plain(dump: Vec<String>) -> Recipe {
    Recipe { dump, count: None, warning_status: None }
}

/// Ordinary and partitioned tables that belong to the database itself, not to the system or an extension: what
/// `pg_dump` gives a `TABLE` entry.
pub(crate) const COUNT_TABLES: &str = "SELECT count(*) FROM pg_catalog.pg_class c \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' \
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass \
    AND d.objid = c.oid AND d.deptype = 'e')";

fn database(postgres: &Postgres) -> Recipe {
    let mut dump = postgres_tool(postgres, "pg_dump");
    match postgres.format {
        PostgresFormat::Custom => dump.extend(words(["--format=custom", "--compress=0"])),
        PostgresFormat::Plain => dump.extend(words(["--format=plain"])),
    }
    dump.extend(postgres.options.iter().cloned());
    dump.push(postgres_database(&postgres.database));
    let mut count = postgres_tool(postgres, "psql");
    count.extend(words(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]));
    count.push(format!("--command={COUNT_TABLES}"));
    count.push(postgres_database(&postgres.database));
    Recipe { dump, count: Some(count), warning_status: None }
}

fn roles(postgres: &Postgres) -> Recipe {
    let mut dump = postgres_tool(postgres, "pg_dumpall");
    dump.push("--globals-only".to_owned());
    if postgres.roles == Roles::NoPasswords {
        dump.push("--no-role-passwords".to_owned());
    }
    plain(dump)
}

/// A PostgreSQL tool with its connection. `--no-password` because nobody is there to answer a prompt.
pub(crate) fn postgres_tool(postgres: &Postgres, tool: &str) -> Vec<String> {
    let mut argv = postgres.prefix.clone();
    argv.extend(words(["env", "LC_ALL=C"]));
    argv.extend(postgres.password_file.iter().map(|file| format!("PGPASSFILE={file}")));
    argv.extend(words([tool, "--no-password"]));
    argv.extend(postgres.host.iter().map(|host| format!("--host={host}")));
    argv.extend(postgres.port.iter().map(|port| format!("--port={port}")));
    argv.extend(postgres.user.iter().map(|user| format!("--username={user}")));
    argv
}

/// The database as a connection string, because a bare name that holds `=` would be taken for one.
pub(crate) fn postgres_database(name: &str) -> String {
    format!("--dbname=dbname='{}'", name.replace('\\', r"\\").replace('\'', r"\'"))
}

/// Runs the dump tool under whichever of its two names the server has.
const MYSQL: &str = "for tool in mariadb-dump mysqldump; do
command -v \"$tool\" >/dev/null 2>&1 && exec \"$tool\" \"$@\"
done
echo 'neither mariadb-dump nor mysqldump is installed here' >&2
exit 127";

fn mysql(mysql: &Mysql) -> Vec<String> {
    let mut argv = mysql.prefix.clone();
    argv.extend(words(["env", "LC_ALL=C", "sh", "-c", MYSQL, "dump"]));
    // The tools accept this option in the first place only.
    argv.extend(mysql.defaults_file.iter().map(|file| format!("--defaults-extra-file={file}")));
    argv.extend(words([
        "--single-transaction",
        "--quick",
        "--routines",
        "--triggers",
        "--events",
        "--hex-blob",
        "--no-tablespaces",
        "--default-character-set=utf8mb4",
        // The manifest knows the date; without it the same data give the same dump.
        "--skip-dump-date",
    ]));
    argv.extend(mysql.host.iter().map(|host| format!("--host={host}")));
    argv.extend(mysql.port.iter().map(|port| format!("--port={port}")));
    argv.extend(mysql.socket.iter().map(|socket| format!("--socket={socket}")));
    argv.extend(mysql.user.iter().map(|user| format!("--user={user}")));
    argv.extend(mysql.options.iter().cloned());
    argv.push(mysql.database.clone());
    argv
}

/// Copies the database with SQLite's backup API, proves the copy, and gives it. The exit status carries the verdict
/// of `integrity_check`, which runs before the first byte is given.
const SQLITE: &str = "database=$1 scratch=${2:-${TMPDIR:-/var/tmp}}
[ -f \"$database\" ] || { echo \"there is no database file $database\" >&2; exit 66; }
[ -r \"$database\" ] || { echo \"the database file $database cannot be read by $(id -un)\" >&2; exit 77; }
command -v sqlite3 >/dev/null 2>&1 || { echo 'sqlite3 is not installed here' >&2; exit 127; }
copy=$(mktemp -d \"$scratch/resguardo.XXXXXX\") || exit 73
trap 'rm -rf \"$copy\"' EXIT
trap 'exit 143' HUP INT TERM PIPE
cd \"$copy\" || exit 73
sqlite3 -batch -bail -cmd '.timeout 60000' \"$database\" '.backup main copy' || exit 65
verdict=$(sqlite3 -batch copy 'PRAGMA integrity_check') || exit 65
[ \"$verdict\" = ok ] || { echo \"integrity_check of the copy says: $verdict\" >&2; exit 65; }
cat copy";

fn sqlite(sqlite: &Sqlite) -> Vec<String> {
    let mut argv = sqlite.prefix.clone();
    argv.extend(words(["env", "LC_ALL=C", "sh", "-c", SQLITE, "sqlite-copy", &sqlite.path]));
    argv.extend(sqlite.scratch.clone());
    argv
}

fn files(files: &Files) -> Recipe {
    let mut dump = files.prefix.clone();
    dump.extend(words(["env", "LC_ALL=C", "tar"]));
    dump.extend(tar_options(files, "--file=-"));
    // GNU tar reads no file's content when its archive is /dev/null, so that counting costs a walk of the tree.
    let mut count = files.prefix.clone();
    count.extend(words(["env", "LC_ALL=C", "sh", "-c", "tar --verbose \"$@\" 2>/dev/null | wc -l", "count"]));
    count.extend(tar_options(files, "--file=/dev/null"));
    Recipe { dump, count: Some(count), warning_status: Some(1) }
}

/// Sorted by name and without what changes by mere reading, so that the same tree gives the same dump.
pub(crate) fn tar_options(files: &Files, archive: &str) -> Vec<String> {
    let mut argv = words([
        "--create",
        archive,
        "--format=posix",
        "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
        "--sort=name",
        "--one-file-system",
        "--xattrs",
        "--acls",
    ]);
    argv.extend(files.exclude.iter().map(|pattern| format!("--exclude={pattern}")));
    argv.push(format!("--directory={}", files.path));
    argv.push(".".to_owned());
    argv
}

fn command(command: &Command) -> Vec<String> {
    let mut argv = command.prefix.clone();
    argv.extend(words(["sh", "-c", &command.command]));
    argv
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn postgres() -> Postgres {
        serde_json::from_value(serde_json::json!({ "database": "it's a=b", "user": "backup", "port": 5433 })).unwrap()
    }

    #[test]
    fn a_database_name_is_never_taken_for_a_connection_string() {
        let recipe = of(&Dump::Postgres(postgres()), Part::Main);
        assert_eq!(recipe.dump.last().unwrap(), r"--dbname=dbname='it\'s a=b'");
    }

    #[test]
    fn the_prefix_stands_before_every_command_of_every_kind() {
        let prefix = serde_json::json!(["docker", "exec", "db"]);
        let dumps = [
            serde_json::json!({ "kind": "postgres", "database": "d", "prefix": prefix }),
            serde_json::json!({ "kind": "mysql", "database": "d", "prefix": prefix }),
            serde_json::json!({ "kind": "sqlite", "path": "/d", "prefix": prefix }),
            serde_json::json!({ "kind": "files", "path": "/d", "prefix": prefix }),
            serde_json::json!({ "kind": "command", "command": "d", "suffix": "bak", "prefix": prefix }),
        ];
        for dump in dumps {
            let dump: Dump = serde_json::from_value(dump).unwrap();
            for &part in dump.parts() {
                let recipe = of(&dump, part);
                for argv in recipe.count.iter().chain([&recipe.dump]) {
                    assert!(argv.starts_with(&["docker".into(), "exec".into(), "db".into()]), "{argv:?}");
                }
            }
        }
    }

    #[test]
    fn an_option_file_stands_first_as_the_mysql_tools_demand() {
        let mysql = serde_json::json!({ "kind": "mysql", "database": "d", "defaults_file": "/etc/b.cnf" });
        let recipe = of(&serde_json::from_value(mysql).unwrap(), Part::Main);
        let script = recipe.dump.iter().position(|word| word == "dump").unwrap();
        assert_eq!(recipe.dump[script + 1], "--defaults-extra-file=/etc/b.cnf");
    }
}
