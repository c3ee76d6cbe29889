//! What is asked of a server before a dump is taken, to know whether it could be: command lines with the very connection, prefix and
//! environment of the dump, as pure data. They read and change nothing. It may not know who runs them, nor what an answer means.

use crate::dump::{Dump, Files, Mysql, Postgres, Sqlite};
use crate::recipe::{postgres_database, postgres_tool, tar_options};
use crate::restore_recipe::mysql_client;

/// What one question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The version of the tool that dumps.
    Tool,
    /// Rights, by a program that connects as the dump does.
    Rights,
    /// What can be read of a file or a tree.
    Path,
}

/// A command to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What it is about.
    pub about: About,
    /// Its words.
    pub argv: Vec<String>,
}

/// What is asked about a dump, in this order. Of a command of one's own nothing can be asked.
pub fn questions(dump: &Dump) -> Vec<Question> {
    let of = |about, argv| Question { about, argv };
    match dump {
        Dump::Postgres(it) => vec![of(About::Tool, pg_dump(it)), of(About::Rights, psql(it))],
        Dump::Mysql(it) => vec![of(About::Tool, mysqldump(it)), of(About::Rights, mysql(it))],
        Dump::Sqlite(it) => vec![of(About::Path, sqlite(it))],
        Dump::Files(it) => vec![of(About::Path, files(it))],
        Dump::Command(_) => Vec::new(),
    }
}

/// The words of the dump of a PostgreSQL database without its data, with which the tool itself says whether it may read all that it
/// was told to dump.
pub fn rehearsal(dump: &Dump) -> Option<Vec<String>> {
    let Dump::Postgres(postgres) = dump else { return None };
    let mut argv = postgres_tool(postgres, "pg_dump");
    argv.extend(["--schema-only", "--file=/dev/null"].map(str::to_owned));
    argv.extend(postgres.options.iter().cloned());
    argv.push(postgres_database(&postgres.database));
    Some(argv)
}

fn pg_dump(postgres: &Postgres) -> Vec<String> {
    let mut argv = postgres.prefix.clone();
    argv.extend(["env", "LC_ALL=C", "pg_dump", "--version"].map(str::to_owned));
    argv
}

/// What belongs to the system or to an extension is not dumped.
const OURS: &str = "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass \
    AND d.objid = c.oid AND d.deptype = 'e')";

fn psql(postgres: &Postgres) -> Vec<String> {
    let name = "pg_catalog.format('%I.%I', n.nspname, c.relname)";
    let query = format!(
        "SELECT 'version', pg_catalog.current_setting('server_version_num') \
         UNION ALL SELECT 'role', current_user::text \
         UNION ALL SELECT 'verifiers', pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT')::text \
         UNION ALL (SELECT 'closed', {name} {OURS} AND c.relkind IN ('r', 'p', 'S') \
         AND NOT (pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')) \
         ORDER BY 2 LIMIT 200) \
         UNION ALL (SELECT 'hidden', {name} {OURS} AND c.relkind IN ('r', 'p') \
         AND pg_catalog.row_security_active(c.oid) ORDER BY 2 LIMIT 200)"
    );
    let mut argv = postgres_tool(postgres, "psql");
    argv.extend(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"].map(str::to_owned));
    argv.push(format!("--command={query}"));
    argv.push(postgres_database(&postgres.database));
    argv
}

const MYSQL_VERSION: &str = "for tool in mariadb-dump mysqldump; do
command -v \"$tool\" >/dev/null 2>&1 && exec \"$tool\" --version
done
echo 'neither mariadb-dump nor mysqldump is installed here' >&2
exit 127";

fn mysqldump(mysql: &Mysql) -> Vec<String> {
    let mut argv = mysql.prefix.clone();
    argv.extend(["env", "LC_ALL=C", "sh", "-c", MYSQL_VERSION, "version"].map(str::to_owned));
    argv
}

fn mysql(mysql: &Mysql) -> Vec<String> {
    // Its bytes as hexadecimal digits need no quoting.
    let name: String = mysql.database.bytes().map(|byte| format!("{byte:02x}")).collect();
    let query = format!(
        "SELECT 'version', VERSION(); SHOW GRANTS; SELECT 'databases', COUNT(*) FROM information_schema.SCHEMATA \
         WHERE SCHEMA_NAME = CONVERT(X'{name}' USING utf8mb4)"
    );
    let mut argv = mysql_client(mysql);
    argv.extend(["--batch", "--skip-column-names", "-e"].map(str::to_owned));
    argv.push(query);
    argv
}

const SQLITE: &str = "scratch=${2:-${TMPDIR:-/var/tmp}}
echo asked
id -un | sed 's/^/login /'
[ -f \"$1\" ] && echo there
[ -r \"$1\" ] && echo readable
command -v sqlite3 >/dev/null 2>&1 && echo tool
[ -d \"$scratch\" ] && [ -w \"$scratch\" ] && echo writable
[ -f \"$1\" ] && stat -c 'bytes %s' \"$1\"
set -- $(df -Pk \"$scratch\" 2>/dev/null | tail -n 1)
echo \"kibibytes ${4:-}\"";

fn sqlite(sqlite: &Sqlite) -> Vec<String> {
    let mut argv = sqlite.prefix.clone();
    argv.extend(["env", "LC_ALL=C", "sh", "-c", SQLITE, "sqlite", &sqlite.path].map(str::to_owned));
    argv.extend(sqlite.scratch.clone());
    argv
}

/// What cannot be read in the tree, but for what tar is told to leave out: tar lists files without opening them, so it alone would
/// not notice, and `find` knows nothing of its patterns. Of a folder that is closed tar says so instead of listing it.
const FILES: &str = "folder=$1; shift
echo asked
id -un | sed 's/^/login /'
tar --version 2>/dev/null | grep -q GNU && echo tool
[ -e \"$folder\" ] && echo there
cd \"$folder\" 2>/dev/null || exit 0
echo readable
closed=$(find . -xdev \\( -type f ! -readable -o -type d ! \\( -readable -executable \\) \\) -print 2>/dev/null | head -n 10000)
[ -n \"$closed\" ] || exit 0
{ printf '%s\\n' \"$closed\"; echo //
tar --verbose --quoting-style=literal \"$@\" 2>&1 | sed 's,^tar: \\(.*\\): Cannot open: .*$,\\1,; s,\\(.\\)/$,\\1,'; } |
awk '$0 == \"//\" { listed = 1; next } !listed { closed[$0]; next } $0 in closed { print \"closed \" $0; delete closed[$0] }' | head -n 200";

fn files(files: &Files) -> Vec<String> {
    let mut argv = files.prefix.clone();
    argv.extend(["env", "LC_ALL=C", "sh", "-c", FILES, "files", &files.path].map(str::to_owned));
    argv.extend(tar_options(files, "--file=/dev/null"));
    argv
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_stands_before_every_question_and_no_question_is_for_a_command() {
        let prefix = serde_json::json!(["docker", "exec", "db"]);
        let dumps = [
            serde_json::json!({ "kind": "postgres", "database": "d", "prefix": prefix }),
            serde_json::json!({ "kind": "mysql", "database": "d", "prefix": prefix }),
            serde_json::json!({ "kind": "sqlite", "path": "/d", "prefix": prefix }),
            serde_json::json!({ "kind": "files", "path": "/d", "prefix": prefix }),
        ];
        for dump in dumps {
            let dump: Dump = serde_json::from_value(dump).unwrap();
            let asked = questions(&dump);
            assert!(!asked.is_empty());
            for question in asked {
                assert_eq!(question.argv[..2], ["docker", "exec"], "{question:?}");
                assert!(question.argv[..4].contains(&"db".to_owned()), "{question:?}");
            }
        }
        let command = serde_json::json!({ "kind": "command", "command": "rm -rf /", "suffix": "x" });
        assert_eq!(questions(&serde_json::from_value(command).unwrap()), []);
    }

    #[test]
    fn what_a_tree_closes_is_found_and_what_is_left_out_is_not() {
        let files = |folder: &std::path::Path| Files {
            path: folder.display().to_string(),
            exclude: vec!["./cache".to_owned()],
            prefix: Vec::new(),
        };
        let folder = std::env::temp_dir().join(format!("resguardo-rights-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("cache")).unwrap();
        std::fs::write(folder.join("index.html"), "a").unwrap();
        let argv = super::files(&files(&folder));
        let output = std::process::Command::new(&argv[0]).args(&argv[1..]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(said.starts_with("asked\n") && said.contains("\ntool\nthere\nreadable\n"), "{said}");
        assert!(!said.contains("closed"), "{said}");
    }
}
