//! When which dataset is drilled, and which of them needs a hand because its last proof is missing, old or bad.

use chrono::{DateTime, TimeDelta, Utc};
use resguardo_shared::dump::Dump;

use crate::jobs::office::Office;
use crate::jobs::tell::{self, News};
use crate::store::change::Change;
use crate::store::custody_rows::{Drill, DrillOutcome};
use crate::store::error::StoreError;

/// Under this key the store keeps when the last opportunity for drills was taken, or first looked for.
pub(super) const OPPORTUNITY: &str = "drills.opportunity";
/// Under these keys it keeps which lack of a drill people were told of, for each dataset.
const TOLD: &str = "drills.told.";

/// A dataset, as far as its drills are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// `SERVER/DATASET`.
    pub name: String,
    /// Whether it can be drilled at all: it was kept once, and is not the output of a command of one's own.
    pub can_be: bool,
    /// When it was last drilled, however that ended.
    pub last: Option<DateTime<Utc>>,
    /// When a drill of it last passed.
    pub passed: Option<DateTime<Utc>>,
}

/// The dataset that is to be drilled next: never drilled, or drilled longest ago, of those whose last drill that passed
/// is more than so many days ago. Pure.
pub fn pick(candidates: &[Candidate], now: DateTime<Utc>, days: u32) -> Option<&str> {
    let old = |passed: DateTime<Utc>| now - passed > TimeDelta::days(i64::from(days));
    let due = candidates.iter().filter(|candidate| candidate.can_be && candidate.passed.is_none_or(old));
    due.min_by_key(|candidate| candidate.last).map(|candidate| candidate.name.as_str())
}

/// The dataset to be drilled now, as `SERVER/DATASET`: at most one each time that `drills.when` has come. The first time
/// that this is asked, it only remembers the time.
///
/// # Errors
/// What the store says.
pub async fn due(office: Office<'_>) -> Result<Option<String>, StoreError> {
    let rules = &office.config.drills;
    let Some(when) = &rules.when else { return Ok(None) };
    let now = office.now();
    let last = office.store.meta(OPPORTUNITY).await?.and_then(|text| text.parse::<DateTime<Utc>>().ok());
    let Some(last) = last.filter(|last| *last <= now) else {
        let meta = vec![(OPPORTUNITY.to_owned(), now.to_rfc3339())];
        office.store.apply(Change { meta, ..Change::default() }).await?;
        return Ok(None);
    };
    if when.next_after(last).is_none_or(|next| next > now) {
        return Ok(None);
    }
    Ok(pick(&candidates(office).await?, now, rules.days).map(str::to_owned))
}

/// Every dataset that is in a plan, in the order of the configuration.
async fn candidates(office: Office<'_>) -> Result<Vec<Candidate>, StoreError> {
    let good = office.store.last_good().await?;
    let mut candidates = Vec::new();
    for (server, dataset, dump) in datasets(office) {
        let last = office.store.drills(Some((server, dataset)), 1).await?;
        let passed = office.store.last_drill(server, dataset, DrillOutcome::Passed).await?;
        let is_kept = good.iter().any(|row| row.server == *server && row.dataset == *dataset);
        candidates.push(Candidate {
            name: format!("{server}/{dataset}"),
            can_be: is_kept && !matches!(dump, Dump::Command(_)),
            last: last.first().map(|drill| drill.started),
            passed: passed.map(|drill| drill.ended),
        });
    }
    Ok(candidates)
}

fn datasets(office: Office<'_>) -> impl Iterator<Item = (&str, &str, &Dump)> {
    let config = office.config;
    let planned = move |server: &str, name: &str| {
        config.plans.iter().any(|plan| plan.datasets.iter().any(|(of, dataset)| of == server && dataset == name))
    };
    config.servers.iter().flat_map(move |server| {
        let own = server.datasets.iter().filter(move |dataset| planned(&server.name, &dataset.name));
        own.map(move |dataset| (server.name.as_str(), dataset.name.as_str(), &dataset.dump))
    })
}

/// A dataset that lacks a drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// `SERVER/DATASET`.
    pub dataset: String,
    /// When a drill of it last passed.
    pub passed: Option<DateTime<Utc>>,
    /// Its last drill, where that did not pass.
    pub last: Option<Drill>,
}

/// The datasets that lack a drill: none has passed in `drills.days`, or the last one failed. None, where no drills are
/// configured.
///
/// # Errors
/// What the store says.
pub async fn lacks(office: Office<'_>) -> Result<Vec<Lack>, StoreError> {
    let rules = &office.config.drills;
    let mut lacks = Vec::new();
    if rules.when.is_none() {
        return Ok(lacks);
    }
    for candidate in candidates(office).await?.into_iter().filter(|candidate| candidate.can_be) {
        let Some((server, dataset)) = candidate.name.split_once('/') else { continue };
        let last = office.store.drills(Some((server, dataset)), 1).await?.into_iter().next();
        let last = last.filter(|drill| drill.outcome != DrillOutcome::Passed);
        let failed = last.as_ref().is_some_and(|drill| drill.outcome == DrillOutcome::Failed);
        let old = candidate.passed.is_none_or(|passed| office.now() - passed > TimeDelta::days(i64::from(rules.days)));
        if failed || old {
            lacks.push(Lack { dataset: candidate.name.clone(), passed: candidate.passed, last });
        }
    }
    Ok(lacks)
}

/// What needs a hand, for `status`: one sentence for each dataset that lacks a drill.
///
/// # Errors
/// What the store says.
pub async fn attention(office: Office<'_>) -> Result<Vec<String>, StoreError> {
    let sentence = |lack: Lack| {
        let why = lack.last.as_ref().and_then(|drill| drill.error.as_deref()).unwrap_or_default();
        match (&lack.last, lack.passed) {
            (Some(Drill { outcome: DrillOutcome::Failed, ended, .. }), _) => {
                format!("{}: it could NOT be restored in the drill of {}: {why}", lack.dataset, office.stamp(*ended))
            }
            (Some(_), passed) => {
                format!("{}: {}; the last drill was not run: {why}", lack.dataset, proved(office, passed))
            }
            (None, passed) => {
                format!("{}: {}; `resguardo drill {}` does it now", lack.dataset, proved(office, passed), lack.dataset)
            }
        }
    };
    Ok(lacks(office).await?.into_iter().map(sentence).collect())
}

fn proved(office: Office<'_>, passed: Option<DateTime<Utc>>) -> String {
    match passed {
        Some(passed) => format!("last restored for a test at {}", office.stamp(passed)),
        None => "never restored for a test".to_owned(),
    }
}

/// Tells people of datasets whose last drill that passed is too old, or that were never drilled: once, until one passes.
/// They have until twice `drills.when` after the first look, so that nobody is told of what is about to be done.
///
/// # Errors
/// What the store says.
pub async fn remind(office: Office<'_>) -> Result<(), StoreError> {
    let rules = &office.config.drills;
    let first = office.store.meta(OPPORTUNITY).await?.and_then(|text| text.parse::<DateTime<Utc>>().ok());
    let patience = rules.when.as_ref().zip(first).and_then(|(when, first)| {
        let next = when.next_after(first)?.to_utc();
        when.next_after(next).map(|next| next.to_utc())
    });
    if patience.is_none_or(|patience| patience > office.now()) {
        return Ok(());
    }
    let mut change = Change::default();
    for lack in lacks(office).await? {
        // A failed drill was told with its messages when it failed.
        if lack.last.as_ref().is_some_and(|drill| drill.outcome == DrillOutcome::Failed) {
            continue;
        }
        let (key, episode) =
            (format!("{TOLD}{}", lack.dataset), lack.passed.map_or("never".to_owned(), |at| at.to_rfc3339()));
        if office.store.meta(&key).await?.as_ref() != Some(&episode) {
            change.notices.push(tell::notice(office, News::DrillLacking { lack: &lack }));
            change.meta.push((key, episode));
        }
    }
    if change.notices.is_empty() { Ok(()) } else { office.store.apply(change).await.map(drop) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u32) -> DateTime<Utc> {
        format!("2026-11-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn candidate(name: &str, last: Option<u32>, passed: Option<u32>) -> Candidate {
        Candidate { name: name.to_owned(), can_be: true, last: last.map(at), passed: passed.map(at) }
    }

    #[test]
    fn what_was_never_drilled_comes_first_and_then_what_was_drilled_longest_ago() {
        let old = candidate("a", Some(5), Some(5));
        let never = candidate("b", None, None);
        let older = candidate("c", Some(3), Some(3));
        assert_eq!(pick(&[old.clone(), never, older.clone()], at(28), 7), Some("b"));
        assert_eq!(pick(&[old.clone(), older], at(28), 7), Some("c"));
        assert_eq!(pick(&[old], at(28), 90), None);
    }

    #[test]
    fn one_that_fails_again_and_again_does_not_keep_the_others_from_their_turn() {
        let failing = candidate("a", Some(20), None);
        let old = candidate("b", Some(2), Some(2));
        assert_eq!(pick(&[failing.clone(), old], at(28), 7), Some("b"));
        let fresh = candidate("b", Some(27), Some(27));
        assert_eq!(pick(&[failing, fresh], at(28), 7), Some("a"));
    }

    #[test]
    fn what_has_no_backup_or_no_way_back_is_never_picked() {
        let none = Candidate { can_be: false, ..candidate("a", None, None) };
        assert_eq!(pick(&[none], at(28), 7), None);
        assert_eq!(pick(&[], at(28), 7), None);
    }
}
