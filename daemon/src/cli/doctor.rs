//! `resguardo doctor`: everything that the next backup needs, looked at and not touched; what needs a hand first, each with what to do.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::args_doctor::Doctor;
use super::backup_here::{now, runtime};
use super::exit::{Failure, code};
use super::print;
use crate::config::{self, model::Config};
use crate::findings::{Code, Finding, Report, Severity, Verdict};
use crate::jobs::doctor::{self, HERE};
use crate::jobs::error::{JobError, chain};
use crate::service::client::{self, ClientError};
use crate::service::protocol::Request;
use crate::units;

pub(super) fn run(file: &Path, asked: &Doctor) -> Result<u8, Failure> {
    let config = match config::load(file) {
        Ok(config) => Arc::new(config),
        Err(problems) if asked.nagios => {
            let count = units::count(problems.list.len() as u64, "problem");
            print::out(&format!("RESGUARDO UNKNOWN - the configuration has {count}; see `resguardo check`\n"))?;
            return Ok(Severity::Unknown.exit());
        }
        Err(problems) => return Err(Failure::config(problems)),
    };
    let first = if asked.servers.is_empty() { vec![service(&config)] } else { Vec::new() };
    let runtime = runtime()?;
    let examined = runtime.block_on(Box::pin(doctor::examine(&config, now(), &asked.servers, first)));
    // What hangs in a dying disk's system call must not keep the program.
    runtime.shutdown_background();
    let report = examined.map_err(|error: JobError| Failure::new(code::UNKNOWN, chain(&error)))?;
    if asked.nagios {
        print::out(&report.nagios())?;
    } else if asked.json {
        print::json(&shape(&report))?;
    } else {
        print::out(&page(&report, asked.all))?;
    }
    Ok(report.severity().exit())
}

/// Whether the service answers.
fn service(config: &Config) -> Finding {
    match client::ask_once::<Value>(&config.paths.socket, Request::Status) {
        Ok(status) => {
            let process = &status["daemon"]["pid"];
            Finding::well(HERE, "service", format!("it answers (process {process})"))
        }
        Err(error @ ClientError::NotAllowed { .. }) => {
            let remedy = "run it as root, or as a user of the group `resguardo`";
            Finding::new(HERE, "service", Verdict::not_asked(chain(&error), remedy))
        }
        Err(error) => {
            let remedy = "systemctl start resguardo; if it ends again, `journalctl -u resguardo -n 50` says why";
            Finding::new(HERE, "service", Verdict::critical(Code::ServiceDown, chain(&error), remedy))
        }
    }
}

fn shape(report: &Report) -> Value {
    json!({
        "now": report.now,
        "severity": report.severity(),
        "exit": report.severity().exit(),
        "findings": report.findings,
        "figures": report.figures,
    })
}

/// What needs a hand by its place, and what is well in a line.
fn page(report: &Report, all: bool) -> String {
    let problems: Vec<&Finding> = report.problems().collect();
    let mut text = String::new();
    let mut places: Vec<&str> = Vec::new();
    for problem in &problems {
        if !places.contains(&problem.place.as_str()) {
            places.push(&problem.place);
        }
    }
    for place in places {
        text.push_str(&format!("{place}\n"));
        for problem in problems.iter().filter(|problem| problem.place == place) {
            let (severity, code) = (problem.severity.word(), problem.code.word());
            text.push_str(&format!("  {severity} {code}: {}: {}\n", problem.about, problem.said));
            if !problem.remedy.is_empty() {
                text.push_str(&format!("    now: {}\n", problem.remedy));
            }
        }
        text.push('\n');
    }
    let well: Vec<&Finding> = report.findings.iter().filter(|finding| finding.severity == Severity::Ok).collect();
    if all {
        let lines =
            well.iter().map(|finding| format!("well: {}: {}: {}\n", finding.place, finding.about, finding.said));
        text.extend(lines);
    }
    let of = |count: usize, thing: &str| units::count(count as u64, thing);
    text.push_str(&match problems.len() {
        0 => format!("everything is well ({})\n", of(well.len(), "check")),
        count => format!(
            "{} to look after, {} well; what each means: resguardo manual, chapter 9\n",
            of(count, "thing"),
            of(well.len(), "check")
        ),
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_a_hand_stands_by_its_place_with_what_to_do() {
        let findings = vec![
            Finding::well("server a", "a", "it answers"),
            Finding::new("server b", "b/q", Verdict::warning(Code::ToolTooOld, "old", "install")),
            Finding::new("disk d", "d", Verdict::warning(Code::DiskAbsent, "absent", "plug it in")),
            Finding::new("server b", "b", Verdict::critical(Code::ClockSkew, "skewed", "set it")),
        ];
        let report = Report::new("2026-11-24T12:00:00-06:00".to_owned(), findings, Vec::new());
        let expected = "\
server b
  CRITICAL clock-skew: b: skewed
    now: set it
  WARNING tool-too-old: b/q: old
    now: install

disk d
  WARNING disk-absent: d: absent
    now: plug it in

3 things to look after, 1 check well; what each means: resguardo manual, chapter 9
";
        assert_eq!(page(&report, false), expected);
        assert_eq!(shape(&report)["findings"][0]["code"], "clock-skew");
        let well = Report::new(String::new(), vec![Finding::well("server a", "a", "it answers")], Vec::new());
        assert_eq!(page(&well, true), "well: server a: a: it answers\neverything is well (1 check)\n");
    }
}
