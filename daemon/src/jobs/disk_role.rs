//! What a disk is for: which plans keep every backup on it, and in which of them it takes turns with others. Pure.

use chrono::{Datelike as _, NaiveDate, TimeDelta};

use crate::config::model::Config;
use crate::schedule::rotation::week;

/// What a disk is for in a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Every backup belongs on it.
    Every {
        /// The plan.
        plan: String,
    },
    /// It takes turns.
    Rotation {
        /// The plan.
        plan: String,
        /// Whether this week's backup belongs on it.
        due_now: bool,
        /// The Monday of the week, after this one, in which it is due next.
        next: NaiveDate,
    },
}

impl Role {
    /// `every backup of P`, `rotation of P, due this week`, `rotation of P, next due on 2026-11-30`.
    pub fn words(&self) -> String {
        match self {
            Self::Every { plan } => format!("every backup of {plan}"),
            Self::Rotation { plan, due_now: true, .. } => format!("rotation of {plan}, due this week"),
            Self::Rotation { plan, next, .. } => format!("rotation of {plan}, next due on {next}"),
        }
    }
}

/// What a disk is for on a day, where the backups are kept.
pub fn roles(config: &Config, disk: &str, today: NaiveDate) -> Vec<Role> {
    let mut roles = Vec::new();
    for plan in &config.plans {
        if plan.disks.iter().any(|name| name == disk) {
            roles.push(Role::Every { plan: plan.name.clone() });
        }
        if let Some(place) = plan.rotation.iter().position(|name| name == disk) {
            let (due_now, next) = turn(place, plan.rotation.len(), today);
            roles.push(Role::Rotation { plan: plan.name.clone(), due_now, next });
        }
    }
    roles
}

/// Whether the disk at a place of a rotation is due in the week of a day, and the Monday of the next week in which it is.
fn turn(place: usize, length: usize, today: NaiveDate) -> (bool, NaiveDate) {
    let monday = today - TimeDelta::days(i64::from(today.weekday().num_days_from_monday()));
    let length = i64::try_from(length.max(1)).unwrap_or(i64::MAX);
    let ahead = (i64::try_from(place).unwrap_or_default() - week(today)).rem_euclid(length);
    let weeks = if ahead == 0 { length } else { ahead };
    (ahead == 0, monday + TimeDelta::days(7 * weeks))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn each_week_exactly_one_disk_is_due_and_says_when_it_is_due_again() {
        let mut today = day("2026-11-23");
        for _ in 0..30 {
            let turns: Vec<_> = (0..3).map(|place| turn(place, 3, today)).collect();
            assert_eq!(turns.iter().filter(|(due, _)| *due).count(), 1);
            for (place, (_, next)) in turns.iter().enumerate() {
                assert!(turn(place, 3, *next).0 && *next > today);
            }
            today += TimeDelta::days(3);
        }
        assert_eq!(turn(0, 1, day("2026-11-25")), (true, day("2026-11-30")));
    }
}
