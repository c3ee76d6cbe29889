//! `resguardo check`: all that is wrong with the configuration, and what it names that is not there.

use std::path::Path;

use chrono::Utc;

use super::args::Check;
use super::exit::{Failure, code};
use super::print;
use crate::config::model::{Config, HostKeys, Plan};
use crate::config::{self, problem::Problems, records};
use crate::jobs::error::chain;
use crate::jobs::{disks, targets};
use crate::units;

pub(super) fn run(file: &Path, check: &Check) -> Result<u8, Failure> {
    match config::load(file) {
        Err(problems) if check.json => {
            print::json(&problems_json(&problems))?;
            Ok(code::CONFIG)
        }
        Err(problems) => Err(Failure::new(code::CONFIG, problems.to_string())),
        Ok(config) => {
            let warnings = warnings(&config);
            if check.json {
                let json = serde_json::json!({ "file": file, "problems": [], "warnings": warnings });
                print::json(&json)?;
                return Ok(code::DONE);
            }
            print::out(&summary(&config, file))?;
            warnings.iter().for_each(|warning| print::note(&format!("warning: {warning}")));
            Ok(code::DONE)
        }
    }
}

fn problems_json(problems: &Problems) -> serde_json::Value {
    let problem = |problem: &config::problem::Problem| serde_json::json!({ "line": problem.line, "path": problem.path, "what": problem.what, "remedy": problem.remedy });
    let list: Vec<_> = problems.list.iter().map(problem).collect();
    serde_json::json!({ "file": problems.file, "problems": list, "warnings": [] })
}

#[expect(clippy::disallowed_methods, reason = "the command line reads the clock to say when each plan runs next")]
fn summary(config: &Config, file: &Path) -> String {
    let written = || config.servers.iter().filter(|server| server.name != records::SERVER);
    let datasets = written().map(|server| server.datasets.len()).sum();
    let count = |number: usize, thing: &str| units::count(number as u64, thing);
    let mut text = format!(
        "{}: no problems; {}, {}, {}, {}\n",
        file.display(),
        count(written().count(), "server"),
        count(datasets, "dataset"),
        count(config.disks.len(), "disk"),
        count(config.plans.len(), "plan"),
    );
    if config.server(records::SERVER).is_some() {
        text.push_str(&format!("own records: {}/{} with every plan\n", records::SERVER, records::DATASET));
    }
    for plan in &config.plans {
        let next = plan.when.next_after(Utc::now()).map_or("never".to_owned(), |next| next.to_rfc3339());
        let (datasets, disks) = (count(plan.datasets.len(), "dataset"), disks(plan));
        text.push_str(&format!("plan {}: {datasets} to {disks}; next {next}\n", plan.name));
    }
    text
}

/// The disks of a plan; of those that take turns one is enough.
fn disks(plan: &Plan) -> String {
    let turns = (!plan.rotation.is_empty()).then(|| format!("one of {} in turn", plan.rotation.join(", ")));
    plan.disks.iter().cloned().chain(turns).collect::<Vec<_>>().join(", ")
}

/// What the text alone cannot tell: keys, known hosts and disks that are not there now. A disk in the safe is no problem
/// of the configuration, hence only warnings.
fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    for server in &config.servers {
        if let Some(login) = &server.login {
            if let Err(error) = targets::target(config, server) {
                warnings.push(chain(&error));
            }
            if let HostKeys::KnownHosts(path) = &login.host_keys
                && !path.is_file()
            {
                warnings.push(format!("server {}: there is no known_hosts file {}", server.name, path.display()));
            }
        }
        let used = config.plans.iter().any(|plan| plan.datasets.iter().any(|(name, _)| *name == server.name));
        let jumps = config.servers.iter().any(|other| other.jump() == Some(server.name.as_str()));
        if !used && !jumps {
            warnings.push(format!("server {}: no plan backs up anything of it", server.name));
        }
    }
    for plan_less in
        config.servers.iter().flat_map(|server| server.datasets.iter().map(move |dataset| (server, dataset)))
    {
        let (server, dataset) = plan_less;
        let pair = (server.name.clone(), dataset.name.clone());
        if !config.plans.iter().any(|plan| plan.datasets.contains(&pair)) {
            warnings.push(format!("dataset {}/{}: no plan backs it up", server.name, dataset.name));
        }
    }
    for tool in targets::missing(config) {
        warnings.push(format!(
            "{tool} is not here, and what this machine keeps of PostgreSQL cannot be dumped without it; install postgresql-client, \
             or say `own_records: {{backup: false}}` if it is for the own database alone"
        ));
    }
    for disk in &config.disks {
        if let Err(error) = disks::by_name(config, &disk.name) {
            warnings.push(chain(&error));
        }
    }
    warnings
}
