//! The facts of what is due, from the store and the configuration: only those that somebody's list is made of, each kind by one question.
//! It may not know what is due.

use std::collections::BTreeSet;

use chrono::{DateTime, Days as Civil, NaiveDate, Utc, Weekday};
use resguardo_shared::dump::Dump;

use crate::config::model::Plan;
use crate::desk::access::{Action, may};
use crate::desk::people::{Actor, Role};
use crate::due::facts::{
    AccountFact, BackupFact, CopyFact, DebtFact, DiskFact, DrillFact, Facts, Own, ProgrammeFact, SemesterFact,
    UnratedFact, UpkeepFact,
};
use crate::due::{Days, rules};
use crate::figures::month::Month;
use crate::jobs::office::{Office, day};
use crate::schedule::rotation;
use crate::schedule::slot::SlotOutcome;
use crate::store::error::StoreError;
use crate::store::rows::{Dataset, Slot};
use crate::upkeep::programme::Programme;
use crate::upkeep::semester::{Semester, Week};

/// Items of one kind that are read to be named.
fn named() -> u32 {
    u32::try_from(rules::NAMED).unwrap_or(u32::MAX)
}

/// What the office has to do, as far as somebody's list needs it.
pub(super) async fn facts(office: Office<'_>, who: &Actor, days: Days<'_>) -> Result<Facts, StoreError> {
    let (store, today) = (office.store, days.today);
    let mut facts = Facts::default();
    let can = |action| may(who, action);
    if can(Action::WriteReports) || can(Action::ReceiveReports) {
        facts.reports = store.reports_due(Month::of(today).before()).await?;
        let semester = |one: crate::store::due::SemesterDue| SemesterFact {
            semester: one.semester,
            finished: one.finished.map(|at| day(office.config, at)),
            waits: one.waits,
        };
        facts.semesters = store.semesters_due().await?.into_iter().map(semester).collect();
    }
    if can(Action::DraftProgramme) || can(Action::DecideProgramme) {
        let this = Semester::of(today);
        let next = this.and_then(Semester::next);
        let all = store.programmes().await?.into_iter();
        let near = all.filter(|one| [this, next].contains(&Some(one.semester)));
        facts.programmes = near.map(|one| programme(office, &one)).collect();
    }
    if !who.heads.is_empty() {
        let copy = |one: crate::store::due::CopyWaiting| CopyFact {
            semester: one.semester,
            unit: one.unit,
            given: day(office.config, one.given),
        };
        facts.copies = store.copies_waiting().await?.into_iter().map(copy).collect();
    }
    if who.attends() || !who.heads.is_empty() {
        let week = |one: crate::store::due::WeekItems| {
            let crate::store::due::WeekItems { semester, unit, technician, count } = one;
            UpkeepFact { semester, unit, technician, count }
        };
        facts.upkeep = store.items_of_week(Week::of(today)).await?.into_iter().map(week).collect();
    }
    if can(Action::AcknowledgeDirective) || can(Action::IssueDirective) {
        facts.directives = store.directives().await?;
        facts.read = store.directive_acks().await?.into_iter().map(|ack| (ack.directive, ack.user)).collect();
    }
    if who.attends() {
        accounts(office, days, &mut facts).await?;
        backups(office, today, &mut facts).await?;
    }
    Ok(facts)
}

fn programme(office: Office<'_>, one: &Programme) -> ProgrammeFact {
    let makers = [Some(one.made_by), one.sent.map(|(_, by)| by)].into_iter().flatten();
    ProgrammeFact {
        semester: one.semester,
        state: one.state,
        decided: one.decision.as_ref().map(|decision| day(office.config, decision.at)),
        makers: makers.collect(),
    }
}

async fn accounts(office: Office<'_>, days: Days<'_>, facts: &mut Facts) -> Result<(), StoreError> {
    let waiting = office.store.accounts_waiting(None, named()).await?;
    let one = |one: crate::store::account_requests::Waiting| {
        Some(AccountFact { number: one.number, uploaded: one.request.uploaded? })
    };
    facts.accounts = waiting.into_iter().filter_map(one).collect();
    // The last day of which the answer is late today.
    let late = |from: &NaiveDate| days.here.add_business_days(*from, rules::ANSWER_DAYS) < days.today;
    let back = (0..60).filter_map(|back| days.today.checked_sub_days(Civil::new(back)));
    if let Some(day) = back.into_iter().find(late) {
        facts.accounts_late = office.store.accounts_waiting_since(day).await?;
    }
    Ok(())
}

/// The first moment of this ISO week, here.
fn week_began(office: Office<'_>, today: NaiveDate) -> DateTime<Utc> {
    let monday = today.week(Weekday::Mon).first_day().and_time(chrono::NaiveTime::MIN);
    let local = monday.and_local_timezone(office.config.time_zone).earliest();
    local.map_or_else(|| monday.and_utc(), |local| local.to_utc())
}

/// The first time in this week at which a plan is due.
fn slot(plan: &Plan, began: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let first = plan.when.next_after(began - chrono::TimeDelta::seconds(1))?.to_utc();
    (first < began + chrono::TimeDelta::days(7)).then_some(first)
}

async fn backups(office: Office<'_>, today: NaiveDate, facts: &mut Facts) -> Result<(), StoreError> {
    let (store, config) = (office.store, office.config);
    let began = week_began(office, today);
    let good = store.last_good().await?;
    let slots = store.slots_since(began).await?;
    let mut seen = BTreeSet::new();
    for plan in &config.plans {
        let Some(first) = slot(plan, began) else { continue };
        let lacks: Vec<&(String, String)> =
            plan.datasets.iter().filter(|(server, name)| !is_kept(&good, server, name, began)).collect();
        if first <= office.now()
            && let Some(reason) = late(&slots, plan)
        {
            for (server, name) in lacks.iter().filter(|name| seen.insert(**name)) {
                let (dataset, reason) = (format!("{server}/{name}"), reason.clone());
                facts.backups.push(BackupFact { dataset, slot: day(config, first), reason });
            }
        }
        if let (Some(disk), false) = (rotation::due(&plan.rotation, today), lacks.is_empty()) {
            let kept_in = config.disk(disk).and_then(|disk| disk.custody.clone());
            let (disk, plan) = (disk.clone(), plan.name.clone());
            facts.disks.push(DiskFact { disk, kept_in, plan, slot: day(config, first) });
        }
    }
    let debt = |owed: crate::store::disks::Owed| DebtFact {
        kept_in: config.disk(&owed.disk).and_then(|disk| disk.custody.clone()),
        since: day(config, owed.since),
        copies: owed.copies,
        disk: owed.disk,
    };
    facts.debts = store.owed().await?.into_iter().map(debt).collect();
    facts.drills = drills(office, &good).await?;
    Ok(())
}

fn is_kept(good: &[Dataset], server: &str, name: &str, began: DateTime<Utc>) -> bool {
    good.iter().any(|row| row.server == server && row.dataset == name && row.started.is_some_and(|at| at >= began))
}

/// Why what a plan lacks this week is late, as far as known; `None` where it was excused, and nobody waits for it.
fn late(slots: &[Slot], plan: &Plan) -> Option<Option<String>> {
    let of_plan: Vec<&Slot> = slots.iter().filter(|slot| slot.plan == plan.name).collect();
    let is_excused = |slot: &&Slot| slot.outcome == Some(SlotOutcome::Excused);
    if !of_plan.is_empty() && of_plan.iter().all(is_excused) {
        return None;
    }
    Some(of_plan.iter().rev().find_map(|slot| slot.reason.clone()))
}

/// Datasets whose last drill that passed is too old, or that have none; none where no drills are wanted.
async fn drills(office: Office<'_>, good: &[Dataset]) -> Result<Vec<DrillFact>, StoreError> {
    let rules = &office.config.drills;
    if rules.when.is_none() {
        return Ok(Vec::new());
    }
    let (now, drilled) = (office.now(), office.store.drilled().await?);
    let mut lacks = Vec::new();
    let all: BTreeSet<&(String, String)> = office.config.plans.iter().flat_map(|plan| &plan.datasets).collect();
    for (server, name) in all {
        let can_be = office.config.dataset(server, name).is_none_or(|one| !matches!(one.dump, Dump::Command(_)));
        let is_known = good.iter().any(|row| row.server == *server && row.dataset == *name);
        let passed =
            drilled.iter().find(|one| one.server == *server && one.dataset == *name).and_then(|one| one.passed);
        let is_old = passed.is_none_or(|at| now - at > chrono::TimeDelta::days(i64::from(rules.days)));
        if can_be && is_known && is_old {
            let passed = passed.map(|at| day(office.config, at));
            lacks.push(DrillFact { dataset: format!("{server}/{name}"), passed, good_for: rules.days });
        }
    }
    Ok(lacks)
}

/// What somebody themselves has to do.
pub(super) async fn own(office: Office<'_>, who: &Actor, today: NaiveDate) -> Result<Own, StoreError> {
    let store = office.store;
    let mut own = Own::default();
    if who.attends() {
        let all = who.is(Role::Chief);
        own.tickets = store.tickets_to_attend(who.id, all, named()).await?;
        own.counts = store.counts_to_attend(who.id, all, today).await?;
    }
    let unrated = store.unrated_of(who.id, named()).await?;
    own.unrated_total = unrated.first().map_or(0, |first| first.total);
    let one = |one: crate::store::due::Unrated| UnratedFact {
        number: one.number,
        subject: one.subject,
        closed: day(office.config, one.closed),
    };
    own.unrated = unrated.into_iter().map(one).collect();
    Ok(own)
}
