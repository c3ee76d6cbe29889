//! One stream of bytes to several takers whose fates are their own. A taker that fails drops out; one that is slow is
//! waited for, but not without end: what it may cost the others in all has a bound.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::queue::{Offer, Sender};

/// How long one wait for a slow taker lasts before it is looked at again.
const LOOK: Duration = Duration::from_millis(50);
/// How long a taker may take nothing at all, whatever the patience: a disk that hangs, not one that is slow.
const HUNG: Duration = Duration::from_secs(300);

/// The takers of a stream.
#[derive(Debug)]
pub struct FanOut {
    outlets: Vec<Outlet>,
    patience: Duration,
}

#[derive(Debug)]
struct Outlet {
    name: String,
    sender: Option<Sender>,
    /// Bytes that it was sent.
    sent: u64,
    /// How long this taker has kept an idle other one waiting.
    cost: Duration,
}

/// A taker that was given up because it took too long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("disk {name} held up the backup for {seconds} s and was left out; look at its cable and its health")]
pub struct TooSlow {
    /// The taker's name.
    pub name: String,
    /// How long it held the others up, or took nothing at all.
    pub seconds: u64,
}

/// No taker is left.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no disk is left to write to")]
pub struct NobodyLeft;

impl FanOut {
    /// A fan-out to these takers. `patience` bounds how long in all a taker may keep another one idle, and with
    /// [`HUNG`] how long it may take nothing.
    pub fn new(takers: Vec<(String, Sender)>, patience: Duration) -> Self {
        let outlet = |(name, sender)| Outlet { name, sender: Some(sender), sent: 0, cost: Duration::ZERO };
        Self { outlets: takers.into_iter().map(outlet).collect(), patience }
    }

    /// Sends bytes to every taker that is left, and returns those that were given up over it.
    ///
    /// # Errors
    /// [`NobodyLeft`].
    pub fn send(&mut self, bytes: &Bytes) -> Result<Vec<TooSlow>, NobodyLeft> {
        let mut waiting: Vec<usize> = (0..self.outlets.len()).collect();
        let began = Instant::now();
        let mut given_up = Vec::new();
        loop {
            waiting.retain(|&index| self.outlets[index].offer(bytes) == Offer::Full);
            let Some(&slowest) = waiting.first() else { break };
            let looked = Instant::now();
            if let Some(sender) = &self.outlets[slowest].sender {
                sender.wait(LOOK);
            }
            self.charge(&waiting, looked.elapsed());
            waiting.retain(|&index| {
                let outlet = &mut self.outlets[index];
                let hanging = began.elapsed();
                if outlet.cost <= self.patience && hanging <= self.patience.min(HUNG) {
                    return true;
                }
                let held = outlet.cost.max(hanging);
                outlet.sender = None;
                given_up.push(TooSlow { name: outlet.name.clone(), seconds: held.as_secs() });
                false
            });
        }
        if self.outlets.iter().all(|outlet| outlet.sender.is_none()) { Err(NobodyLeft) } else { Ok(given_up) }
    }

    /// Waiting costs something only while another taker has nothing to do.
    fn charge(&mut self, waiting: &[usize], waited: Duration) {
        let idle = |outlet: &Outlet| outlet.sender.as_ref().is_some_and(Sender::is_empty);
        let others_idle =
            self.outlets.iter().enumerate().any(|(index, outlet)| !waiting.contains(&index) && idle(outlet));
        if others_idle {
            for &index in waiting {
                self.outlets[index].cost += waited;
            }
        }
    }

    /// Says for each taker that is left how many bytes it has taken.
    pub fn taken(&self, mut tell: impl FnMut(&str, u64)) {
        for outlet in &self.outlets {
            if let Some(sender) = &outlet.sender {
                tell(&outlet.name, outlet.sent.saturating_sub(sender.waiting_bytes()));
            }
        }
    }

    /// Tells every taker that is left that everything has been sent.
    pub fn finish(self) {
        self.outlets.into_iter().filter_map(|outlet| outlet.sender).for_each(Sender::finish);
    }
}

impl Outlet {
    fn offer(&mut self, bytes: &Bytes) -> Offer {
        let offer = self.sender.as_ref().map_or(Offer::Gone, |sender| sender.offer(bytes));
        match offer {
            Offer::Gone => self.sender = None,
            Offer::Taken => self.sent += bytes.len() as u64,
            Offer::Full => {}
        }
        offer
    }
}

#[cfg(test)]
mod tests {
    use super::super::queue::{Piece, queue};
    use super::*;

    #[test]
    fn a_taker_that_fails_does_not_fail_the_others() {
        let (broken, gone) = queue(10);
        let (good, taker) = queue(100);
        drop(gone);
        let mut fan_out = FanOut::new(vec![("a".into(), broken), ("b".into(), good)], Duration::from_secs(9));
        assert_eq!(fan_out.send(&Bytes::from_static(b"uno")), Ok(vec![]));
        fan_out.finish();
        assert_eq!([taker.take(), taker.take()], [Piece::Bytes(Bytes::from_static(b"uno")), Piece::Finished]);
    }

    #[test]
    fn a_taker_that_hangs_is_given_up_and_the_others_go_on() {
        let (hanging, _kept) = queue(3);
        let (good, taker) = queue(100);
        let mut fan_out = FanOut::new(vec![("a".into(), hanging), ("b".into(), good)], Duration::from_millis(120));
        assert_eq!(fan_out.send(&Bytes::from_static(b"uno")), Ok(vec![]));
        let given_up = fan_out.send(&Bytes::from_static(b"dos")).unwrap();
        assert_eq!(given_up.iter().map(|slow| slow.name.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(fan_out.send(&Bytes::from_static(b"tres")), Ok(vec![]));
        fan_out.finish();
        let taken: Vec<Piece> = (0..4).map(|_| taker.take()).collect();
        assert_eq!(taken[3], Piece::Finished);
    }

    #[test]
    fn with_nobody_left_sending_fails() {
        let (sender, receiver) = queue(10);
        drop(receiver);
        let mut fan_out = FanOut::new(vec![("a".into(), sender)], Duration::from_secs(9));
        assert_eq!(fan_out.send(&Bytes::from_static(b"uno")), Err(NobodyLeft));
    }
}
