//! How keys that are none slow down whoever tries them, by address, before the database is asked. It may not know what a key is.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Bad keys of an address within [`WINDOW`] that are looked at.
const FREE: u32 = 20;
/// For how long they count.
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses that are remembered.
const ADDRESSES_MAX: usize = 4096;

/// What is remembered.
#[derive(Debug, Default)]
pub(in crate::web) struct Throttle {
    known: Mutex<HashMap<IpAddr, (u32, Instant)>>,
}

impl Throttle {
    /// The seconds that an address has to wait, if it has.
    pub(in crate::web) fn waits(&self, address: IpAddr, now: Instant) -> Option<u64> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, since) = *known.get(&address)?;
        let left = WINDOW.checked_sub(now.saturating_duration_since(since))?;
        (count >= FREE).then(|| left.as_secs() + 1)
    }

    /// Counts a bad key.
    pub(in crate::web) fn failed(&self, address: IpAddr, now: Instant) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ADDRESSES_MAX {
            known.retain(|_, (_, since)| now.saturating_duration_since(*since) < WINDOW);
        }
        // So many addresses at once are an attack that no count stops; what is remembered stays bounded.
        if known.len() >= ADDRESSES_MAX {
            known.clear();
        }
        let entry = known.entry(address).or_insert((0, now));
        if now.saturating_duration_since(entry.1) >= WINDOW {
            *entry = (0, now);
        }
        entry.0 = entry.0.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_many_bad_keys_waits_a_minute_and_no_other_one_does() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let [bad, good]: [IpAddr; 2] = ["10.0.0.1", "10.0.0.2"].map(|address| address.parse().unwrap());
        for _ in 0..FREE {
            assert_eq!(throttle.waits(bad, now), None);
            throttle.failed(bad, now);
        }
        assert_eq!((throttle.waits(bad, now), throttle.waits(good, now)), (Some(61), None));
        assert_eq!(throttle.waits(bad, now + WINDOW + Duration::from_secs(1)), None);
        throttle.failed(bad, now + WINDOW);
        assert_eq!(throttle.waits(bad, now + WINDOW), None, "the count has begun anew");
    }
}
