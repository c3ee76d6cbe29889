//! Plans and datasets as figures: only those of the configuration, so that what was taken out of it alarms nobody for ever. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::facts::Facts;
use super::names;
use crate::config::model::{Config, Plan};
use crate::jobs::stale;
use crate::openmetrics::{Metric, Sample, Text, Value};
use crate::schedule::slot::SlotOutcome;
use crate::store::rows::Dataset;

/// A dataset by its names.
type Name<'a> = (&'a str, &'a str);

/// How slots go and when the next one is.
pub(super) fn plans(text: &mut Text, config: &Config, facts: &Facts) {
    let counts: BTreeMap<(&str, &str), i64> =
        facts.slots.iter().map(|row| ((row.plan.as_str(), row.outcome.word()), row.count)).collect();
    let outcomes = [SlotOutcome::Done, SlotOutcome::Late, SlotOutcome::Missed, SlotOutcome::Excused];
    let plans = || config.plans.iter();
    // Also those that never were: a counter that appears with its first slot would not be seen to grow.
    let slots = plans().flat_map(|plan| outcomes.map(|outcome| (plan.name.as_str(), outcome.word())));
    let slot = |key: (&'_ str, &'static str)| counts.get(&key).copied().unwrap_or_default();
    let slots = slots.map(|key| Sample::new([("plan", key.0), ("outcome", key.1)], slot(key)));
    text.family(&names::SLOTS, slots);
    let open = |plan: &Plan| i64::try_from(facts.open.iter().filter(|slot| slot.plan == plan.name).count());
    let open = plans().map(|plan| Sample::new([("plan", plan.name.as_str())], open(plan).unwrap_or(i64::MAX)));
    text.family(&names::SLOTS_OPEN, open);
    let next = plans().filter_map(|plan| {
        let next = plan.when.next_after(facts.now)?;
        Some(Sample::new([("plan", plan.name.as_str())], next.timestamp()))
    });
    text.family(&names::NEXT_SLOT, next);
}

/// What of each dataset was kept last and tried last.
pub(super) fn datasets(text: &mut Text, config: &Config, facts: &Facts) {
    let info = config.plans.iter().flat_map(|plan| plan.datasets.iter().map(move |name| (plan, name)));
    let info = info.map(|(plan, (server, dataset))| {
        Sample::new([("server", server.as_str()), ("dataset", dataset), ("plan", plan.name.as_str())], 1)
    });
    text.family(&names::DATASET, info);
    let planned = planned(config);
    let is_planned = |server: &str, dataset: &str| planned.contains(&(server, dataset));
    let good: Vec<&Dataset> = facts.good.iter().filter(|row| is_planned(&row.server, &row.dataset)).collect();
    let mut last = |metric: &Metric, value: &dyn Fn(&Dataset) -> Option<Value>| {
        let samples = good.iter().filter_map(|row| Some(of((&row.server, &row.dataset), value(row)?)));
        text.family(metric, samples);
    };
    last(&names::GOOD, &|row| row.ended.map(|ended| ended.timestamp().into()));
    last(&names::AGE, &|row| row.ended.map(|ended| (facts.now - ended).num_seconds().into()));
    last(&names::READ, &|row| row.plain_bytes.map(Value::from));
    last(&names::STORED, &|row| row.archive_bytes.map(Value::from));
    last(&names::TOOK, &|row| Some(Value::Thousandths((row.ended? - row.started?).num_milliseconds())));
    let limits = too_old(config, facts);
    text.family(&names::TOO_OLD, limits.into_iter().map(|(name, limit)| of(name, limit.timestamp())));
    let attempts = || facts.attempts.iter().filter(|row| is_planned(&row.server, &row.dataset));
    let ended = attempts().map(|row| of((&row.server, &row.dataset), row.ended.timestamp()));
    text.family(&names::ATTEMPTED, ended);
    let state = attempts().map(|row| {
        let labels = [("server", row.server.as_str()), ("dataset", &row.dataset), ("state", row.state.word())];
        Sample::new(labels, 1)
    });
    text.family(&names::STATE, state);
}

/// From when on the last good backup of each dataset is too old; of one that was never kept, from when on that is too long.
fn too_old<'a>(config: &'a Config, facts: &Facts) -> BTreeMap<Name<'a>, DateTime<Utc>> {
    let kept = facts.good.iter().filter_map(|row| Some(((row.server.as_str(), row.dataset.as_str()), row.started?)));
    let kept: BTreeMap<Name<'_>, DateTime<Utc>> = kept.collect();
    let mut limits = BTreeMap::new();
    for plan in &config.plans {
        let seen = facts.seen.iter().find(|row| row.plan == plan.name).map_or(facts.now, |row| row.seen);
        // Datasets that were never kept share their limit, and to find one takes a while.
        let never = stale::too_old(plan, seen, &facts.excuses);
        for (server, dataset) in &plan.datasets {
            let name = (server.as_str(), dataset.as_str());
            let limit = match kept.get(&name) {
                Some(kept) => stale::too_old(plan, *kept, &facts.excuses),
                None => never,
            };
            // A dataset of several plans is too old once it is for one of them.
            if let Some(limit) = limit {
                limits.entry(name).and_modify(|known: &mut DateTime<Utc>| *known = limit.min(*known)).or_insert(limit);
            }
        }
    }
    limits
}

/// What lies on which disk, what is owed to it and when it was read.
pub(super) fn copies(text: &mut Text, config: &Config, facts: &Facts) {
    let planned = planned(config);
    let copies = || facts.copies.iter().filter(|row| planned.contains(&(row.server.as_str(), row.dataset.as_str())));
    let debts = || facts.debts.iter().filter(|row| planned.contains(&(row.server.as_str(), row.dataset.as_str())));
    let on = |server, dataset, disk, value| Sample {
        labels: vec![("server", server), ("dataset", dataset), ("disk", disk)],
        value,
    };
    let good = copies().map(|row| on(row.server.as_str(), row.dataset.as_str(), row.disk.as_str(), row.good.into()));
    text.family(&names::COPIES, good);
    let bad = copies().map(|row| on(row.server.as_str(), row.dataset.as_str(), row.disk.as_str(), row.damaged.into()));
    text.family(&names::DAMAGED, bad);
    let owed = debts().map(|row| on(row.server.as_str(), row.dataset.as_str(), row.disk.as_str(), row.copies.into()));
    text.family(&names::OWED, owed);
    let since = debts()
        .map(|row| on(row.server.as_str(), row.dataset.as_str(), row.disk.as_str(), row.since.timestamp().into()));
    text.family(&names::OWED_SINCE, since);
    for (metric, newest) in [(&names::VERIFIED, true), (&names::UNVERIFIED, false)] {
        let read = copies().filter_map(|row| {
            let read = if newest { row.newest_read } else { row.oldest_read }?.timestamp();
            Some(on(row.server.as_str(), row.dataset.as_str(), row.disk.as_str(), read.into()))
        });
        text.family(metric, read);
    }
}

/// The last drill of each dataset that was tried.
pub(super) fn drills(text: &mut Text, config: &Config, facts: &Facts) {
    let planned = planned(config);
    let drills = || facts.drills.iter().filter(|row| planned.contains(&(row.server.as_str(), row.dataset.as_str())));
    text.family(&names::DRILLED, drills().map(|row| of((&row.server, &row.dataset), row.ended.timestamp())));
    text.family(&names::DRILL_PASSED, drills().map(|row| of((&row.server, &row.dataset), row.passed)));
    let took = drills().filter_map(|row| {
        let took = Value::Thousandths(row.restore_ms?);
        Some(of((&row.server, &row.dataset), took))
    });
    text.family(&names::DRILL_TOOK, took);
}

fn planned(config: &Config) -> BTreeSet<Name<'_>> {
    let all = config.plans.iter().flat_map(|plan| &plan.datasets);
    all.map(|(server, dataset)| (server.as_str(), dataset.as_str())).collect()
}

fn of<'a>((server, dataset): Name<'a>, value: impl Into<Value>) -> Sample<'a> {
    Sample::new([("server", server), ("dataset", dataset)], value)
}
