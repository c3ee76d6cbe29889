//! Whether everything is ready for the next backup: each check by itself, all at once, each with a limit of time. One that fails never
//! stops the others, and none changes anything: not on this machine, not on servers, not on disks. It may not know how findings are told.

mod asked;
mod certificate;
mod clock;
mod disks;
mod drills;
mod notify;
mod register;
mod rights;
mod server;
mod spool;
mod store;
mod units;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::error::JobError;
use crate::config::model::Config;
use crate::findings::{Figure, Finding, Report, Verdict};

/// The place of what is found on this machine.
pub const HERE: &str = "this machine";
/// How long one check of this machine may take, and each question to a server.
const PATIENCE: Duration = Duration::from_secs(90);

/// What one check has found.
#[derive(Debug, Default)]
struct Found {
    findings: Vec<Finding>,
    figures: Vec<Figure>,
}

impl Found {
    fn add(&mut self, place: &str, about: &str, verdict: Verdict) {
        self.findings.push(Finding::new(place, about, verdict));
    }

    fn well(&mut self, place: &str, about: &str, said: impl Into<String>) {
        self.findings.push(Finding::well(place, about, said));
    }

    fn figure(&mut self, label: String, value: impl TryInto<i64>, unit: &'static str, max: Option<u64>) {
        let max = max.map(|max| i64::try_from(max).unwrap_or(i64::MAX));
        self.figures.push(Figure { label, value: value.try_into().unwrap_or(i64::MAX), unit, max });
    }
}

/// Looks at everything, or at these servers alone. `first` is what whoever asks has found already.
///
/// # Errors
/// [`JobError::Unknown`] for a server that the configuration does not know.
pub async fn examine(
    config: &Arc<Config>,
    now: fn() -> DateTime<Utc>,
    servers: &[String],
    first: Vec<Finding>,
) -> Result<Report, JobError> {
    for name in servers {
        if config.server(name).is_none() {
            let known = config.servers.iter().map(|server| server.name.clone()).collect::<Vec<_>>().join(", ");
            return Err(JobError::Unknown { what: "server", name: name.clone(), known });
        }
    }
    let mut checks: JoinSet<Found> = JoinSet::new();
    for server in config.servers.iter().filter(|it| servers.is_empty() || servers.contains(&it.name)) {
        let (config, name) = (Arc::clone(config), server.name.clone());
        checks.spawn(async move { Box::pin(server::examine(&config, &name, now)).await });
    }
    if servers.is_empty() {
        local(config, now, &mut checks);
    }
    let mut all = Found { findings: first, figures: Vec::new() };
    while let Some(ended) = checks.join_next().await {
        match ended {
            Ok(found) => {
                all.findings.extend(found.findings);
                all.figures.extend(found.figures);
            }
            Err(error) => {
                all.add(HERE, "doctor", Verdict::not_asked(format!("a check broke off: {error}"), "run it again"))
            }
        }
    }
    let moment = now().with_timezone(&config.time_zone).to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    Ok(Report::new(moment, all.findings, all.figures))
}

/// The checks of this machine.
fn local(config: &Arc<Config>, now: fn() -> DateTime<Utc>, checks: &mut JoinSet<Found>) {
    for disk in &config.disks {
        let (config, name) = (Arc::clone(config), disk.name.clone());
        checks.spawn_blocking(move || disks::examine(&config, &name));
    }
    let blocking: [fn(&Config, DateTime<Utc>) -> Found; 3] = [spool::examine, certificate::examine, units::examine];
    for check in blocking {
        let (config, now) = (Arc::clone(config), now());
        checks.spawn_blocking(move || check(&config, now));
    }
    for number in 0..config.notifications.len() {
        let config = Arc::clone(config);
        checks.spawn(async move { within("notifications", notify::examine(&config, number)).await });
    }
    let config = Arc::clone(config);
    checks.spawn(async move { Box::pin(store::examine(&config, now)).await });
}

/// A check with a limit of time.
async fn within(about: &str, check: impl Future<Output = Found>) -> Found {
    timeout(PATIENCE, check).await.unwrap_or_else(|_| {
        let mut found = Found::default();
        let said = format!("it did not come to its end within {} s", PATIENCE.as_secs());
        found.add(HERE, about, Verdict::not_asked(said, "run it again; if it lasts, see what hangs there"));
        found
    })
}
