//! Which open deadlines move when a version is published, before anybody publishes it. It may not know what has the
//! deadlines.

use chrono::NaiveDate;

use super::days::Calendar;

/// A deadline that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<T> {
    /// Whose it is.
    pub what: T,
    /// The day that it is now.
    pub old: NaiveDate,
    /// The day that it would be.
    pub new: NaiveDate,
}

/// The deadlines that differ between two calendars, in the order given. `open` has whose it is, its entry, and how many
/// business days it has.
pub fn preview<T: Clone>(open: &[(T, NaiveDate, u32)], old: &Calendar, new: &Calendar) -> Vec<Change<T>> {
    let change = |(what, entry, days): &(T, NaiveDate, u32)| {
        let (old, new) = (old.add_business_days(*entry, *days), new.add_business_days(*entry, *days));
        (old != new).then(|| Change { what: what.clone(), old, new })
    };
    open.iter().filter_map(change).collect()
}
