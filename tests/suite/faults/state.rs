//! What the records lie on goes wrong: the clock, the room for the database, the database's server.

use std::fs;

use rustix::process::{Pid, Signal};
use system_tests::command::{run, sh, text, until};
use system_tests::daemon::{Clock, Daemon, entries, runs, settled, slots};
use system_tests::disk::LoopDisk;
use system_tests::postgres::Postgres;

use super::disks::fill;
use super::judge::Verdict;
use super::site::Site;
use super::trials::Trials;

/// A Sunday on which the world's plan is due.
const SUNDAY: &str = "2026-11-22T02:00:10-06:00";

fn later(weeks: i64, days: i64) -> String {
    let due = chrono::DateTime::parse_from_rfc3339(SUNDAY).unwrap();
    (due + chrono::TimeDelta::weeks(weeks) + chrono::TimeDelta::days(days)).to_rfc3339()
}

/// The clock jumps to another time in the midst of a run and comes back: each slot ends once, with one entry that settles
/// each dataset, and the next slot is kept.
pub(crate) fn clock(trials: &mut Trials) {
    while trials.left() {
        let mut site = Site::empty(160, 3_000_000);
        let clock = Clock::new(&site.world, SUNDAY);
        site.start_daemon(Some(&clock));
        settled(&site.world, 1);
        // Next Sunday, and in the midst of its run to another year.
        let (days, wait) = (trials.chance.of(900), trials.chance.of(300));
        let days = i64::try_from(days).unwrap() - 450;
        clock.set(&later(1, 0));
        std::thread::sleep(std::time::Duration::from_millis(wait));
        clock.set(&later(1, days));
        site.rest();
        let mut verdict = site.judge(true);
        clock.set(&later(1, 0));
        site.rest();
        clock.set(&later(2, 0));
        let due = later(2, 0);
        let due = due.split_once('T').unwrap().0.to_owned();
        let is_done = |slot: &serde_json::Value| slot["due"].as_str().is_some_and(|at| at.starts_with(&due));
        let mut outcome = serde_json::Value::Null;
        until("the next slot has its outcome", || {
            let slot = slots(&site.world).into_iter().find(is_done).unwrap_or_default();
            outcome = slot["outcome"].clone();
            outcome.is_string() || days > 14
        });
        if outcome != "done" && days <= 14 {
            verdict.stuck.push(format!("the next slot is {outcome}"));
        }
        site.rest();
        verdict.add(site.judge(true));
        verdict.add(site.tidy());
        verdict.add(once_each(&site));
        verdict.add(site.next_run_of_daemon());
        trials.count(&format!("{days} days, after {wait} ms"), verdict);
    }
}

/// No slot is entered twice as done.
fn once_each(site: &Site) -> Verdict {
    let mut done: Vec<String> = entries(&site.world)
        .iter()
        .filter(|entry| entry["resultado"] == "realizado" && entry["turno"].is_string())
        .map(|entry| format!("{} {}", entry["turno"], entry["origen"]["nombre"]))
        .collect();
    let all = done.len();
    done.sort();
    done.dedup();
    let mut verdict = Verdict::default();
    if done.len() < all {
        verdict.wrong.push("a slot is entered twice as done".to_owned());
    }
    verdict
}

/// The state folder's file system has no byte left: the run fails and says so or is kept, and goes on by itself once there
/// is room again.
pub(crate) fn full(trials: &mut Trials) {
    let mut site = Site::small(160, 3_000_000);
    let state = site.world.path("state");
    let aside = site.world.path("estado");
    fs::rename(&state, &aside).unwrap();
    let state = LoopDisk::new(&state, 24);
    sh("cp -a \"$1/.\" \"$2\"", &[text(&aside), text(&state.path)]);
    while trials.left() {
        let daemon = Daemon::start(&site.world, None);
        site.daemon = Some(daemon);
        let in_mid_run = trials.chance.of(2) == 0;
        if in_mid_run {
            site.world.run(&["backup", "--detach"]).exits(0);
        }
        fill(&state.path, 0);
        let refused = site.world.run(&["backup", "--detach"]);
        let here = site.world.run(&["status"]);
        let restart = trials.chance.of(2) == 0;
        if restart {
            site.daemon.take().unwrap().kill();
        }
        fs::remove_file(state.path.join("lastre")).unwrap();
        if restart || !site.daemon.as_mut().unwrap().runs() {
            site.daemon = None;
            site.start_daemon(None);
        }
        site.rest();
        let mut verdict = site.judge(true);
        verdict.add(site.next_run_of_daemon());
        let what = format!("in mid-run: {in_mid_run}, restarted: {restart}, {}, {}", refused.code, here.code);
        trials.count(&what, verdict);
        site.daemon.take().unwrap().stop();
        site.make_room(60);
    }
}

/// The service's own PostgreSQL dies under it, a connection of it or all of it, and comes back.
pub(crate) fn postgres(trials: &mut Trials) {
    let mut site = Site::small(160, 3_000_000);
    let mut cluster = Postgres::start(&site.world.path("registros"));
    let url = format!("postgres://postgres@localhost/postgres?host={}", cluster.socket.display());
    site.world.config["database"] = serde_json::json!({ "url": url });
    site.start_daemon(None);
    // The new database has taken its register over from the disks.
    site.rest();
    while trials.left() {
        site.world.run(&["backup", "--detach"]).exits(0);
        let wait = trials.chance.of(400);
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let whole = trials.chance.of(2) == 0;
        if whole {
            cluster.kill();
            std::thread::sleep(std::time::Duration::from_millis(trials.chance.of(1500)));
            cluster.restart();
        } else {
            let own =
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
            let pids = cluster.sql("postgres", own);
            for pid in pids.lines().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)) {
                // As the kernel does that has no memory left.
                let _gone = rustix::process::kill_process(pid, Signal::KILL);
            }
            until("PostgreSQL is ready again", || {
                run(cluster.tool("psql").args(["-Xqc", "SELECT 1", "-d", "postgres"])).code == 0
            });
        }
        let mut verdict = Verdict::default();
        if !site.daemon.as_mut().unwrap().runs() {
            // As systemd does.
            site.daemon = None;
            site.start_daemon(None);
        }
        site.rest();
        verdict.add(site.judge(true));
        verdict.add(site.next_run_of_daemon());
        let states: Vec<String> = runs(&site.world).iter().map(|run| run["state"].to_string()).collect();
        trials.count(&format!("all of it: {whole}, after {wait} ms; runs {}", states.join(" ")), verdict);
    }
}
