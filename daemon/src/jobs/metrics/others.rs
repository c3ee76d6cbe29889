//! The program, what is under way, the register, the outbox and the desk as figures. Pure.

use chrono::DateTime;

use super::facts::Facts;
use super::names;
use crate::config::model::Config;
use crate::jobs::tell;
use crate::openmetrics::{Sample, Text, Value};
use crate::store::metrics::Unsent;
use crate::store::rows::DeliveryState;

/// The channel of letters to people.
const LETTERS: &str = "letters";

/// What runs, since when, and how large it is.
pub(super) fn program(text: &mut Text, facts: &Facts) {
    text.family(&names::BUILD, [Sample::new([("version", env!("CARGO_PKG_VERSION"))], 1)]);
    text.family(&names::SCHEMA, [alone(facts.schema)]);
    text.family(&names::START, [alone(facts.since.timestamp())]);
    // The clock may have been put back meanwhile.
    text.family(&names::UPTIME, [alone((facts.now - facts.since).num_seconds().max(0))]);
    text.family(&names::MEMORY, facts.memory_bytes.map(alone));
    text.family(&names::TOLD, [alone(facts.now.timestamp())]);
}

/// What the configuration asks for, so that a rule need not repeat it.
pub(super) fn bounds(text: &mut Text, config: &Config) {
    let verify = config.verification.when.as_ref().map(|_| i64::from(config.verification.weeks) * 7 * 86_400);
    text.family(&names::VERIFY_WITHIN, verify.map(alone));
    let drill = config.drills.when.as_ref().map(|_| i64::from(config.drills.days) * 86_400);
    text.family(&names::DRILL_WITHIN, drill.map(alone));
}

/// The backup that is under way.
pub(super) fn running(text: &mut Text, facts: &Facts) {
    text.family(&names::RUNNING, [alone(facts.running.is_some())]);
    let of = facts.running.as_ref();
    let name = of.and_then(|running| running.dataset.as_deref()?.split_once('/'));
    let sample = |value: Option<Value>| {
        let (server, dataset) = name?;
        Some(Sample::new([("server", server), ("dataset", dataset)], value?))
    };
    let bytes = |bytes: u64| i64::try_from(bytes).ok().map(Value::from);
    text.family(&names::RUNNING_READ, sample(of.and_then(|running| bytes(running.plain_bytes))));
    text.family(&names::RUNNING_STORED, sample(of.and_then(|running| bytes(running.archive_bytes))));
    text.family(&names::RUNNING_EXPECTED, sample(of.and_then(|running| bytes(running.expected_bytes?))));
    text.family(
        &names::RUNNING_SINCE,
        sample(of.and_then(|running| running.began.map(|began| began.timestamp().into()))),
    );
}

/// How long the register is, and what its last verification said.
pub(super) fn register(text: &mut Text, facts: &Facts) {
    text.family(&names::ENTRIES, [alone(facts.entries)]);
    let checked = facts.checked.as_ref();
    let at = checked.and_then(|checked| DateTime::from_timestamp(checked.at, 0)).map(|at| alone(at.timestamp()));
    text.family(&names::CHECKED, at);
    text.family(&names::WHOLE, checked.map(|checked| alone(checked.whole)));
}

/// What waits and what was given up, by channel: those of the configuration, and letters.
pub(super) fn outbox(text: &mut Text, config: &Config, facts: &Facts) {
    let mut channels: Vec<String> = tell::labelled(config).into_iter().map(|(label, _)| label).collect();
    channels.push(LETTERS.to_owned());
    let found = |channel: &str, state: DeliveryState| {
        let is_it = |row: &&Unsent| row.state == state && row.channel.as_deref().unwrap_or(LETTERS) == channel;
        facts.unsent.iter().find(is_it)
    };
    let count = |channel: &str, state| found(channel, state).map_or(0, |row| row.count);
    let waiting = channels.iter().map(|name| of(name, count(name, DeliveryState::Pending)));
    text.family(&names::WAITING, waiting);
    let since = channels.iter().filter_map(|name| {
        let oldest = found(name, DeliveryState::Pending)?.oldest;
        Some(of(name, oldest.timestamp()))
    });
    text.family(&names::WAITING_SINCE, since);
    let given_up = channels.iter().map(|name| of(name, count(name, DeliveryState::Abandoned)));
    text.family(&names::GIVEN_UP, given_up);
}

/// How the support desk stands.
pub(super) fn desk(text: &mut Text, facts: &Facts) {
    text.family(&names::TICKETS, [alone(facts.tickets.open)]);
    text.family(&names::OVERDUE, [alone(facts.tickets.overdue)]);
    text.family(&names::DUE_TODAY, [alone(facts.tickets.due_today)]);
}

fn alone(value: impl Into<Value>) -> Sample<'static> {
    Sample::new([], value)
}

fn of(channel: &str, value: impl Into<Value>) -> Sample<'_> {
    Sample::new([("channel", channel)], value)
}
