//! The auditor's pack of a month with two thousand tickets and more: how long it takes, how many forms a second that is, and what
//! memory the service and the processes that print hold together.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use chrono::{Datelike as _, Days, NaiveDate};

use super::{DUMP_BYTES, PEOPLE, fill, free_address, now, wait_for_pages};
use crate::bench::process::number;
use crate::bench::stage::Stage;
use crate::bench::years::Years;

/// Tickets of ten years, so that a month has more than two thousand.
const TICKETS: u32 = 260_000;
/// What two thousand tickets may take.
const TARGET: Duration = Duration::from_secs(60);
/// What may be held by all processes together, in MiB.
const TARGET_MIB: u64 = 250;
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Makes a pack twice, the first time with nothing in memory yet.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let dump = stage.first(DUMP_BYTES)?;
    let address = free_address()?;
    let years = Years::new(stage, &dump, None, Some(address))?;
    let first = years.start()?;
    wait_for_pages(address)?;
    drop(first);
    let now = now();
    fill::fill(&years, &fill::People::new(PEOPLE), &fill::Tickets::new(TICKETS, now), now)?;
    let daemon = years.start()?;
    let today = now.date_naive();
    let last = today.with_day(1).and_then(|day| day.checked_sub_days(Days::new(1))).unwrap_or(today);
    println!("\n## The auditor's pack of a month, SQLite\n");
    println!("| | tickets | wall s | forms/s | MiB | target | memory, all processes |\n|---|---|---|---|---|---|---|");
    for when in ["cold", "warm"] {
        let to = years.config.with_file_name(format!("{when}.zip"));
        let (took, peak) = pack(&years, daemon.pid(), last, &to)?;
        let listed = std::process::Command::new("unzip").arg("-Z1").arg(&to).output()?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let forms = u32::try_from(listed.lines().filter(|name| name.starts_with("formatos/DIACO-IN-FO-01/")).count())?;
        ensure!(forms >= 2_000, "only {forms} forms are in the pack");
        let allowed = TARGET.mul_f64(f64::from(forms) / 2_000.0);
        let word = |within: bool| if within { "within" } else { "OVER" };
        println!(
            "| {when} | {forms} | {:.1} | {:.1} | {} | ≤ {:.0} s {} | {} MiB (≤ {TARGET_MIB}: {}) |",
            took.as_secs_f64(),
            f64::from(forms) / took.as_secs_f64(),
            fs::metadata(&to)?.len() >> 20,
            allowed.as_secs_f64(),
            word(took <= allowed),
            peak / 1024,
            word(peak / 1024 <= TARGET_MIB)
        );
    }
    println!("\n- the service alone, at most: {} MiB", daemon.peak()? / 1024);
    println!("- load of the machine: {}", fs::read_to_string("/proc/loadavg")?.trim());
    Ok(())
}

/// How long a pack took, and the most KiB that the service and its children held at once.
fn pack(years: &Years<'_>, daemon: u32, month: NaiveDate, to: &Path) -> Result<(Duration, u64)> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut most = 0;
            while !over.load(Ordering::Relaxed) {
                most = most.max(held(daemon));
                thread::sleep(LOOK);
            }
            most
        });
        let mut command = years.resguardo()?;
        command.args(["report", "pack", "--month", &month.format("%Y-%m").to_string(), "--output"]).arg(to);
        let began = Instant::now();
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        let took = began.elapsed();
        over.store(true, Ordering::Relaxed);
        let most = looking.join().unwrap_or_default();
        // What such a desk has no programme nor report of is said, by 7.
        ensure!([Some(0), Some(7)].contains(&status?.code()), "the pack was not made");
        Ok((took, most))
    })
}

/// KiB that a process and its children hold, each by its share of what they hold together.
fn held(daemon: u32) -> u64 {
    let mut all = vec![daemon];
    for task in fs::read_dir(format!("/proc/{daemon}/task")).into_iter().flatten().flatten() {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        all.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
    }
    let share = |pid| number(&fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default(), "Pss:");
    all.into_iter().map(share).sum()
}
