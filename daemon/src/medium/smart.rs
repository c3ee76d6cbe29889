//! What a disk says of its own health, through `smartctl` where it is there and may be run. That it is not known is said,
//! and is never an error. It may not know which disk it is.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Sectors that a disk may have replaced before it counts as failing: a few are normal for its age.
const REALLOCATED_MAX: u64 = 9;
/// The most that is read of what it says.
const SAID_BYTES_MAX: u64 = 1 << 20;
/// How often it is looked whether the program has ended.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The health of a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It says that it is well; with what else it says.
    Good(Vec<String>),
    /// It should be replaced, and why.
    Failing(Vec<String>),
    /// It is not known, and why.
    Unknown(String),
}

impl Health {
    /// `good (34 °C)`, `failing: …` or `unknown: …`.
    pub fn words(&self) -> String {
        match self {
            Self::Good(details) if details.is_empty() => "good".to_owned(),
            Self::Good(details) => format!("good ({})", details.join(", ")),
            Self::Failing(why) => format!("failing: {}", why.join(", ")),
            Self::Unknown(why) => format!("unknown: {why}"),
        }
    }
}

/// Asks the disk at a device node by this program, normally `smartctl`, and waits at most so long.
pub fn ask(program: &OsStr, device: &Path, longest: Duration) -> Health {
    match said(program, device, longest) {
        Ok(json) => parse(&json),
        Err(why) => Health::Unknown(why),
    }
}

fn said(program: &OsStr, device: &Path, longest: Duration) -> Result<Vec<u8>, String> {
    let mut command = Command::new(program);
    command.args(["--json", "-H", "-A"]).arg(device);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "smartctl is not installed (apt-get install smartmontools)".to_owned(),
        _ => format!("smartctl cannot be run: {error}"),
    })?;
    let stdout = child.stdout.take();
    let reading = thread::spawn(move || {
        let mut bytes = Vec::new();
        // What cannot be read is no JSON, and is said so.
        let _read = stdout.map(|stdout| stdout.take(SAID_BYTES_MAX).read_to_end(&mut bytes));
        bytes
    });
    let until = Instant::now() + longest;
    while matches!(child.try_wait(), Ok(None)) {
        if Instant::now() >= until {
            // It may hang in the kernel and stay; nobody waits for it then.
            let _killed = child.kill();
            return Err(format!("the disk did not answer within {} s", longest.as_secs()));
        }
        thread::sleep(LOOK_EVERY);
    }
    reading.join().map_err(|_| "smartctl's answer cannot be read".to_owned())
}

/// What `smartctl --json -H -A` says.
pub fn parse(json: &[u8]) -> Health {
    let Ok(said) = serde_json::from_slice::<Value>(json) else {
        return Health::Unknown("smartctl says nothing that this program understands".to_owned());
    };
    let mut failing = Vec::new();
    let mut details = Vec::new();
    let raw = |id: u64| {
        let table = said["ata_smart_attributes"]["table"].as_array()?;
        table.iter().find(|row| row["id"] == id)?["raw"]["value"].as_u64()
    };
    let nvme = &said["nvme_smart_health_information_log"];
    let passed = said["smart_status"]["passed"].as_bool();
    if passed == Some(false) {
        failing.push("the disk itself says that it fails".to_owned());
    }
    for (id, what) in [(197, "sectors that cannot be read"), (198, "sectors beyond repair")] {
        failing.extend(raw(id).filter(|&count| count > 0).map(|count| format!("{count} {what}")));
    }
    if let Some(count) = raw(5).filter(|&count| count > 0) {
        let to = if count > REALLOCATED_MAX { &mut failing } else { &mut details };
        to.push(format!("{count} sectors replaced"));
    }
    if let Some(used) = nvme["percentage_used"].as_u64() {
        let to = if used >= 100 { &mut failing } else { &mut details };
        to.push(format!("{used} % of its life used"));
    }
    if nvme["critical_warning"].as_u64().is_some_and(|warning| warning != 0) {
        failing.push("it gives a critical warning".to_owned());
    }
    if !failing.is_empty() {
        return Health::Failing(failing);
    }
    if passed != Some(true) {
        let message = said["smartctl"]["messages"][0]["string"].as_str();
        let why: String =
            message.unwrap_or("the disk does not say").chars().filter(|c| !c.is_control()).take(200).collect();
        return Health::Unknown(why);
    }
    details.extend(said["temperature"]["current"].as_i64().map(|degrees| format!("{degrees} °C")));
    details.extend(said["power_on_time"]["hours"].as_u64().map(|hours| format!("{hours} hours of work")));
    Health::Good(details)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn parsed(json: &Value) -> String {
        parse(json.to_string().as_bytes()).words()
    }

    #[test]
    fn a_healthy_disk_is_good_with_its_details() {
        let json = serde_json::json!({ "smart_status": { "passed": true }, "temperature": { "current": 34 },
            "power_on_time": { "hours": 1200 }, "ata_smart_attributes": { "table": [{ "id": 5, "raw": { "value": 3 } }] } });
        assert_eq!(parsed(&json), "good (3 sectors replaced, 34 °C, 1200 hours of work)");
    }

    #[test]
    fn a_disk_that_fails_says_why() {
        let ata = serde_json::json!({ "smart_status": { "passed": true },
            "ata_smart_attributes": { "table": [{ "id": 5, "raw": { "value": 80 } }, { "id": 197, "raw": { "value": 8 } }] } });
        assert_eq!(parsed(&ata), "failing: 8 sectors that cannot be read, 80 sectors replaced");
        let nvme = serde_json::json!({ "smart_status": { "passed": false },
            "nvme_smart_health_information_log": { "percentage_used": 104, "critical_warning": 4 } });
        let words = parsed(&nvme);
        assert!(words.starts_with("failing: the disk itself says") && words.contains("104 %"), "{words}");
    }

    #[test]
    fn what_is_not_known_is_said_and_no_error() {
        let json = serde_json::json!({ "smartctl": { "messages": [{ "string": "Permission denied" }] } });
        assert_eq!(parsed(&json), "unknown: Permission denied");
        assert_eq!(parsed(&serde_json::json!({})), "unknown: the disk does not say");
        assert!(parse(b"no").words().starts_with("unknown: "));
        let missing = ask(OsStr::new("/nowhere/smartctl"), Path::new("/dev/null"), Duration::from_secs(1));
        assert!(missing.words().starts_with("unknown: smartctl is not installed"), "{missing:?}");
    }

    #[test]
    fn a_program_that_hangs_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("smartctl");
        std::fs::write(&program, "#!/bin/sh\nexec sleep 60\n").unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let health = ask(program.as_os_str(), Path::new("/dev/null"), Duration::from_millis(50));
        assert!(matches!(health, Health::Unknown(why) if why.starts_with("the disk did not answer")));
    }
}
