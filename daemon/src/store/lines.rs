//! The lines of the register and the heads that disks were given. It may not know what an entry says: `register` makes
//! the line, and here it gets its place.

use super::columns::{Columns, FromColumns, Read, wrong};
use super::db::{Store, Tx, execute, micros, read, returned};
use super::directives;
use super::error::StoreError;
use super::rows::{DiskHead, Line};
use crate::register::entry::Draft;
use crate::register::seal::{FIRST, Place, seal};

impl FromColumns for Line {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        let year = row.int("year")?;
        Ok(Self {
            sequence: row.int("sequence")?,
            year: i32::try_from(year).map_err(|_| wrong("year", &format!("{year} is no year")))?,
            number: row.int("number")?,
            text: row.text("text")?,
            hash: row.text("hash")?,
        })
    }
}

impl FromColumns for DiskHead {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            disk_id: row.id("disk_id")?,
            disk: row.text("disk")?,
            sequence: row.int("sequence")?,
            hash: row.text("hash")?,
            given: row.moment("given")?,
        })
    }
}

impl Store {
    /// The last line of the register.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn last_line(&self) -> Result<Option<Line>, StoreError> {
        let rows = read!(self, "the register", "SELECT * FROM lines ORDER BY sequence DESC LIMIT 1")?;
        Ok(rows.into_iter().next())
    }

    /// The lines after a place in the chain, in their order.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn lines(&self, after: i64, limit: u32) -> Result<Vec<Line>, StoreError> {
        let sql = "SELECT * FROM lines WHERE sequence > $1 ORDER BY sequence LIMIT $2";
        read!(self, "the register", sql, after, i64::from(limit))
    }

    /// The newest lines, of one year or of all, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn newest_lines(&self, year: Option<i32>, limit: u32) -> Result<Vec<Line>, StoreError> {
        // Each has an index that holds just this order; a condition that fits both would have SQLite sort the register.
        let limit = i64::from(limit);
        match year.map(i64::from) {
            Some(year) => {
                let sql = "SELECT * FROM lines WHERE year = $1 ORDER BY number DESC LIMIT $2";
                read!(self, "a year of the register", sql, year, limit)
            }
            None => read!(self, "the register", "SELECT * FROM lines ORDER BY sequence DESC LIMIT $1", limit),
        }
    }

    /// The line of this number in this year.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn line(&self, year: i32, number: i64) -> Result<Option<Line>, StoreError> {
        let sql = "SELECT * FROM lines WHERE year = $1 AND number = $2";
        Ok(read!(self, "the register", sql, i64::from(year), number)?.into_iter().next())
    }

    /// The lines of a year's file, in the order of the chain.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn year_lines(&self, year: i32) -> Result<Vec<Line>, StoreError> {
        let sql = "SELECT * FROM lines WHERE year = $1 ORDER BY sequence";
        read!(self, "a year of the register", sql, i64::from(year))
    }

    /// The years that have lines after a place of the chain.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn years_after(&self, sequence: i64) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT DISTINCT year AS value FROM lines WHERE sequence > $1 ORDER BY value";
        read!(self, "the years of the register", sql, sequence)
    }

    /// The last head that each disk was given, by the disks' names.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn disk_heads(&self) -> Result<Vec<DiskHead>, StoreError> {
        read!(self, "the heads on disks", "SELECT * FROM disk_heads ORDER BY disk, disk_id")
    }
}

/// Appends an entry: gives it the next place, has it sealed and stores the line.
pub(super) async fn append(tx: &mut Tx, draft: &Draft) -> Result<Line, StoreError> {
    let draft = &directives::citing(tx, draft.clone()).await?;
    let year = draft.year();
    let (sequence, number) = next_place(tx, year).await?;
    let sql = "SELECT hash AS value FROM lines WHERE sequence = $1";
    let hashes: Vec<String> = returned!(tx, ("the register's line {sequence}"), sql, sequence - 1)?;
    let previous = match hashes.into_iter().next() {
        Some(hash) => hash,
        None if sequence == 1 => FIRST.to_owned(),
        None => return Err(tx.unknown(format!("line {} of the register", sequence - 1))),
    };
    let sealed = seal(draft, &Place { sequence, number, previous });
    let sealed = sealed.map_err(|source| StoreError::Seal { year, number, source })?;
    let line = Line { sequence, year, number, text: sealed.text, hash: sealed.hash };
    insert(tx, &line).await?;
    Ok(line)
}

/// Takes over a line that stands on a disk, if it follows the last one.
pub(super) async fn import(tx: &mut Tx, line: &Line) -> Result<(), StoreError> {
    let (next_sequence, next_number) = next_place(tx, line.year).await?;
    if (line.sequence, line.number) == (next_sequence, next_number) {
        return insert(tx, line).await;
    }
    let Line { sequence, year, number, .. } = *line;
    Err(StoreError::NotNext { database: tx.database.to_string(), sequence, year, number, next_sequence, next_number })
}

/// The next place in the chain and the next number in the year.
async fn next_place(tx: &mut Tx, year: i32) -> Result<(i64, i64), StoreError> {
    Ok((tx.next("register").await?, tx.next(&format!("register/{year}")).await?))
}

async fn insert(tx: &mut Tx, line: &Line) -> Result<(), StoreError> {
    execute!(
        tx,
        ("the register's line {}", line.sequence),
        "INSERT INTO lines (sequence, year, number, text, hash) VALUES ($1, $2, $3, $4, $5)",
        line.sequence,
        i64::from(line.year),
        line.number,
        line.text.as_str(),
        line.hash.as_str(),
    )?;
    Ok(())
}

/// Stores the head that a disk was given.
pub(super) async fn put_disk_head(tx: &mut Tx, row: &DiskHead) -> Result<(), StoreError> {
    execute!(
        tx,
        ("the head on the disk {}", row.disk),
        "INSERT INTO disk_heads (disk_id, disk, sequence, hash, given) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (disk_id) DO UPDATE SET disk = excluded.disk, sequence = excluded.sequence, hash = excluded.hash,
             given = excluded.given",
        row.disk_id,
        row.disk.as_str(),
        row.sequence,
        row.hash.as_str(),
        micros(row.given),
    )?;
    Ok(())
}
