//! What operators ask, beside the same question put to the database itself; and the verification of a long register
//! beside the bare digest of its files. The time is that of the whole process, from its start to its end.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use resguardo::register::key::Key;
use resguardo::register::sample::{hourly, register};
use resguardo::vault::layout::{HEAD, REGISTER};

use super::meter::median;
use super::process::program;
use super::years::{Years, disk};

const TIMES: usize = 20;
/// What an answer may take, in milliseconds.
const TARGET_MS: f64 = 50.0;
/// Entries of the register that is verified, how often, and what that may take in milliseconds.
const ENTRIES: u32 = 100_000;
const VERIFICATIONS: usize = 5;
const VERIFY_TARGET_MS: f64 = 2000.0;

/// The questions, and what the database would be asked instead. Those without a target show what a long list costs.
const QUESTIONS: [(&[&str], &str, bool); 10] = [
    (&["--version"], "", true),
    (&["status"], LAST_GOOD, true),
    (&["status", "--json"], LAST_GOOD, true),
    (
        &["runs"],
        "SELECT runs.*, (SELECT COUNT(*) FROM datasets WHERE run = runs.id) FROM runs ORDER BY number DESC LIMIT 20",
        true,
    ),
    (&["archives"], "SELECT * FROM copies ORDER BY started DESC LIMIT 100", true),
    (&["register", "list"], "SELECT text, hash FROM lines ORDER BY sequence DESC LIMIT 20", true),
    (&["disk", "list"], "SELECT disk_id, COUNT(*) FROM copies GROUP BY disk_id", true),
    (&["slots"], "SELECT * FROM slots ORDER BY due DESC LIMIT 20", true),
    (
        &["runs", "--limit", "0", "--json"],
        "SELECT * FROM runs JOIN datasets ON run = runs.id ORDER BY number DESC",
        false,
    ),
    (&["archives", "--limit", "0"], "SELECT * FROM copies ORDER BY started DESC", false),
];
const LAST_GOOD: &str = "SELECT server, dataset, MAX(started) FROM datasets \
     WHERE state IN ('kept', 'partly') AND started IS NOT NULL GROUP BY server, dataset";

/// Asks a service everything in turns.
pub(super) fn ask(years: &Years) -> Result<()> {
    let mut ours = vec![Vec::new(); QUESTIONS.len()];
    let mut theirs = vec![Vec::new(); QUESTIONS.len()];
    for _ in 0..TIMES {
        for (at, (words, sql, _)) in QUESTIONS.iter().enumerate() {
            ours[at].push(time(years.resguardo()?.args(*words))?);
            if !sql.is_empty() {
                theirs[at].push(time(&mut years.sql(sql)?)?);
            }
        }
    }
    let client = years.client();
    println!(
        "\n## Answers after ten years, {}\n\n| | ms (least-most) | {client} ms | target |\n|---|---|---|---|",
        years.name
    );
    for ((ours, theirs), (words, sql, targeted)) in ours.iter().zip(&theirs).zip(QUESTIONS) {
        let theirs = if sql.is_empty() { "-".to_owned() } else { format!("{:.1}", median(theirs.iter().copied())) };
        let target = if targeted { word(median(ours.iter().copied()), TARGET_MS) } else { "-".to_owned() };
        println!("| {} | {} | {theirs} | {target} |", words.join(" "), spread(ours));
    }
    Ok(())
}

/// Verifies a register of [`ENTRIES`] on a disk of its own.
pub(super) fn verify(folder: &Path) -> Result<()> {
    let path = folder.join("long");
    disk(&path, 9, "long")?;
    let sample = register(&hourly(ENTRIES), &Key::from_hex(&"07".repeat(32))?, Vec::new())?;
    std::fs::create_dir(path.join(REGISTER))?;
    for (name, content) in &sample.files {
        std::fs::write(path.join(REGISTER).join(name), content)?;
    }
    std::fs::write(path.join(HEAD), sample.head.to_json()?)?;
    let bytes: usize = sample.files.iter().map(|(_, content)| content.len()).sum();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..VERIFICATIONS {
        ours.push(time(Command::new(program()?).args(["register", "verify", "--disk"]).arg(&path))?);
        let names = sample.files.iter().map(|(name, _)| path.join(REGISTER).join(name));
        theirs.push(time(Command::new("sha256sum").args(names))?);
    }
    println!("\n## A register of {ENTRIES} entries, {bytes} bytes\n\n| | ms (least-most) | target |\n|---|---|---|");
    println!("| register verify | {} | {} |", spread(&ours), word(median(ours.iter().copied()), VERIFY_TARGET_MS));
    println!("| sha256sum | {} | - |", spread(&theirs));
    std::fs::remove_dir_all(path)?;
    Ok(())
}

/// The milliseconds of a whole process, which must end well or with something that needs attention.
fn time(command: &mut Command) -> Result<f64> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).env_remove("RUST_LOG");
    let began = Instant::now();
    let status = command.status().with_context(|| format!("{command:?}"))?;
    let elapsed = began.elapsed();
    ensure!(matches!(status.code(), Some(0 | 13)), "{command:?}: {status}");
    Ok(elapsed.as_secs_f64() * 1e3)
}

fn spread(values: &[f64]) -> String {
    let (least, most) =
        (values.iter().copied().fold(f64::INFINITY, f64::min), values.iter().copied().fold(0.0, f64::max));
    format!("{:.1} ({least:.1}-{most:.1})", median(values.iter().copied()))
}

fn word(measured: f64, target: f64) -> String {
    format!("(target ≤ {target}) {}", if measured <= target { "within" } else { "OVER" })
}
