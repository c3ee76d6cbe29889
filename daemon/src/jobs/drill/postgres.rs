//! The drill of a PostgreSQL database: its roles and then the database loaded into a throwaway cluster, and asked what
//! it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use resguardo_shared::dump::{Part, Postgres, PostgresFormat};
use serde::Deserialize;

use super::counts::{self, Held};
use super::postgres_server::{self, PostgresServer};
use super::process;
use super::trial::{Halt, Restored, Trial, since};
use super::version;
use crate::proof::Evidence;

const DATABASE: &str = "restaurada";
/// The most bytes of roles.
const ROLES_BYTES_MAX: usize = 64 << 20;
/// The most roles that are made because the backup has none and its objects name them.
const NAMED_ROLES_MAX: usize = 200;

/// Counts the rows of every ordinary table that is the database's own, and what else can be counted.
const COUNT: &str = "
CREATE TEMPORARY TABLE resguardo_rows (name text, n bigint);
DO $$ DECLARE t record; counted bigint; BEGIN
FOR t IN SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
LOOP
    EXECUTE pg_catalog.format('SELECT count(*) FROM ONLY %I.%I', t.nspname, t.relname) INTO counted;
    INSERT INTO pg_temp.resguardo_rows VALUES (t.nspname || '.' || t.relname, counted);
END LOOP; END $$;
SELECT pg_catalog.json_build_object(
    'rows', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(name, n)), '[]') FROM pg_temp.resguardo_rows),
    'tables', (SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
        AND n.nspname <> 'information_schema'),
    'extensions', (SELECT coalesce(pg_catalog.json_agg(n.nspname || '.' || c.relname), '[]') FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_depend d ON d.objid = c.oid
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'e' AND c.relkind IN ('r', 'p')),
    'objects', (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata),
    'sequences', (SELECT count(*) FROM pg_catalog.pg_class WHERE relkind = 'S'),
    'invalid', (SELECT coalesce(pg_catalog.json_agg(i.indexrelid::regclass::text), '[]') FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid AND c.relkind = 'i'))";

/// What the restored database answers.
#[derive(Deserialize)]
struct Answer {
    rows: Vec<(String, u64)>,
    tables: u64,
    extensions: BTreeSet<String>,
    objects: u64,
    sequences: u64,
    invalid: Vec<String>,
}

pub(super) fn restore(trial: &Trial<'_>, postgres: &Postgres) -> Result<Restored, Halt> {
    let evidence =
        trial.file(Part::Main).map(|file| &file.evidence).ok_or_else(|| Halt::Failed("it has no main part".into()))?;
    let tools =
        trial.rules.postgres.clone().or_else(postgres_server::tools).filter(|folder| folder.join("initdb").is_file());
    let tools = tools.ok_or_else(|| Halt::NotRun(missing(evidence)))?;
    let here = postgres_server::version(&tools, &trial.folder.path).map_err(Halt::NotRun)?;
    if let Some(dumped) = evidence.server.as_deref().filter(|dumped| version::is_older(&here, dumped, 1)) {
        let dumped = version::short(dumped, 1);
        return Err(Halt::NotRun(format!(
            "it is a dump of PostgreSQL {dumped}, and the newest here is {here}: install postgresql-{dumped} or newer, \
             or name its programs as `drills.postgres`"
        )));
    }
    (trial.tell)(&format!("starting a throwaway PostgreSQL {here}"));
    let server = PostgresServer::start(tools, &trial.folder.path).map_err(Halt::NotRun)?;
    (trial.tell)("restoring");
    let began = Instant::now();
    if trial.file(Part::Roles).is_some() {
        roles(trial, &server)?;
    }
    database(trial, &server, postgres)?;
    let restore_ms = since(began);
    (trial.tell)("counting");
    let findings = checked(trial, &server, evidence)?;
    Ok(Restored {
        restore_ms,
        findings: [vec![("server".to_owned(), format!("PostgreSQL {here}"))], findings].concat(),
    })
}

fn missing(evidence: &Evidence) -> String {
    let dumped = evidence.server.as_deref().map(|version| version::short(version, 1));
    let package = dumped.map_or_else(|| "postgresql".to_owned(), |version| format!("postgresql-{version} or newer"));
    format!("PostgreSQL's server is not installed here: install {package}, or name its programs as `drills.postgres`")
}

/// Loads the roles, but those that the throwaway cluster has, and nothing that belongs to other databases or places.
fn roles(trial: &Trial<'_>, server: &PostgresServer) -> Result<(), Halt> {
    let mut text = Bounded(Vec::new());
    trial.stream(Part::Roles, &mut text).map_err(|error| trial.unanswered(crate::jobs::error::chain(&error)))?;
    let text = suitable(&text.0);
    let mut psql = server.client("psql", "postgres").map_err(Halt::NotRun)?;
    psql.args(["-Xq", "-v", "ON_ERROR_STOP=1"]);
    let ran = process::run(&mut psql, trial.cancel, |out| out.write_all(&text));
    let (_given, ended) = ran.map_err(|error| Halt::NotRun(format!("cannot start psql: {error}")))?;
    trial.judge(Ok(()), &ended, "psql, which loads the roles,")
}

/// A buffer that takes no more than roles may have.
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > ROLES_BYTES_MAX {
            return Err(std::io::Error::other("the roles are larger than any cluster's"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The roles' text without what cannot be here: the superuser, who is there already; settings within databases that
/// are not; and tablespaces elsewhere than in the cluster's own folder.
fn suitable(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let has = |words: &[u8]| line.windows(words.len()).any(|window| window == words);
        if line == b"CREATE ROLE postgres;\n" || (line.starts_with(b"ALTER ROLE ") && has(b" IN DATABASE ")) {
            continue;
        }
        let location = b" LOCATION '";
        let at = line.windows(location.len()).position(|window| window == location);
        match at.filter(|_| line.starts_with(b"CREATE TABLESPACE ")) {
            Some(at) => {
                out.extend(b"SET allow_in_place_tablespaces = on;\n");
                out.extend(line.iter().take(at));
                out.extend(b" LOCATION '';\n");
            }
            None => out.extend(line),
        }
    }
    out
}

/// Loads the database. Roles that its objects name and the backup does not have are made on the way.
fn database(trial: &Trial<'_>, server: &PostgresServer, postgres: &Postgres) -> Result<(), Halt> {
    let mut made = BTreeSet::new();
    loop {
        for sql in
            [format!("DROP DATABASE IF EXISTS {DATABASE}"), format!("CREATE DATABASE {DATABASE} TEMPLATE template0")]
        {
            server.ask("postgres", &sql).map_err(Halt::NotRun)?;
        }
        let (name, words) = match postgres.format {
            PostgresFormat::Custom => ("pg_restore", ["--exit-on-error", "--no-tablespaces", "--no-password"]),
            PostgresFormat::Plain => ("psql", ["-Xq", "-v", "ON_ERROR_STOP=1"]),
        };
        let mut command = server.client(name, DATABASE).map_err(Halt::NotRun)?;
        command.args(words);
        let Err(halt) = trial.load(command, Part::Main, name) else { return Ok(()) };
        let Halt::Failed(why) = &halt else { return Err(halt) };
        if why.contains("unsupported version (") {
            return Err(Halt::NotRun(format!("the tools here are older than the dump: install newer ones: {why}")));
        }
        match missing_role(why).filter(|_| trial.file(Part::Roles).is_none() && made.len() < NAMED_ROLES_MAX) {
            Some(role) if made.insert(role.clone()) => {
                let sql = format!("CREATE ROLE \"{}\"", role.replace('"', "\"\""));
                server.ask("postgres", &sql).map_err(Halt::NotRun)?;
            }
            _ => return Err(halt),
        }
    }
}

/// The role that an error message misses.
fn missing_role(message: &str) -> Option<String> {
    let (before, _) = message.split_once("\" does not exist")?;
    before.rsplit_once("role \"").map(|(_, role)| role.to_owned())
}

fn checked(trial: &Trial<'_>, server: &PostgresServer, evidence: &Evidence) -> Result<Vec<(String, String)>, Halt> {
    let mut psql = server.client("psql", DATABASE).map_err(Halt::NotRun)?;
    psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", COUNT]);
    let said = process::ask(&mut psql, trial.cancel, "psql, which counts what was restored,");
    let said = said.map_err(|why| trial.unanswered(why))?;
    let answer: Answer = serde_json::from_str(said.trim())
        .map_err(|error| Halt::Failed(format!("what the restored database answers makes no sense ({error})")))?;
    if !answer.invalid.is_empty() {
        return Err(Halt::Failed(format!(
            "indexes of the restored database are not valid: {}",
            answer.invalid.join(", ")
        )));
    }
    let rows: BTreeMap<String, u64> = answer.rows.into_iter().collect();
    let own = u64::try_from(answer.extensions.len()).unwrap_or(u64::MAX);
    let tables = answer.tables.saturating_sub(own);
    let held = Held { rows, tables, objects: answer.objects, of_others: answer.extensions };
    let mut findings = counts::compare(evidence, &held).map_err(Halt::Failed)?;
    if held.objects > 0 {
        findings.push(("large objects".to_owned(), held.objects.to_string()));
    }
    findings.push(("sequences".to_owned(), answer.sequences.to_string()));
    findings.push(("indexes".to_owned(), "all valid".to_owned()));
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_come_without_what_cannot_be_here() {
        let text = b"CREATE ROLE postgres;\nALTER ROLE postgres WITH SUPERUSER;\nCREATE ROLE ana;\n\
            ALTER ROLE ana IN DATABASE quejas SET work_mem TO '1MB';\n\
            CREATE TABLESPACE lento OWNER ana LOCATION '/mnt/lento';\n";
        let kept = String::from_utf8(suitable(text)).unwrap();
        let expected = "ALTER ROLE postgres WITH SUPERUSER;\nCREATE ROLE ana;\n\
            SET allow_in_place_tablespaces = on;\nCREATE TABLESPACE lento OWNER ana LOCATION '';\n";
        assert_eq!(kept, expected);
    }

    #[test]
    fn the_role_that_is_missing_is_found_in_the_message() {
        let message = "psql:<stdin>:12: ERROR:  role \"la ventanilla\" does not exist";
        assert_eq!(missing_role(message).as_deref(), Some("la ventanilla"));
        assert_eq!(missing_role("ERROR:  relation \"x\" does not exist"), None);
    }
}
