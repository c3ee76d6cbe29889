//! What every job works with that keeps records: the configuration, the store and the clock.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

use super::backup::Clock;
use super::select::Item;
use crate::config::model::{Config, Plan};
use crate::schedule::rotation;
use crate::store::db::Store;

/// The office in which records are kept.
#[derive(Clone, Copy)]
pub struct Office<'a> {
    /// The checked configuration.
    pub config: &'a Config,
    /// What survives a restart.
    pub store: &'a Store,
    /// The clock.
    pub now: Clock<'a>,
}

impl Office<'_> {
    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// A moment in the configured time zone.
    pub fn local(&self, moment: DateTime<Utc>) -> DateTime<FixedOffset> {
        moment.with_timezone(&self.config.time_zone).fixed_offset()
    }

    /// The moment for programs: RFC 3339, to the second.
    pub fn stamp(&self, moment: DateTime<Utc>) -> String {
        self.local(moment).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
    }
}

/// The day that a moment belongs to where the configuration lives.
pub fn day(config: &Config, moment: DateTime<Utc>) -> NaiveDate {
    moment.with_timezone(&config.time_zone).date_naive()
}

/// The items of a plan on a day: each dataset on every disk that each backup belongs on, and on the one that is due of
/// those that take turns.
pub fn items(plan: &Plan, day: NaiveDate) -> Vec<Item> {
    let disks: Vec<String> = plan.disks.iter().chain(rotation::due(&plan.rotation, day)).cloned().collect();
    let item = |(server, dataset): &(String, String)| Item {
        plan: Some(plan.name.clone()),
        server: server.clone(),
        dataset: dataset.clone(),
        disks: disks.clone(),
    };
    plan.datasets.iter().map(item).collect()
}
