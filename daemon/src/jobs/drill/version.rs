//! May a server of this version load a dump of that one? Pure.

/// Whether the server that is here is older than the one that was dumped. Only what makes dumps differ counts: the first
/// number of PostgreSQL since 10, the first two before and of MariaDB and MySQL. What cannot be read is not older.
pub(super) fn is_older(here: &str, dumped: &str, numbers: usize) -> bool {
    match (parts(here, numbers), parts(dumped, numbers)) {
        (Some(here), Some(dumped)) => here < dumped,
        _ => false,
    }
}

/// The numbers of a version that count, such as `15.18 (Debian 15.18-0+deb12u1)`.
pub(super) fn parts(version: &str, numbers: usize) -> Option<Vec<u32>> {
    let digits: String = version.trim().chars().take_while(|char| char.is_ascii_digit() || *char == '.').collect();
    let parsed: Option<Vec<u32>> = digits.trim_end_matches('.').split('.').map(|part| part.parse().ok()).collect();
    let mut parsed = parsed?;
    // Before 10 the second number of PostgreSQL's counted too.
    let counting = if numbers == 1 && parsed.first().is_some_and(|first| *first < 10) { 2 } else { numbers };
    parsed.truncate(counting);
    Some(parsed)
}

/// The version for a message: its numbers that count.
pub(super) fn short(version: &str, numbers: usize) -> String {
    let parts = parts(version, numbers).unwrap_or_default();
    if parts.is_empty() {
        return version.to_owned();
    }
    parts.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_server_is_known_by_the_numbers_that_count() {
        assert!(is_older("15.18 (Debian 15.18-0+deb12u1)", "16.4", 1));
        assert!(!is_older("15.1", "15.18 (Debian 15.18-0+deb12u1)", 1));
        assert!(!is_older("18beta1", "9.6.24", 1) && is_older("9.5.3", "9.6.24", 1));
        assert!(is_older("10.6.18-MariaDB", "10.11.14-MariaDB-0+deb12u2", 2));
        assert!(!is_older("11.4.2-MariaDB", "10.11.14-MariaDB", 2));
        assert!(!is_older("unknown", "10.11", 2));
        assert_eq!((short("16.4 (Debian)", 1), short("10.11.14-MariaDB", 2)), ("16".into(), "10.11".into()));
    }
}
