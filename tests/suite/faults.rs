//! Faults, survived and counted: the short form. Each fault is tried some times; nothing may be lost or wrongly called
//! good, and everything goes on by itself. `tests/faults` tries them as often as is wanted and prints a table.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

#[path = "faults/all.rs"]
mod all;

use all::{FAULTS, try_it};

/// The seed of the ordinary tests.
const SEED: u64 = 7;

/// Tries every fault whose name begins so.
#[track_caller]
fn survived(names: &[&str]) {
    let faults: Vec<_> = FAULTS.iter().filter(|fault| names.iter().any(|name| fault.name.starts_with(name))).collect();
    assert!(faults.len() >= names.len(), "{names:?} are not all faults");
    let rows: Vec<_> = faults.iter().map(|fault| try_it(fault, SEED, None)).collect();
    let table = all::markdown(&rows, SEED);
    assert!(rows.iter().all(all::Row::is_well), "\n{table}");
    // To be seen with `--nocapture`.
    std::io::Write::write_all(&mut std::io::stdout(), table.as_bytes()).unwrap();
}

#[test]
fn a_program_that_is_killed_loses_nothing_and_goes_on() {
    survived(&["kill -9 of `backup --here`"]);
}

#[test]
fn a_service_that_is_killed_loses_nothing_and_goes_on() {
    survived(&["kill -9 of the daemon"]);
}

#[test]
fn an_agent_or_sshd_or_dump_that_is_killed_makes_no_backup() {
    survived(&["kill -9 of the agent", "kill -9 of sshd", "kill -9 of the dump"]);
}

#[test]
fn a_disk_that_fills_up_at_any_stage_loses_nothing() {
    survived(&["ENOSPC"]);
}

#[test]
fn a_disk_that_dies_at_any_stage_loses_nothing() {
    survived(&["XFS", "ext4", "disk unmounted", "disk becomes"]);
}

#[test]
fn a_link_that_fails_at_any_byte_makes_no_false_backup() {
    survived(&["link", "bits flipped", "garbage"]);
}

#[test]
fn another_disk_in_its_place_is_not_taken_for_it() {
    survived(&["another disk"]);
}

#[test]
fn a_changed_byte_is_found_wherever_it_lies() {
    survived(&["bytes of"]);
}

#[test]
fn what_was_said_to_be_kept_survives_a_power_cut() {
    survived(&["power cut"]);
}

#[test]
fn records_survive_their_clock_and_their_database() {
    survived(&["clock", "file system of the database", "kill -9 of the database"]);
}

#[test]
fn what_is_there_twice_counts_once() {
    survived(&["second daemon", "cloned disk"]);
}
