//! `resguardo top`: how everything stands, over and over: what needs a hand first, what is under way, every dataset by week.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::time::Duration;

use rustix::termios::tcgetwinsize;

use super::args_daemon::Top;
use super::exit::{Failure, code};
use super::times::moment;
use super::{print, socket, status};
use crate::jobs::overview::Cell;
use crate::jobs::report::Status;
use crate::jobs::report_weeks::{DatasetWeeksReport, WeeksReport};
use crate::service::client;
use crate::service::protocol::Request;

/// How often it looks again.
const EVERY: Duration = Duration::from_secs(2);

pub(super) fn run(config: &Path, asked: &Top) -> Result<u8, Failure> {
    let socket = socket::of(config)?;
    if asked.json {
        print::value(&client::ask_once::<WeeksReport>(&socket, Request::Weeks)?)?;
        return Ok(code::DONE);
    }
    let look = || -> Result<(bool, String), Failure> {
        let status: Status = client::ask_once(&socket, Request::Status)?;
        let weeks: WeeksReport = client::ask_once(&socket, Request::Weeks)?;
        Ok((status.well, format!("{}\n{}", status::page(&status), table(&weeks))))
    };
    if asked.once || !io::stdout().is_terminal() {
        let (well, text) = look()?;
        print::out(&text)?;
        return Ok(if well { code::DONE } else { code::ATTENTION });
    }
    let mut text = look()?.1;
    loop {
        let rows = tcgetwinsize(io::stdout()).map_or(24, |size| usize::from(size.ws_row));
        // Each line clears what stood there, so that nothing flickers; then what is left below goes.
        print::out(&format!("\x1b[H{}\x1b[J", shown(&text, rows)))?;
        std::thread::sleep(EVERY);
        text = match look() {
            Ok((_, text)) => text,
            // It may be restarting.
            Err(failure) => format!("{}\nit is asked again every {} s\n", failure.message, EVERY.as_secs()),
        };
    }
}

/// As much of a text as a terminal of so many rows has room for.
fn shown(text: &str, rows: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let room = rows.saturating_sub(1);
    if lines.len() <= room {
        return lines.iter().map(|line| format!("{line}\x1b[K\n")).collect();
    }
    let fits = room.saturating_sub(1);
    let mut shown: String = lines.iter().take(fits).map(|line| format!("{line}\x1b[K\n")).collect();
    shown.push_str(&format!("… {} more lines: make the window higher, or --once\x1b[K\n", lines.len() - fits));
    shown
}

fn table(report: &WeeksReport) -> String {
    let week = |week: &String| week.split_once('-').map_or_else(|| week.clone(), |(_, rest)| rest.to_owned());
    let weeks: Vec<String> = report.weeks.iter().map(week).collect();
    let mut head = vec!["dataset", "plan", "copies on", "read", "drilled"];
    head.extend(weeks.iter().map(String::as_str));
    print::table(&head, &[], report.datasets.iter().map(row).collect())
}

fn row(dataset: &DatasetWeeksReport) -> Vec<String> {
    let at = |at: &Option<String>| at.as_deref().map_or_else(|| "never".to_owned(), moment);
    let disks = if dataset.disks.is_empty() { "-".to_owned() } else { dataset.disks.join(", ") };
    let mut row =
        vec![dataset.dataset.clone(), dataset.plan.clone(), disks, at(&dataset.verified), at(&dataset.drilled)];
    row.extend(dataset.cells.iter().map(|cell| word(*cell).to_owned()));
    row
}

fn word(cell: Option<Cell>) -> &'static str {
    match cell {
        None => "-",
        Some(Cell::Missed) => "MISSED",
        Some(Cell::Open) => "open",
        Some(Cell::Running) => "running",
        Some(Cell::Late) => "late",
        Some(Cell::Excused) => "excused",
        Some(Cell::Done) => "done",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_has_no_room_for_is_counted() {
        let text = "a\nb\nc\nd\n";
        assert_eq!(shown(text, 5).matches("\x1b[K\n").count(), 4);
        let cut = shown(text, 4);
        assert_eq!(cut.matches('\n').count(), 3);
        assert!(cut.starts_with("a\x1b[K\nb\x1b[K\n… 2 more lines"), "{cut}");
        assert!(!shown(text, 0).is_empty());
    }
}
