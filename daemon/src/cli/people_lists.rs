//! Accounts, units, keys and the audit log as tables. It may not know where they come from.

use super::print::table;
use super::times::moment;
use crate::desk::people::Grant;
use crate::jobs::people::import::{Outcome, Report};
use crate::service::people::{AuditReport, TokenReport, UnitReport, UserReport};

/// What stands where there is nothing.
const NONE: &str = "-";

fn or_none(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty()).unwrap_or(NONE).to_owned()
}

/// Text of others, in one line and without what a terminal would obey.
fn plain(text: &str) -> String {
    crate::desk::text::cleaned(text).replace('\n', " ")
}

/// Accounts.
pub(super) fn users(users: &[UserReport]) -> String {
    let row = |user: &UserReport| {
        let state = match (user.active, user.must_change) {
            (false, _) => "disabled",
            (true, true) => "first password",
            (true, false) => "active",
        };
        let last = user.last_login.as_deref().map_or_else(|| NONE.to_owned(), moment);
        vec![
            user.login.clone(),
            user.name.clone(),
            or_none(user.unit.as_deref()),
            or_none(Some(&user.today.join(", "))),
            state.to_owned(),
            last,
        ]
    };
    table(&["login", "name", "unit", "roles", "state", "last login"], &[], users.iter().map(row).collect())
}

/// One account.
pub(super) fn user(user: &UserReport) -> String {
    let grant = |grant: &Grant| {
        let until = grant.until.map_or_else(|| "on".to_owned(), |until| format!("until {until}"));
        format!("{} from {} {until}", grant.role.word(), grant.from)
    };
    let roles: Vec<String> = user.roles.iter().map(grant).collect();
    let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let lines = [
        ("name", user.name.clone()),
        ("post", or_none(Some(&user.post))),
        ("email", or_none(user.email.as_deref())),
        ("unit", or_none(user.unit.as_deref())),
        ("superior", or_none(user.superior.as_deref())),
        ("roles", or_none(Some(&roles.join(", ")))),
        ("directory", yes(user.directory)),
        ("active", yes(user.active)),
        ("must change", yes(user.must_change)),
        ("last login", user.last_login.as_deref().map_or_else(|| NONE.to_owned(), moment)),
    ];
    let lines = lines.into_iter().map(|(name, value)| format!("    {:<13}{value}\n", format!("{name}:")));
    format!("{}\n{}", user.login, lines.collect::<String>())
}

/// Units.
pub(super) fn units(units: &[UnitReport]) -> String {
    let row = |unit: &UnitReport| {
        let state = if unit.active { "active" } else { "closed" };
        vec![unit.name.clone(), unit.kind.clone(), or_none(unit.head.as_deref()), state.to_owned()]
    };
    table(&["name", "kind", "head", "state"], &[], units.iter().map(row).collect())
}

/// Keys.
pub(super) fn tokens(tokens: &[TokenReport]) -> String {
    let row = |token: &TokenReport| {
        let ends = match (&token.revoked, &token.expires) {
            (Some(revoked), _) => format!("revoked {}", moment(revoked)),
            (None, Some(expires)) => moment(expires),
            (None, None) => NONE.to_owned(),
        };
        let used = token.last_used.as_deref().map_or_else(|| NONE.to_owned(), moment);
        vec![token.id.to_string(), token.name.clone(), token.user.clone(), token.scopes.join(", "), ends, used]
    };
    table(&["id", "name", "user", "scopes", "ends", "last used"], &[0], tokens.iter().map(row).collect())
}

/// Lines of the audit log.
pub(super) fn audit(lines: &[AuditReport]) -> String {
    let row = |line: &AuditReport| {
        let (actor, object, detail) = (plain(&line.actor), plain(&line.object), plain(&line.detail));
        vec![
            line.n.to_string(),
            moment(&line.at),
            actor,
            or_none(Some(&line.address)),
            line.action.clone(),
            object,
            detail,
        ]
    };
    table(&["n", "at", "actor", "address", "action", "object", "detail"], &[0], lines.iter().map(row).collect())
}

/// What becomes of each line of an import.
pub(super) fn import(report: &Report, dry_run: bool) -> String {
    let count = |wanted: Outcome| report.lines.iter().filter(|line| line.outcome == wanted).count();
    let shown = report.lines.iter().filter(|line| line.outcome != Outcome::Unchanged);
    let lines = shown.map(|line| {
        let word = match line.outcome {
            Outcome::Created => "new",
            Outcome::Changed => "changed",
            Outcome::Unchanged => "unchanged",
            Outcome::Wrong => "WRONG",
        };
        let password = line.password.as_ref().map(|password| format!("first password {password}"));
        let what: Vec<String> = line.what.iter().map(|what| plain(what)).chain(password).collect();
        format!("line {}: {} {word}: {}\n", line.line, line.login, what.join("; ")).replace(": \n", "\n")
    });
    let sums = format!(
        "{} new, {} changed, {} unchanged, {} wrong; ",
        count(Outcome::Created),
        count(Outcome::Changed),
        count(Outcome::Unchanged),
        count(Outcome::Wrong)
    );
    let end = match (report.stored, dry_run) {
        (true, _) => "all of it is stored; first passwords are shown only now, and taken for a week\n",
        (false, true) => "nothing was stored: this was only to see\n",
        (false, false) => "nothing was stored: mend the lines that are wrong\n",
    };
    lines.collect::<String>() + &sums + end
}
