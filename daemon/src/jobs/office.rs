//! What every job works with that keeps records: the configuration, the store and the clock.

use chrono::{DateTime, FixedOffset, Utc};

use super::backup::Clock;
use super::select::Item;
use crate::config::model::{Config, Plan};
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

/// The items of a plan.
pub fn items(plan: &Plan) -> Vec<Item> {
    let item = |(server, dataset): &(String, String)| Item {
        plan: Some(plan.name.clone()),
        server: server.clone(),
        dataset: dataset.clone(),
        disks: plan.disks.clone(),
    };
    plan.datasets.iter().map(item).collect()
}
