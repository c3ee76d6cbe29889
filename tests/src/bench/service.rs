//! The service: how fast it starts and answers after ten years, and what it costs while it does nothing.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::process::{Daemon, Rest};
use super::questions;
use super::stage::Stage;
use super::years::Years;

/// How long it is watched while it rests.
const WATCHED: Duration = Duration::from_secs(60);
/// Bytes of the dump that a run keeps.
const DUMP_BYTES: u64 = 300_000_000;
/// What it may hold at rest, in KiB.
const TARGET_KIB: u64 = 25 * 1024;
const STARTS: usize = 5;

/// A service while it rests.
struct Watched {
    name: &'static str,
    when: &'static str,
    rest: Rest,
    wakes: u64,
}

/// Measures it on both databases.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let dump = stage.first(DUMP_BYTES)?;
    let postgres = stage.postgres.as_ref().context("no database")?;
    let all = [Years::new(stage, &dump, None, None)?, Years::new(stage, &dump, Some(postgres), None)?];
    let mut watched = Vec::new();
    {
        let daemons = start(&all)?;
        watch(&all, &daemons, "fresh", &mut watched)?;
    }
    for years in &all {
        println!("\n{}: ten years were written in {:.1} s", years.name, years.fill(now())?);
        let _running = years.start()?;
        years.give_register()?;
    }
    starts(&all)?;
    let daemons = start(&all)?;
    watch(&all, &daemons, "after ten years", &mut watched)?;
    all.iter().try_for_each(questions::ask)?;
    watch(&all, &daemons, "and after those questions", &mut watched)?;
    all.iter().try_for_each(Years::back_up)?;
    watch(&all, &daemons, "and after a run of 300 MB", &mut watched)?;
    drop(daemons);
    print(&watched);
    questions::verify(stage.folder())
}

fn start(all: &[Years<'_>]) -> Result<Vec<Daemon>> {
    all.iter().map(Years::start).collect()
}

/// The time to be ready with all the data.
fn starts(all: &[Years<'_>]) -> Result<()> {
    println!("\n## From its start until it is ready, after ten years\n\n| | ms, each time |\n|---|---|");
    for years in all {
        let time = |_| Ok(format!("{:.0}", years.start()?.ready.as_secs_f64() * 1e3));
        let times: Vec<String> = (0..STARTS).map(time).collect::<Result<_>>()?;
        println!("| {} | {} |", years.name, times.join(" "));
    }
    Ok(())
}

/// Watches all of them at once, since none does anything.
fn watch(all: &[Years<'_>], daemons: &[Daemon], when: &'static str, watched: &mut Vec<Watched>) -> Result<()> {
    let before: Vec<Rest> = daemons.iter().map(Daemon::look).collect::<Result<_>>()?;
    thread::sleep(WATCHED);
    for ((years, daemon), before) in all.iter().zip(daemons).zip(before) {
        let rest = daemon.look()?;
        let wakes = rest.wakes_since(&before);
        watched.push(Watched { name: years.name, when, rest, wakes });
    }
    Ok(())
}

fn print(watched: &[Watched]) {
    println!(
        "\n## At rest\n\n| | RSS MiB | anonymous | PSS | threads | wake-ups a minute | target |\n|---|---|---|---|---|---|---|"
    );
    for Watched { name, when, rest, wakes } in watched {
        let within = if rest.rss <= TARGET_KIB { "within" } else { "OVER" };
        println!(
            "| {name}, {when} | {} | {} | {} | {} | {} | (RSS ≤ {}) {within} |",
            mib(rest.rss),
            mib(rest.anonymous),
            mib(rest.pss),
            rest.threads,
            wakes,
            mib(TARGET_KIB)
        );
    }
}

fn mib(kib: u64) -> String {
    format!("{}.{}", kib / 1024, kib % 1024 * 10 / 1024)
}

#[expect(clippy::disallowed_methods, reason = "the years end now")]
fn now() -> DateTime<Utc> {
    Utc::now()
}
