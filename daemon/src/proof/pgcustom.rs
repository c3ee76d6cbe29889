//! PostgreSQL's custom archive format: after the table of contents come blocks of data, one for each entry that has any,
//! and nothing else. Rows are short pieces each with its length, so the lengths are followed; of the rows only the lines are
//! counted.
//! The format is that of PostgreSQL's `src/bin/pg_dump/pg_backup_custom.c`. It may not know what the rows say.

use super::cursor::{Carry, Cursor};
use super::pgtoc::{Toc, integer};
use super::rows::{CopiedLines, RowCounts};
use super::verdict::{Evidence, Incomplete, LARGE_OBJECTS};

/// The longest piece of data, in bytes: what a C `int` holds.
const CHUNK_BYTES_MAX: i64 = i32::MAX as i64;

/// The state between two pieces of an archive.
#[derive(Clone, Default)]
pub(super) struct CustomArchive {
    carry: Carry,
    toc: Toc,
    step: Step,
    skip: u64,
    /// The entry whose data is being read.
    entry: i64,
    blocks: u64,
    /// The lines of that entry, where they are rows of a table.
    lines: Option<CopiedLines>,
    counts: RowCounts,
    objects: u64,
}

#[derive(Clone, Copy, Default)]
enum Step {
    #[default]
    Contents,
    /// The kind of a block, or the end.
    Block,
    Entry(Holds),
    /// The number of a large object, or the end of them.
    Object,
    /// The length of a piece of data, or the end of it.
    Chunk(Holds),
}

/// What a block holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Rows,
    Objects,
}

impl CustomArchive {
    pub(super) fn feed(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Incomplete> {
        if let Step::Contents = self.step {
            if !self.toc.feed(&mut self.carry, cursor)? {
                return Ok(());
            }
            self.step = Step::Block;
        }
        while self.pass(cursor) && !cursor.rest.is_empty() {
            match self.step {
                Step::Block => match self.carry.fill(cursor, 1) {
                    Some([1]) => self.step = Step::Entry(Holds::Rows),
                    Some([3]) => self.step = Step::Entry(Holds::Objects),
                    _ => return Err(Incomplete::malformed(cursor.at, "neither a block of data nor the end")),
                },
                Step::Chunk(_) if self.toc.widths.integer == 4 && self.carry.is_between() => {
                    self.pass_chunks(cursor);
                    self.number(cursor)?;
                }
                _ => self.number(cursor)?,
            }
        }
        Ok(())
    }

    /// Passes over what is left of a piece of data; false when the slice ended first.
    fn pass(&mut self, cursor: &mut Cursor<'_>) -> bool {
        if let (Some(lines), 1..) = (&mut self.lines, self.skip) {
            let piece = usize::try_from(self.skip).unwrap_or(usize::MAX).min(cursor.rest.len());
            lines.feed(cursor.rest.get(..piece).unwrap_or_default());
        }
        cursor.skip(&mut self.skip)
    }

    /// Passes over all pieces of data that begin in this slice. What is out of the ordinary is left for `number`.
    fn pass_chunks(&mut self, cursor: &mut Cursor<'_>) {
        let mut rest = cursor.rest;
        while let [0, a, b, c, d, after @ ..] = rest {
            let length = u32::from_le_bytes([*a, *b, *c, *d]);
            match usize::try_from(length).ok().and_then(|length| after.split_at_checked(length)) {
                Some((piece, next)) if length > 0 => {
                    if let Some(lines) = &mut self.lines {
                        lines.feed(piece);
                    }
                    rest = next;
                }
                _ => break,
            }
        }
        cursor.take(cursor.rest.len() - rest.len());
    }

    fn number(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Incomplete> {
        let Some(number) = integer(&mut self.carry, cursor, self.toc.widths)? else { return Ok(()) };
        match self.step {
            Step::Entry(holds) => {
                if !self.toc.with_data.remove(&number) {
                    let what = format!("a block of data for entry {number}, which has none or had it already");
                    return Err(Incomplete::malformed(cursor.at, what));
                }
                self.entry = number;
                self.blocks += 1;
                let counted = holds == Holds::Rows && !self.toc.compressed && self.toc.copied.contains_key(&number);
                self.lines = counted.then(CopiedLines::default);
                self.step = if holds == Holds::Objects { Step::Object } else { Step::Chunk(holds) };
            }
            Step::Object if number == 0 => self.step = Step::Block,
            Step::Object => {
                self.objects += 1;
                self.step = Step::Chunk(Holds::Objects);
            }
            Step::Chunk(Holds::Rows) if number == 0 => {
                self.step = Step::Block;
                if let (Some(lines), Some(name)) = (self.lines.take(), self.toc.copied.remove(&self.entry)) {
                    self.counts.add(name, lines.rows());
                }
            }
            Step::Chunk(Holds::Objects) if number == 0 => self.step = Step::Object,
            Step::Chunk(_) => {
                self.skip = u64::try_from(number).ok().filter(|_| number <= CHUNK_BYTES_MAX).ok_or_else(|| {
                    Incomplete::malformed(cursor.at, format!("a piece of {number} bytes in entry {}", self.entry))
                })?;
            }
            Step::Contents | Step::Block => {}
        }
        Ok(())
    }

    fn whole(mut self) -> Evidence {
        let shows = match self.blocks {
            0 => "table of contents, which lists no data".to_owned(),
            1 => "table of contents and its one data block".to_owned(),
            blocks => format!("table of contents and all {blocks} data blocks"),
        };
        if self.toc.has_others || self.toc.compressed {
            self.counts.give_up();
        }
        if self.objects > 0 {
            self.counts.add(LARGE_OBJECTS.to_owned(), self.objects);
        }
        let (rows, said) = self.counts.finish();
        let (tables, server) = (Some(self.toc.tables), self.toc.server);
        Evidence { shows: shows + said, tables, members: None, rows, server }
    }

    pub(super) fn finish(self, bytes: u64) -> Result<Evidence, Incomplete> {
        let missing = self.toc.with_data.len();
        match self.step {
            _ if !self.toc.is_whole() => Err(Incomplete::truncated(bytes, "the table of contents")),
            Step::Contents | Step::Block if missing == 0 => Ok(self.whole()),
            Step::Contents | Step::Block => {
                Err(Incomplete::truncated(bytes, format!("the data: {missing} blocks are missing")))
            }
            Step::Entry(_) => Err(Incomplete::truncated(bytes, "the data: a block has just begun")),
            Step::Object | Step::Chunk(_) => {
                Err(Incomplete::truncated(bytes, format!("the data of entry {}", self.entry)))
            }
        }
    }
}
