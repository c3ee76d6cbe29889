//! The units: systemd accepts them, what they leave open has its reason beside it, and under them a service can do what
//! Resguardo must and nothing else. A script stands in for the program, on a machine with systemd.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use system_tests::command::{Outcome, resguardo, run, sh, text};
use system_tests::machine::Machine;
use tempfile::TempDir;

/// The most that `systemd-analyze security` may find exposed, of 10.
const MOST_EXPOSED: f64 = 1.5;

fn systemd(name: &str) -> PathBuf {
    // Where the tests run, which need not be where they were built.
    Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).parent().unwrap().join("systemd").join(name)
}

fn unit(name: &str) -> String {
    fs::read_to_string(systemd(name)).unwrap()
}

/// A unit in a folder of its own, with the program where it was built.
fn with_built_program(name: &str, content: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content.replace("/usr/bin/resguardo", text(&resguardo()))).unwrap();
    (folder, path)
}

fn analyze(words: &[&str], path: &Path) -> Outcome {
    let folder = path.parent().unwrap();
    run(Command::new("systemd-analyze").args(words).arg(path).env("XDG_RUNTIME_DIR", folder).env("LC_ALL", "C.UTF-8"))
}

#[test]
fn systemd_finds_no_fault_in_the_units() {
    for (name, whose) in [("resguardo.service", "--system"), ("resguardo-notify.service", "--user")] {
        let (_folder, path) = with_built_program(name, &unit(name));
        let outcome = analyze(&[whose, "verify", "--man=no", "--recursive-errors=no"], &path);
        assert_eq!((outcome.code, outcome.said().trim()), (0, ""), "{name}");
    }
}

#[test]
fn systemd_would_find_a_fault_in_a_unit() {
    let faulty = unit("resguardo.service").replace("WatchdogSec=120", "WatchdogSec=often");
    let (_folder, path) = with_built_program("resguardo.service", &faulty);
    analyze(&["--system", "verify", "--man=no"], &path).says("Failed to parse sec value");
}

/// What systemd finds exposed in a unit, by the names it has for it.
fn exposed(content: &str) -> BTreeSet<String> {
    let (_folder, path) = with_built_program("resguardo.service", content);
    let found = analyze(&["security", "--offline=yes", "--json=short"], &path).json();
    let found: &Vec<Value> = found.as_array().unwrap();
    assert!(found.len() > 50, "systemd judges far less than it did: {found:?}");
    let is_exposed = |item: &&Value| item["exposure"].as_str().is_some_and(|exposure| exposure != "0.0");
    found.iter().filter(is_exposed).map(|item| item["json_field"].as_str().unwrap().to_owned()).collect()
}

/// The names that comments give reasons for, as `# NAME, NAME: reason`.
fn excused(content: &str) -> BTreeSet<String> {
    let comments = content.lines().filter_map(|line| line.strip_prefix("# ")?.split_once(": "));
    let names = comments.flat_map(|(names, _)| names.split(", "));
    let is_name = |name: &&str| !name.contains(' ') && name.starts_with(|first: char| first.is_ascii_uppercase());
    names.filter(is_name).map(str::to_owned).collect()
}

/// Directives of `[Service]` that stand in a paragraph without a comment before them.
fn bare(content: &str) -> Vec<&str> {
    let service = content.split("\n[Service]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let uncommented = |paragraph: &&str| !paragraph.starts_with('#') && !paragraph.trim().is_empty();
    service.split("\n\n").filter(uncommented).collect()
}

#[test]
fn what_the_service_leaves_open_is_little_and_each_of_it_has_its_reason() {
    let content = unit("resguardo.service");
    assert_eq!(exposed(&content), excused(&content), "on the left what is open, on the right what has a reason");
    let (_folder, path) = with_built_program("resguardo.service", &content);
    let outcome = analyze(&["security", "--offline=yes", "--no-pager"], &path);
    let said = outcome.said();
    let level = said.split("Overall exposure level for resguardo.service: ").nth(1).unwrap_or_else(|| panic!("{said}"));
    let level: f64 = level.split_whitespace().next().unwrap().parse().unwrap();
    assert!(level <= MOST_EXPOSED, "{level} of 10 is exposed: {said}");
}

#[test]
fn each_paragraph_of_the_services_directives_says_why() {
    for name in ["resguardo.service", "resguardo-notify.service"] {
        assert_eq!(bare(&unit(name)), Vec::<&str>::new(), "{name}");
    }
    assert_eq!(bare("\n[Service]\n# Reason.\nA=1\n\nB=2\n"), ["B=2\n"]);
}

#[test]
fn a_protection_that_is_taken_away_without_a_reason_is_noticed() {
    let content = unit("resguardo.service");
    for (directive, name) in [
        ("NoNewPrivileges=yes\n", "NoNewPrivileges"),
        ("SystemCallFilter=~@privileged @resources\n", "SystemCallFilter_privileged"),
        ("ProtectSystem=strict\n", "ProtectSystem"),
        ("User=resguardo\n", "UserOrDynamicUser"),
    ] {
        let weaker = content.replace(directive, "");
        assert_ne!(weaker, content, "{directive} is not there");
        let open = &exposed(&weaker) - &excused(&weaker);
        assert!(open.contains(name), "without {directive} systemd finds {open:?} open");
    }
}

#[test]
fn users_and_folders_are_made_as_the_unit_needs_them() {
    let root = tempfile::tempdir().unwrap();
    let made = "mkdir -p \"$1/etc\"; cp /etc/passwd /etc/group \"$1/etc\"\n\
        systemd-sysusers --root=\"$1\" \"$2\"; systemd-sysusers --root=\"$1\" \"$2\"\n\
        systemd-tmpfiles --root=\"$1\" --create \"$3\"; touch \"$1/etc/resguardo/resguardo.yaml\"\n\
        systemd-tmpfiles --root=\"$1\" --create \"$3\"\n\
        group=$(grep ^resguardo: \"$1/etc/group\" | cut -d: -f3)\n\
        stat -c '%a %u %g %n' \"$1\"/etc/resguardo{,/keys,/resguardo.yaml} | sed \"s: $group $1:=:\"\n\
        grep ^resguardo: \"$1/etc/passwd\" | cut -d: -f6-";
    let words = [text(root.path()), text(&systemd("resguardo.sysusers")), text(&systemd("resguardo.tmpfiles"))]
        .map(String::from);
    let said = String::from_utf8(sh(made, &words.each_ref().map(String::as_str))).unwrap();
    let expected = "750 0=/etc/resguardo\n750 0=/etc/resguardo/keys\n640 0=/etc/resguardo/resguardo.yaml\n\
        /var/lib/resguardo:/usr/sbin/nologin\n";
    assert_eq!(said, expected);
}

/// What stands in for the program: Perl, which runs the scripts `check` and `daemon` of the folder it is started in. The service says
/// it is ready, keeps its watchdog calm, and does what it is told by a socket.
const STAND_IN: &str = r#"
use IO::Socket::UNIX; use Socket; $| = 1;
sub tell_systemd {
    socket(my $to, PF_UNIX, SOCK_DGRAM, 0) or die; send($to, $_[0], 0, pack_sockaddr_un($ENV{NOTIFY_SOCKET})) or die $!;
}
umask 0007;
my $socket = IO::Socket::UNIX->new(Local => "/run/resguardo/stand-in", Listen => 9) or die $!;
$SIG{TERM} = sub { tell_systemd("STOPPING=1"); exit 0 };
tell_systemd("READY=1");
while (1) {
    my $ready = ''; vec($ready, fileno($socket), 1) = 1;
    select($ready, undef, undef, 1); tell_systemd("WATCHDOG=1");
    next unless vec($ready, fileno($socket), 1);
    my $peer = $socket->accept or next;
    my $word = do { local $/; <$peer> };
    my $answer = eval $word;
    print $peer defined $answer ? $answer : "failed: $@"; close $peer;
}
"#;

/// A machine on which the stand-in is installed; not yet started.
fn machine_with_stand_in() -> Machine {
    let mut machine = Machine::new();
    machine.put(Path::new("/usr/bin/perl"), "usr/bin/resguardo", "755");
    machine.write("usr/share/stand-in/check", "exit(-r '/etc/resguardo/resguardo.yaml' ? 0 : 3)", "644");
    machine.write("usr/share/stand-in/daemon", STAND_IN, "644");
    let there = "[Service]\nWorkingDirectory=/usr/share/stand-in\n";
    machine.write("etc/systemd/system/resguardo.service.d/stand-in.conf", there, "644");
    machine.put(&systemd("resguardo.service"), "usr/lib/systemd/system/resguardo.service", "644");
    machine.put(&systemd("resguardo.sysusers"), "usr/lib/sysusers.d/resguardo.conf", "644");
    machine.put(&systemd("resguardo.tmpfiles"), "usr/lib/tmpfiles.d/resguardo.conf", "644");
    machine.write("etc/resguardo/resguardo.yaml", "{}", "600");
    machine.write("etc/resguardo/keys/ssh-key", "clave", "600");
    let credential = "[Service]\nLoadCredential=ssh-key:/etc/resguardo/keys/ssh-key\n";
    machine.write("etc/systemd/system/resguardo.service.d/key.conf", credential, "644");
    machine.on();
    machine
}

/// Lets the service evaluate an expression of Perl's, and returns what it gives.
#[track_caller]
fn ask(machine: &Machine, expression: &str) -> String {
    let mut socket = UnixStream::connect(machine.live().join("run/resguardo/stand-in")).unwrap();
    socket.write_all(expression.as_bytes()).unwrap();
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

/// Writes a file as the service, and returns `written` or why not.
#[track_caller]
fn write_to(machine: &Machine, path: &str) -> String {
    ask(machine, &format!("my $f; open($f, '>', '{path}') ? do {{ print $f 'x'; close $f; 'written' }} : \"$!\""))
}

#[test]
fn disks_come_and_go_under_the_running_service() {
    let machine = machine_with_stand_in();
    let there = machine.disk("disco-a", 16);
    machine.sh("chown resguardo: /mnt/disco-a", &[]);
    machine.start("resguardo");
    assert_eq!(write_to(&machine, "/mnt/disco-a/uno"), "written");

    // A disk that is plugged in later is seen, with its own owner, and can be written to.
    let later = machine.disk("disco-b", 16);
    machine.sh("chown resguardo: /mnt/disco-b", &[]);
    assert_eq!(write_to(&machine, "/mnt/disco-b/dos"), "written");
    assert!(fs::exists(later.path.join("dos")).unwrap(), "it was written beside the disk");
    // One that belongs to somebody else is not.
    let foreign = machine.disk("disco-c", 16);
    assert_eq!(write_to(&machine, "/mnt/disco-c/tres"), "Permission denied");

    // Unplugged, no disk stays behind in the service's own view, or it could not be taken out of the machine.
    for disk in [&there, &later, &foreign] {
        disk.umount();
    }
    let mounts = ask(&machine, "open(my $f, '<', '/proc/self/mountinfo'); join '', grep { /disco-/ } <$f>");
    assert_eq!(mounts, "", "disks that were unplugged stay mounted in the service");
    assert_eq!(write_to(&machine, "/mnt/disco-b/dos"), "Permission denied", "it wrote where no disk is");

    // And plugged in again, by whichever of the two ways it came before.
    there.mount();
    later.mount();
    assert_eq!(write_to(&machine, "/mnt/disco-a/uno"), "written");
    assert_eq!(write_to(&machine, "/mnt/disco-b/dos"), "written");
    // While the service writes, the disk cannot be taken away without force.
    ask(&machine, "open($held, '>', '/mnt/disco-b/tres'); 1");
    assert_ne!(run(Command::new("umount").arg(&later.path)).code, 0);
    ask(&machine, "close($held); 1");
    later.umount();
}

#[test]
fn a_disk_that_is_mounted_inside_the_machine_reaches_the_service_wherever_it_is() {
    let machine = machine_with_stand_in();
    machine.start("resguardo");
    let before = machine.property("resguardo", "MainPID");
    for folder in ["/media/operador/disco", "/run/media/operador/disco", "/srv/disco", "/respaldo"] {
        machine.sh("mkdir -p \"$1\"; mount -t tmpfs -o size=1m,uid=resguardo tmpfs \"$1\"", &[folder]);
        assert_eq!(write_to(&machine, &format!("{folder}/uno")), "written", "{folder}");
        machine.sh("[ -e \"$1/uno\" ]; umount \"$1\"", &[folder]);
        assert_ne!(write_to(&machine, &format!("{folder}/uno")), "written", "{folder} without its disk");
    }
    // What is mounted below the folders of the unit stays writable when the service starts again.
    for folder in ["/mnt", "/media/operador/disco", "/run/media/operador/disco", "/srv/disco"] {
        machine.sh("mkdir -p \"$1\"; mount -t tmpfs -o size=1m,uid=resguardo tmpfs \"$1\"", &[folder]);
        machine.sh("systemctl restart resguardo", &[]);
        assert_eq!(write_to(&machine, &format!("{folder}/uno")), "written", "{folder} after a restart");
    }
    assert_ne!(machine.property("resguardo", "MainPID"), before);
}

#[test]
fn the_service_can_do_nothing_beyond_its_work() {
    let machine = machine_with_stand_in();
    machine.start("resguardo");
    for path in ["/etc/resguardo/x", "/usr/x", "/var/x", "/opt/x", "/run/x"] {
        assert_ne!(write_to(&machine, path), "written", "{path}");
    }
    for path in ["/var/lib/resguardo/x", "/var/log/resguardo/x", "/run/resguardo/x", "/tmp/x"] {
        assert_eq!(write_to(&machine, path), "written", "{path}");
    }
    assert_eq!(ask(&machine, "system('/bin/true') == 0 ? 'ran' : \"$!\""), "Permission denied");
    assert_eq!(ask(&machine, "open(my $f, '<', \"$ENV{CREDENTIALS_DIRECTORY}/ssh-key\"); <$f>"), "clave");
    assert_eq!(ask(&machine, "open(my $f, '<', '/etc/resguardo/keys/ssh-key') ? 'read' : \"$!\""), "Permission denied");
    assert_eq!(ask(&machine, "getpwuid($<) . ' ' . getgrgid($()"), "resguardo resguardo");
    let home = concat!("/ho", "me");
    assert_ne!(ask(&machine, &format!("opendir(my $d, '{home}') ? 'seen' : \"$!\"")), "seen");
    let others = ask(&machine, "opendir(my $d, '/proc'); join ' ', grep { /^\\d+$/ && $_ != $$ } readdir $d");
    assert_eq!(others, "", "it sees processes of others");
    assert_eq!(ask(&machine, "chown(0, 0, '/run/resguardo/x') ? 'gave' : \"$!\""), "Operation not permitted");
    let connected = "IO::Socket::INET->new('127.0.0.1:1') ? 'on' : \"$!\"";
    assert_eq!(ask(&machine, &format!("use IO::Socket::INET; {connected}")), "Connection refused");
}

#[test]
fn the_services_folders_are_open_to_its_group_and_to_nobody_else() {
    let machine = machine_with_stand_in();
    machine.sh("useradd --groups resguardo operadora; useradd extranjero", &[]);
    machine.start("resguardo");
    let modes =
        machine.sh("stat -c '%a %U %G %n' /run/resguardo /var/lib/resguardo /var/log/resguardo /etc/resguardo", &[]);
    let expected = "750 resguardo resguardo /run/resguardo\n700 resguardo resguardo /var/lib/resguardo\n\
        750 resguardo resguardo /var/log/resguardo\n750 root resguardo /etc/resguardo";
    assert_eq!(modes, expected);
    let look = ["test", "-w", "/run/resguardo/stand-in", "-a", "-r", "/etc/resguardo/resguardo.yaml"];
    assert_eq!(machine.run_as("operadora", &look).code, 0);
    assert_ne!(machine.run_as("extranjero", &look).code, 0);
}

#[test]
fn a_service_that_dies_comes_back_and_a_machine_that_goes_off_and_on_brings_it_with_it() {
    let mut machine = machine_with_stand_in();
    // Waiting is for people.
    machine.write("etc/systemd/system/resguardo.service.d/soon.conf", "[Service]\nRestartSec=100ms\n", "644");
    machine.sh("systemctl daemon-reload; systemctl enable --now resguardo", &[]);
    let comes_back = |machine: &Machine, before: &str| {
        system_tests::command::until("the service is back", || {
            let main = machine.property("resguardo", "MainPID");
            main != before && main != "0" && machine.property("resguardo", "ActiveState") == "active"
        });
    };
    let first = machine.property("resguardo", "MainPID");
    machine.sh("kill -KILL \"$1\"", &[&first]);
    comes_back(&machine, &first);
    assert_eq!(machine.property("resguardo", "NRestarts"), "1");
    let petted = machine.property("resguardo", "WatchdogTimestampMonotonic");
    system_tests::command::until("the watchdog is answered", || {
        machine.property("resguardo", "WatchdogTimestampMonotonic") != petted
    });
    machine.off();
    machine.on();
    assert_eq!(machine.property("resguardo", "ActiveState"), "active");
    machine.cut();
    machine.on();
    assert_eq!(write_to(&machine, "/var/lib/resguardo/x"), "written");
    machine.sh("systemctl stop resguardo", &[]);
    assert_eq!(machine.property("resguardo", "Result"), "success");
}

#[test]
fn the_clock_of_the_service_can_be_put_forward_and_back() {
    let machine = machine_with_stand_in();
    machine.fake_clock_of("resguardo");
    let clock = |text: &str| {
        machine.set_clock(text.parse().unwrap());
        machine.run(&["systemctl", "start", "resguardo"]).exits(0);
        let said = ask(&machine, "use POSIX; strftime('%Y-%m-%dT%H:%M', gmtime)");
        assert!(text.starts_with(&said), "{said} instead of {text}");
        assert!(machine.run_by_clock("resguardo", &["date", "-u", "+%FT%H:%M"]).said().starts_with(&said));
    };
    clock("2026-11-22T08:00:01Z");
    clock("2031-01-02T03:04:05Z");
    clock("2019-06-07T08:09:10Z");
    machine.sh("systemctl kill --signal=KILL resguardo; systemctl stop resguardo", &[]);
    clock("2026-11-22T08:00:01Z");
}

#[test]
fn a_faulty_configuration_keeps_the_service_from_starting() {
    let machine = machine_with_stand_in();
    machine.sh("rm /etc/resguardo/resguardo.yaml", &[]);
    assert_ne!(machine.run(&["systemctl", "start", "resguardo"]).code, 0);
    assert_ne!(machine.property("resguardo", "ActiveState"), "active");
}
