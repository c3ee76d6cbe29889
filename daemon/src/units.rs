//! Sizes and durations for people. Binary multiples, as the tools around us say them.

use std::time::Duration;

/// A size: `812 B`, `4.2 MiB`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // Tenths of a unit, kept in integers so that nothing is rounded up beyond what is there.
    let (mut tenths, mut unit) = (u128::from(bytes) * 10 / 1024, 0);
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// A number of things: `1 frame`, `12 frames`.
pub fn count(number: u64, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// A duration: `0.4 s`, `41 s`, `3 min 07 s`, `2 h 05 min`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{}.{} s", seconds, duration.subsec_millis() / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_write_them() {
        let shown = [0, 1023, 1024, 1536, 1024 * 1024 - 1, 4_404_019, u64::MAX].map(bytes);
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1023.9 KiB", "4.1 MiB", "16383.9 PiB"]);
    }

    #[test]
    fn one_thing_is_no_things() {
        assert_eq!([0, 1, 2].map(|number| count(number, "disk")), ["0 disks", "1 disk", "2 disks"]);
    }

    #[test]
    fn durations_read_as_people_write_them() {
        let shown = [400, 41_000, 187_000, 7_500_000].map(|ms| duration(Duration::from_millis(ms)));
        assert_eq!(shown, ["0.4 s", "41 s", "3 min 07 s", "2 h 05 min"]);
    }
}
