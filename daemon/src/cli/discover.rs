//! `resguardo discover`: asks a server what there is on it, lets somebody pick, tries each, and adds it to the configuration.

use std::io::{BufRead as _, Write as _};
use std::path::Path;

use tokio::runtime::Runtime;

use super::args_discover::Discover;
use super::backup_here::runtime;
use super::discover_found as found;
use super::discover_server::{self as reached, Way};
use super::exit::{Failure, code};
use super::print;
use crate::config;
use crate::config::add::{self, NewDataset};
use crate::config::model::Config;
use crate::jobs::discover::{self, DiscoverError, Trial};
use crate::jobs::error::chain;
use crate::survey::Proposal;
use crate::units;

pub(super) fn run(file: &Path, asked: &Discover) -> Result<u8, Failure> {
    let runtime = runtime()?;
    let config = config::load(file).map_err(Failure::config)?;
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::unexpected(&format!("{} cannot be read", file.display()), &error))?;
    let way = reached::way(&runtime, &config, asked)?;
    let survey = runtime.block_on(discover::ask(&way.target)).map_err(|error| failed(&error))?;
    let proposals = match &way.known {
        Some(server) => discover::unkept(&config, server, &survey),
        None => crate::survey::propose(&survey, &[], &[]),
    };
    if asked.json {
        print::json(&found::json(&way.name, &survey, &proposals))?;
        return Ok(code::DONE);
    }
    print::out(&found::shown(&way.name, &survey, &proposals))?;
    let picked = pick(asked, &proposals)?;
    if picked.is_empty() {
        print::note("nothing was added");
        return Ok(code::DONE);
    }
    let wanted = with(&text, &way, &picked)?;
    let config = config::parse(&wanted, file).map_err(Failure::config)?;
    let kept: Vec<&Proposal> = if asked.no_trial { picked.clone() } else { tried(&runtime, &config, &way, &picked)? };
    let failed = picked.len() - kept.len();
    if kept.is_empty() {
        return Err(Failure::new(code::DUMP, "no trial went well, and nothing was added"));
    }
    let wanted = with(&text, &way, &kept)?;
    if asked.dry_run {
        print::out(&wanted)?;
    } else {
        reached::write(file, &wanted)?;
        let config = config::parse(&wanted, file).map_err(Failure::config)?;
        print::out(&added(&config, file, &way, &kept))?;
    }
    Ok(if failed == 0 { code::DONE } else { code::PARTLY })
}

fn failed(error: &DiscoverError) -> Failure {
    match error {
        DiscoverError::Job(job) => Failure::new(super::exit::of(job), chain(error)),
        DiscoverError::Silent { .. } => Failure::new(code::DUMP, chain(error)),
        _ => Failure::new(code::SERVER, chain(error)),
    }
}

/// The configuration's text with what was picked.
fn with(text: &str, way: &Way, picked: &[&Proposal]) -> Result<String, Failure> {
    let dataset =
        |one: &&Proposal| NewDataset { name: one.name.clone(), dump: one.dump.clone(), comment: found::comment(one) };
    let datasets: Vec<NewDataset> = picked.iter().map(dataset).collect();
    let after = match &way.new {
        Some(server) => add::server(text, server, &datasets),
        None => add::datasets(text, &way.name, &datasets),
    };
    after.map_err(|unfit| Failure::new(code::CONFIG, unfit.to_string()))
}

/// What is to be kept, in the order in which it was found.
fn pick<'p>(asked: &Discover, proposals: &'p [Proposal]) -> Result<Vec<&'p Proposal>, Failure> {
    if proposals.is_empty() {
        return Ok(Vec::new());
    }
    let answer = match (&asked.pick, asked.non_interactive) {
        (Some(pick), _) => pick.clone(),
        (None, true) => "all".to_owned(),
        (None, false) => question("What is to be kept? (1,3-5, all, none) ")?,
    };
    let numbers = numbers(&answer, proposals.len()).map_err(|what| Failure::new(code::USAGE, what))?;
    Ok(numbers.into_iter().filter_map(|number| proposals.get(number - 1)).collect())
}

/// Numbers from 1 in ascending order, each once.
fn numbers(text: &str, most: usize) -> Result<Vec<usize>, String> {
    let all = 1..=most;
    match text.trim() {
        "all" => return Ok(all.collect()),
        "none" | "" => return Ok(Vec::new()),
        _ => {}
    }
    let mut picked = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| text.trim().parse::<usize>().ok().filter(|number| all.contains(number));
        match (number(from), number(to)) {
            (Some(from), Some(to)) if from <= to => picked.extend(from..=to),
            _ => {
                return Err(format!(
                    "{part:?} is none of 1 to {most}; write numbers and ranges such as 1,3-5, all, or none"
                ));
            }
        }
    }
    picked.sort_unstable();
    picked.dedup();
    Ok(picked)
}

/// An answer from the terminal.
pub(super) fn question(text: &str) -> Result<String, Failure> {
    let mut answer = String::new();
    let mut error = std::io::stderr().lock();
    let asked = error.write_all(text.as_bytes()).and_then(|()| error.flush());
    let read = asked.and_then(|()| std::io::stdin().lock().read_line(&mut answer));
    match read {
        Ok(1..) => Ok(answer.trim().to_owned()),
        Ok(0) => {
            let what = "nobody answers; say it with options and `--non-interactive` (`resguardo discover --help`)";
            Err(Failure::new(code::USAGE, what))
        }
        Err(error) => Err(Failure::unexpected("the answer cannot be read", &error)),
    }
}

/// Those whose trial went well; of the others it is said why not.
fn tried<'p>(
    runtime: &Runtime,
    config: &Config,
    way: &Way,
    picked: &[&'p Proposal],
) -> Result<Vec<&'p Proposal>, Failure> {
    let server = config.server(&way.name).ok_or_else(|| Failure::new(code::FAILED, "the server was not added"))?;
    let mut kept = Vec::new();
    for one in picked {
        let trial = runtime.block_on(Box::pin(discover::attempt(config, server, &one.name, &one.dump)));
        match trial {
            Ok(Trial::Whole(bytes)) => {
                print::note(&format!("{}: a trial dump is whole, {}", one.name, units::bytes(bytes)));
                kept.push(*one);
            }
            Ok(Trial::Begun(bytes)) => {
                print::note(&format!("{}: a trial dump goes well; ended after {}", one.name, units::bytes(bytes)));
                kept.push(*one);
            }
            Err(error) => print::note(&format!("{}: left out, since a trial dump failed: {}", one.name, chain(&error))),
        }
    }
    Ok(kept)
}

/// What was done, and what is still to do.
fn added(config: &Config, file: &Path, way: &Way, kept: &[&Proposal]) -> String {
    let names: Vec<String> = kept.iter().map(|one| format!("{}/{}", way.name, one.name)).collect();
    let mut text = format!("added to {}: {}\n", file.display(), names.join(", "));
    let is_planned = |one: &&&Proposal| {
        let pair = (way.name.clone(), one.name.clone());
        config.plans.iter().any(|plan| plan.datasets.contains(&pair))
    };
    if kept.iter().all(|one| is_planned(&one)) {
        text.push_str("every one of them is in a plan; restart the service: systemctl restart resguardo\n");
    } else {
        let pattern = format!("\"{}/*\"", way.name);
        text.push_str(&format!(
            "no plan keeps all of it yet: add {pattern} to the `datasets` of one, run `resguardo check`, and restart the service\n"
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_picked_is_read_as_people_write_it() {
        assert_eq!(numbers("all", 3), Ok(vec![1, 2, 3]));
        assert_eq!(numbers(" none ", 3), Ok(vec![]));
        assert_eq!(numbers("", 3), Ok(vec![]));
        assert_eq!(numbers("3, 1-2,2", 3), Ok(vec![1, 2, 3]));
        for wrong in ["0", "4", "2-1", "1-4", "a", "1,,2", "-1", "1-"] {
            assert!(numbers(wrong, 3).is_err(), "{wrong}");
        }
    }
}
