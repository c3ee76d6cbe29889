//! Whole configurations, good and bad: what is said about them, and on which line.

use std::path::{Path, PathBuf};

use proptest::prelude::{prop_assert, proptest};
use resguardo_shared::dump::Dump;

use super::model::{Channel, Config, HostKeys, Mode, Place, SecretSource};
use super::problem::{Problem, Problems};
use super::reader::{Node, Sink};

const EXAMPLE: &str = include_str!("../../../config/resguardo.yaml");

/// A small configuration without fault. The table below breaks it in one place at a time.
const GOOD: &str = r#"time_zone: America/Guatemala
paths:
  state: /srv/resguardo
servers:
  - name: salto
    host: salto.example
    user: r
    key: {credential: ssh-key}
    known_hosts: /etc/known
  - name: web
    host: 10.0.0.5
    user: r
    key: {file: /etc/key}
    host_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF6Q1EV0rv6BUrwUnMx0/Pt9uwhkPBhs3QMKSDOuD/Z3 comment"
    jump: salto
    datasets:
      - name: quejas
        kind: postgres
        database: quejas
        options: [--no-owner]
      - name: sitio
        kind: files
        path: /var/www
      - name: otra
        kind: command
        command: dump
        suffix: bak
disks:
  - name: a
    path: /media/a
  - name: b
    s3:
      bucket: respaldos
      endpoint: https://s3.example
      access_key: AK
      secret_key: {credential: s3}
plans:
  - name: semanal
    datasets: [web/quejas, "web/*"]
    when: "0 2 * * DOM"
    disks: [a, b]
notifications:
  - kind: webhook
    url: https://avisos.example/x
web:
  listen: 127.0.0.1:8080
  base_url: https://r.example
"#;

fn parse(text: &str) -> Result<Config, Problems> {
    super::parse(text, Path::new("r.yaml"))
}

fn faults(text: &str) -> Vec<Problem> {
    parse(text).unwrap_err().list
}

#[test]
fn the_example_loads_without_problems() {
    let config = parse(EXAMPLE).unwrap_or_else(|problems| panic!("{problems}"));
    let kinds: Vec<&str> =
        config.servers.iter().flat_map(|server| &server.datasets).map(|dataset| dataset.dump.kind()).collect();
    for kind in ["postgres", "mysql", "sqlite", "files", "command"] {
        assert!(kinds.contains(&kind), "{kind}");
    }
    assert_eq!(config.notifications.len(), 4);
    assert_eq!(config.plan("otras-bases").unwrap().datasets.len(), 7);
}

/// Where a key that cannot stand live (it would contradict its neighbours) stands in a comment instead.
fn stands_in_a_comment(key: &str) -> bool {
    EXAMPLE.lines().any(|line| {
        let words = line.trim().strip_prefix('#').map(str::trim_start);
        words.is_some_and(|words| words.starts_with(&format!("{key}: ")))
    })
}

#[test]
fn every_key_that_is_known_stands_in_the_example() {
    let value = serde_yaml::from_str(EXAMPLE).unwrap();
    let sink = Sink::default();
    super::top::read(&Node::new(&value, Vec::new(), &sink).unwrap(), Path::new("r.yaml"));
    let known = sink.known.into_inner();
    assert!(known.len() > 90, "the reader was asked for only {} keys", known.len());
    for (place, live) in known {
        let key = place.rsplit('.').next().unwrap();
        // Where a secret is, is one of two, and the example's head explains both. `keep` is explained where it is for all.
        if !["credential", "file"].contains(&key) && !place.contains("].keep.") {
            assert!(live || stands_in_a_comment(key), "{place} is not in config/resguardo.yaml");
        }
    }
}

#[test]
fn what_is_not_written_has_the_documented_default() {
    let config = parse(&GOOD.replace("paths:\n  state: /srv/resguardo\n", "")).unwrap();
    assert_eq!(config.paths.state, PathBuf::from("/var/lib/resguardo"));
    assert_eq!(config.paths.log, PathBuf::from("/var/log/resguardo"));
    assert_eq!(config.database.url, "sqlite:/var/lib/resguardo/resguardo.db");
    let limits = config.limits;
    assert_eq!((limits.compression_level, limits.threads, limits.disk_patience_seconds), (3, 0, 1800));
    let web = config.server("web").unwrap();
    let login = web.login.as_ref().unwrap();
    assert_eq!((login.port, login.connect_seconds, web.idle_seconds, login.keepalive_seconds), (22, 20, 1800, 15));
    assert_eq!(web.mode, Mode::Agent);
    assert!(matches!(config.disk("a").unwrap().place, Place::Folder { mount_point: true, .. }));
    assert!(matches!(&config.disk("b").unwrap().place, Place::S3 { region, prefix, .. }
        if region == "us-east-1" && prefix.is_empty()));
    assert_eq!(parse(GOOD).unwrap().database.url, "sqlite:/srv/resguardo/resguardo.db");
}

#[test]
fn names_find_their_things_and_a_star_stands_for_each_dataset_once() {
    let config = parse(GOOD).unwrap();
    let pair = |name: &str| ("web".to_owned(), name.to_owned());
    let own = || ("resguardo".to_owned(), "registros".to_owned());
    assert_eq!(config.plan("semanal").unwrap().datasets, [pair("quejas"), pair("sitio"), pair("otra"), own()]);
    assert!(matches!(config.dataset("web", "sitio").unwrap().dump, Dump::Files(_)));
    assert!(config.dataset("salto", "sitio").is_none() && config.server("x").is_none() && config.disk("x").is_none());
    let web = config.server("web").unwrap();
    let login = web.login.as_ref().unwrap();
    assert_eq!(login.key, SecretSource::File("/etc/key".into()));
    let HostKeys::Pinned(keys) = &login.host_keys else { panic!("pinned") };
    assert!(keys.len() == 1 && !keys[0].contains("comment"), "{keys:?}");
    assert!(matches!(&config.notifications[..], [Channel::Webhook { token: None, .. }]));
}

/// What to replace in [`GOOD`], with what, the line of the one problem that follows, and a part of its message.
const BROKEN: &[(&str, &str, usize, &str)] = &[
    ("America/Guatemala", "America/Guatemla", 1, "did you mean `America/Guatemala`?"),
    ("state: /srv", "state: srv", 3, "`srv/resguardo` is a relative path"),
    ("state: /srv/resguardo", "state: ~/resguardo", 3, "`~`, which is not expanded"),
    ("state: /srv/resguardo", "state: /srv/../etc", 3, "holds `..`"),
    ("  state: /srv/resguardo", "  state:", 3, "is empty"),
    ("paths:\n  state: /srv/resguardo", "paths: /srv", 2, "is a text where keys are expected"),
    ("paths:", "path:", 2, "did you mean `paths`?"),
    ("time_zone: America/Guatemala", "database: {url: 'postgres://r:hunter2@h/d'}", 1, "has a password in its URL"),
    ("time_zone: America/Guatemala", "database: {url: 'postgres://h/d?password=hunter2'}", 1, "a password in its URL"),
    ("time_zone: America/Guatemala", "database: {url: 'sqlite::memory:'}", 1, "sqlite:/ABSOLUTE/PATH"),
    (
        "time_zone: America/Guatemala",
        "limits: {compression_level: 22}",
        1,
        "`22` is out of range; write a whole number from 1 to 19",
    ),
    ("time_zone: America/Guatemala", "limits: {threads: four}", 1, "is a text, not a number"),
    ("    host: salto.example\n", "", 5, "is missing; write the host name"),
    ("host: salto.example", "host: -oProxyCommand=x", 6, "begins with `-`"),
    ("host: salto.example", "host: r@salto.example", 6, "write the login under `user`"),
    ("host: salto.example", "host: r:hunter2@salto.example", 6, "holds a user"),
    ("host: salto.example", "host: salto.example:22", 6, "its port under `port`"),
    ("host: salto.example", "host: \"salto\\nexample\"", 6, "a control character"),
    ("host: salto.example", "host: \"salto\\0\"", 6, "a control character"),
    ("host: salto.example", "host: 10", 6, "is a number, not a text; put it in quotes"),
    ("    host: salto.example", "    host: salto.example\n    port: 70000", 7, "from 1 to 65535"),
    (
        "    host: salto.example",
        "    host: salto.example\n    mode: agnet",
        7,
        "did you mean `agent`? write one of agent, installed, plain",
    ),
    ("name: semanal\n", "name: ''\n", 38, "empty name"),
    ("{credential: ssh-key}", "hunter2", 8, "write `{file: /ABSOLUTE/PATH}`"),
    ("{credential: ssh-key}", "{credential: a, file: /b}", 8, "exactly one of `credential` and `file`"),
    ("{credential: ssh-key}", "{file: keys/salto}", 8, "is a relative path"),
    ("{credential: ssh-key}", "{credential: ../x}", 8, "is no name of a credential"),
    ("    key: {credential: ssh-key}\n", "", 5, "the private key with which Resguardo logs in"),
    (
        "    known_hosts: /etc/known",
        "    password: hunter2\n    known_hosts: /etc/known",
        9,
        "if it is a secret, put the secret in a file",
    ),
    (
        "    known_hosts: /etc/known",
        "    passphrase: hunter2\n    known_hosts: /etc/known",
        9,
        "no secret may stand here",
    ),
    ("    known_hosts: /etc/known\n", "", 5, "anybody on the network could pose as the server"),
    ("known_hosts: /etc/known", "host_key: []", 9, "is an empty list"),
    ("host_key: \"ssh-ed25519 AAAA", "host_key: \"ssh-ed25519 BBBB", 14, "is no public key"),
    ("    jump: salto", "    known_hosts: /etc/known", 15, "both cannot decide"),
    ("jump: salto", "jump: salta", 15, "did you mean `salto`?"),
    ("jump: salto", "jump: web", 15, "web → web"),
    ("- name: otra", "- name: .otra", 24, "cannot be a folder's name"),
    ("kind: postgres", "kind: postgress", 18, "did you mean `postgres`?"),
    ("        kind: postgres\n", "", 17, "write one of postgres, mysql"),
    ("database: quejas", "databse: quejas", 17, "is missing; write the database's name"),
    ("database: quejas", "database: 'host=x password=hunter2'", 19, "is a connection string"),
    ("[--no-owner]", "[--no-owner, --file=/tmp/x]", 20, "the dump must go to standard output"),
    ("[--no-owner]", "[-Fp]", 20, "format and compression are Resguardo's"),
    ("[--no-owner]", "--no-owner", 20, "is a text; write a list"),
    ("[--no-owner]", "[]\n        password_fil: /x", 21, "did you mean `password_file`?"),
    ("- name: sitio", "- name: QUEJAS", 21, "already the name of another dataset"),
    ("path: /var/www", "path: var/www", 23, "is a relative path"),
    ("path: /var/www", "path: /var/www\n        exclude: ['./*']", 24, "leaves everything out"),
    ("path: /var/www", "path: /var/www\n        prefix: [-n, sudo]", 24, "begins the command line with an option"),
    ("suffix: bak", "suffix: .BAK", 27, "is no suffix of a file name"),
    ("command: dump", "command: 'PGPASSWORD=hunter2 dump'", 26, "which every user of the server could see"),
    (
        "command: dump",
        "command: mongodump --uri=mongodb://u:hunter2@h/d",
        26,
        "which every user of the server could see",
    ),
    ("time_zone: America/Guatemala", "database: {password: {credential: x}}", 1, "means nothing for an SQLite file"),
    ("path: /media/a", "path: /", 30, "this machine's own root"),
    ("path: /media/a", "path: /media/a\n    id: 7", 31, "is a number, not a text"),
    ("path: /media/a", "custody: here", 29, "exactly one of `path: /MOUNT/POINT` and `s3"),
    ("  - name: b\n", "  - name: b\n    path: /b\n", 33, "a disk is in one place"),
    ("https://s3.example", "s3.example", 34, "is no http or https URL"),
    ("https://s3.example", "https://u:hunter2@s3.example", 34, "has a login in its URL"),
    ("{credential: s3}", "hunter2", 36, "no secret may stand here"),
    ("bucket: respaldos", "bucket: Respaldos", 33, "is no name of a bucket"),
    ("[web/quejas, \"web/*\"]", "[web/queja]", 39, "did you mean `quejas`? there are quejas, sitio, otra"),
    ("[web/quejas, \"web/*\"]", "[wep/quejas]", 39, "did you mean `web`? there are salto, web"),
    ("[web/quejas, \"web/*\"]", "[salto/*]", 39, "a server without datasets"),
    ("[web/quejas, \"web/*\"]", "[web]", 39, "names no dataset of a server"),
    ("[web/quejas, \"web/*\"]", "[]", 39, "is an empty list"),
    ("[web/quejas, \"web/*\"]", "[web/*, web/*]", 39, "is listed twice"),
    ("0 2 * * DOM", "0 2 1 * DOM", 40, "restricts both the day of the month and the weekday"),
    ("0 2 * * DOM", "0 2 30 2 *", 40, "never comes due"),
    ("disks: [a, b]", "disks: [a, c]", 41, "`c` is no disk of this configuration"),
    ("    disks: [a, b]\n", "", 38, "list the names of the disks"),
    ("kind: webhook", "kind: telegram", 43, "write one of email, webhook, health_check, desktop"),
    ("https://avisos.example/x", "https://r:hunter2@avisos.example", 44, "has a login in its URL"),
    ("https://avisos.example/x", "https://avisos.example/x?token=hunter2", 44, "has a secret in its URL"),
    ("kind: webhook", "kind: health_check", 44, "no secret may stand here"),
    (
        "kind: webhook\n    url: https://avisos.example/x",
        "kind: email\n    smtp: mail.x:25\n    security: none\n    from: a@b\n    to: [c@d]",
        45,
        "only for a relay on this machine",
    ),
    (
        "kind: webhook\n    url: https://avisos.example/x",
        "kind: email\n    smtp: mail.x:25\n    user: r\n    from: a@b\n    to: [c@d]",
        43,
        "give the password of `user`",
    ),
    (
        "kind: webhook\n    url: https://avisos.example/x",
        "kind: email\n    smtp: mail.x:25\n    from: a@b\n    to: [cd]",
        46,
        "is no mail address",
    ),
    (
        "kind: webhook\n    url: https://avisos.example/x",
        "kind: email\n    smtp: mail.x\n    from: a@b\n    to: [c@d]",
        44,
        "has no port",
    ),
    (
        "kind: webhook\n    url: https://avisos.example/x",
        "kind: email\n    smtp: mail.x:25\n    from: a@b\n    to: []",
        46,
        "is an empty list",
    ),
    ("127.0.0.1:8080", "localhost", 46, "is no address to listen on"),
    ("  base_url: https://r.example", "  base_url: ftp://r.example", 47, "is no http or https URL"),
    ("https://r.example", "https://r.example/soporte", 47, "stand at the root of a host"),
    (
        "  base_url: https",
        "  tls: {certificate: /c.pem, key: {file: /k.pem}}\n  base_url: http",
        48,
        "although TLS ends here",
    ),
    ("127.0.0.1:8080", "0.0.0.0:8080", 46, "would take passwords over the network"),
    ("web:\n", "web:\n  trusted_proxies: [proxy]\n", 46, "is no address"),
    ("web:\n", "web:\n  tls: {certificate: /c.pem}\n", 46, "the certificate's private key"),
    ("web:\n  listen", "web:\n  listen: a\n  listen", 47, "the key `listen` stands twice"),
    ("disks: [a, b]", "disks: [a, b", 42, "is not YAML"),
    ("time_zone: America/Guatemala", "3: x", 1, "a key that is a number"),
];

#[test]
fn each_fault_is_the_only_one_reported_and_stands_on_its_line() {
    let mut wrong = Vec::new();
    for (good, bad, line, message) in BROKEN {
        let text = GOOD.replacen(good, bad, 1);
        assert_ne!(text, GOOD, "`{good}` is not in the configuration");
        let mut found = faults(&text);
        // A misspelt key is both unknown and, where it is needed, missing.
        found.retain(|problem| !(*bad == "databse: quejas" && problem.what.contains("is no key")));
        let said = match &found[..] {
            [only] => format!("{}; {}", only.what, only.remedy),
            _ => String::new(),
        };
        if found.first().and_then(|problem| problem.line) != Some(*line) || !said.contains(message) {
            wrong.push(format!("{bad}: expected line {line} and `{message}`, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_message_repeats_a_secret() {
    for (good, bad, ..) in BROKEN.iter().filter(|(_, bad, ..)| bad.contains("hunter2")) {
        let Err(problems) = parse(&GOOD.replacen(good, bad, 1)) else { panic!("{bad} is accepted") };
        assert!(!format!("{problems} {problems:?}").contains("hunter2"), "{problems}");
    }
    let tagged = GOOD.replace("key: {credential: ssh-key}", "key: !!int hunter2");
    assert!(!parse(&tagged).unwrap_err().to_string().contains("hunter2"));
}

#[test]
fn ten_faults_in_one_file_are_all_reported_in_the_order_of_its_lines() {
    let ten = [
        ("America/Guatemala", "Guatemala/Zona-1"),
        ("state: /srv", "state: srv"),
        ("{credential: ssh-key}", "hunter2"),
        ("host: 10.0.0.5", "host: -x"),
        ("jump: salto", "jump: salta"),
        ("kind: postgres", "kind: postgress"),
        ("path: /var/www", "pfad: /var/www"),
        ("suffix: bak", "suffix: BAK"),
        ("0 2 * * DOM", "0 2 30 2 *"),
        ("disks: [a, b]", "disks: [a, z]"),
    ];
    let text = ten.iter().fold(GOOD.to_owned(), |text, (good, bad)| text.replacen(good, bad, 1));
    let problems = parse(&text).unwrap_err();
    let places: Vec<(Option<usize>, &str)> =
        problems.list.iter().map(|problem| (problem.line, problem.path.as_str())).collect();
    assert_eq!(
        places,
        [
            (Some(1), "time_zone"),
            (Some(3), "paths.state"),
            (Some(8), "servers[0].key"),
            (Some(11), "servers[1].host"),
            (Some(15), "servers[1].jump"),
            (Some(18), "servers[1].datasets[0].kind"),
            // The misspelt key leaves the needed one missing, which is said on the dataset's first line.
            (Some(21), "servers[1].datasets[1].path"),
            (Some(23), "servers[1].datasets[1].pfad"),
            (Some(27), "servers[1].datasets[2].suffix"),
            (Some(40), "plans[0].when"),
            (Some(41), "plans[0].disks[1]"),
        ]
    );
    assert_eq!(problems.to_string().lines().count(), problems.list.len());
    assert!(problems.to_string().starts_with("r.yaml:1: time_zone: `Guatemala/Zona-1` is no time zone; "));
}

#[test]
fn jump_servers_in_a_circle_are_each_told_of_it() {
    let text = GOOD.replace("    known_hosts: /etc/known", "    known_hosts: /etc/known\n    jump: web");
    let lines: Vec<_> = faults(&text).iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [Some(10), Some(16)]);
}

#[test]
fn disks_may_take_turns_at_one_mount_point_only_when_told_apart() {
    let two = |first: &str, second: &str| {
        let disks = format!("disks:\n  - name: a\n    path: /m\n{first}  - name: b\n    path: /m\n{second}plans:");
        let (before, after) = (GOOD.split("disks:\n").next().unwrap(), GOOD.split("plans:").nth(1).unwrap());
        parse(&format!("{before}{disks}{after}"))
    };
    let id =
        |digit: char| format!("    id: {}\n", "0000000x-0000-4000-8000-000000000000".replace('x', &digit.to_string()));
    assert!(two(&id('1'), &id('2')).is_ok());
    assert!(two("", &id('2')).unwrap_err().to_string().contains("both copies would be one"));
    assert!(two(&id('1'), &id('1')).unwrap_err().to_string().contains("is also the id of the disk `a`"));
}

#[test]
fn a_file_that_is_empty_or_missing_or_no_mapping_is_one_problem() {
    for (text, message) in
        [("", "is empty"), ("# only a comment\n", "is empty"), ("- a\n", "is a list"), ("a: [", "YAML")]
    {
        let found = faults(text);
        assert!(found.len() == 1 && found[0].what.contains(message), "{text}: {found:?}");
    }
    let problems = super::load(Path::new("/nonexistent/r.yaml")).unwrap_err();
    assert!(problems.to_string().starts_with("/nonexistent/r.yaml: cannot be opened: No such file"), "{problems}");
}

proptest! {
    /// Whatever an editor's slip leaves behind, there is an answer, and each line named is one of the file.
    #[test]
    fn any_damage_to_the_example_gives_a_configuration_or_problems_with_real_lines(
        from in 0_usize..EXAMPLE.len(), length in 0_usize..80, put in "[a-z:{}\\[\\]&*!| \n\"'#-]{0,6}",
    ) {
        let (mut text, end) = (EXAMPLE.as_bytes().to_vec(), (from + length).min(EXAMPLE.len()));
        text.splice(from..end, put.bytes());
        let text = String::from_utf8_lossy(&text);
        if let Err(problems) = parse(&text) {
            prop_assert!(!problems.list.is_empty());
            let lines = text.lines().count() + 1;
            for problem in &problems.list {
                prop_assert!(problem.line.is_none_or(|line| (1..=lines).contains(&line)), "{problem:?}");
                prop_assert!(!problem.what.is_empty() && !problem.remedy.is_empty(), "{problem:?}");
            }
        }
    }
}
