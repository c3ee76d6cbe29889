//! How logins that fail slow down those that follow. It may not know what a password is.
//!
//! Failures are counted for a login from one address, for an address, and for a login from anywhere. The first is strict and
//! hurts nobody but whoever guesses there; the others have more room, since many people may share an address, and since one
//! address alone must never keep somebody out who is elsewhere: guessing at the strict pace, it does not get that far.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};

use super::error::LoginError;
use crate::jobs::office::Office;
use crate::store::error::StoreError;
use crate::store::people_change::{PeopleApplied, PeopleChange};
use crate::store::people_rows::LoginFailure;

/// Failures of a login from one address, the last of which delays the next.
const OF_PAIR: i64 = 5;
/// The same of an address, whatever the login.
const OF_ADDRESS: i64 = 20;
/// The same of a login, from wherever.
const OF_LOGIN: i64 = 40;
/// The longest delay, and the time in which one failure is forgiven, in seconds.
const LONGEST_SECONDS: i64 = 15 * 60;
/// After so long without a failure nothing is remembered.
const MEMORY: TimeDelta = TimeDelta::hours(24);
/// How often a count that others change at the same moment is tried.
const TRIES: usize = 20;

/// A place that was taken for an attempt, as a failure until it is none.
#[derive(Debug)]
pub(super) struct Attempt {
    pair: String,
    /// The other keys, and until when each was delayed before.
    others: Vec<(String, DateTime<Utc>)>,
}

impl Attempt {
    /// It was right: the pair is forgotten, and the rest as it was.
    pub(super) fn succeeded(self, change: &mut PeopleChange, now: DateTime<Utc>) {
        change.forgotten.push(self.pair);
        change.taken_back.extend(self.others);
        change.forgotten_before = Some(now - MEMORY);
    }

    /// Nobody knows whether it was right: it counts for nothing.
    pub(super) async fn none(self, office: Office<'_>) -> Result<(), StoreError> {
        let mut taken_back = self.others;
        taken_back.push((self.pair, office.now()));
        office.store.apply_people(&PeopleChange { taken_back, ..PeopleChange::default() }).await?;
        Ok(())
    }
}

/// Counts an attempt before its password is looked at, so that many at once are no way around.
///
/// # Errors
/// [`LoginError::Throttled`] while a delay lasts, [`LoginError::Store`].
pub(super) async fn attempt(office: Office<'_>, login: &str, address: IpAddr) -> Result<Attempt, LoginError> {
    let address = shown(address);
    let pair = format!("login {login} address {address}");
    let keys =
        [(pair.clone(), OF_PAIR), (format!("address {address}"), OF_ADDRESS), (format!("login {login}"), OF_LOGIN)];
    for _ in 0..TRIES {
        let now = office.now();
        let (mut change, mut before) = (PeopleChange::default(), Vec::new());
        for (key, free) in &keys {
            let known = office.store.login_failure(key).await?;
            let until = known.as_ref().map_or(now, |known| known.until);
            if until > now {
                return Err(LoginError::Throttled { seconds: seconds(until - now) });
            }
            before.push((key.clone(), until));
            let read = known.as_ref().map_or(0, |known| known.count);
            let count = known.map_or(0, |known| remembered(&known, now)) + 1;
            change
                .failures
                .push((LoginFailure { key: key.clone(), count, last: now, until: now + delay(count, *free) }, read));
        }
        if matches!(office.store.apply_people(&change).await?, PeopleApplied::Stored(_)) {
            return Ok(Attempt { pair, others: before.into_iter().skip(1).collect() });
        }
    }
    Err(LoginError::Throttled { seconds: 1 })
}

/// What is counted as one address: of version 6, the network that one household or office has.
fn shown(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// How long the next attempt waits after so many failures.
fn delay(count: i64, free: i64) -> TimeDelta {
    if count < free {
        return TimeDelta::zero();
    }
    let doubled = 1_i64 << (count - free).min(20);
    TimeDelta::seconds(doubled.min(LONGEST_SECONDS))
}

/// How many failures are not forgiven yet.
fn remembered(known: &LoginFailure, now: DateTime<Utc>) -> i64 {
    let forgiven = (now - known.last).num_seconds().max(0) / LONGEST_SECONDS;
    (known.count - forgiven).max(0)
}

/// Whole seconds, never too few.
fn seconds(left: TimeDelta) -> u64 {
    let up = left.num_milliseconds().saturating_add(999) / 1000;
    u64::try_from(up.clamp(1, LONGEST_SECONDS)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_430_400 + seconds, 0).unwrap()
    }

    #[test]
    fn each_failure_doubles_the_delay_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<i64> = [1, 4, 5, 6, 7, 14, 15, 1000].map(|count| delay(count, OF_PAIR).num_seconds()).to_vec();
        assert_eq!(seconds, [0, 0, 1, 2, 4, 512, 900, 900]);
        assert_eq!(delay(i64::MAX, 5).num_seconds(), 900);
    }

    /// Guesses as fast as it may, for so long; returns how many guesses that were, and the count at the end of each key.
    fn guess(hours: i64) -> (i64, i64, i64) {
        let (mut now, mut guesses) = (at(0), 0);
        let row = |key: &str| LoginFailure { key: key.to_owned(), count: 0, last: at(0), until: at(0) };
        let (mut pair, mut login) = (row("pair"), row("login"));
        let mut most = 0;
        while now < at(hours * 3600) {
            for (row, free) in [(&mut pair, OF_PAIR), (&mut login, OF_LOGIN)] {
                row.count = remembered(row, now) + 1;
                (row.last, row.until) = (now, now + delay(row.count, free));
            }
            guesses += 1;
            most = most.max(login.count);
            now = pair.until.max(login.until).max(now + TimeDelta::milliseconds(1));
        }
        (guesses, pair.count, most)
    }

    #[test]
    fn one_address_guesses_five_times_an_hour_and_keeps_nobody_out_who_is_elsewhere() {
        let (guesses, pair, most) = guess(24 * 30);
        assert!(guesses < 30 * 24 * 5, "{guesses} guesses in a month");
        assert!(pair >= OF_PAIR && most < OF_LOGIN, "{pair} and {most}");
    }

    #[test]
    fn an_hour_of_rest_forgives_four_failures() {
        let known = LoginFailure { key: String::new(), count: 7, last: at(0), until: at(4) };
        assert_eq!([0, 899, 900, 3600, 86_400].map(|later| remembered(&known, at(later))), [7, 7, 6, 3, 0]);
    }

    #[test]
    fn a_network_of_version_six_is_one_address() {
        let shown = |text: &str| shown(text.parse().unwrap());
        assert_eq!(shown("2001:db8:1:2:3:4:5:6"), shown("2001:db8:1:2::1"));
        assert_ne!(shown("2001:db8:1:3::1"), shown("2001:db8:1:2::1"));
        assert_eq!(shown("::ffff:10.0.0.1"), "10.0.0.1");
    }
}
