//! Every figure's name, kind, unit and sentence, in the order in which they are told. A further figure is a further line here, its
//! samples in the file of its noun, and its row in `config/prometheus/METRICS.md`.

use crate::openmetrics::{Kind, Metric};

/// Figures, and the list of all of them.
macro_rules! metrics {
    ($($constant:ident = $kind:ident $name:literal $unit:literal: $help:literal;)*) => {
        $(pub(super) const $constant: Metric = Metric { name: $name, kind: Kind::$kind, unit: $unit, help: $help };)*
        /// All of them.
        pub const ALL: &[Metric] = &[$($constant),*];
    };
}

metrics! {
    // The program.
    BUILD = Gauge "resguardo_build_info" "": "Always 1; the label says which version runs.";
    SCHEMA = Gauge "resguardo_schema_version" "": "The number of the last migration that the database has.";
    START = Gauge "resguardo_start_timestamp_seconds" "seconds": "When the service started.";
    UPTIME = Gauge "resguardo_uptime_seconds" "seconds": "For how long the service has run.";
    MEMORY = Gauge "resguardo_resident_memory_bytes" "bytes": "Memory of the service that is in RAM.";
    TOLD = Gauge "resguardo_metrics_timestamp_seconds" "seconds": "When these figures were gathered.";
    // Plans.
    SLOTS = Counter "resguardo_plan_slots" "": "Slots of a plan that ended, by how: done, late, missed or excused.";
    SLOTS_OPEN = Gauge "resguardo_plan_slots_open" "": "Slots of a plan that have begun and are not kept yet.";
    NEXT_SLOT = Gauge "resguardo_plan_next_slot_timestamp_seconds" "seconds": "When the next slot of a plan begins.";
    // Datasets.
    DATASET = Gauge "resguardo_dataset_info" "": "Always 1; the labels say in which plans a dataset is.";
    GOOD = Gauge "resguardo_dataset_last_good_timestamp_seconds" "seconds": "When the last good backup was kept.";
    AGE = Gauge "resguardo_dataset_last_good_age_seconds" "seconds": "How old the last good backup is.";
    TOO_OLD = Gauge "resguardo_dataset_too_old_timestamp_seconds" "seconds":
        "From when on the last good backup, or the want of one, is too old by its plan.";
    READ = Gauge "resguardo_dataset_last_good_read_bytes" "bytes": "Bytes of dump that the last good backup read.";
    STORED = Gauge "resguardo_dataset_last_good_stored_bytes" "bytes":
        "Bytes of archive that the last good backup takes on each disk.";
    TOOK = Gauge "resguardo_dataset_last_good_duration_seconds" "seconds": "How long the last good backup took.";
    ATTEMPTED = Gauge "resguardo_dataset_last_attempt_timestamp_seconds" "seconds":
        "When the last attempt of the last forty days ended.";
    STATE = Gauge "resguardo_dataset_last_attempt_state" "":
        "Always 1; the label says how the last attempt ended: kept, partly, failed, interrupted or cancelled.";
    COPIES = Gauge "resguardo_dataset_copies" "": "Backups that a disk holds and that are good, as far as is known.";
    DAMAGED = Gauge "resguardo_dataset_copies_damaged" "": "Backups that a disk should hold and that are damaged or missing.";
    OWED = Gauge "resguardo_dataset_copies_owed" "": "Backups that a disk lacks and is to be given.";
    OWED_SINCE = Gauge "resguardo_dataset_copies_owed_since_timestamp_seconds" "seconds":
        "Since when the oldest of the backups is owed.";
    VERIFIED = Gauge "resguardo_dataset_last_verified_timestamp_seconds" "seconds":
        "When a backup on the disk was last read whole and found good.";
    UNVERIFIED = Gauge "resguardo_dataset_oldest_verified_timestamp_seconds" "seconds":
        "When that good backup on the disk was read whose last reading is the longest ago.";
    DRILLED = Gauge "resguardo_dataset_last_drill_timestamp_seconds" "seconds": "When it was last restored for a test.";
    DRILL_PASSED = Gauge "resguardo_dataset_last_drill_passed" "": "Whether all was right then: 1 or 0.";
    DRILL_TOOK = Gauge "resguardo_dataset_last_drill_duration_seconds" "seconds": "How long that restore took.";
    // What the configuration asks for.
    VERIFY_WITHIN = Gauge "resguardo_verification_interval_seconds" "seconds":
        "Within how long everything is to be read once; only where that is configured.";
    DRILL_WITHIN = Gauge "resguardo_drill_interval_seconds" "seconds":
        "How old the last drill of a dataset may be; only where drills are configured.";
    // What is under way.
    RUNNING = Gauge "resguardo_backup_running" "": "Whether a run is under way: 1 or 0.";
    RUNNING_READ = Gauge "resguardo_running_backup_read_bytes" "bytes": "Bytes of dump of the running backup so far.";
    RUNNING_STORED = Gauge "resguardo_running_backup_stored_bytes" "bytes":
        "Bytes of archive of the running backup so far.";
    RUNNING_EXPECTED = Gauge "resguardo_running_backup_expected_bytes" "bytes":
        "Bytes of dump of the same dataset the last time.";
    RUNNING_SINCE = Gauge "resguardo_running_backup_start_timestamp_seconds" "seconds": "When the running backup began.";
    // Disks.
    PRESENT = Gauge "resguardo_disk_present" "": "Whether a disk is here by the last look at it: 1 or 0.";
    EXPECTED = Gauge "resguardo_disk_expected" "": "Whether a slot that is open wants the disk: 1 or 0.";
    FREE = Gauge "resguardo_disk_free_bytes" "bytes": "Bytes that were free by the last look at it.";
    SIZE = Gauge "resguardo_disk_size_bytes" "bytes": "Bytes that it can hold.";
    FULL = Gauge "resguardo_disk_full_in_seconds" "seconds":
        "How long its room lasts, as its last weeks went; only once three of them are known.";
    SEEN = Gauge "resguardo_disk_last_seen_timestamp_seconds" "seconds": "When it was last here.";
    ERRORS = Counter "resguardo_disk_errors" "": "How often it failed.";
    RETIRED = Gauge "resguardo_disk_retired" "": "Whether it was taken out of service for good: 1 or 0.";
    // The register.
    ENTRIES = Gauge "resguardo_register_entries" "": "Entries of the register.";
    CHECKED = Gauge "resguardo_register_check_timestamp_seconds" "seconds":
        "When the whole chain of the register was last verified; it is every day.";
    WHOLE = Gauge "resguardo_register_whole" "": "Whether the chain was unbroken and signed then: 1 or 0.";
    // What people are told.
    WAITING = Gauge "resguardo_outbox_waiting" "": "Notices and letters that are still to be taken by their channel.";
    WAITING_SINCE = Gauge "resguardo_outbox_waiting_since_timestamp_seconds" "seconds":
        "When the oldest of those was written.";
    GIVEN_UP = Gauge "resguardo_outbox_failed" "": "Notices and letters of the last thirty days that were given up.";
    // The support desk.
    TICKETS = Gauge "resguardo_tickets_open" "": "Tickets that are open.";
    OVERDUE = Gauge "resguardo_tickets_overdue" "": "Tickets that were to be attended before today and are not.";
    DUE_TODAY = Gauge "resguardo_tickets_due_today" "": "Tickets that are to be attended today and are not.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_as_prometheus_wants_it_and_there_once() {
        let names: BTreeSet<&str> = ALL.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), ALL.len());
        for Metric { name, unit, help, .. } in ALL {
            assert!(name.starts_with("resguardo_"), "{name}");
            assert!(name.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_'), "{name}");
            let says = ["seconds", "bytes"].into_iter().find(|unit| name.ends_with(&format!("_{unit}")));
            assert_eq!(says.unwrap_or_default(), *unit, "{name}");
            for taken in ["_total", "_count", "_sum", "_bucket", "_created"] {
                assert!(!name.ends_with(taken), "{name}");
            }
            assert!(help.ends_with('.') && !help.contains(['\\', '"', '\n']), "{name}");
        }
    }
}
