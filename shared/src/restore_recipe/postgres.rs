//! PostgreSQL: a database of its own, renamed at the end, and the roles of a cluster.

use super::{Load, Manner, NoRecipe, with_input, words_of};
use crate::dump::{Dump, Postgres, PostgresFormat};
use crate::recipe::COUNT_TABLES;

/// How the roles of a PostgreSQL cluster are read and loaded: the command that lists those that exist, one a line, and the
/// one that takes SQL.
pub fn roles(dump: &Dump) -> Option<(Vec<String>, Vec<String>)> {
    let Dump::Postgres(postgres) = dump else { return None };
    let list = sql(postgres, "postgres", "SELECT rolname FROM pg_catalog.pg_roles");
    Some((list, psql(postgres, "postgres")))
}

/// The part of a roles dump that may be loaded where these roles exist already. What exists is not created again, and
/// unless `change` is set it keeps its attributes and its password.
pub fn roles_for(sql: &str, existing: &[&str], change: bool) -> String {
    let names = |name: &str| [name.to_owned(), format!("\"{}\"", name.replace('"', "\"\""))];
    let known: Vec<String> = existing.iter().flat_map(|name| names(name)).collect();
    let is_about = |line: &str, verb: &str, end: char| {
        let rest = line.strip_prefix(verb);
        rest.is_some_and(|rest| known.iter().any(|name| rest.strip_prefix(name).is_some_and(|it| it.starts_with(end))))
    };
    let stays = |line: &&str| !is_about(line, "CREATE ROLE ", ';') && (change || !is_about(line, "ALTER ROLE ", ' '));
    sql.split_inclusive('\n').filter(stays).collect()
}

/// What tables, views or sequences a database has that belong to nobody else.
const HOLDS: &str = "SELECT CASE WHEN count(*) = 0 THEN 'empty' ELSE 'full' END FROM pg_catalog.pg_class c \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass \
    AND d.objid = c.oid AND d.deptype = 'e')";

/// The first command line says whether the database exists, the second what it holds.
const LOOK: &str = "there=$(eval \"$1\") || exit; [ \"$there\" = t ] || { echo absent; exit 0; }; eval \"$2\"";

/// What was given another name gets its own again. A database with connections is dropped only by the servers from version 13 on, and only when they are told so.
const DROP: &str = "[ -z \"$3\" ] || eval \"$3\" >/dev/null 2>&1; eval \"$1\" 2>/dev/null || eval \"$2\"";

pub(super) fn load(postgres: &Postgres, target: &str, manner: &Manner) -> Result<Load, NoRecipe> {
    let unfinished = match manner {
        Manner::IntoExisting => target.to_owned(),
        Manner::New | Manner::Overwrite { .. } => format!("{target}_unfinished"),
    };
    let aside = if let Manner::Overwrite { aside } = manner { Some(aside) } else { None };
    if let Some(long) = [&unfinished].into_iter().chain(aside).find(|name| name.len() > 63) {
        return Err(NoRecipe::TooLong(long.clone()));
    }
    let admin = |statement: String| sql(postgres, "postgres", &statement);
    let exists =
        admin(format!("SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = {})", literal(target)));
    let holds = sql(postgres, target, HOLDS);
    let script = |script: &str, words: &[Vec<String>]| {
        let mut argv = words_of(["env", "LC_ALL=C", "sh", "-c", script, "restore"]);
        argv.extend(words.iter().map(|words| crate::shell::join(words)));
        argv
    };
    let (database, new) = (identifier(target), identifier(&unfinished));
    let filling = *manner == Manner::IntoExisting;
    let (prepare, finish, undo) = if filling {
        (vec![], vec![], vec![])
    } else {
        let rename = |from: &str, to: &str| admin(format!("ALTER DATABASE {from} RENAME TO {to}"));
        let mut finish: Vec<_> = aside.iter().map(|aside| rename(&database, &identifier(aside))).collect();
        finish.push(rename(&new, &database));
        let drop = |end: &str| admin(format!("DROP DATABASE IF EXISTS {new}{end}"));
        let back = aside.map_or(vec![], |aside| rename(&identifier(aside), &database));
        let undo = script(DROP, &[drop(" WITH (FORCE)"), drop(""), back]);
        (vec![admin(format!("CREATE DATABASE {new} TEMPLATE template0"))], finish, vec![undo])
    };
    let (load, head, tail) = match postgres.format {
        PostgresFormat::Custom => {
            let mut load = tool(postgres, "pg_restore");
            load.push("--exit-on-error".to_owned());
            if filling {
                load.push("--single-transaction".to_owned());
            }
            load.push(connection(&unfinished));
            (load, "", "")
        }
        // Where the input ends too soon psql succeeds; without the last word nothing of it lasts.
        PostgresFormat::Plain if filling => (psql(postgres, &unfinished), "BEGIN;\n", "\nCOMMIT;\n"),
        PostgresFormat::Plain => (psql(postgres, &unfinished), "", ""),
    };
    let (head, tail) = (head.as_bytes().to_vec(), tail.as_bytes().to_vec());
    let look = script(LOOK, &[exists, holds]);
    let count = Some(sql(postgres, &unfinished, COUNT_TABLES));
    Ok(Load { look, prepare, head, load, tail, count, finish, undo, unfinished, drops: false })
}

fn tool(postgres: &Postgres, tool: &str) -> Vec<String> {
    let mut argv = with_input(&postgres.prefix);
    argv.extend(words_of(["env", "LC_ALL=C"]));
    argv.extend(postgres.password_file.iter().map(|file| format!("PGPASSFILE={file}")));
    argv.extend(words_of([tool, "--no-password"]));
    argv.extend(postgres.host.iter().map(|host| format!("--host={host}")));
    argv.extend(postgres.port.iter().map(|port| format!("--port={port}")));
    argv.extend(postgres.user.iter().map(|user| format!("--username={user}")));
    argv
}

/// The database as a connection string, because a bare name that holds `=` would be taken for one.
fn connection(name: &str) -> String {
    format!("--dbname=dbname='{}'", name.replace('\\', r"\\").replace('\'', r"\'"))
}

fn psql(postgres: &Postgres, database: &str) -> Vec<String> {
    let mut argv = tool(postgres, "psql");
    argv.extend(words_of(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]));
    argv.extend([connection(database), "--output=/dev/null".to_owned()]);
    argv
}

fn sql(postgres: &Postgres, database: &str, statement: &str) -> Vec<String> {
    let mut argv = psql(postgres, database);
    argv.retain(|word| word != "--output=/dev/null");
    argv.push(format!("--command={statement}"));
    argv
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
