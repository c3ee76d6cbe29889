//! What becomes of backups after they are kept: to whom they are encrypted, and when they are read and restored again. It
//! may not know how.

use std::path::PathBuf;

use chrono_tz::Tz;

use super::check::{self, Fault, fault};
use super::reader::Node;
use super::rules::{Drills, Encryption, Plausibility, Spool, Verification};
use crate::crypt::Recipient;
use crate::schedule::When;

/// Each recipient makes the head of every archive longer, and whoever reads it bounds that head.
const RECIPIENTS_MAX: usize = 100;

/// Reads `encryption`.
pub(super) fn encryption(root: &Node<'_>) -> Encryption {
    let Some(node) = root.node("encryption") else { return Encryption::default() };
    node.need("recipients", "list at least one public key, as `resguardo key generate` prints it");
    let recipients = node.texts("recipients", recipient);
    if recipients.is_empty() && node.has("recipients") {
        node.wrong("recipients", fault("names nobody who could read the archives", "list at least one public key"));
    }
    if recipients.len() > RECIPIENTS_MAX {
        node.wrong("recipients", fault("names more than 100 public keys", "list those of the people who keep a key"));
    }
    let identity = node.secret("identity");
    node.finish();
    Encryption { recipients: recipients.into_iter().map(|(_, recipient)| recipient).collect(), identity }
}

/// A public key. A private one is never shown.
fn recipient(text: &str) -> Result<Recipient, Fault> {
    if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
        return Err(fault(
            "is a private key",
            "take it out of this file, consider it stolen, and write the public key",
        ));
    }
    text.parse().map_err(|_| fault("is no public key of age", "write it as `age-keygen -y` prints it: `age1…`"))
}

/// Reads `plausibility`.
pub(super) fn plausibility(root: &Node<'_>) -> Plausibility {
    let mut limits = Plausibility { smaller_percent: 50, larger_percent: 300, slower_percent: 400 };
    let Some(node) = root.node("plausibility") else { return limits };
    limits.smaller_percent = node.number("smaller_percent", 0..=100).unwrap_or(limits.smaller_percent);
    limits.larger_percent = node.number("larger_percent", 100..=100_000).unwrap_or(limits.larger_percent);
    limits.slower_percent = node.number("slower_percent", 100..=100_000).unwrap_or(limits.slower_percent);
    node.finish();
    limits
}

/// Reads `verification`.
pub(super) fn verification(root: &Node<'_>, tz: Tz) -> Verification {
    let mut rules = Verification { when: None, weeks: 4, minutes: 240 };
    let Some(node) = root.node("verification") else { return rules };
    node.need("when", "write when there is time for it, such as `0 4 * * *`");
    rules.when = when(&node, tz);
    rules.weeks = node.number("weeks", 1..=520).unwrap_or(rules.weeks);
    rules.minutes = node.number("minutes", 1..=10_080).unwrap_or(rules.minutes);
    node.finish();
    rules
}

/// Reads `drills`.
pub(super) fn drills(root: &Node<'_>, tz: Tz) -> Drills {
    let mut rules = Drills { when: None, days: 90, folder: PathBuf::from("/var/tmp"), postgres: None, mysql: None };
    let Some(node) = root.node("drills") else { return rules };
    node.need("when", "write when there is time for it, such as `0 5 * * MON`");
    rules.when = when(&node, tz);
    rules.days = node.number("days", 1..=3650).unwrap_or(rules.days);
    rules.folder = node.parsed("folder", check::absolute).unwrap_or(rules.folder);
    rules.postgres = node.parsed("postgres", check::absolute);
    rules.mysql = node.parsed("mysql", check::absolute);
    node.finish();
    rules
}

/// Reads `spool`.
pub(super) fn spool(root: &Node<'_>) -> Option<Spool> {
    let node = root.node("spool")?;
    node.need("path", "write the folder in which dumps may wait for a disk");
    node.need("gibibytes", "write the most that may lie there, such as `20`");
    let path = node.parsed("path", check::absolute);
    let bytes_max = node.number("gibibytes", 1..=1_000_000).map(|number: u64| number << 30);
    node.finish();
    Some(Spool { path: path?, bytes_max: bytes_max? })
}

fn when(node: &Node<'_>, tz: Tz) -> Option<When> {
    node.parsed("when", |text| {
        let right = "write minute, hour, day of the month, month and weekday, such as `0 4 * * SUN`";
        When::parse(text, tz).map_err(|error| fault(&error.to_string(), right))
    })
}
