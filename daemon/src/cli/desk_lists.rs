//! Tickets and the calendar as tables and lines. It may not know where they come from.

use chrono::{DateTime, Local, Utc};

use super::print::table;
use crate::jobs::desk::days::{DueReport, YearReport};
use crate::jobs::desk::report::{Person, TicketLine, TicketPage, TicketReport};
use crate::service::tickets::Moved;

/// What stands where there is nothing.
const NONE: &str = "-";

/// Text of others, in one line and without what a terminal would obey.
fn plain(text: &str) -> String {
    crate::desk::text::cleaned(text).replace('\n', " ")
}

fn login(person: Option<&Person>) -> String {
    person.map_or_else(|| NONE.to_owned(), |person| person.login.clone())
}

fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string()
}

/// Tickets.
pub(super) fn tickets(page: &TicketPage) -> String {
    let row = |ticket: &TicketLine| {
        vec![
            ticket.number.clone(),
            ticket.last_limit.to_string(),
            ticket.state.word().to_owned(),
            login(ticket.requester.as_ref()),
            login(ticket.assignee.as_ref()),
            plain(&ticket.subject),
        ]
    };
    let table = table(
        &["number", "limit", "state", "requester", "assignee", "subject"],
        &[],
        page.items.iter().map(row).collect(),
    );
    let counts = page.counts.as_ref().map(|counts| {
        format!(
            "{} pending, {} of them overdue, {} due today, {} waiting, {} unassigned\n",
            counts.pending, counts.overdue, counts.due_today, counts.waiting, counts.unassigned
        )
    });
    table + &counts.unwrap_or_default()
}

/// What became of a ticket, in a line.
pub(super) fn done(ticket: &TicketReport) -> String {
    let verdict = ticket.verdict.map(|verdict| format!(", {}", verdict.word())).unwrap_or_default();
    format!("{} is {}{verdict}; its limit is {}\n", ticket.number, ticket.state.word(), ticket.last_limit)
}

/// A ticket with everything.
pub(super) fn ticket(ticket: &TicketReport) -> String {
    let or_none = |text: &str| if text.is_empty() { NONE.to_owned() } else { plain(text) };
    let facts = [
        ("subject", plain(&ticket.subject)),
        ("state", ticket.state.word().to_owned()),
        ("requester", login(ticket.requester.as_ref())),
        ("unit", or_none(ticket.unit.as_deref().unwrap_or_default())),
        ("location", or_none(&ticket.location)),
        ("phone", or_none(&ticket.phone)),
        ("equipment", or_none(&ticket.equipment)),
        ("entered", moment(ticket.entered)),
        ("limit", ticket.last_limit.to_string()),
        ("assignee", login(ticket.assignee.as_ref())),
        ("mode", ticket.mode.map_or(NONE, crate::desk::ticket::Mode::word).to_owned()),
        ("verdict", ticket.verdict.map_or(NONE, crate::desk::Verdict::word).to_owned()),
        ("rating", ticket.rating.map_or(NONE, crate::desk::ticket::Rating::word).to_owned()),
    ];
    let facts: String =
        facts.into_iter().map(|(name, value)| format!("    {:<11}{value}\n", format!("{name}:"))).collect();
    let mut text = format!("{}\n{facts}\n{}", ticket.number, block(&ticket.description));
    let mut add = |title: String, body: &str| text += &format!("\n{title}\n{}", block(body));
    if let Some(analysis) = &ticket.analysis {
        add("analysis".to_owned(), analysis);
    }
    for one in &ticket.rulings {
        add(format!("ruling {} ({}), {}", one.number, one.kind.word(), moment(one.issued)), &one.findings);
    }
    for one in &ticket.extensions {
        let decided = decided(one.decision.as_ref().map(|decision| decision.confirmed));
        add(format!("extension until {}, {decided}", one.new_limit), &one.reason);
    }
    for one in &ticket.exceptions {
        let decided = decided(one.decision.as_ref().map(|decision| decision.confirmed));
        add(format!("exception {}, {decided}", one.kind.word()), &one.reason);
    }
    for one in &ticket.visits {
        add(format!("visit {}, {}", moment(one.at), plain(&one.place)), &one.note);
    }
    for one in ticket.comments.iter().filter(|one| !one.text.is_empty()) {
        let internal = if one.internal { ", internal" } else { "" };
        add(format!("{} {}{internal}", login(one.author.as_ref()), moment(one.at)), &one.text);
    }
    for file in &ticket.files {
        text += &format!("\nfile {} ({} bytes)\n", plain(&file.name), file.bytes);
    }
    text
}

fn decided(confirmed: Option<bool>) -> &'static str {
    match confirmed {
        None => "waits for its decision",
        Some(true) => "confirmed",
        Some(false) => "refused",
    }
}

/// Text of several lines, without what a terminal would obey.
fn block(text: &str) -> String {
    crate::desk::text::cleaned(text).lines().map(|line| format!("    {line}\n")).collect()
}

/// A year.
pub(super) fn year(year: &YearReport) -> String {
    let row = |day: &crate::jobs::desk::days::DayReport| {
        let hour = day.from_hour.map(|hour| format!(" ({hour} h)")).unwrap_or_default();
        vec![day.date.to_string(), day.date.format("%a").to_string(), plain(&day.name) + &hour, plain(&day.citation)]
    };
    table(&["day", "", "name", "citation"], &[], year.days.iter().map(row).collect())
}

/// How a limit is counted.
pub(super) fn due(due: &DueReport) -> String {
    let lines = due.days.iter().map(|day| format!("    {}  {}\n", day.date, plain(&day.reason)));
    format!("a ticket of {} is due on {}\n{}", due.entry, due.due, lines.collect::<String>())
}

/// What another version changes.
pub(super) fn moved(moved: &Moved) -> String {
    let lines = moved.moved.iter().map(|one| format!("    {}: {} -> {}\n", one.number, one.old, one.new));
    let what = if moved.published { "is published" } else { "would be published, and is not" };
    format!("version {} {what}; {} limits move\n{}", moved.version, moved.moved.len(), lines.collect::<String>())
}
