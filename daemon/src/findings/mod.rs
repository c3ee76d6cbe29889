//! What `resguardo doctor` finds: each finding with its code, how much it weighs, where it is, what was seen and what to do now; how
//! all of them are told to people, to Nagios and to programs. Pure; it may not know how anything is found out.

mod answers;
mod nagios;
#[cfg(test)]
mod tests;
mod validity;

use serde::Serialize;

pub use answers::{Verdict, mysql, postgres, sqlite, tree};
pub use validity::{Unread, not_after};

/// How much a finding weighs, the heaviest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing to do.
    Ok,
    /// It could not be found out.
    Unknown,
    /// It needs a hand soon.
    Warning,
    /// A backup will fail, or is lost, as it is now.
    Critical,
}

impl Severity {
    /// What a plugin of Nagios ends with.
    pub fn exit(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// The codes with their names, which never change: monitoring and the manual go by them.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// What is found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name, which leads to its place in the manual.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

codes! {
    /// A check came to its end and found nothing to do.
    Well = "well",
    /// A check did not come to its end.
    NotAsked = "not-asked",
    /// The name of a server does not resolve.
    NameUnknown = "name-unknown",
    /// Nobody answers at a server's port.
    PortClosed = "port-closed",
    /// A server did not answer in time.
    ServerSlow = "server-slow",
    /// A server offers another host key than the one that is known.
    HostKeyChanged = "host-key-changed",
    /// Nothing is known of a server's host key.
    HostKeyUnknown = "host-key-unknown",
    /// A server does not take the login or its key.
    LoginRefused = "login-refused",
    /// A key, password or token of the configuration cannot be read.
    SecretUnreadable = "secret-unreadable",
    /// A server was not reached for another reason.
    ServerUnreachable = "server-unreachable",
    /// A login opens no shell, so that dumps cannot be started.
    NoShell = "no-shell",
    /// The clock of a server stands elsewhere than ours.
    ClockSkew = "clock-skew",
    /// Our own clock stands before something that has happened.
    ClockBack = "clock-back",
    /// There is no room on a server for what a dump needs there.
    ServerFull = "server-full",
    /// The agent cannot be put on a server.
    AgentFolder = "agent-folder",
    /// A program that a dump needs is not there.
    ToolMissing = "tool-missing",
    /// A tool is older than what it is to dump.
    ToolTooOld = "tool-too-old",
    /// What stands before a command line does not let it run.
    PrefixRefused = "prefix-refused",
    /// A database does not let the dump connect.
    DatabaseRefused = "database-refused",
    /// The dump may not read all of a database.
    DatabaseRights = "database-rights",
    /// What is to be kept is not there.
    PathMissing = "path-missing",
    /// What is to be kept cannot be read.
    PathUnreadable = "path-unreadable",
    /// A trial dump failed.
    DumpFails = "dump-fails",
    /// A disk is not here.
    DiskAbsent = "disk-absent",
    /// A disk takes no writes.
    DiskReadOnly = "disk-read-only",
    /// Another disk is in a disk's place.
    DiskWrong = "disk-wrong",
    /// A disk cannot be read.
    DiskFailing = "disk-failing",
    /// A disk has no room for the next backups.
    DiskFull = "disk-full",
    /// A disk says that it is about to fail.
    DiskHealth = "disk-health",
    /// Copies are owed to a disk.
    CopiesOwed = "copies-owed",
    /// Copies on a disk are damaged.
    CopiesDamaged = "copies-damaged",
    /// The folder of the spool is not there.
    SpoolMissing = "spool-missing",
    /// The spool has no room.
    SpoolFull = "spool-full",
    /// The folders of the service itself have no room.
    StateFull = "state-full",
    /// The mail server does not take our mail.
    MailRefused = "mail-refused",
    /// A web address that is to be told does not answer.
    WebUnreachable = "web-unreachable",
    /// The desktop's bus is not there.
    DbusAbsent = "dbus-absent",
    /// Notices were given up.
    NoticesGivenUp = "notices-given-up",
    /// The certificate of the pages is over.
    CertificateExpired = "certificate-expired",
    /// The certificate of the pages is over soon.
    CertificateEnding = "certificate-ending",
    /// The certificate of the pages does not read.
    CertificateUnreadable = "certificate-unreadable",
    /// The service does not answer.
    ServiceDown = "service-down",
    /// The service's unit is not as it should be.
    UnitWrong = "unit-wrong",
    /// The database of the service cannot be opened.
    StoreUnreachable = "store-unreachable",
    /// The database of the service is damaged.
    StoreDamaged = "store-damaged",
    /// The register is not what it was.
    RegisterBroken = "register-broken",
    /// The last good backup of a dataset is too old.
    BackupStale = "backup-stale",
    /// A dataset was not restored for a test in time.
    DrillOverdue = "drill-overdue",
    /// A dataset could not be restored for a test.
    DrillFailed = "drill-failed",
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// Where it belongs among the others: `server bd`, `disk disco-a`, `this machine`.
    pub place: String,
    /// What it is about: `bd/quejas`, `disco-a`, `certificate`.
    pub about: String,
    /// What was seen.
    pub said: String,
    /// What to do now; empty where there is nothing.
    pub remedy: String,
}

impl Finding {
    /// Nothing to do.
    pub fn well(place: &str, about: &str, said: impl Into<String>) -> Self {
        Self::new(place, about, Verdict::new(Code::Well, Severity::Ok, said, ""))
    }

    /// A verdict in its place.
    pub fn new(place: &str, about: &str, verdict: Verdict) -> Self {
        let Verdict { code, severity, said, remedy } = verdict;
        Self { code, severity, place: place.to_owned(), about: about.to_owned(), said, remedy }
    }
}

/// A figure that monitoring keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// What it is of: `free disco-a`.
    pub label: String,
    /// How much.
    pub value: i64,
    /// `B` for bytes, `s` for seconds, nothing for hours and counts.
    pub unit: &'static str,
    /// The most there can be.
    pub max: Option<i64>,
}

/// All that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// When, in RFC 3339.
    pub now: String,
    /// The findings, the heaviest first.
    pub findings: Vec<Finding>,
    /// The figures, by their labels.
    pub figures: Vec<Figure>,
}

impl Report {
    /// Puts findings and figures in order: what weighs most first, then by place.
    pub fn new(now: String, mut findings: Vec<Finding>, mut figures: Vec<Figure>) -> Self {
        findings.sort_by(|a, b| {
            let by = |it: &Finding| (it.place.clone(), it.about.clone(), it.code);
            b.severity.cmp(&a.severity).then_with(|| by(a).cmp(&by(b)))
        });
        figures.sort_by(|a, b| a.label.cmp(&b.label));
        Self { now, findings, figures }
    }

    /// The heaviest of all.
    pub fn severity(&self) -> Severity {
        self.findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Unknown)
    }

    /// What is not well.
    pub fn problems(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity != Severity::Ok)
    }

    /// The one line that Nagios reads, with its performance data.
    pub fn nagios(&self) -> String {
        nagios::line(self)
    }
}
