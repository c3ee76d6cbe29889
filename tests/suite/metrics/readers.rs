//! Those who read the figures for real: Prometheus, which scrapes the service with a key and its rules, and node_exporter, which reads
//! the file.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use rustix::process::Signal;
use serde_json::Value;
use system_tests::command::{sh, text, until};
use system_tests::server::Server;
use system_tests::sshd::{free_port, listens};

use super::{Scene, of_project, piped};

/// Starts a server that listens on a free port, which its words name.
#[track_caller]
fn served(user: &str, log: &Path, words: impl Fn(u16) -> Vec<String>) -> (Server, u16) {
    // A port that was free a moment ago may be taken by another test; then the next is tried.
    for _ in 0..10 {
        let port = free_port();
        let words = words(port);
        let argv: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
        let mut server = Server::start(user, Signal::KILL, &argv, log);
        if listens(port, &mut server) {
            return (server, port);
        }
    }
    panic!("{}", fs::read_to_string(log).unwrap());
}

/// What a server answers, which may be in pieces.
#[track_caller]
fn fetch(port: u16, path: &str) -> String {
    let ask = "import sys, urllib.request; sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())";
    let url = format!("http://127.0.0.1:{port}{path}");
    String::from_utf8(piped(super::PYTHON, &["-c", ask, &url], "")).unwrap()
}

/// What Prometheus answers to a question.
#[track_caller]
fn query(port: u16, asked: &str) -> Vec<Value> {
    let asked: String = asked.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let said: Value = serde_json::from_str(&fetch(port, &format!("/api/v1/query?query={asked}"))).unwrap();
    assert_eq!(said["status"], "success", "{said:#}");
    said["data"]["result"].as_array().cloned().unwrap_or_default()
}

#[test]
fn prometheus_scrapes_the_service_and_understands_the_rules_and_the_dashboard() {
    let scene = Scene::new();
    scene.go_on();
    scene.world.run(&["backup"]).exits(0);
    let folder = scene.world.path("prometheus");
    sh("install -d -o prometheus -g prometheus \"$1\" \"$1/data\"", &[text(&folder)]);
    let key = folder.join("key");
    fs::write(&key, &scene.key).unwrap();
    let own = fs::read_to_string(of_project("config/prometheus/prometheus.yml")).unwrap();
    let config = own
        .replace("https", "http")
        .replace("1m", "1s")
        .replace("/etc/prometheus/resguardo.rules.yml", text(&of_project("config/prometheus/resguardo.rules.yml")))
        .replace("/etc/prometheus/resguardo.key", text(&key))
        .replace("resguardo.diaco.gob.gt", &format!("127.0.0.1:{}", scene.port));
    fs::write(folder.join("config.yml"), config).unwrap();
    let (_prometheus, port) = served("root", &folder.join("stderr"), |port| {
        let words = [
            "/usr/bin/prometheus".to_owned(),
            format!("--config.file={}", text(&folder.join("config.yml"))),
            format!("--storage.tsdb.path={}", text(&folder.join("data"))),
            format!("--web.listen-address=127.0.0.1:{port}"),
        ];
        words.to_vec()
    });
    until("it has scraped", || query(port, "up{job=\"resguardo\"} == 1").len() == 1);
    let kept = query(port, "resguardo_dataset_copies{dataset=\"papeles\", disk=\"disco-a\"}");
    assert_eq!(kept[0]["value"][1], "1", "{kept:#?}");
    let labels = &kept[0]["metric"];
    assert_eq!((&labels["server"], &labels["job"]), (&"s".into(), &"resguardo".into()), "{labels:#}");
    // Its own word on what kind of figure each is.
    let about: Value = serde_json::from_str(&fetch(port, "/api/v1/metadata?metric=resguardo_plan_slots")).unwrap();
    assert_eq!(about["data"]["resguardo_plan_slots"][0]["type"], "counter", "{about:#}");
    let rules: Value = serde_json::from_str(&fetch(port, "/api/v1/rules")).unwrap();
    let rules = rules["data"]["groups"][0]["rules"].as_array().unwrap().clone();
    assert!(rules.len() >= 10, "{rules:#?}");

    let dashboard = fs::read_to_string(of_project("config/grafana/resguardo.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    assert!(panels.len() > 10);
    let mut answered = 0;
    for panel in panels {
        assert_eq!(panel["datasource"]["type"], "prometheus", "{panel:#}");
        for target in panel["targets"].as_array().unwrap() {
            // One that it does not understand fails here.
            let rows = query(port, &target["expr"].as_str().unwrap().replace("$instance", ".*"));
            answered += usize::from(!rows.is_empty());
        }
    }
    assert!(answered > 15, "{answered}");

    // With another key it is told nothing, and says so.
    fs::write(&key, scene.token("tickets:read")).unwrap();
    until("it is refused", || query(port, "up{job=\"resguardo\"} == 0").len() == 1);
}

#[test]
fn node_exporter_reads_the_file() {
    let scene = Scene::new();
    scene.go_on();
    scene.world.run(&["backup"]).exits(0);
    let folder = scene.world.at("nodo");
    let (_exporter, port) = served("root", &scene.world.path("node_exporter.stderr"), |port| {
        let words = [
            "/usr/bin/prometheus-node-exporter".to_owned(),
            "--collector.disable-defaults".to_owned(),
            "--collector.textfile".to_owned(),
            format!("--collector.textfile.directory={folder}"),
            format!("--web.listen-address=127.0.0.1:{port}"),
        ];
        words.to_vec()
    });
    let mut told = String::new();
    until("it tells of the backup", || {
        told = fetch(port, "/metrics");
        told.contains("resguardo_dataset_copies{dataset=\"papeles\",disk=\"disco-a\",server=\"s\"} 1\n")
    });
    assert!(told.contains("\nnode_textfile_scrape_error 0\n"), "{told}");
    assert!(told.contains("resguardo_plan_slots_total{outcome=\"missed\",plan=\"todo\"} 0\n"), "{told}");
}

#[test]
fn a_label_of_odd_letters_is_read_as_it_is() {
    use resguardo::openmetrics::{Kind, Metric, Sample, Text};

    let odd = ["", "a\\b\"c\nd", "\\n", "ñandú 日本 \u{1F4BE}", "{}=,# EOF", "\t \u{7f}", "x\\", "\"} 1"];
    let metric = Metric { name: "resguardo_odd_bytes", kind: Kind::Gauge, unit: "bytes", help: "Odd." };
    let mut text = Text::default();
    text.family(&metric, odd.iter().zip(0_i64..).map(|(label, number)| Sample::new([("disk", *label)], number)));
    let read = super::Figures::read(&text.finish());
    assert_eq!(read.samples.len(), odd.len());
    for (label, number) in odd.iter().zip(0_u8..) {
        assert_eq!(read.value("resguardo_odd_bytes", &[("disk", label)]), f64::from(number), "{label:?}");
    }
    // The parser is one that refuses: what is wrong in one letter does not pass.
    let wrong = "# TYPE a gauge\na{b=\"c\"} 1\n";
    let refused = std::panic::catch_unwind(|| piped(super::PYTHON, &["-c", super::PARSE], wrong));
    assert!(refused.is_err(), "a text without its end was read");
}
