//! What a server's answers about a dump mean, as pure functions of what its programs printed. It may not know how they were asked.

use std::collections::BTreeSet;

use super::{Code, Severity};
use crate::units;

/// So many names are listed; of the others only their number.
const LISTED: usize = 5;

/// What follows from an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What it is.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// What was seen.
    pub said: String,
    /// What to do now.
    pub remedy: String,
}

impl Verdict {
    /// A verdict.
    pub fn new(code: Code, severity: Severity, said: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code, severity, said: said.into(), remedy: remedy.into() }
    }

    /// One that makes a backup fail.
    pub fn critical(code: Code, said: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(code, Severity::Critical, said, remedy)
    }

    /// One that needs a hand soon.
    pub fn warning(code: Code, said: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, said, remedy)
    }

    /// Something that could not be found out.
    pub fn not_asked(said: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Code::NotAsked, Severity::Unknown, said, remedy)
    }
}

/// PostgreSQL: what `pg_dump --version` and the question about rights printed. `with_verifiers` where the passwords of roles are kept.
pub fn postgres(tool: &str, answer: &str, with_verifiers: bool) -> Vec<Verdict> {
    let pairs: Vec<(&str, &str)> = answer.lines().filter_map(|line| line.split_once('|')).collect();
    let of = |name: &str| pairs.iter().filter(|(of, _)| *of == name).map(|(_, value)| *value).collect::<Vec<_>>();
    let first = |name: &str| of(name).first().copied().unwrap_or_default();
    let role = first("role");
    let mut verdicts = Vec::new();
    let server = first("version").parse::<u32>().ok().map(of_number);
    if let (Some(server), Some(tool)) = (server, version(tool))
        && tool < server
    {
        let (tool, server) = (shown(tool), shown(server));
        let said = format!("pg_dump is of PostgreSQL {tool} and the server of {server}, which it refuses to dump");
        let remedy = format!("install the client programs of PostgreSQL {server} or newer where the dump runs");
        verdicts.push(Verdict::critical(Code::ToolTooOld, said, remedy));
    }
    let closed = of("closed");
    if !closed.is_empty() {
        let said = format!("{role} may not read {}", listed(&closed));
        let remedy = format!(
            "as the database's owner: GRANT pg_read_all_data TO \"{role}\"; (or GRANT SELECT on each, and USAGE on its schema)"
        );
        verdicts.push(Verdict::critical(Code::DatabaseRights, said, remedy));
    }
    let hidden = of("hidden");
    if !hidden.is_empty() {
        let said = format!("row security hides rows from {role} in {}, which pg_dump refuses to dump", listed(&hidden));
        let remedy = format!("as a superuser: ALTER ROLE \"{role}\" BYPASSRLS;");
        verdicts.push(Verdict::critical(Code::DatabaseRights, said, remedy));
    }
    if with_verifiers && first("verifiers") == "false" {
        let said = format!("{role} may not read the passwords of roles, which `roles: full` keeps");
        let remedy = "write `roles: no_passwords` or `roles: none`, or let a superuser dump";
        verdicts.push(Verdict::critical(Code::DatabaseRights, said, remedy));
    }
    verdicts
}

/// `170006` is 17, `90624` is 9.6.
fn of_number(number: u32) -> (u32, u32) {
    if number >= 100_000 { (number / 10_000, 0) } else { (number / 10_000, number / 100 % 100) }
}

/// The version of a PostgreSQL tool: `pg_dump (PostgreSQL) 17.6 (Debian …)`.
fn version(said: &str) -> Option<(u32, u32)> {
    let (major, minor) = number_in(said.split_once(") ").map_or(said, |(_, rest)| rest))?;
    Some(if major >= 10 { (major, 0) } else { (major, minor) })
}

fn shown((major, minor): (u32, u32)) -> String {
    if major >= 10 { major.to_string() } else { format!("{major}.{minor}") }
}

/// The first `N.N` of a text.
fn number_in(text: &str) -> Option<(u32, u32)> {
    let words = text.split(|it: char| !(it.is_ascii_digit() || it == '.'));
    words.filter(|word| word.starts_with(|first: char| first.is_ascii_digit())).find_map(|word| {
        let mut parts = word.split('.');
        Some((parts.next()?.parse().ok()?, parts.next().unwrap_or("0").parse().ok()?))
    })
}

/// MySQL and MariaDB: what the tool's `--version` and the question about rights printed, and what the tool is told besides.
pub fn mysql(tool: &str, answer: &str, database: &str, options: &[String]) -> Vec<Verdict> {
    let of = |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
    let mut verdicts = Vec::new();
    if of("databases") == Some("0") {
        let remedy = "correct `database`, or let the login see it: GRANT SELECT on it";
        let said = format!("there is no database {database} that this login can see");
        return vec![Verdict::critical(Code::PathMissing, said, remedy)];
    }
    let server = of("version").unwrap_or_default();
    let is_mariadb = |text: &str| text.to_lowercase().contains("mariadb");
    let said = ["Distrib ", "from ", "Ver "].iter().find_map(|before| tool.split_once(before)).map(|(_, rest)| rest);
    if let (Some(ours), Some(theirs)) = (said.and_then(number_in), number_in(server))
        && is_mariadb(tool) == is_mariadb(server)
        && ours < theirs
    {
        let said = format!("the dump tool is of {}.{} and the server of {}.{}", ours.0, ours.1, theirs.0, theirs.1);
        let remedy = "install the client programs of the server's version where the dump runs";
        verdicts.push(Verdict::warning(Code::ToolTooOld, said, remedy));
    }
    let rights = granted(answer, database);
    let has = |right: &str| rights.contains(right) || rights.contains("ALL PRIVILEGES") || rights.contains("ALL");
    let skips = |what: &str| options.iter().any(|option| option == what);
    let wanted = [
        ("SELECT", false),
        ("SHOW VIEW", false),
        ("TRIGGER", skips("--skip-triggers")),
        ("EVENT", skips("--skip-events")),
    ];
    let lacking: Vec<&str> = wanted.iter().filter(|(right, skips)| !skips && !has(right)).map(|(it, _)| *it).collect();
    if !lacking.is_empty() {
        let said = format!(
            "the login lacks {} on all of {database}; what it may not see is left out without a word",
            lacking.join(", ")
        );
        let remedy = format!("as root: GRANT {} ON `{database}`.* TO that login", lacking.join(", "));
        verdicts.push(Verdict::critical(Code::DatabaseRights, said, remedy));
    }
    let routines = granted(answer, "mysql");
    let sees = ["SELECT", "ALL PRIVILEGES", "ALL"].iter().any(|right| routines.contains(*right))
        || ["SHOW CREATE ROUTINE", "SHOW_ROUTINE"].iter().any(|right| has(right))
        || has("CREATE ROUTINE")
        || answer.contains("`mysql`.`proc`");
    if !sees && !skips("--skip-routines") {
        let said =
            "the login sees only procedures and functions of its own; those of others are left out without a word";
        let remedy = "as root: GRANT SELECT ON mysql.proc TO that login (MySQL 8: GRANT SHOW_ROUTINE ON *.*), or add \
                      `--skip-routines` to the dataset's `options`";
        verdicts.push(Verdict::warning(Code::DatabaseRights, said, remedy));
    }
    verdicts
}

/// The rights on all of a database by the lines of `SHOW GRANTS`.
fn granted(answer: &str, database: &str) -> BTreeSet<String> {
    let mut rights = BTreeSet::new();
    for line in answer.lines() {
        let Some((list, rest)) = line.strip_prefix("GRANT ").and_then(|rest| rest.split_once(" ON ")) else { continue };
        let Some((scope, _)) = rest.split_once(" TO ") else { continue };
        let Some(scope) = scope.trim_start_matches("TABLE ").strip_suffix(".*") else { continue };
        if scope == "*" || covers(scope.trim_matches('`'), database) {
            // Rights on columns are none on the table.
            rights.extend(
                list.split(", ").filter(|right| !right.contains(['(', ')'])).map(|right| right.trim().to_owned()),
            );
        }
    }
    rights
}

/// Whether a pattern of a grant (`_` is any letter, `%` any letters, `\` takes that from what follows) names a database.
fn covers(pattern: &str, name: &str) -> bool {
    let mut letters = pattern.chars();
    let Some(first) = letters.next() else { return name.is_empty() };
    let rest = letters.as_str();
    let mut named = name.chars();
    match first {
        '%' => name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| covers(rest, name.split_at(at).1)),
        '_' => named.next().is_some() && covers(rest, named.as_str()),
        '\\' => {
            let literal = letters.next();
            literal == named.next() && covers(letters.as_str(), named.as_str())
        }
        letter => named.next() == Some(letter) && covers(rest, named.as_str()),
    }
}

/// An SQLite file: what its question printed. `copies_itself` where the agent needs no `sqlite3`.
pub fn sqlite(answer: &str, path: &str, copies_itself: bool) -> Vec<Verdict> {
    let has = |word: &str| answer.lines().any(|line| line == word);
    let of = |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let number = |name: &str| of(name).and_then(|text| text.parse::<u64>().ok());
    let login = of("login").unwrap_or("the login");
    if !has("there") {
        return vec![missing(path)];
    }
    if !has("readable") {
        let said = format!("{login} may not read {path}");
        return vec![Verdict::critical(
            Code::PathUnreadable,
            said,
            "give its group the right to read, or add a `prefix` such as `[sudo, -n]`",
        )];
    }
    let mut verdicts = Vec::new();
    if !has("tool") && !copies_itself {
        let remedy = "install it (apt-get install sqlite3), or write `mode: agent`, which needs none";
        verdicts.push(Verdict::critical(Code::ToolMissing, "sqlite3 is not installed there", remedy));
    }
    if !has("writable") {
        let said = format!("{login} may not write into the folder in which the copy is made");
        verdicts.push(Verdict::critical(Code::ServerFull, said, "name another in `scratch` of the dataset"));
    }
    if let (Some(bytes), Some(kibibytes)) = (number("bytes"), number("kibibytes")) {
        let free = kibibytes.saturating_mul(1024);
        if free < bytes {
            let said = format!("its copy needs {} and {} are free there", units::bytes(bytes), units::bytes(free));
            verdicts.push(Verdict::critical(
                Code::ServerFull,
                said,
                "make room there, or name another folder in `scratch`",
            ));
        }
    }
    verdicts
}

fn missing(path: &str) -> Verdict {
    let said = format!("{path} is not there");
    Verdict::critical(Code::PathMissing, said, "correct `path` of the dataset, or ask who moved it")
}

/// A tree of files: what its question printed.
pub fn tree(answer: &str, path: &str) -> Vec<Verdict> {
    let has = |word: &str| answer.lines().any(|line| line == word);
    let login = answer.lines().find_map(|line| line.strip_prefix("login ")).unwrap_or("the login");
    if !has("tool") {
        let said = "GNU tar is not installed there";
        return vec![Verdict::critical(Code::ToolMissing, said, "install it: apt-get install tar")];
    }
    if !has("there") {
        return vec![missing(path)];
    }
    let closed: Vec<&str> = answer.lines().filter_map(|line| line.strip_prefix("closed ")).collect();
    let remedy = "let the login read it (setfacl -R -m u:LOGIN:rX), add a `prefix` such as `[sudo, -n]`, or name it in `exclude`";
    if !has("readable") {
        let said = format!("{login} may not look into {path}");
        return vec![Verdict::critical(Code::PathUnreadable, said, remedy)];
    }
    if closed.is_empty() {
        return Vec::new();
    }
    vec![Verdict::critical(Code::PathUnreadable, format!("{login} may not read {}", listed(&closed)), remedy)]
}

fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(LISTED) {
        Some(more @ 1..) => format!("{shown} and {more} more"),
        _ => shown,
    }
}
