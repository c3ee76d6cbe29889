//! What a checked configuration says. Whoever holds a [`Config`] need not check it again.

use std::path::PathBuf;

use resguardo_shared::dump::Dump;

use super::rules::{Drills, Encryption, Keep, Metrics, Plausibility, Spool, Verification, Window};
use crate::schedule::When;

/// A whole, checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it came from.
    pub file: PathBuf,
    /// Where Resguardo keeps its own things.
    pub paths: Paths,
    /// The time zone of schedules, file names and messages.
    pub time_zone: chrono_tz::Tz,
    /// How far a backup may go.
    pub limits: Limits,
    /// Where the index and the register live.
    pub database: Database,
    /// The servers, with what is to be kept of each.
    pub servers: Vec<Server>,
    /// The disks and object stores.
    pub disks: Vec<Disk>,
    /// What is kept when and where.
    pub plans: Vec<Plan>,
    /// To whom archives are encrypted.
    pub encryption: Encryption,
    /// How long backups are kept, where neither dataset nor disk says otherwise; `None` for as long as there is room.
    pub keep: Option<Keep>,
    /// What of a backup is odd enough to be told.
    pub plausibility: Plausibility,
    /// When what is kept is read again.
    pub verification: Verification,
    /// When what is kept is restored for a test.
    pub drills: Drills,
    /// Where a dump may wait for a disk.
    pub spool: Option<Spool>,
    /// What the register says of the people behind it.
    pub register: Register,
    /// Whom to tell.
    pub notifications: Vec<Channel>,
    /// The pages, if they are served.
    pub web: Option<Web>,
    /// Where figures are written for a collector that reads files.
    pub metrics: Option<Metrics>,
    /// The support desk's own settings.
    pub desk: Option<super::desk::Desk>,
}

impl Config {
    /// The server of this name.
    pub fn server(&self, name: &str) -> Option<&Server> {
        self.servers.iter().find(|server| server.name == name)
    }

    /// The disk of this name.
    pub fn disk(&self, name: &str) -> Option<&Disk> {
        self.disks.iter().find(|disk| disk.name == name)
    }

    /// The plan of this name.
    pub fn plan(&self, name: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.name == name)
    }

    /// The dataset of this name on the server of that name.
    pub fn dataset(&self, server: &str, name: &str) -> Option<&Dataset> {
        self.server(server)?.datasets.iter().find(|dataset| dataset.name == name)
    }
}

/// Folders on this machine.
#[derive(Debug, Clone)]
pub struct Paths {
    /// Locks, the database, what survives a restart. Default `/var/lib/resguardo`.
    pub state: PathBuf,
    /// Daily log files. Default `/var/log/resguardo`.
    pub log: PathBuf,
    /// The agent's binary for servers; `None` to look beside this program.
    pub agent: Option<PathBuf>,
    /// The socket on which the service answers operators. Default `/run/resguardo/resguardo.sock`.
    pub socket: PathBuf,
    /// Where backups are restored to that somebody asks for on a page; `None` where nobody can.
    pub restored: Option<PathBuf>,
}

/// Bounds of a backup.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The zstd level of archives, 1 to 19. Default 3.
    pub compression_level: i32,
    /// Threads that compress or decompress; 0 for all cores that memory allows. Default 0.
    pub threads: usize,
    /// How long in all a run waits for one disk while another could go on, in seconds. Default 1800.
    pub disk_patience_seconds: u64,
    /// How many days logs are kept. Default 400.
    pub log_days: u32,
}

/// What the register DIACO-IN-FO-06 says of the people behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// The technician who answers for the backups. Default `Resguardo (automático)`.
    pub responsible: String,
    /// The directive in force (R102), such as `Directriz 3-2026`.
    pub directive: Option<String>,
}

/// Where the index and the register live.
#[derive(Debug, Clone)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://USER@HOST:PORT/NAME`, never with a password in it.
    pub url: String,
    /// The password of a PostgreSQL database.
    pub password: Option<SecretSource>,
}

/// Where a secret is to be found. The secret itself never stands in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// A systemd credential: a file of this name in `$CREDENTIALS_DIRECTORY`.
    Credential(String),
    /// A file that only its owner can read (mode 0600 or stricter).
    File(PathBuf),
}

/// A server that is reached over SSH, or this machine itself.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its name in plans, on disks and in the register.
    pub name: String,
    /// How it is reached; `None` just where the mode is [`Mode::Local`].
    pub login: Option<Login>,
    /// How dumps are taken.
    pub mode: Mode,
    /// Longest silence of a running dump, in seconds; 0 for no limit. Default 1800.
    pub idle_seconds: u64,
    /// How long the link may be away while a dump waits on the server for it, in seconds; 0 for not at all. Default 1800.
    pub outage_seconds: u64,
    /// The most bytes a second that are taken from this server; `None` for no bound.
    pub bytes_per_second: Option<u64>,
    /// What is to be kept of this server.
    pub datasets: Vec<Dataset>,
}

/// How a server is reached over SSH.
#[derive(Debug, Clone)]
pub struct Login {
    /// Host name or address.
    pub host: String,
    /// TCP port. Default 22.
    pub port: u16,
    /// The login.
    pub user: String,
    /// The private key: a file in OpenSSH or PEM format, or a credential.
    pub key: SecretSource,
    /// The passphrase of the private key.
    pub passphrase: Option<SecretSource>,
    /// Whom to believe that the server is the server.
    pub host_keys: HostKeys,
    /// The server of this configuration through which this one is reached.
    pub jump: Option<String>,
    /// The folder on the server for the agent that is brought; `None` for the login's cache folder.
    pub agent_folder: Option<String>,
    /// Time to connect and log in, in seconds. Default 20.
    pub connect_seconds: u64,
    /// Interval of keep-alives, in seconds. Default 15. Four unanswered ones end the session.
    pub keepalive_seconds: u64,
}

/// Whom to believe that a server is the server. There is no way to believe everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostKeys {
    /// These keys, each `ALGORITHM BASE64`.
    Pinned(Vec<String>),
    /// A known_hosts file in OpenSSH's format.
    KnownHosts(PathBuf),
}

/// How dumps are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The agent is brought over the session and checked by digest.
    Agent,
    /// The agent is there already, behind a forced command or in the login's path.
    Installed,
    /// Nothing is brought; the dump command runs over SSH.
    Plain,
    /// It is this machine itself; the dump runs as a process of it.
    Local,
}

/// Something to be kept.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Its name; `SERVER/NAME` is unique.
    pub name: String,
    /// How it is dumped.
    pub dump: Dump,
    /// How long its backups are kept, if not as the configuration says for all.
    pub keep: Option<Keep>,
}

/// A disk or an object store.
#[derive(Debug, Clone)]
pub struct Disk {
    /// Its name, which is the label in its marker.
    pub name: String,
    /// The id in its marker, when the configuration insists on one.
    pub id: Option<uuid::Uuid>,
    /// Where it is.
    pub place: Place,
    /// Where it is kept when it is not plugged in: "caja fuerte, Dirección".
    pub custody: Option<String>,
    /// How long backups are kept on it, whatever their datasets say.
    pub keep: Option<Keep>,
}

/// Where a disk is.
#[derive(Debug, Clone)]
pub enum Place {
    /// A folder, normally a mount point.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Whether a file system must be mounted just there. Default true.
        mount_point: bool,
    },
    /// A bucket of an S3-compatible object store.
    S3 {
        /// The bucket.
        bucket: String,
        /// The service's URL.
        endpoint: String,
        /// The region. Default `us-east-1`.
        region: String,
        /// The prefix of every key, without slashes at its ends. Default empty.
        prefix: String,
        /// The access key's id.
        access_key: String,
        /// The secret access key.
        secret_key: SecretSource,
    },
}

/// What is kept when and where.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// `(server, dataset)` names in the order of the configuration, each once; `SERVER/*` is already expanded.
    pub datasets: Vec<(String, String)>,
    /// When it runs.
    pub when: When,
    /// The names of the disks that every backup belongs on.
    pub disks: Vec<String>,
    /// The names of the disks of which each week another is due, in their order; each week's backup belongs on that one.
    pub rotation: Vec<String>,
    /// Up to how many hours after it was due it is kept in time, but at most half the way to the next time. Default 24.
    pub on_time_hours: u32,
    /// How old the last good backup of a dataset may be before people are told, in days; `None` for as old as the schedule
    /// lets it be.
    pub stale_days: Option<u32>,
    /// When in the day dumps may be taken; a dump waits while it is outside. `None` for always.
    pub window: Option<Window>,
}

impl Server {
    /// The server through which this one is reached.
    pub fn jump(&self) -> Option<&str> {
        self.login.as_ref()?.jump.as_deref()
    }
}

impl Plan {
    /// Every disk that the plan ever writes to: those of every backup, then those that take turns.
    pub fn every_disk(&self) -> impl Iterator<Item = &String> {
        self.disks.iter().chain(&self.rotation)
    }
}

/// What a channel is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    /// What needs somebody's hand.
    Problems,
    /// That it went well, too.
    Everything,
}

/// Whom to tell, and how.
#[derive(Debug, Clone)]
pub enum Channel {
    /// Mail through an SMTP server.
    Email {
        /// Host and port of the SMTP server.
        smtp: String,
        /// `starttls`, `tls` or `none`.
        security: MailSecurity,
        /// The login, if the server wants one.
        user: Option<String>,
        /// The password of that login.
        password: Option<SecretSource>,
        /// The sender.
        from: String,
        /// The recipients.
        to: Vec<String>,
        /// What it is told. Default problems.
        tell: Tell,
    },
    /// A JSON document posted to a URL.
    Webhook {
        /// The URL; a token goes into `token`.
        url: String,
        /// A bearer token.
        token: Option<SecretSource>,
        /// What it is told. Default problems.
        tell: Tell,
    },
    /// A ping after each slot that was kept, for a dead-man's switch.
    HealthCheck {
        /// The URL, or a secret that holds it, since such URLs are themselves secrets.
        url: SecretSource,
    },
    /// Desktop notifications through the user-session service.
    Desktop {
        /// What it is told. Default everything.
        tell: Tell,
    },
}

/// How mail is protected on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS after STARTTLS.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None: only for a relay on this machine.
    None,
}

/// The pages.
#[derive(Debug, Clone)]
pub struct Web {
    /// `ADDRESS:PORT` to listen on.
    pub listen: std::net::SocketAddr,
    /// The URL under which people reach the pages.
    pub base_url: String,
    /// Certificate chain and private key files, when TLS ends here.
    pub tls: Option<Tls>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
}

/// TLS by files.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The certificate chain, PEM.
    pub certificate: PathBuf,
    /// The private key, PEM.
    pub key: SecretSource,
}
