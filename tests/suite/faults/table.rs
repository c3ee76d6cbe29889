//! The table of what was tried and what became of it. It may not know how anything is tried.

use std::fmt::Write as _;

/// A line of the table.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// What was done.
    pub(crate) fault: String,
    /// How often.
    pub(crate) tried: u32,
    /// How often something that was good before was good no more.
    pub(crate) lost: u32,
    /// How often something was called good that was not.
    pub(crate) wrong: u32,
    /// How often everything went on by itself, with nothing left lying.
    pub(crate) recovered: u32,
    /// What was seen where not everything was well.
    pub(crate) notes: Vec<String>,
    /// Seconds.
    pub(crate) took: u64,
}

impl Row {
    /// Whether it was survived each time.
    pub(crate) fn is_well(&self) -> bool {
        self.tried > 0 && self.lost == 0 && self.wrong == 0 && self.recovered == self.tried
    }
}

/// The table as Markdown.
pub(crate) fn markdown(rows: &[Row], seed: u64) -> String {
    let mut text = format!(
        "Seed {seed}.\n\n| Fault | Tried | Lost | Wrongly called good | Recovered by itself |\n|---|--:|--:|--:|--:|\n"
    );
    for row in rows {
        let Row { fault, tried, lost, wrong, recovered, .. } = row;
        let _never_fails = writeln!(text, "| {fault} | {tried} | {lost} | {wrong} | {recovered} |");
    }
    let sum = |of: fn(&Row) -> u32| rows.iter().map(of).sum::<u32>();
    let (tried, lost) = (sum(|row| row.tried), sum(|row| row.lost));
    let (wrong, recovered) = (sum(|row| row.wrong), sum(|row| row.recovered));
    let _never_fails = writeln!(text, "| **All** | {tried} | {lost} | {wrong} | {recovered} |");
    for row in rows.iter().filter(|row| !row.notes.is_empty()) {
        let _never_fails = writeln!(text, "\n{}:\n", row.fault);
        for note in &row.notes {
            let _never_fails = writeln!(text, "- {}", note.replace('\n', " "));
        }
    }
    text
}
