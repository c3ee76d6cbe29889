//! Reading parsed YAML key by key and noting every fault on the way. It may not know what any key means.
//!
//! A faulty value is noted and replaced with a stand-in, so that reading goes on and all faults are found at once. A
//! configuration with a noted fault is never handed out, so a stand-in never reaches anybody.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use serde_yaml::{Mapping, Value};

use super::check::{Fault, fault, reads_as_secret};
use super::locate::{Step, shown};
use super::model::SecretSource;
use super::nearest::nearest;

/// More problems than this help nobody, and each costs a reading of the text.
const MOST_PROBLEMS: usize = 200;

/// A problem whose line is not known yet.
#[derive(Debug)]
pub(super) struct Noted {
    /// The place whose line is meant: for a missing key, the mapping that lacks it.
    pub(super) at: Vec<Step>,
    /// How the place is shown.
    pub(super) path: String,
    /// What is wrong and what would be right.
    pub(super) fault: Fault,
}

/// Where problems are noted.
#[derive(Debug, Default)]
pub(super) struct Sink {
    pub(super) noted: RefCell<Vec<Noted>>,
    /// Every key that was asked for, by kind of place, and whether it was ever there.
    #[cfg(test)]
    pub(super) known: RefCell<std::collections::BTreeMap<String, bool>>,
}

impl Sink {
    /// Notes a problem; beyond a few hundred they are dropped.
    pub(super) fn note(&self, at: Vec<Step>, path: String, fault: Fault) {
        let mut noted = self.noted.borrow_mut();
        if noted.len() < MOST_PROBLEMS {
            noted.push(Noted { at, path, fault });
        }
    }
}

/// A mapping of the file, its place, and the keys that were asked for so far.
pub(super) struct Node<'a> {
    mapping: &'a Mapping,
    path: Vec<Step>,
    /// What kind of mapping this is where one place has several, such as `<postgres>`.
    variant: RefCell<&'static str>,
    asked: RefCell<Vec<&'static str>>,
    sink: &'a Sink,
}

impl<'a> Node<'a> {
    /// The mapping at `path`, or a noted fault.
    pub(super) fn new(value: &'a Value, path: Vec<Step>, sink: &'a Sink) -> Option<Self> {
        let Value::Mapping(mapping) = value else {
            let remedy = "write `KEY: VALUE` lines, indented below it".to_owned();
            let what = format!("is {} where keys are expected", kind_of(value));
            sink.note(path.clone(), shown(&path), Fault { what, remedy });
            return None;
        };
        Some(Self { mapping, path, variant: RefCell::new(""), asked: RefCell::default(), sink })
    }

    /// The value of a key, which is thereby known to belong here.
    pub(super) fn get(&self, key: &'static str) -> Option<&'a Value> {
        let value = self.mapping.get(key);
        self.asked.borrow_mut().push(key);
        #[cfg(test)]
        {
            let place = self.path.iter().map(|step| match step {
                Step::Key(key) => format!(".{key}"),
                Step::Index(_) => "[]".to_owned(),
            });
            let place = format!("{}{}.{key}", place.collect::<String>(), self.variant.borrow());
            *self.sink.known.borrow_mut().entry(place).or_default() |= value.is_some();
        }
        value
    }

    /// Says which of several kinds of mapping this turned out to be.
    pub(super) fn is_a(&self, variant: &'static str) {
        self.variant.replace(variant);
    }

    /// Whether a key is there at all.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// Notes a fault of a key's value.
    pub(super) fn wrong(&self, key: &str, fault: Fault) {
        let at = self.below(key);
        let path = shown(&at);
        self.sink.note(at, path, fault);
    }

    /// Notes a fault of the mapping itself, such as a missing key, on the mapping's line.
    pub(super) fn lacks(&self, key: &str, remedy: &str) {
        self.sink.note(self.path.clone(), shown(&self.below(key)), fault("is missing", remedy));
    }

    /// Notes a fault of an item of a key's list.
    pub(super) fn wrong_item(&self, key: &str, index: usize, fault: Fault) {
        let mut at = self.below(key);
        at.push(Step::Index(index));
        let path = shown(&at);
        self.sink.note(at, path, fault);
    }

    fn below(&self, key: &str) -> Vec<Step> {
        let mut path = self.path.clone();
        path.push(Step::Key(key.to_owned()));
        path
    }

    /// Notes a missing key.
    pub(super) fn need(&self, key: &'static str, remedy: &str) {
        if !self.has(key) {
            self.lacks(key, remedy);
        }
    }

    /// A text that `parse` accepts; faults show the text.
    pub(super) fn parsed<T>(&self, key: &'static str, parse: impl Fn(&str) -> Result<T, Fault>) -> Option<T> {
        let value = self.get(key)?;
        let outcome = text_of(value).and_then(|text| parse(text).map_err(|fault| fault.of(text)));
        outcome.map_err(|fault| self.wrong(key, fault)).ok()
    }

    /// A text that `parse` accepts and that may hold a secret by mistake: faults never show it.
    pub(super) fn parsed_unseen<T>(&self, key: &'static str, parse: impl Fn(&str) -> Result<T, Fault>) -> Option<T> {
        let value = self.get(key)?;
        text_of(value).and_then(parse).map_err(|fault| self.wrong(key, fault)).ok()
    }

    /// What `parse` makes of the text of a key that must be there; `remedy` says what belongs there.
    pub(super) fn required<T: Default>(
        &self,
        key: &'static str,
        remedy: &str,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> T {
        self.need(key, remedy);
        self.parsed(key, parse).unwrap_or_default()
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, key: &'static str, choices: &[(&'static str, T)]) -> Option<T> {
        self.parsed(key, |text| {
            choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice).ok_or_else(|| {
                let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
                let guess = nearest(text, &words).map(|word| format!("did you mean `{word}`? ")).unwrap_or_default();
                fault("is not known here", &format!("{guess}write one of {}", words.join(", ")))
            })
        })
    }

    /// A whole number within bounds.
    pub(super) fn number<T: TryFrom<u64>>(&self, key: &'static str, range: RangeInclusive<u64>) -> Option<T> {
        let value = self.get(key)?;
        let number = value.as_u64().filter(|number| range.contains(number)).and_then(|number| T::try_from(number).ok());
        if number.is_none() {
            let what = match value {
                Value::Number(number) => format!("`{number}` is out of range"),
                other => format!("is {}, not a number", kind_of(other)),
            };
            let remedy = format!("write a whole number from {} to {}", range.start(), range.end());
            self.wrong(key, Fault { what, remedy });
        }
        number
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        if value.as_bool().is_none() {
            self.wrong(key, fault(&format!("is {}", kind_of(value)), "write true or false"));
        }
        value.as_bool()
    }

    /// A list of texts. Faulty items are noted and left out; each comes with its index.
    pub(super) fn texts<T>(&self, key: &'static str, parse: impl Fn(&str) -> Result<T, Fault>) -> Vec<(usize, T)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Value::Sequence(items) = value else {
            let fault = fault(&format!("is {}", kind_of(value)), "write a list: `[ONE, TWO]`, or lines with `- ONE`");
            self.wrong(key, fault);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match text_of(item).and_then(&parse) {
                Ok(text) => texts.push((index, text)),
                Err(fault) => self.wrong_item(key, index, fault),
            }
        }
        texts
    }

    /// The mapping below a key.
    pub(super) fn node(&self, key: &'static str) -> Option<Node<'a>> {
        Node::new(self.get(key)?, self.below(key), self.sink)
    }

    /// The mappings of a list. Items that are none are noted and left out.
    pub(super) fn nodes(&self, key: &'static str) -> Vec<Node<'a>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Value::Sequence(items) = value else {
            let fault = fault(&format!("is {}", kind_of(value)), "write a list, each entry beginning with `- `");
            self.wrong(key, fault);
            return Vec::new();
        };
        let place = |index| {
            let mut path = self.below(key);
            path.push(Step::Index(index));
            path
        };
        items.iter().enumerate().filter_map(|(index, item)| Node::new(item, place(index), self.sink)).collect()
    }

    /// Where a secret is. The secret itself is refused and never shown.
    pub(super) fn secret(&self, key: &'static str) -> Option<SecretSource> {
        let value = self.get(key)?;
        if !value.is_mapping() {
            let what = if value.is_null() { "is empty" } else { "holds a value itself, and no secret may stand here" };
            self.wrong(key, fault(what, super::check::SECRETS_BELONG));
            return None;
        }
        let node = self.node(key)?;
        let credential = node.parsed_unseen("credential", super::check::credential);
        let file = node.parsed_unseen("file", super::check::absolute);
        let source = match (node.has("credential"), node.has("file")) {
            (true, true) | (false, false) => {
                self.wrong(key, fault("needs exactly one of `credential` and `file`", super::check::SECRETS_BELONG));
                None
            }
            _ => credential.map(SecretSource::Credential).or(file.map(SecretSource::File)),
        };
        node.finish();
        source
    }

    /// A secret that must be there.
    pub(super) fn required_secret(&self, key: &'static str, what: &str) -> SecretSource {
        self.need(key, &format!("{what}: {}", super::check::SECRETS_BELONG));
        self.secret(key).unwrap_or(SecretSource::Credential(String::new()))
    }

    /// Notes every key that nobody asked for.
    pub(super) fn finish(&self) {
        let mut asked = self.asked.borrow().clone();
        asked.sort_unstable();
        asked.dedup();
        for (key, value) in self.mapping {
            let Value::String(key) = key else {
                let remedy = format!("keys here are words: {}", asked.join(", "));
                let what = format!("has a key that is {}", kind_of(key));
                self.sink.note(self.path.clone(), shown(&self.path), Fault { what, remedy });
                continue;
            };
            if asked.contains(&key.as_str()) {
                continue;
            }
            let guess = nearest(key, &asked).map(|known| format!("did you mean `{known}`? ")).unwrap_or_default();
            let mut remedy = format!("{guess}the keys here are {}", asked.join(", "));
            if reads_as_secret(key) && !value.is_mapping() {
                remedy = format!("{remedy}; if it is a secret, {}", super::check::SECRETS_BELONG);
            }
            self.wrong(key, fault("is no key that is known here", &remedy));
        }
    }
}

/// A text, or what stands in its place.
fn text_of(value: &Value) -> Result<&str, Fault> {
    match value {
        Value::String(text) => Ok(text),
        Value::Null => Err(fault("is empty", "give it a value or take the key out")),
        Value::Number(_) | Value::Bool(_) => {
            Err(fault(&format!("is {}, not a text", kind_of(value)), "put it in quotes if it is meant"))
        }
        _ => Err(fault(&format!("is {}", kind_of(value)), "write a single text")),
    }
}

/// What a value is, for people. The value itself is not shown: it may be a secret in the wrong place.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping of keys",
        Value::Tagged(_) => "a tagged value (`!…`)",
    }
}
