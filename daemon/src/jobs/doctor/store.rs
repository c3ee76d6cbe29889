//! The records: can the database be read, is it whole, and what do they say that needs a hand. They are opened for reading alone.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Found, HERE, drills, register};
use crate::config::model::Config;
use crate::config::secret;
use crate::findings::{Code, Severity, Verdict};
use crate::jobs::error::chain;
use crate::jobs::office::Office;
use crate::jobs::stale;
use crate::store::db::Store;
use crate::store::error::StoreError;

/// How far what has happened may lie ahead: clocks are never quite one.
const AHEAD: TimeDelta = TimeDelta::minutes(2);
/// How far back notices that were given up are told.
const GIVEN_UP: TimeDelta = TimeDelta::days(30);
/// How long a copy may be owed before it needs a hand: disks come by the week.
const OWED: TimeDelta = TimeDelta::days(14);

/// Everything that the records say.
pub(super) async fn examine(config: &Config, now: fn() -> DateTime<Utc>) -> Found {
    let mut found = Found::default();
    let unreachable = |said: String| {
        let remedy = "see that the database server runs, or who owns the file, and `database` of the configuration";
        Verdict::critical(Code::StoreUnreachable, said, remedy)
    };
    let password = config.database.password.as_ref().map(|source| secret::read(source, "the password of the database"));
    let password = match password.transpose() {
        Ok(password) => password,
        Err(error) => {
            found.add(HERE, "database", unreachable(chain(&error)));
            return found;
        }
    };
    let store = match Store::look(&config.database.url, password.as_ref().map(secret::Secret::expose)).await {
        Ok(store) => store,
        Err(error) => {
            found.add(HERE, "database", unreachable(chain(&error)));
            return found;
        }
    };
    let office = Office { config, store: &store, now: &now };
    if is_whole(&store, &mut found).await {
        let mut add = |ended: Result<Found, StoreError>, about: &str| match ended {
            Ok(more) => {
                found.findings.extend(more.findings);
                found.figures.extend(more.figures);
            }
            Err(error) => found.add(HERE, about, unread(&error)),
        };
        add(backups(office).await, "backups");
        add(custody(office).await, "copies");
        add(drills::examine(office).await, "drills");
        add(register::examine(office).await, "register");
    }
    store.close().await;
    found
}

fn unread(error: &StoreError) -> Verdict {
    Verdict::not_asked(
        chain(error),
        "if the database is of an older version, start the service once: it brings it up to date",
    )
}

async fn is_whole(store: &Store, found: &mut Found) -> bool {
    let remedy = "stop the service, keep a copy of the file, and bring it back from the last backup of the own records (README: Restoring)";
    match store.damage().await {
        Ok(None) => {
            found.well(HERE, "database", "it can be read and is whole");
            true
        }
        Ok(Some(damage)) => {
            found.add(HERE, "database", Verdict::critical(Code::StoreDamaged, damage, remedy));
            false
        }
        Err(error @ StoreError::Slow { .. }) => {
            found.add(HERE, "database", unread(&error));
            true
        }
        Err(error) => {
            found.add(HERE, "database", Verdict::critical(Code::StoreDamaged, chain(&error), remedy));
            false
        }
    }
}

/// How old the last good backups are.
async fn backups(office: Office<'_>) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let now = office.now();
    let good = office.store.last_good().await?;
    let excuses = office.store.excuses().await?;
    let seen = office.store.plans_first_seen().await?;
    if let Some(ahead) = good.iter().filter_map(|row| row.ended).max().filter(|ended| *ended > now + AHEAD) {
        let said = format!("the last backup ended at {}, and it is {} here", office.stamp(ahead), office.stamp(now));
        let remedy = "set this machine's clock (`timedatectl`) before the next backup";
        found.add(HERE, "clock", Verdict::critical(Code::ClockBack, said, remedy));
    }
    for plan in &office.config.plans {
        let first = seen.iter().find(|row| row.plan == plan.name).map_or(now, |row| row.seen);
        for (server, dataset) in &plan.datasets {
            let about = format!("{server}/{dataset}");
            let last = good.iter().find(|row| row.server == *server && row.dataset == *dataset);
            let kept = last.and_then(|row| row.started);
            if let Some(kept) = kept {
                found.figure(format!("age hours {about}"), (now - kept).num_hours(), "", None);
            }
            let told = kept.map_or_else(
                || "it was never kept".to_owned(),
                |kept| format!("the last good backup is of {}", office.stamp(kept)),
            );
            let is_old = stale::too_old(plan, kept.unwrap_or(first), &excuses).is_some_and(|since| since < now);
            if is_old {
                let remedy = format!("`resguardo runs` and `resguardo log` say why; then `resguardo backup {about}`");
                found.add(HERE, &about, Verdict::critical(Code::BackupStale, told, remedy));
            } else {
                found.well(HERE, &about, told);
            }
        }
    }
    Ok(found)
}

/// What disks are owed, what is damaged on them, and what nobody could be told.
async fn custody(office: Office<'_>) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let now = office.now();
    let mut owed_copies = 0;
    for owed in office.store.owed().await? {
        owed_copies += owed.copies;
        if now - owed.since > OWED {
            let said = format!("it is owed {} copies since {}", owed.copies, office.stamp(owed.since));
            let remedy = "plug it in; the copies are made by themselves";
            found.add(&format!("disk {}", owed.disk), &owed.disk, Verdict::warning(Code::CopiesOwed, said, remedy));
        }
    }
    found.figure("copies owed".to_owned(), owed_copies, "", None);
    let disks = office.store.disks().await?;
    for count in office.store.damage_counts().await?.into_iter().filter(|count| count.count > 0) {
        let name =
            disks.iter().find(|row| row.id == count.disk_id).map_or("a disk that is gone", |row| row.name.as_str());
        let said = format!("{} copies on it are damaged", count.count);
        let remedy = format!("resguardo disk repair {name}");
        found.add(&format!("disk {name}"), name, Verdict::critical(Code::CopiesDamaged, said, remedy));
    }
    let given_up = office.store.abandoned_since(now - GIVEN_UP).await?;
    found.figure("notices given up".to_owned(), given_up, "", None);
    if given_up > 0 {
        let said = format!("{given_up} notices of the last 30 days reached nobody");
        let remedy = "`resguardo notify --test` tries every channel; what was not told is in `resguardo status`";
        found.add(HERE, "notices", Verdict::new(Code::NoticesGivenUp, Severity::Warning, said, remedy));
    }
    Ok(found)
}
