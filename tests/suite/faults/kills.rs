//! Processes that die at once: the program, the service, the agent, sshd, and what makes the dump.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use system_tests::command::text;
use system_tests::daemon::Daemon;

use super::chance::Chance;
use super::site::Site;
use super::stage::{self, Moment, Stage};
use super::trials::Trials;

/// How many trials one site sees.
const A_SITE: u32 = 30;

fn killed_here(trials: &mut Trials, mut moment: impl FnMut(&mut Chance, u32, Duration) -> Moment) {
    let mut site = Site::new(200);
    let whole = stage::whole(&mut site);
    for _ in 0..A_SITE {
        if !trials.left() {
            break;
        }
        let moment = moment(&mut trials.chance, trials.row.tried, whole);
        let ended = stage::run_with(&site, moment, |run| kill(run.pid()));
        let mut verdict = site.judge_words(&ended);
        verdict.add(site.judge(false));
        // Some runs meet what several dead ones have left.
        if trials.chance.of(3) > 0 || !trials.left() {
            verdict.add(site.next_run());
        }
        trials.count(&format!("{moment:?}"), verdict);
        site.make_room(60);
    }
    let mut verdict = site.next_run();
    verdict.add(site.judge(true));
    if !verdict.is_well() {
        trials.count("after all", verdict);
    }
}

pub(crate) fn here(trials: &mut Trials) {
    killed_here(trials, |chance, _, whole| Moment::after(chance, whole));
}

pub(crate) fn stages(trials: &mut Trials) {
    killed_here(trials, |chance, tried, _| {
        let disk = usize::try_from(chance.of(2)).unwrap();
        Moment::Stage(disk, Stage::ALL[usize::try_from(tried).unwrap() % Stage::ALL.len()])
    });
}

/// The service dies under an operator's run, and is started again, as systemd does: it takes the run up by itself.
pub(crate) fn daemon(trials: &mut Trials) {
    let mut site = Site::new(320);
    let whole = stage::whole(&mut site);
    for _ in 0..A_SITE / 3 {
        if !trials.left() {
            break;
        }
        let most = u64::try_from(whole.as_micros()).unwrap() * 5 / 4;
        let moment = Duration::from_micros(trials.chance.of(most));
        let daemon = Daemon::start(&site.world, None);
        site.world.run(&["backup", "--detach"]).exits(0);
        let begun = Instant::now();
        std::thread::sleep(moment.saturating_sub(begun.elapsed()));
        daemon.kill();
        let mut verdict = site.judge(false);
        site.start_daemon(None);
        site.rest();
        verdict.add(site.judge(false));
        verdict.add(site.tidy());
        let last = system_tests::daemon::runs(&site.world).pop().unwrap_or_default();
        let is_kept = last["state"] == "kept" || last["state"] == "interrupted";
        if !is_kept {
            verdict.stuck.push(format!("the run was not taken up again: {last}"));
        }
        trials.count(&format!("killed after {moment:?}"), verdict);
        site.daemon.take().unwrap().stop();
    }
    site.start_daemon(None);
    let mut verdict = site.next_run_of_daemon();
    verdict.add(site.judge(true));
    if !verdict.is_well() {
        trials.count("after all", verdict);
    }
}

pub(crate) fn agent(trials: &mut Trials) {
    on_the_server(trials, Site::new(200), |line, _| line.contains("resguardo-agent"));
}

pub(crate) fn sshd(trials: &mut Trials) {
    on_the_server(trials, Site::new(200), |line, is_session| is_session && line.starts_with("sshd"));
}

pub(crate) fn dump(trials: &mut Trials) {
    let tools = ["pg_dump", "mariadb-dump", "tar", "dd", "sh", "bash"];
    let mode = if trials.row.tried.is_multiple_of(2) { "agent" } else { "plain" };
    on_the_server(trials, Site::with_databases(mode), move |line, is_session| {
        let program = line.split(' ').next().unwrap_or_default();
        let program = program.rsplit('/').next().unwrap_or_default();
        is_session && !line.contains("resguardo-agent") && tools.contains(&program)
    });
}

/// Kills a process on the server that a run has brought there.
fn on_the_server(trials: &mut Trials, mut site: Site, is_meant: impl Fn(&str, bool) -> bool) {
    let whole = stage::whole(&mut site);
    for _ in 0..A_SITE / 2 {
        if !trials.left() {
            break;
        }
        let moment = Moment::after(&mut trials.chance, whole);
        let which = trials.chance.of(1 << 20);
        let mut killed = String::new();
        let begun = Instant::now();
        let mut run = site.spawn(&["backup", "--here", "--json"]);
        // From the moment on, the first that is there.
        while killed.is_empty() && !run.has_ended() {
            let Moment::After(time) = moment else { break };
            let meant = if begun.elapsed() < time { Vec::new() } else { server_processes(&site, &is_meant) };
            if let Some((pid, line)) = meant.get(usize::try_from(which).unwrap() % meant.len().max(1)) {
                kill(*pid);
                killed.clone_from(line);
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        let ended = run.end();
        let mut verdict = site.judge_words(&ended);
        verdict.add(site.judge(false));
        verdict.add(site.next_run());
        // A moment at which nothing was there is none.
        if !killed.is_empty() || !verdict.is_well() {
            let end = killed.char_indices().nth(120).map_or(killed.len(), |(at, _)| at);
            killed.truncate(end);
            trials.count(&format!("{moment:?}, {killed:?}"), verdict);
        }
        site.make_room(60);
    }
    let verdict = site.judge(true);
    if !verdict.is_well() {
        trials.count("after all", verdict);
    }
}

pub(crate) fn kill(pid: Pid) {
    // Whoever has ended by itself just now is gone all the same.
    let _gone = kill_process(pid, Signal::KILL);
}

/// Processes of the world's server, by their command line and whether one of its sessions brought them: its sshd's
/// descendants, and whatever names the world's folder on its command line and is not ours.
fn server_processes(site: &Site, is_meant: impl Fn(&str, bool) -> bool) -> Vec<(Pid, String)> {
    let mut all: BTreeMap<i32, (i32, String)> = BTreeMap::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let read = |name: &str| fs::read_to_string(entry.path().join(name)).unwrap_or_default();
        let line = read("cmdline").replace('\0', " ");
        let stat = read("stat");
        // The name in brackets may hold anything.
        let parent = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
        all.insert(pid, (parent.unwrap_or_default(), line));
    }
    let config = site.world.at("sshd/config");
    let listens = |line: &str| line.contains(&config) && line.contains("sshd");
    let is_session = |mut pid: i32| {
        while let Some((parent, _)) = all.get(&pid) {
            if all.get(parent).is_some_and(|(_, line)| listens(line)) {
                return true;
            }
            pid = *parent;
        }
        false
    };
    let folder = text(&site.world.path("")).to_owned();
    let meant = all.iter().filter(|(pid, (_, line))| {
        let session = is_session(**pid);
        !listens(line) && !line.contains("--config") && (session || line.contains(&folder)) && is_meant(line, session)
    });
    meant.filter_map(|(pid, (_, line))| Some((Pid::from_raw(*pid)?, line.clone()))).collect()
}
