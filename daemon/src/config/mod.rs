//! The configuration: YAML in, checked types out, all problems at once. Only this module knows YAML, and it may not
//! know how anything runs.
//!
//! The text is parsed once ([`serde_yaml`]); `reader` walks the values and notes every fault by path; `locate` then finds
//! each fault's line by reading the text again. `top`, `server`, `dataset`, `disk`, `plan`, `keep`, `custody`,
//! `records` and `channel` know the keys, one section each; `check` and `options` know what single texts may be.

pub mod add;
#[cfg(test)]
mod add_tests;
mod channel;
mod check;
mod custody;
mod dataset;
pub mod desk;
mod disk;
mod keep;
mod locate;
pub mod model;
mod names;
mod nearest;
mod options;
mod plan;
pub mod problem;
mod reader;
pub mod records;
pub mod rules;
pub mod secret;
mod server;
#[cfg(test)]
mod tests;
mod top;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use model::Config;
use problem::{Problem, Problems};
use reader::{Node, Sink};

/// No configuration is larger.
const LARGEST_BYTES: u64 = 1024 * 1024;

/// Reads and checks a configuration file. Whether the files it names exist is not looked at.
///
/// # Errors
/// Everything that is wrong with it, in the order of its lines.
pub fn load(file: &Path) -> Result<Config, Problems> {
    let mut text = String::new();
    let whole = |what: String, remedy: &str| problems(file, vec![problem(None, "", &what, remedy)]);
    let opened = File::open(file).map_err(|error| {
        whole(format!("cannot be opened: {error}"), "name an existing file that Resguardo's user can read")
    })?;
    opened.take(LARGEST_BYTES + 1).read_to_string(&mut text).map_err(|error| {
        whole(format!("cannot be read: {error}"), "name a text file in UTF-8 that Resguardo's user can read")
    })?;
    if u64::try_from(text.len()).is_ok_and(|length| length > LARGEST_BYTES) {
        return Err(whole("is larger than 1 MiB".to_owned(), "name the configuration file"));
    }
    parse(&text, file)
}

/// Checks a configuration's text; `file` only names it.
///
/// # Errors
/// Everything that is wrong with it, in the order of its lines.
pub fn parse(text: &str, file: &Path) -> Result<Config, Problems> {
    if let Some((line, key)) = locate::duplicate(text) {
        let what = format!("the key `{}` stands twice in one mapping", key.escape_debug().take(64).collect::<String>());
        let found = problem(Some(line), "", &what, "keep one of the two; other problems show once it is gone");
        return Err(problems(file, vec![found]));
    }
    let value = serde_yaml::from_str(text).map_err(|error| problems(file, vec![syntax(&error)]))?;
    let sink = Sink::default();
    let config = Node::new(&value, Vec::new(), &sink).map(|root| top::read(&root, file));
    let mut list: Vec<Problem> = sink.noted.into_inner().into_iter().map(|noted| located(text, noted)).collect();
    list.sort_by_key(|problem| problem.line);
    match config {
        Some(config) if list.is_empty() => Ok(config),
        _ => Err(problems(file, list)),
    }
}

fn located(text: &str, noted: reader::Noted) -> Problem {
    problem(locate::line(text, &noted.at), &noted.path, &noted.fault.what, &noted.fault.remedy)
}

/// A text that is not YAML. The parser's words are shown unless they could repeat a value, which may be a secret.
fn syntax(error: &serde_yaml::Error) -> Problem {
    let text = error.to_string();
    let quotes = text.contains("invalid type") || text.contains("invalid value");
    let what = if quotes { "a value does not fit its tag (`!!…`)".to_owned() } else { text };
    let line = error.location().map(|location| location.line());
    problem(line, "", &format!("is not YAML: {what}"), "mend this first; other problems show once it is gone")
}

fn problem(line: Option<usize>, path: &str, what: &str, remedy: &str) -> Problem {
    Problem { line, path: path.to_owned(), what: what.to_owned(), remedy: remedy.to_owned() }
}

fn problems(file: &Path, list: Vec<Problem>) -> Problems {
    Problems { file: file.to_owned(), list }
}
