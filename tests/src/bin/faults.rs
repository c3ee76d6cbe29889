//! Tries every fault as often as is wanted and prints what became of it as a table: `tests/faults` runs it.
#![expect(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a program for whoever tests")]

#[path = "../../suite/faults/all.rs"]
mod all;

use std::process::ExitCode;

use all::{FAULTS, try_it};

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let (mut seed, mut times, mut to, mut only) = (1_u64, 200_u32, None, Vec::new());
    while let Some(word) = words.next() {
        let value = words.next();
        let number = |value: &Option<String>| value.as_ref().and_then(|value| value.parse().ok());
        match (word.as_str(), number(&value), value) {
            ("--seed", Some(number), _) => seed = number,
            ("--times", Some(number), _) => times = u32::try_from(number).unwrap_or(u32::MAX),
            ("--to", _, Some(file)) => to = Some(file),
            ("--only", _, Some(words)) => only.push(words),
            _ => {
                eprintln!("faults [--seed N] [--times N] [--to FILE] [--only WORDS]...");
                return ExitCode::from(2);
            }
        }
    }
    let meant = |name: &str| only.is_empty() || only.iter().any(|words| name.contains(words.as_str()));
    let mut rows = Vec::new();
    // What helpers say when they fail stands in the table.
    std::panic::set_hook(Box::new(|_| {}));
    for fault in FAULTS.iter().filter(|fault| meant(fault.name)) {
        eprint!("{}: {} times ", fault.name, fault.times(Some(times)));
        let row = try_it(fault, seed, Some(times));
        eprintln!("in {} s: {}", row.took, if row.is_well() { "well" } else { "NOT WELL" });
        row.notes.iter().for_each(|note| eprintln!("    {note}"));
        rows.push(row);
        if let Some(file) = &to {
            std::fs::write(file, all::markdown(&rows, seed)).unwrap();
        }
    }
    print!("{}", all::markdown(&rows, seed));
    if rows.iter().all(all::Row::is_well) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
