//! How long backups are kept. It may not know what is kept.

use super::check::fault;
use super::reader::Node;
use super::rules::Keep;

/// Reads `keep` of a section.
pub(super) fn read(node: &Node<'_>) -> Option<Keep> {
    let node = node.node("keep")?;
    let number = |key| node.number(key, 0..=10_000).unwrap_or(0);
    let keep = Keep {
        last: number("last"),
        daily: number("daily"),
        weekly: number("weekly"),
        monthly: number("monthly"),
        yearly: number("yearly"),
        min_copies: node.number("min_copies", 1..=100).unwrap_or(2),
    };
    node.finish();
    if [keep.last, keep.daily, keep.weekly, keep.monthly, keep.yearly].iter().all(|&wanted| wanted == 0) {
        let remedy =
            "write at least one of `last`, `daily`, `weekly`, `monthly`, `yearly`; without `keep` nothing is removed";
        node.wrong("last", fault("and all other rules keep nothing", remedy));
    }
    Some(keep)
}
