//! The SQL text of `pg_dump` and of `pg_dumpall --globals-only`: both open and close with a fixed comment, the same
//! since PostgreSQL 8, and since the minor versions of August 2025 lie between `\restrict` and `\unrestrict`, which
//! carry the same token. They may not know what the statements mean.

use super::bookends::Bookends;
use super::sqltables::TableCount;
use super::verdict::{Evidence, Incomplete};

const DUMP_OPENING: &str = "--\n-- PostgreSQL database dump\n--\n";
const DUMP_TRAILER: &str = "-- PostgreSQL database dump complete";
const ROLES_OPENING: &str = "--\n-- PostgreSQL database cluster dump\n--\n";
const ROLES_TRAILER: &str = "-- PostgreSQL database cluster dump complete";

/// A database as SQL text.
#[derive(Clone, Default)]
pub(super) struct PlainDump {
    ends: Bookends,
    tables: TableCount,
}

impl PlainDump {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.ends.feed(bytes);
        self.tables.feed(bytes);
    }

    pub(super) fn finish(self) -> Result<Evidence, Incomplete> {
        self.ends.begins_with(DUMP_OPENING, "the SQL text of pg_dump")?;
        let tail = self.ends.tail();
        let tail = match self.tables.restricted_with() {
            None => tail,
            Some(token) => {
                let unrestrict = [b"\\unrestrict ", token, b"\n\n"].concat();
                tail.strip_suffix(unrestrict.as_slice())
                    .ok_or_else(|| Incomplete::NoTrailer { expected: r"\unrestrict".to_owned() })?
            }
        };
        closes_with(tail, DUMP_TRAILER)?;
        let tables = self.tables.tables();
        let server = self.tables.server();
        let (rows, said) = self.tables.into_rows();
        Ok(Evidence { shows: format!("trailer `{DUMP_TRAILER}`{said}"), tables, members: None, rows, server })
    }
}

/// A cluster's roles as SQL text.
#[derive(Clone, Default)]
pub(super) struct RolesDump {
    ends: Bookends,
}

impl RolesDump {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.ends.feed(bytes);
    }

    pub(super) fn finish(self) -> Result<Evidence, Incomplete> {
        self.ends.begins_with(ROLES_OPENING, "the roles of pg_dumpall")?;
        closes_with(self.ends.tail(), ROLES_TRAILER)?;
        Ok(Evidence { shows: format!("trailer `{ROLES_TRAILER}`"), ..Evidence::default() })
    }
}

/// Both tools write the comment as a block of its own and an empty line after it. A value that holds the comment's text
/// is thereby not taken for it, nor is a dump that was cut within it.
fn closes_with(tail: &[u8], trailer: &str) -> Result<(), Incomplete> {
    if tail.ends_with(format!("\n--\n{trailer}\n--\n\n").as_bytes()) {
        Ok(())
    } else {
        Err(Incomplete::NoTrailer { expected: trailer.to_owned() })
    }
}
