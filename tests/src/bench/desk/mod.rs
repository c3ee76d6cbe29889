//! The support desk with a million tickets: how long its pages take while twenty browsers ask for them, how many views a
//! second it sustains, and what memory that takes.

mod browser;
mod fill;
mod mix;
pub(crate) mod pack;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};

use super::process::Daemon;
use super::stage::Stage;
use super::years::Years;
use mix::{Pace, Seen};

/// Tickets that there are.
const TICKETS: u32 = 1_000_000;
/// People with a session each.
const PEOPLE: u32 = 200;
/// Browsers that ask at once.
const BROWSERS: u32 = 20;
/// Views that are to be answered each second, by all browsers together.
const VIEWS: u32 = 300;
/// How long each load lasts.
const LASTS: Duration = Duration::from_secs(30);
/// How long the pages may take to be there.
const PAGES_COME: Duration = Duration::from_secs(30);
/// What a view may take at the 99th percentile, in milliseconds.
const TARGET_MS: f64 = 50.0;
/// What the service may hold, in MiB.
const TARGET_MIB: u64 = 150;
/// Bytes of the dataset that the configuration names; it is not backed up here.
const DUMP_BYTES: u64 = 1_000_000;

/// Measures both databases, one after the other.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let dump = stage.first(DUMP_BYTES)?;
    let postgres = stage.postgres.as_ref().context("no database")?;
    for postgres in [None, Some(postgres)] {
        let address = free_address()?;
        let years = Years::new(stage, &dump, postgres, Some(address))?;
        // It makes its tables, and before its pages its first calendar.
        let first = years.start()?;
        wait_for_pages(address)?;
        drop(first);
        let people = fill::People::new(PEOPLE);
        let now = now();
        let tickets = fill::Tickets::new(TICKETS, now);
        let seconds = fill::fill(&years, &people, &tickets, now)?;
        println!("\n{}: {TICKETS} tickets were written in {seconds:.0} s", years.name);
        years.keep_house()?;
        let daemon = years.start()?;
        wait_for_pages(address)?;
        let load = |pace| mix::load(address, &people, &tickets, BROWSERS, pace, LASTS);
        // What is read for the first time comes from the disk: that is measured too, and said.
        for (when, pace) in [
            ("from its start", Pace::Views(VIEWS)),
            ("after that", Pace::Views(VIEWS)),
            ("as fast as they can", Pace::AtOnce),
        ] {
            let before = daemon.cpu()?;
            let seen = load(pace)?;
            let cores = (daemon.cpu()? - before) / seen.lasted.as_secs_f64();
            print(&format!("{}, {BROWSERS} browsers, {when}", years.name), &daemon, &seen, cores)?;
        }
    }
    Ok(())
}

/// The service is ready for its own work a little before its pages are.
fn wait_for_pages(address: SocketAddr) -> Result<()> {
    let end = Instant::now() + PAGES_COME;
    while let Err(error) = TcpStream::connect(address) {
        ensure!(Instant::now() < end, "the pages do not come: {error}");
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the tickets end today, whenever they are made")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn free_address() -> Result<SocketAddr> {
    // Below those that the kernel gives to whoever asks, since it is taken only minutes later.
    let mut free = (20_000..30_000).filter_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
    Ok(free.next().context("no port is free")?.local_addr()?)
}

fn print(title: &str, daemon: &Daemon, seen: &Seen, cores: f64) -> Result<()> {
    let views: usize = seen.kinds.iter().map(|(_, times)| times.len()).sum();
    println!("\n## The desk, {title}\n");
    println!("| view | of them | p50 ms | p99 ms | most | target |\n|---|---|---|---|---|---|");
    for (kind, times) in &seen.kinds {
        let (half, most) = (percentile(times, 50), percentile(times, 100));
        let nearly_all = percentile(times, 99);
        let word = if nearly_all <= TARGET_MS { "within" } else { "OVER" };
        let target = if seen.is_paced { format!("p99 ≤ {TARGET_MS} {word}") } else { "-".to_owned() };
        println!("| {} | {} | {half:.1} | {nearly_all:.1} | {most:.1} | {target} |", kind.name(), times.len());
    }
    let rate = f64::from(u32::try_from(views)?) / seen.lasted.as_secs_f64();
    let target = if rate >= f64::from(VIEWS) * 0.99 { "within" } else { "UNDER" };
    let (now, peak) = (daemon.look()?.rss / 1024, daemon.peak()? / 1024);
    let held = if peak <= TARGET_MIB { "within" } else { "OVER" };
    println!(
        "\n- {rate:.0} views a second (target ≥ {VIEWS}: {target}), {} messages and tickets written",
        seen.written
    );
    println!("- memory: {now} MiB, at most {peak} (target ≤ {TARGET_MIB}: {held}); {cores:.2} cores of the service");
    println!("- load of the machine: {}", fs::read_to_string("/proc/loadavg")?.trim());
    Ok(())
}

/// The time below which so many of a hundred lie; `times` are sorted.
fn percentile(times: &[f64], percent: usize) -> f64 {
    let place = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(place).copied().unwrap_or(f64::NAN)
}
