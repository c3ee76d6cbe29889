//! What systemd says of the service, where there is a systemd and the configuration is that of the installed service.

use std::path::Path;
use std::process::{Command, Stdio};

use chrono::{DateTime, Utc};

use super::{Found, HERE};
use crate::config::model::Config;
use crate::findings::{Code, Verdict};

const UNIT: &str = "resguardo.service";
/// The configuration of the installed service.
const USUAL: &str = "/etc/resguardo/resguardo.yaml";

/// The unit.
pub(super) fn examine(config: &Config, _: DateTime<Utc>) -> Found {
    let mut found = Found::default();
    if config.file != Path::new(USUAL) || !Path::new("/run/systemd/system").is_dir() {
        return found;
    }
    let (Some(enabled), Some(active)) = (said("is-enabled"), said("is-active")) else { return found };
    if active == "failed" {
        let said = format!("{UNIT} has failed");
        found.add(
            HERE,
            UNIT,
            Verdict::critical(
                Code::UnitWrong,
                said,
                "journalctl -u resguardo -n 50 says why; then systemctl restart resguardo",
            ),
        );
    }
    if enabled != "enabled" {
        let said = format!("{UNIT} is {enabled}: after the next start of this machine nothing would be kept");
        found.add(HERE, UNIT, Verdict::critical(Code::UnitWrong, said, "systemctl enable --now resguardo"));
    }
    if found.findings.is_empty() {
        found.well(HERE, UNIT, format!("it is {enabled} and {active}"));
    }
    found
}

/// The word that systemd says, whatever its status.
fn said(what: &str) -> Option<String> {
    let output = Command::new("systemctl").args([what, UNIT]).stdin(Stdio::null()).output().ok()?;
    let word = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!word.is_empty()).then_some(word)
}
