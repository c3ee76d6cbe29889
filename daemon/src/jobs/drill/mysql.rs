//! The drill of a MariaDB or MySQL database: loaded into a throwaway server, and asked what it holds.

use std::collections::BTreeMap;
use std::time::Instant;

use resguardo_shared::dump::{Mysql, Part};

use super::counts::{self, Held};
use super::mysql_server::{MysqlServer, Programs, is_mariadb};
use super::trial::{Halt, Restored, Trial, since};
use super::version;
use crate::proof::Evidence;

/// Every table that is not the server's own. Names may hold anything, so they come in hexadecimal digits.
const TABLES: &str = "SELECT HEX(TABLE_SCHEMA), HEX(TABLE_NAME), TABLE_TYPE FROM information_schema.TABLES \
    WHERE TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema');";

pub(super) fn restore(trial: &Trial<'_>, mysql: &Mysql) -> Result<Restored, Halt> {
    let evidence =
        trial.file(Part::Main).map(|file| &file.evidence).ok_or_else(|| Halt::Failed("it has no main part".into()))?;
    let programs = Programs::find(trial.rules.mysql.as_deref(), &trial.folder.path);
    let programs = programs.ok_or_else(|| {
        let package = match &evidence.server {
            Some(version) if !is_mariadb(version) => "mysql-server",
            _ => "mariadb-server",
        };
        Halt::NotRun(format!(
            "no server for it is installed here: install {package}, or name its programs as `drills.mysql`"
        ))
    })?;
    suits(&programs, evidence)?;
    let shown = if programs.is_mariadb() { "MariaDB" } else { "MySQL" };
    let shown = format!("{shown} {}", version::short(&programs.version, 3));
    (trial.tell)(&format!("starting a throwaway {shown}"));
    let server = MysqlServer::start(programs, &trial.folder.path, trial.cancel);
    let server = server.map_err(|why| trial.still_wanted().err().unwrap_or(Halt::NotRun(why)))?;
    (trial.tell)("restoring");
    let began = Instant::now();
    let database = mysql.database.replace('`', "``");
    let made = server.ask(&format!("CREATE DATABASE IF NOT EXISTS `{database}`;"), trial.cancel);
    made.map_err(|why| trial.still_wanted().err().unwrap_or(Halt::NotRun(why)))?;
    let mut client = server.client().map_err(Halt::NotRun)?;
    client.arg(format!("--database={}", mysql.database));
    trial.load(client, Part::Main, "the client")?;
    let restore_ms = since(began);
    (trial.tell)("counting");
    let findings = checked(trial, &server, evidence)?;
    Ok(Restored { restore_ms, findings: [vec![("server".to_owned(), shown)], findings].concat() })
}

/// Refuses a server that is older than the one that was dumped, or of the other make.
fn suits(programs: &Programs, evidence: &Evidence) -> Result<(), Halt> {
    let Some(dumped) = &evidence.server else { return Ok(()) };
    let name = |version: &str| {
        let make = if is_mariadb(version) { "MariaDB" } else { "MySQL" };
        format!("{make} {}", version::short(version, 2))
    };
    let other = is_mariadb(dumped) != programs.is_mariadb();
    if !other && !version::is_older(&programs.version, dumped, 2) {
        return Ok(());
    }
    let package = if is_mariadb(dumped) { "mariadb-server" } else { "mysql-server" };
    Err(Halt::NotRun(format!(
        "it is a dump of {}, and the server here is {}: install {package} {} or newer and name its programs as \
         `drills.mysql`",
        name(dumped),
        name(&programs.version),
        version::short(dumped, 2)
    )))
}

fn checked(trial: &Trial<'_>, server: &MysqlServer, evidence: &Evidence) -> Result<Vec<(String, String)>, Halt> {
    let ask = |sql: &str| server.ask(sql, trial.cancel).map_err(|why| trial.unanswered(why));
    let mut count = String::new();
    let mut check = String::new();
    let mut held = Held::default();
    let mut sequences = 0_u64;
    for line in ask(TABLES)?.lines() {
        let mut columns = line.split('\t');
        let (Some(schema), Some(table), Some(kind)) = (columns.next(), columns.next(), columns.next()) else {
            continue;
        };
        let (Some(schema), Some(name)) = (unhex(schema), unhex(table)) else { continue };
        let quoted = format!("`{}`.`{}`", schema.replace('`', "``"), name.replace('`', "``"));
        match kind {
            "BASE TABLE" | "SYSTEM VERSIONED" => {
                held.tables += 1;
                count += &format!("SELECT '{table}', COUNT(*) FROM {quoted};\n");
                check += &format!("CHECK TABLE {quoted};\n");
            }
            "SEQUENCE" => sequences += 1,
            _ => {}
        }
    }
    let mut rows: BTreeMap<String, u64> = BTreeMap::new();
    for line in ask(&count)?.lines() {
        let counted = line.split_once('\t').and_then(|(name, rows)| Some((unhex(name)?, rows.parse::<u64>().ok()?)));
        let (name, number) = counted.ok_or_else(|| Halt::Failed(format!("a count that is none: {line}")))?;
        *rows.entry(name).or_default() += number;
    }
    held.rows = rows;
    let wrong: Vec<String> =
        ask(&check)?.lines().filter(|line| is_wrong(line)).take(20).map(|line| line.replace('\t', " ")).collect();
    if !wrong.is_empty() {
        return Err(Halt::Failed(format!("CHECK TABLE finds fault with what was restored: {}", wrong.join("; "))));
    }
    let mut findings = counts::compare(evidence, &held).map_err(Halt::Failed)?;
    if sequences > 0 {
        findings.push(("sequences".to_owned(), sequences.to_string()));
    }
    findings.push(("check table".to_owned(), "no fault in any table".to_owned()));
    Ok(findings)
}

/// Whether a line of `CHECK TABLE` (table, `check`, kind, text) tells of a fault.
fn is_wrong(line: &str) -> bool {
    let mut columns = line.rsplit('\t');
    let (text, kind) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
    match kind.to_ascii_lowercase().as_str() {
        "note" => false,
        "status" => text != "OK",
        _ => true,
    }
}

fn unhex(digits: &str) -> Option<String> {
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(nibble(*high)? * 16 + nibble(*low)?),
            _ => None,
        })
        .collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_table_that_is_well_passes_check_table() {
        assert!(
            !is_wrong("d.t\tcheck\tstatus\tOK")
                && !is_wrong("d.t\tcheck\tnote\tThe storage engine doesn't support check")
        );
        assert!(is_wrong("d.t\tcheck\tstatus\tOperation failed") && is_wrong("d.t\tcheck\terror\tCorrupt"));
        assert!(is_wrong("d.t\tcheck\twarning\tIndex"));
    }

    #[test]
    fn names_come_back_from_their_digits() {
        assert_eq!(unhex("766163C3AD61").as_deref(), Some("vacía"));
        assert_eq!((unhex("7"), unhex("zz")), (None, None));
    }
}
