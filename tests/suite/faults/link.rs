//! The link to the server: cut, stalled, slowed, and with bytes in it that nobody sent.

use std::process::Command;
use std::time::Duration;

use serde_json::json;
use system_tests::command::{run, sh};
use system_tests::proxy::{Proxy, Trouble};

use super::chance::Chance;
use super::site::Site;
use super::trials::Trials;

const A_SITE: u32 = 20;

pub(crate) fn cut(trials: &mut Trials) {
    troubled(trials, |chance| match chance.of(3) {
        0 => Trouble::HalfOpen,
        1 => Trouble::HalfClose,
        _ => Trouble::Cut,
    });
}

pub(crate) fn stalled(trials: &mut Trials) {
    troubled(trials, |_| Trouble::Stall);
}

pub(crate) fn flipped(trials: &mut Trials) {
    troubled(trials, |_| Trouble::Flip);
}

pub(crate) fn garbage(trials: &mut Trials) {
    troubled(trials, |chance| {
        let bytes = 1 + chance.of(5000);
        Trouble::Inject((0..bytes).map(|_| u8::try_from(chance.of(256)).unwrap()).collect())
    });
}

/// Sends every server of the site's configuration through a port.
fn through(site: &mut Site, host: &str, port: u16) {
    for server in site.world.config["servers"].as_array_mut().unwrap() {
        (server["host"], server["port"]) = (json!(host), json!(port));
        // Short, so that a run that waits in vain is soon over.
        (server["idle_seconds"], server["keepalive_seconds"], server["connect_seconds"]) =
            (json!(4), json!(1), json!(6));
    }
}

/// Troubles what the server sends at a byte that chance names, in one run after the other.
fn troubled(trials: &mut Trials, trouble: impl Fn(&mut Chance) -> Trouble) {
    let mut site = Site::new(200);
    for server in site.world.config["servers"].as_array_mut().unwrap().iter_mut().filter(|one| one["mode"] == "agent") {
        server["outage_seconds"] = json!(3);
    }
    let proxy = Proxy::start(site.world.sshd.port);
    through(&mut site, "127.0.0.1", proxy.port);
    site.world.backup(&[]).exits(0);
    let whole = proxy.passed();
    for _ in 0..A_SITE {
        if !trials.left() {
            break;
        }
        let proxy = Proxy::start(site.world.sshd.port);
        through(&mut site, "127.0.0.1", proxy.port);
        let at = trials.chance.of(whole);
        let trouble = trouble(&mut trials.chance);
        let said = if let Trouble::Inject(bytes) = &trouble {
            format!("{} bytes injected at {at} of {whole}", bytes.len())
        } else {
            format!("{trouble:?} at {at} of {whole}")
        };
        let goes_on = trials.chance.of(2) == 0;
        let stalls = trouble == Trouble::Stall;
        proxy.trouble_at(at, trouble);
        let mut run = site.spawn(&["backup", "--here", "--json"]);
        while stalls && proxy.pending() > 0 && !run.has_ended() {
            std::thread::sleep(Duration::from_millis(1));
        }
        if stalls && goes_on {
            // Less than what is waited for.
            std::thread::sleep(Duration::from_millis(900));
            proxy.go_on();
        }
        let ended = run.end();
        proxy.go_on();
        let mut verdict = site.judge_words(&ended);
        if stalls && goes_on && ended.code != 0 {
            verdict.stuck.push(format!("a stall of less than a second ends the run: {}", ended.said()));
        }
        verdict.add(site.judge(false));
        // The next run has a link that is well.
        let proxy = Proxy::start(site.world.sshd.port);
        through(&mut site, "127.0.0.1", proxy.port);
        verdict.add(site.next_run());
        trials.count(&format!("{said}, the run ends with {}", ended.code), verdict);
        site.make_room(60);
    }
    let verdict = site.judge(true);
    if !verdict.is_well() {
        trials.count("after all", verdict);
    }
}

/// A network of the server's own, over a link that the kernel makes slow.
struct Network {
    name: String,
    host: String,
    sshd: Option<std::process::Child>,
}

impl Network {
    fn new(site: &Site, kilobits: u64) -> Self {
        let number = std::process::id() % 60_000 + 1;
        let (name, net) = (format!("rg{number}"), format!("10.{}.{}", 64 + number / 256 % 128, number % 256));
        let mut network = Self { name, host: format!("{net}.2"), sshd: None };
        let make = "ip netns add \"$1\"
            ip link add \"$1a\" type veth peer name \"$1b\" netns \"$1\"
            ip address add \"$2.1/30\" dev \"$1a\"; ip link set \"$1a\" up
            ip -n \"$1\" address add \"$2.2/30\" dev \"$1b\"; ip -n \"$1\" link set \"$1b\" up
            tc -n \"$1\" qdisc add dev \"$1b\" root tbf rate \"$3kbit\" burst 64kb latency 300ms
            sed \"s/^ListenAddress.*/ListenAddress $2.2/\" \"$4/config\" > \"$4/config-red\"";
        sh(make, &[&network.name, &net, &kilobits.to_string(), &site.world.at("sshd")]);
        let mut sshd = Command::new("setpriv");
        sshd.args(["--pdeathsig", "KILL", "ip", "netns", "exec", &network.name, "/usr/sbin/sshd", "-D", "-e", "-f"]);
        let log = std::fs::File::create(site.world.path("sshd/log-red")).unwrap();
        sshd.arg(site.world.path("sshd/config-red")).stderr(log);
        network.sshd = Some(sshd.spawn().unwrap());
        let port = site.world.sshd.port;
        system_tests::command::until("the server listens in its own network", || {
            std::net::TcpStream::connect((network.host.as_str(), port)).is_ok()
        });
        network
    }

    fn set(&self, how: &str) {
        sh("ip link set \"$1a\" \"$2\"", &[&self.name, how]);
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if let Some(sshd) = &mut self.sshd {
            // One that has ended already is what is wanted.
            let _ended = sshd.kill();
            let _reaped = sshd.wait();
        }
        // Its half of the link goes with it.
        let remove = "ip link del \"$1a\"; ip netns del \"$1\"";
        let _gone = run(Command::new("bash").args(["-c", remove, "script", &self.name]));
    }
}

/// A link that is slow, and goes down for a second in the midst of it: TCP survives it, and so does the run.
pub(crate) fn slowed(trials: &mut Trials) {
    let mut site = Site::small(160, 1_500_000);
    while trials.left() {
        let kilobits = 4000 + trials.chance.of(40_000);
        let network = Network::new(&site, kilobits);
        let port = site.world.sshd.port;
        through(&mut site, &network.host.clone(), port);
        for server in site.world.config["servers"].as_array_mut().unwrap() {
            (server["idle_seconds"], server["keepalive_seconds"]) = (json!(20), json!(5));
        }
        let wait = trials.chance.of(1500);
        let mut run = site.spawn(&["backup", "--here", "--json"]);
        std::thread::sleep(Duration::from_millis(wait));
        if !run.has_ended() {
            network.set("down");
            std::thread::sleep(Duration::from_millis(700));
            network.set("up");
        }
        let ended = run.end();
        let mut verdict = site.judge_words(&ended);
        if ended.code != 0 {
            verdict.stuck.push(format!("a slow link ends the run with {}: {}", ended.code, ended.said()));
        }
        verdict.add(site.judge(true));
        verdict.add(site.tidy());
        trials.count(&format!("{kilobits} kbit/s, down after {wait} ms"), verdict);
        through(&mut site, "127.0.0.1", port);
        site.make_room(60);
    }
}
