//! Retention over made-up and random histories. Every test is of the pure functions alone.

use chrono::{DateTime, FixedOffset, TimeDelta};
use proptest::prelude::*;

use super::*;

fn at(day: i64) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-01-04T02:00:00-06:00").unwrap() + TimeDelta::days(day)
}

fn backup(day: i64, disks: &[(&str, CopyState)]) -> Backup {
    let copies = disks.iter().map(|(disk, state)| Copy { disk: (*disk).to_owned(), state: *state }).collect();
    let archive = format!("s/d/{}", at(day).format("%Y-%m-%dT%H%M%S%z"));
    Backup { archive, at: at(day), odd: false, pinned: None, owed: false, copies }
}

/// A good copy on `a` and one on `b`, week after week, `weeks` times.
fn weekly(weeks: i64) -> Vec<Backup> {
    (0..weeks).map(|week| backup(week * 7, &[("a", CopyState::Good), ("b", CopyState::Good)])).collect()
}

const RULES: Keep = Keep { last: 2, daily: 0, weekly: 4, monthly: 3, yearly: 2, min_copies: 2 };

fn kept<'a>(decisions: &'a [Decision], disk: &str) -> Vec<&'a str> {
    decisions.iter().filter(|one| one.disk == disk && one.stays()).map(|one| one.archive.as_str()).collect()
}

fn days(decisions: &[Decision], disk: &str) -> Vec<String> {
    kept(decisions, disk).iter().map(|archive| archive.trim_start_matches("s/d/").chars().take(10).collect()).collect()
}

#[test]
fn two_years_of_weeks_thin_out_to_weeks_months_and_years() {
    let decisions = decide(&weekly(100), &|_| Some(RULES));
    let expected = ["2027-11-28", "2027-11-21", "2027-11-14", "2027-11-07", "2027-10-31", "2027-09-26", "2026-12-27"];
    assert_eq!(days(&decisions, "a"), expected);
    assert_eq!(kept(&decisions, "a"), kept(&decisions, "b"));
    let first = &decisions[0];
    let reasons: Vec<String> = first.reasons.iter().map(ToString::to_string).collect();
    let expected = [
        "one of the last 2",
        "newest of the week 2027-W47",
        "newest of the month 2027-11",
        "newest of the year 2027",
        "newest good one on its disk",
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn on_a_disk_without_rules_everything_stays() {
    let decisions = decide(&weekly(30), &|disk| (disk == "a").then_some(RULES));
    assert_eq!(kept(&decisions, "b").len(), 30);
    assert!(kept(&decisions, "a").len() < 10);
}

#[test]
fn time_alone_removes_nothing() {
    let backups = weekly(20);
    let before = decide(&backups, &|_| Some(RULES));
    let kept_before: Vec<Backup> =
        backups.iter().filter(|one| kept(&before, "a").contains(&one.archive.as_str())).cloned().collect();
    let again = decide(&kept_before, &|_| Some(RULES));
    assert!(again.iter().all(Decision::stays), "what was left once is left for ever while nothing new comes");
}

#[test]
fn an_odd_or_damaged_newer_one_takes_no_place() {
    let rules = Keep { last: 2, min_copies: 1, ..Keep::default() };
    let mut backups = weekly(4);
    for spoil in [true, false] {
        let newest = backups.last_mut().unwrap();
        newest.odd = spoil;
        newest.copies[0].state = if spoil { CopyState::Good } else { CopyState::Damaged };
        newest.copies[1].state = newest.copies[0].state;
        let decisions = decide(&backups, &|_| Some(rules));
        assert_eq!(days(&decisions, "a"), ["2026-01-25", "2026-01-18", "2026-01-11"], "odd: {spoil}");
    }
}

#[test]
fn the_last_good_one_stays_whatever_comes_after_it() {
    let rules = Keep { last: 1, min_copies: 1, ..Keep::default() };
    let mut backups = weekly(6);
    for newer in &mut backups[1..] {
        newer.odd = true;
    }
    let decisions = decide(&backups, &|_| Some(rules));
    assert!(kept(&decisions, "a").contains(&backups[0].archive.as_str()));
    let oldest = decisions.iter().find(|one| one.archive == backups[0].archive).unwrap();
    assert!(oldest.reasons.contains(&Reason::Newest), "{:?}", oldest.reasons);
}

#[test]
fn a_pin_an_unpaid_debt_and_too_few_copies_keep_what_the_rules_would_not() {
    let rules = Keep { last: 1, min_copies: 3, ..Keep::default() };
    let mut backups = weekly(5);
    backups[0].pinned = Some("auditoría 2026".to_owned());
    backups[1].owed = true;
    let decisions = decide(&backups, &|_| Some(rules));
    let why = |week: usize| {
        let found = decisions.iter().find(|one| one.disk == "a" && one.archive == backups[week].archive);
        found.unwrap().reasons.clone()
    };
    assert_eq!(why(0), [Reason::Pinned("auditoría 2026".to_owned())]);
    assert_eq!(why(1), [Reason::Owed]);
    assert_eq!(why(2), []);
    assert_eq!(why(3), [Reason::TooFewCopies { newer: 2, wanted: 3 }]);
}

#[test]
fn a_copy_that_is_owed_is_wanted_by_the_rules_of_its_own_disk_alone() {
    let rules = Keep { last: 2, min_copies: 2, ..Keep::default() };
    let owed = [("a", CopyState::Good), ("b", CopyState::Owed)];
    let backups: Vec<Backup> = (0..5).map(|week| Backup { owed: true, ..backup(week * 7, &owed) }).collect();
    let decisions = decide(&backups, &|_| Some(rules));
    assert_eq!(days(&decisions, "b"), ["2026-02-01", "2026-01-25"]);
    assert_eq!(kept(&decisions, "a").len(), 5, "each may be what another disk is still given");
}

#[test]
fn the_only_copy_stays_even_where_it_is_damaged() {
    let rules = Keep { last: 1, min_copies: 1, ..Keep::default() };
    let mut backups = weekly(3);
    backups[0].copies = vec![Copy { disk: "a".to_owned(), state: CopyState::Damaged }];
    let decisions = decide(&backups, &|_| Some(rules));
    let oldest = decisions.iter().find(|one| one.archive == backups[0].archive).unwrap();
    assert_eq!(oldest.reasons, [Reason::OnlyOne]);
}

prop_compose! {
    fn any_backup()(day in 0_i64..900, odd in prop::bool::weighted(0.15), pinned in prop::bool::weighted(0.05),
                    owed in prop::bool::weighted(0.1), states in prop::collection::vec(0_u8..5, 3)) -> Backup {
        let state = |&number: &u8| match number { 0 => None, 1 => Some(CopyState::Damaged), 2 => Some(CopyState::Owed), _ => Some(CopyState::Good) };
        let disks: Vec<(&str, CopyState)> =
            ["a", "b", "c"].into_iter().zip(&states).filter_map(|(disk, number)| Some((disk, state(number)?))).collect();
        Backup { odd, owed, pinned: pinned.then(|| "porque sí".to_owned()), ..backup(day, &disks) }
    }
}

prop_compose! {
    fn any_rules()(last in 0_u32..5, daily in 0_u32..8, weekly in 0_u32..6, monthly in 0_u32..6, yearly in 0_u32..3,
                   min_copies in 1_u32..4) -> Keep {
        Keep { last, daily, weekly, monthly, yearly, min_copies }
    }
}

fn history() -> impl Strategy<Value = Vec<Backup>> {
    prop::collection::vec(any_backup(), 0..60).prop_map(|mut backups| {
        backups.sort_by_key(|backup| backup.at);
        backups.dedup_by_key(|backup| backup.at);
        backups
    })
}

fn good<'a>(backups: &'a [Backup], disk: &'a str) -> impl Iterator<Item = &'a Backup> {
    let is_good = move |copy: &Copy| copy.disk == disk && copy.state == CopyState::Good;
    backups.iter().filter(move |backup| backup.copies.iter().any(is_good))
}

/// What is left after the copies that may go have gone.
fn after(backups: &[Backup], decisions: &[Decision]) -> Vec<Backup> {
    let gone = |backup: &Backup, copy: &Copy| {
        decisions.iter().any(|one| !one.stays() && one.archive == backup.archive && one.disk == copy.disk)
    };
    let left = |backup: &Backup| {
        let copies = backup.copies.iter().filter(|copy| !gone(backup, copy)).cloned().collect();
        Backup { copies, ..backup.clone() }
    };
    backups.iter().map(left).filter(|backup| !backup.copies.is_empty()).collect()
}

proptest! {
    #[test]
    fn every_copy_has_one_decision(backups in history(), rules in any_rules()) {
        let decisions = decide(&backups, &|_| Some(rules));
        let copies: usize = backups.iter().map(|backup| backup.copies.len()).sum();
        prop_assert_eq!(decisions.len(), copies);
    }

    #[test]
    fn the_newest_good_one_of_each_disk_and_in_all_stays(backups in history(), rules in any_rules()) {
        let decisions = decide(&backups, &|_| Some(rules));
        for disk in ["a", "b", "c"] {
            if let Some(newest) = good(&backups, disk).filter(|backup| !backup.odd).last() {
                prop_assert!(kept(&decisions, disk).contains(&newest.archive.as_str()));
            }
        }
    }

    #[test]
    fn what_is_pinned_or_has_no_good_copy_stays(backups in history(), rules in any_rules()) {
        let decisions = decide(&backups, &|_| Some(rules));
        for backup in &backups {
            let no_good = backup.copies.iter().all(|copy| copy.state != CopyState::Good);
            for copy in backup.copies.iter().filter(|copy| copy.state != CopyState::Owed) {
                if backup.pinned.is_some() || no_good {
                    prop_assert!(kept(&decisions, &copy.disk).contains(&backup.archive.as_str()));
                }
            }
        }
    }

    #[test]
    fn behind_whatever_goes_enough_good_newer_copies_stay(backups in history(), rules in any_rules()) {
        let decisions = decide(&backups, &|_| Some(rules));
        let left = after(&backups, &decisions);
        for gone in decisions.iter().filter(|one| !one.stays()) {
            let of = backups.iter().find(|backup| backup.archive == gone.archive).unwrap();
            let was_owed = of.copies.iter().any(|copy| copy.disk == gone.disk && copy.state == CopyState::Owed);
            let newer = left.iter().filter(|backup| backup.at > of.at && !backup.odd);
            let copies: usize =
                newer.map(|backup| backup.copies.iter().filter(|copy| copy.state == CopyState::Good).count()).sum();
            prop_assert!(was_owed || copies >= rules.min_copies as usize);
        }
    }

    #[test]
    fn what_is_not_trusted_removes_nothing_that_would_stay_without_it(backups in history(), rules in any_rules()) {
        let decisions = decide(&backups, &|_| Some(rules));
        let mut sound = backups.clone();
        for backup in &mut sound {
            backup.copies.retain(|copy| copy.state != CopyState::Damaged);
        }
        sound.retain(|backup| !backup.odd && !backup.copies.is_empty());
        for one in decide(&sound, &|_| Some(rules)).iter().filter(|one| one.stays()) {
            prop_assert!(kept(&decisions, &one.disk).contains(&one.archive.as_str()), "{one:?}");
        }
    }

    #[test]
    fn doing_it_twice_is_doing_it_once(backups in history(), rules in any_rules()) {
        let left = after(&backups, &decide(&backups, &|_| Some(rules)));
        let twice = after(&left, &decide(&left, &|_| Some(rules)));
        prop_assert_eq!(left, twice);
    }

    #[test]
    fn a_longer_rule_keeps_no_less(backups in history(), rules in any_rules()) {
        let longer = Keep { weekly: rules.weekly + 1, last: rules.last + 1, ..rules };
        let (short, long) = (decide(&backups, &|_| Some(rules)), decide(&backups, &|_| Some(longer)));
        for one in short.iter().filter(|one| one.stays()) {
            let by_rule = |reason: &Reason| matches!(reason, Reason::Last(_) | Reason::Of(_) | Reason::Newest | Reason::Pinned(_));
            if one.reasons.iter().any(by_rule) {
                prop_assert!(kept(&long, &one.disk).contains(&one.archive.as_str()), "{one:?}");
            }
        }
    }
}
