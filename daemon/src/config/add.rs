//! Adds servers and datasets to a configuration's text, and leaves everything else of it as it is, comments and all. What comes of it is
//! read again and must say what it said before and what was added, or nothing is handed out.

use std::fmt::Write as _;

use resguardo_shared::dump::Dump;
use serde_yaml::{Mapping, Value};

/// A dataset to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDataset {
    /// Its name.
    pub name: String,
    /// How it is dumped.
    pub dump: Dump,
    /// What stands above it as a comment; one line.
    pub comment: String,
}

/// How a server is reached that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewServer {
    /// Its name.
    pub name: String,
    /// Name or address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The login.
    pub user: String,
    /// The file of the private key.
    pub key: String,
    /// The host key, `ALGORITHM BASE64`.
    pub host_key: String,
    /// The server through which it is reached.
    pub jump: Option<String>,
    /// How dumps are taken, as the configuration says it.
    pub mode: String,
}

/// Why nothing can be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is not YAML.
    #[error("the configuration is not YAML")]
    Text,
    /// The server is not in it.
    #[error("there is no server {0} in the configuration")]
    Server(String),
    /// It is written in a way to which nothing can be added line by line.
    #[error("{0} is written in a way to which no lines can be added; add them by hand")]
    Shape(&'static str),
}

/// The text with another server and its datasets.
///
/// # Errors
/// [`Unfit`].
pub fn server(text: &str, server: &NewServer, datasets: &[NewDataset]) -> Result<String, Unfit> {
    let before = value(text)?;
    let mut lines = format!("- name: {}\n  host: {}\n", scalar(&server.name), scalar(&server.host));
    if server.port != 22 {
        let _infallible = writeln!(lines, "  port: {}", server.port);
    }
    let _infallible = writeln!(lines, "  user: {}\n  key: {{file: {}}}", scalar(&server.user), scalar(&server.key));
    let _infallible =
        writeln!(lines, "  # Compared on the server's own console.\n  host_key: {}", scalar(&server.host_key));
    if let Some(jump) = &server.jump {
        let _infallible = writeln!(lines, "  jump: {}", scalar(jump));
    }
    let _infallible = writeln!(lines, "  mode: {}\n  datasets:", scalar(&server.mode));
    let mut items = String::new();
    datasets.iter().for_each(|dataset| items.push_str(&item(dataset)));
    lines.push_str(&indented(&items, 4));
    let place = Place::of_key(text, 0, 0..lines_of(text).len(), "servers").ok_or(Unfit::Shape("`servers`"))?;
    let after = place.insert(text, &lines);
    let mut wanted = before;
    let list = wanted.as_mapping_mut().and_then(|root| root.get_mut("servers")).ok_or(Unfit::Shape("`servers`"))?;
    append(list, &lines)?;
    proved(after, &wanted, "`servers`")
}

/// The text with further datasets of a server that is in it.
///
/// # Errors
/// [`Unfit`].
pub fn datasets(text: &str, server: &str, datasets: &[NewDataset]) -> Result<String, Unfit> {
    let mut wanted = value(text)?;
    let unknown = || Unfit::Server(server.to_owned());
    let servers = wanted.get_mut("servers").and_then(Value::as_sequence_mut).ok_or_else(unknown)?;
    let at = servers.iter().position(|one| one.get("name").and_then(Value::as_str) == Some(server));
    let at = at.ok_or_else(unknown)?;
    let one = servers.get_mut(at).and_then(Value::as_mapping_mut).ok_or_else(unknown)?;
    let mut items = String::new();
    datasets.iter().for_each(|dataset| items.push_str(&item(dataset)));
    let has_list = one.contains_key("datasets");
    append(one.entry("datasets".into()).or_insert_with(|| Value::Sequence(Vec::new())), &items)?;

    let shape = Unfit::Shape("`servers`");
    let list = Place::of_key(text, 0, 0..lines_of(text).len(), "servers").ok_or(shape.clone())?;
    let (lines, indent) = list.item(text, at).ok_or(shape.clone())?;
    let after = if has_list {
        let place = Place::of_key(text, indent, lines, "datasets").ok_or(Unfit::Shape("`datasets` of that server"))?;
        place.insert(text, &items)
    } else {
        let place = Place { at: last_of(text, lines), indent };
        place.insert(text, &format!("datasets:\n{}", indented(&items, 2)))
    };
    proved(after, &wanted, "that server")
}

/// A dataset as an item of a list, with its comment.
fn item(dataset: &NewDataset) -> String {
    let mut fields = Mapping::new();
    fields.insert("name".into(), dataset.name.clone().into());
    if let Ok(Value::Mapping(dump)) = serde_yaml::to_value(&dataset.dump) {
        // What is the default is not written.
        let is_default = |key: &Value, value: &Value| {
            let pair = (key.as_str().unwrap_or_default(), value.as_str().unwrap_or_default());
            [("format", "custom"), ("roles", "full")].contains(&pair)
        };
        fields.extend(dump.into_iter().filter(|(key, value)| !is_default(key, value)));
    }
    let text = serde_yaml::to_string(&fields).unwrap_or_default();
    let comment: String =
        dataset.comment.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let mut lines = format!("# {comment}\n");
    for (number, line) in text.lines().enumerate() {
        let _infallible = writeln!(lines, "{}{line}", if number == 0 { "- " } else { "  " });
    }
    lines
}

/// A text as YAML writes it in one line.
fn scalar(text: &str) -> String {
    // JSON's strings are YAML's, and have one line whatever is in them.
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._/-".contains(letter);
    let is_plain =
        text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/') && text.chars().all(plain);
    let is_word = ["true", "false", "null", "yes", "no", "on", "off"].contains(&text.to_lowercase().as_str());
    if is_plain && !is_word { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

fn value(text: &str) -> Result<Value, Unfit> {
    serde_yaml::from_str(text).map_err(|_| Unfit::Text)
}

/// Adds the items that lines say to a list.
fn append(list: &mut Value, lines: &str) -> Result<(), Unfit> {
    let Value::Sequence(more) = value(lines)? else { return Err(Unfit::Text) };
    if list.is_null() {
        *list = Value::Sequence(Vec::new());
    }
    list.as_sequence_mut().ok_or(Unfit::Shape("a list"))?.extend(more);
    Ok(())
}

/// The text, if it says what was wanted.
fn proved(after: String, wanted: &Value, what: &'static str) -> Result<String, Unfit> {
    let read: Result<Value, _> = serde_yaml::from_str(&after);
    if read.is_ok_and(|read| read == *wanted) { Ok(after) } else { Err(Unfit::Shape(what)) }
}

fn lines_of(text: &str) -> Vec<&str> {
    text.lines().collect()
}

fn indented(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    text.lines().map(|line| format!("{pad}{line}\n")).collect()
}

/// The spaces before a line; none where it says nothing.
fn depth(line: &str) -> Option<usize> {
    let said = line.trim_start();
    (!said.is_empty() && !said.starts_with('#')).then(|| line.len() - said.len())
}

/// The line after the last one that says something.
fn last_of(text: &str, lines: std::ops::Range<usize>) -> usize {
    let all = lines_of(text);
    let last = lines.clone().rev().find(|at| all.get(*at).is_some_and(|line| depth(line).is_some()));
    last.map_or(lines.start, |at| at + 1)
}

/// Where lines are put, and how far from the left.
struct Place {
    at: usize,
    indent: usize,
}

impl Place {
    /// The end of the list under a key that stands so far from the left. Items may stand as far as their key, or further.
    fn of_key(text: &str, indent: usize, within: std::ops::Range<usize>, key: &str) -> Option<Self> {
        let all = lines_of(text);
        let start = within.clone().find(|at| {
            let Some(line) = all.get(*at) else { return false };
            // The first key of an item stands behind its dash.
            let line = line.replacen("- ", "  ", usize::from(depth(line).is_some_and(|depth| depth + 2 == indent)));
            let rest = line.trim_start().strip_prefix(key).and_then(|rest| rest.strip_prefix(':'));
            let is_bare = rest.is_some_and(|rest| rest.trim().is_empty() || rest.trim_start().starts_with('#'));
            depth(&line) == Some(indent) && is_bare
        })?;
        let mut item = None;
        let mut end = start + 1;
        for at in start + 1..within.end {
            let Some(line) = all.get(at) else { break };
            let Some(depth) = depth(line) else { continue };
            let is_item = line.trim_start().starts_with("- ") || line.trim() == "-";
            if depth < indent || depth == indent && !is_item {
                break;
            }
            item.get_or_insert(depth);
            end = at + 1;
        }
        Some(Self { at: end, indent: item.unwrap_or(indent + 2) })
    }

    /// The lines of an item of the list that ends here, and how far from the left its keys stand.
    fn item(&self, text: &str, number: usize) -> Option<(std::ops::Range<usize>, usize)> {
        let all = lines_of(text);
        let is_item = |at: &usize| {
            let begins = |line: &&str| depth(line) == Some(self.indent) && line.trim_start().starts_with("- ");
            all.get(*at).is_some_and(begins)
        };
        // The list begins where nothing stands further left.
        let first = (0..self.at).rev().take_while(|at| {
            all.get(*at).is_none_or(|line| {
                depth(line).is_none_or(|depth| depth >= self.indent && (depth > self.indent || is_item(at)))
            })
        });
        let first = first.last()?;
        let starts: Vec<usize> = (first..self.at).filter(is_item).collect();
        let start = *starts.get(number)?;
        let end = starts.get(number + 1).copied().unwrap_or(self.at);
        Some((start..end, self.indent + 2))
    }

    /// The text with these lines.
    fn insert(&self, text: &str, lines: &str) -> String {
        let all = lines_of(text);
        let mut out = String::with_capacity(text.len() + lines.len());
        let mut put = |part: &str| {
            out.push_str(part);
            out.push('\n');
        };
        let (before, after) = all.split_at(self.at.min(all.len()));
        before.iter().for_each(|line| put(line));
        indented(lines, self.indent).lines().for_each(|line| put(line.trim_end()));
        after.iter().for_each(|line| put(line));
        out
    }
}
