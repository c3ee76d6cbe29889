//! Faults, survived and counted: each is injected many times into a world with real servers, kernels and disks, and judged
//! with plain tools. The ordinary tests and the long form run the same code, with another number of times.

#[path = "../year/chance.rs"]
#[expect(dead_code, reason = "hours are for a year's tests")]
mod chance;
mod disks;
mod flips;
mod judge;
mod kills;
mod link;
mod power;
mod site;
mod stage;
mod state;
mod table;
mod trials;
mod twice;

pub(crate) use table::{Row, markdown};
use trials::Trials;

/// A fault that is tried.
pub(crate) struct Fault {
    /// What it is, as the table says it.
    pub(crate) name: &'static str,
    /// How often it is tried by the ordinary tests.
    short: u32,
    /// How often by the long form, in hundredths of the number that is asked for.
    percent: u32,
    run: fn(&mut Trials),
}

const fn fault(name: &'static str, short: u32, percent: u32, run: fn(&mut Trials)) -> Fault {
    Fault { name, short, percent, run }
}

/// All of them, in the order of the table.
pub(crate) const FAULTS: &[Fault] = &[
    fault("kill -9 of `backup --here` at any moment", 3, 100, kills::here),
    fault("kill -9 of `backup --here` at each stage", 6, 50, kills::stages),
    fault("kill -9 of the daemon at any moment", 2, 100, kills::daemon),
    fault("kill -9 of the agent", 2, 50, kills::agent),
    fault("kill -9 of sshd", 2, 50, kills::sshd),
    fault("kill -9 of the dump (pg_dump, mariadb-dump, tar, command)", 3, 100, kills::dump),
    fault("ENOSPC at each stage", 6, 50, disks::full),
    fault("XFS shut down at each stage", 4, 25, disks::xfs_shutdown),
    fault("ext4 shut down at each stage", 2, 25, disks::ext4_shutdown),
    fault("disk unmounted lazily in mid-run", 2, 25, disks::lazily_unmounted),
    fault("disk becomes read-only in mid-run", 2, 25, disks::read_only),
    fault("another disk in its place, in mid-run", 3, 25, disks::another_in_mid_run),
    fault("another disk, an empty one, or none in its place before", 4, 15, disks::another_before),
    fault("link cut at any byte", 2, 50, link::cut),
    fault("link stalled at any byte", 1, 25, link::stalled),
    fault("link slow, and down for a moment", 1, 10, link::slowed),
    fault("bits flipped on the link", 2, 50, link::flipped),
    fault("garbage put into the link", 2, 50, link::garbage),
    fault("bytes of archives and seek tables changed or cut", 12, 200, flips::archive),
    fault("bytes of manifests changed or cut", 12, 400, flips::manifest),
    fault("bytes of checksum files changed or cut", 6, 100, flips::sums),
    fault("bytes of markers changed or cut", 8, 100, flips::marker),
    fault("bytes of the register's lines changed or cut", 12, 400, flips::chain),
    fault("bytes of the register's head changed or cut", 12, 200, flips::head),
    fault("power cut: what was not synced is gone", 3, 50, power::cut),
    fault("clock set to another year and back", 1, 15, state::clock),
    fault("file system of the database full", 2, 15, state::full),
    fault("kill -9 of the database server", 2, 15, state::postgres),
    fault("second daemon on the same state", 1, 10, twice::daemon),
    fault("cloned disk beside its original", 2, 10, twice::clone),
];

impl Fault {
    /// How often it is tried when so many times are asked for; without a number, as ordinary tests do.
    pub(crate) fn times(&self, asked: Option<u32>) -> u32 {
        let share = |asked: u32| u64::from(asked) * u64::from(self.percent) / 100;
        asked.map_or(self.short, |asked| u32::try_from(share(asked)).unwrap_or(u32::MAX).max(1))
    }
}

/// Tries a fault; everything in it that is left to chance comes from the seed and its name.
pub(crate) fn try_it(fault: &Fault, seed: u64, asked: Option<u32>) -> Row {
    let mut trials = Trials::new(fault.name, seed, fault.times(asked));
    trials.go(fault.run);
    trials.row
}
