//! Which inspection a dump gets, and the one type through which all of them are fed.
//! It may not know any format.

use resguardo_shared::dump::{Dump, Part, Postgres, PostgresFormat};

use super::bookends::{Bookends, holds};
use super::cursor::{Cursor, extend_to, len};
use super::mysql::MysqlText;
use super::pgcustom::CustomArchive;
use super::pgplain::{PlainDump, RolesDump};
use super::sqlite::SqliteFile;
use super::tar::TarArchive;
use super::verdict::{Evidence, Incomplete};

/// What a dump is expected to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The archive of `pg_dump -Fc`.
    PostgresCustom,
    /// The SQL text of `pg_dump`.
    PostgresPlain,
    /// The SQL text of `pg_dumpall --globals-only`.
    PostgresRoles,
    /// The SQL text of `mariadb-dump` or `mysqldump`.
    Mysql,
    /// An SQLite database file.
    Sqlite,
    /// A tar archive of GNU tar, in its own or the pax format.
    Tar,
    /// The output of any command.
    Command {
        /// A text that the last 4 KiB hold; `None` if nothing is known of the end.
        trailer: Option<String>,
        /// The fewest bytes of a complete dump; 0 counts as 1.
        min_bytes: u64,
    },
}

impl Expect {
    /// What `part` of a backup of `dump` is expected to be.
    pub fn of(dump: &Dump, part: Part) -> Self {
        match (dump, part) {
            (_, Part::Roles) => Self::PostgresRoles,
            (Dump::Postgres(Postgres { format: PostgresFormat::Custom, .. }), Part::Main) => Self::PostgresCustom,
            (Dump::Postgres(Postgres { format: PostgresFormat::Plain, .. }), Part::Main) => Self::PostgresPlain,
            (Dump::Mysql(_), Part::Main) => Self::Mysql,
            (Dump::Sqlite(_), Part::Main) => Self::Sqlite,
            (Dump::Files(_), Part::Main) => Self::Tar,
            (Dump::Command(command), Part::Main) => {
                Self::Command { trailer: command.trailer.clone(), min_bytes: command.min_bytes }
            }
        }
    }
}

/// How many of a dump's first bytes an error shows, so that "command not found" is seen at once.
const SHOWN_BYTES: usize = 48;

/// Looks at a dump as it streams past. It keeps a bounded memory and takes no decision before [`Inspector::finish`].
#[derive(Clone)]
pub struct Inspector {
    bytes: u64,
    head: Vec<u8>,
    failure: Option<Incomplete>,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Custom(CustomArchive),
    Plain(PlainDump),
    Roles(RolesDump),
    Mysql(MysqlText),
    Sqlite(SqliteFile),
    Tar(TarArchive),
    Command { ends: Bookends, trailer: Option<String>, min_bytes: u64 },
}

impl Inspector {
    /// An inspector of one dump.
    pub fn new(expect: &Expect) -> Self {
        let kind = match expect {
            Expect::PostgresCustom => Kind::Custom(CustomArchive::default()),
            Expect::PostgresPlain => Kind::Plain(PlainDump::default()),
            Expect::PostgresRoles => Kind::Roles(RolesDump::default()),
            Expect::Mysql => Kind::Mysql(MysqlText::default()),
            Expect::Sqlite => Kind::Sqlite(SqliteFile::default()),
            Expect::Tar => Kind::Tar(TarArchive::default()),
            Expect::Command { trailer, min_bytes } => {
                Kind::Command { ends: Bookends::default(), trailer: trailer.clone(), min_bytes: *min_bytes }
            }
        };
        Self { bytes: 0, head: Vec::new(), failure: None, kind }
    }

    /// Looks at the next bytes of the dump. How they are sliced makes no difference. After damage the rest is ignored.
    pub fn feed(&mut self, bytes: &[u8]) {
        extend_to(&mut self.head, bytes, SHOWN_BYTES);
        if self.failure.is_none() {
            let mut cursor = Cursor { rest: bytes, at: self.bytes };
            match &mut self.kind {
                Kind::Custom(archive) => self.failure = archive.feed(&mut cursor).err(),
                Kind::Tar(archive) => self.failure = archive.feed(&mut cursor).err(),
                Kind::Sqlite(file) => file.feed(&mut cursor),
                Kind::Plain(text) => text.feed(bytes),
                Kind::Roles(text) => text.feed(bytes),
                Kind::Mysql(text) => text.feed(bytes),
                Kind::Command { ends, .. } => ends.feed(bytes),
            }
        }
        self.bytes += len(bytes);
    }

    /// Judges the whole dump.
    ///
    /// # Errors
    /// The first reason that was found why it is not complete.
    pub fn finish(self) -> Result<Evidence, Incomplete> {
        if self.bytes == 0 {
            return Err(Incomplete::Empty);
        }
        let outcome = match (self.failure, self.kind) {
            (Some(failure), _) => Err(failure),
            (None, Kind::Custom(archive)) => archive.finish(self.bytes),
            (None, Kind::Plain(text)) => text.finish(),
            (None, Kind::Roles(text)) => text.finish(),
            (None, Kind::Mysql(text)) => text.finish(),
            (None, Kind::Sqlite(file)) => file.finish(self.bytes),
            (None, Kind::Tar(archive)) => archive.finish(self.bytes),
            (None, Kind::Command { ends, trailer, min_bytes }) => command(&ends, trailer, min_bytes),
        };
        outcome.map_err(|error| match error {
            Incomplete::NotThisKind { expected, .. } => {
                Incomplete::NotThisKind { expected, found: self.head.escape_ascii().to_string() }
            }
            error => error,
        })
    }
}

fn command(ends: &Bookends, trailer: Option<String>, min_bytes: u64) -> Result<Evidence, Incomplete> {
    let bytes = ends.bytes();
    if bytes < min_bytes {
        return Err(Incomplete::TooSmall { bytes, min_bytes });
    }
    let shows = match trailer {
        Some(expected) if !holds(ends.tail(), &expected) => return Err(Incomplete::NoTrailer { expected }),
        Some(trailer) => format!("trailer `{trailer}` and {bytes} bytes"),
        None => format!("{bytes} bytes"),
    };
    Ok(Evidence { shows, ..Evidence::default() })
}
