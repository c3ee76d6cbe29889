//! MySQL and MariaDB: a database with a table that says that it is not finished.

use super::{Load, Manner, NoRecipe, with_input, words_of};
use crate::dump::Mysql;

/// The client under whichever of its two names the server has.
const CLIENT: &str = "for tool in mariadb mysql; do
command -v \"$tool\" >/dev/null 2>&1 && exec \"$tool\" \"$@\"
done
echo 'neither mariadb nor mysql is installed here' >&2
exit 127";

/// A table that stands in a database until all of it has been loaded: databases of MySQL cannot be renamed.
const MARK: &str = "resguardo_restore_unfinished";

pub(super) fn load(mysql: &Mysql, target: &str, manner: &Manner) -> Result<Load, NoRecipe> {
    if target.len() > 64 {
        return Err(NoRecipe::TooLong(target.to_owned()));
    }
    let database = format!("`{}`", target.replace('`', "``"));
    let name = format!("'{}'", target.replace('\\', r"\\").replace('\'', "''"));
    let count = |table: &str, schema: &str| {
        format!("(SELECT COUNT(*) FROM information_schema.{table} WHERE {schema} = {name})")
    };
    let look = format!(
        "SELECT CASE WHEN {} = 0 THEN 'absent' WHEN {} + {} + {} = 0 THEN 'empty' ELSE 'full' END",
        count("SCHEMATA", "SCHEMA_NAME"),
        count("TABLES", "TABLE_SCHEMA"),
        count("ROUTINES", "ROUTINE_SCHEMA"),
        count("EVENTS", "EVENT_SCHEMA"),
    );
    let drops = matches!(manner, Manner::Overwrite { .. });
    let mut prepare = Vec::new();
    if drops {
        prepare.push(format!("DROP DATABASE IF EXISTS {database}"));
    }
    if *manner != Manner::IntoExisting {
        prepare.push(format!("CREATE DATABASE {database} CHARACTER SET utf8mb4"));
    }
    prepare.push(format!("CREATE TABLE {database}.{MARK} (what VARCHAR(10))"));
    let statement = |statement: &str| {
        let mut argv = client(mysql);
        argv.extend(words_of(["--batch", "--skip-column-names", "-e", statement]));
        argv
    };
    let undo = (*manner != Manner::IntoExisting).then(|| statement(&format!("DROP DATABASE IF EXISTS {database}")));
    let mut load = client(mysql);
    load.extend(["--max-allowed-packet=1G".to_owned(), format!("--database={target}")]);
    Ok(Load {
        look: statement(&look),
        prepare: prepare.iter().map(|it| statement(it)).collect(),
        head: Vec::new(),
        load,
        tail: Vec::new(),
        count: Some(statement(&format!("SELECT {} - 1", count("TABLES", "TABLE_SCHEMA")))),
        finish: vec![statement(&format!("DROP TABLE {database}.{MARK}"))],
        undo: undo.into_iter().collect(),
        unfinished: format!("{target} (with its table {MARK})"),
        drops,
    })
}

pub(crate) fn client(mysql: &Mysql) -> Vec<String> {
    let mut argv = with_input(&mysql.prefix);
    argv.extend(words_of(["env", "LC_ALL=C", "sh", "-c", CLIENT, "restore"]));
    // The tools accept this option in the first place only.
    argv.extend(mysql.defaults_file.iter().map(|file| format!("--defaults-extra-file={file}")));
    argv.push("--default-character-set=utf8mb4".to_owned());
    argv.extend(mysql.host.iter().map(|host| format!("--host={host}")));
    argv.extend(mysql.port.iter().map(|port| format!("--port={port}")));
    argv.extend(mysql.socket.iter().map(|socket| format!("--socket={socket}")));
    argv.extend(mysql.user.iter().map(|user| format!("--user={user}")));
    argv
}
