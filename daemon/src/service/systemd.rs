//! What systemd is told, where it listens: that the service is ready, alive, and about to end.

use std::time::Duration;

use sd_notify::NotifyState;

/// The service answers.
pub fn ready() {
    tell(&[NotifyState::Ready, NotifyState::Status("waiting")]);
}

/// The service ends. The watchdog goes on meanwhile, and has until then been told whenever the clock was looked at.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Watchdog]);
}

/// How often [`alive`] must be called: twice in the time after which systemd ends a service that says nothing.
pub(super) fn alive_every() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|longest| longest / 2)
}

/// The service still comes round.
pub(super) fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// What it does, for `systemctl status`.
pub(super) fn status(text: &str) {
    tell(&[NotifyState::Status(text)]);
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(error = error.to_string(), "cannot tell systemd");
    }
}
