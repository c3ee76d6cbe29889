//! The search for words among all tickets, the newest first, in about the same time however many there are. It may not know who
//! may see which.
//!
//! Each word is taken for the beginning of one. Common words are found among the newest tickets without any index; what is
//! rare among them is left to the index. SQLite's gives the newest first. PostgreSQL's gives all tickets of a word before any
//! can be sorted, so that it is asked for a stretch of the newest, and for a longer one where that held too few.

use super::db::{Db, Store, read};
use super::error::StoreError;
use super::question::Question;
use super::ticket_lists::{Filter, Whose, like, narrowed, newest, of, page, words};
use crate::desk::ticket::Ticket;

/// How many of the newest tickets are looked through without an index.
const LOOKED_THROUGH: i64 = 1_000;
/// The first stretch that PostgreSQL's index is asked for, and how many times longer each next one is.
const STRETCH: i64 = 1 << 12;
const LONGER: i64 = 8;
/// The longest; what is rare in that is asked for everywhere.
const STRETCH_MAX: i64 = STRETCH * LONGER * LONGER;
/// The index of PostgreSQL knows of each ticket in which block of ids it is: this many bits of the id do not matter. It is that
/// of the function `ticket_beginnings`.
const BLOCK_BITS: u32 = 12;
/// The letters by which the same index knows a word; longer words are compared as well.
const LETTERS: usize = 10;

impl Store {
    /// The newest tickets with these words, of which there is at least one.
    pub(super) async fn search(
        &self,
        whose: Whose,
        filter: &Filter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Ticket>, StoreError> {
        let newest_id: Vec<i64> = read!(self, "the tickets", "SELECT COALESCE(MAX(id), 0) AS value FROM tickets")?;
        let end = newest_id.first().copied().unwrap_or_default().saturating_add(1);
        let top = before.unwrap_or(end).min(end);
        let mut floor = top.saturating_sub(LOOKED_THROUGH);
        let recent = Question::new("SELECT * FROM tickets WHERE 1 = 1").with(" AND id >= ?", [floor.into()]);
        let recent = newest(like(narrowed(of(whose, recent), filter), filter), Some(top), limit);
        let mut found: Vec<Ticket> = recent.ask(self, "the newest tickets").await?;
        let mut stretch = STRETCH;
        loop {
            let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
            if left == 0 || floor <= 0 {
                return Ok(found);
            }
            let (question, from) = match &self.db {
                Db::Sqlite { .. } => (by_sqlite(filter, floor), 0),
                Db::Postgres(_) if stretch > STRETCH_MAX => (by_postgres(filter, floor), 0),
                Db::Postgres(_) => {
                    let from = floor.saturating_sub(stretch).max(0);
                    (from_there(by_postgres(filter, floor), from, floor), from)
                }
            };
            let order = match &self.db {
                // By the index's own order, which needs no sorting.
                Db::Sqlite { .. } => " ORDER BY ticket_words.rowid DESC LIMIT ?",
                // In an order that no other index has: else the planner, which does not know the words yet, would go back through
                // all tickets by their ids, and take each one's words apart.
                Db::Postgres(_) => " ORDER BY id + 0 DESC LIMIT ?",
            };
            let question = narrowed(of(whose, question), filter).with(order, [page(left)]);
            found.extend(question.ask::<Ticket>(self, "the tickets").await?);
            floor = from;
            stretch = stretch.saturating_mul(LONGER);
        }
    }
}

fn by_sqlite(filter: &Filter, before: i64) -> Question {
    let from =
        "SELECT tickets.* FROM ticket_words JOIN tickets ON tickets.id = ticket_words.rowid WHERE ticket_words MATCH ?";
    let wanted: Vec<String> = words(filter).iter().map(|word| format!("\"{word}\" *")).collect();
    Question::default().with(from, [wanted.join(" ").into()]).with(" AND ticket_words.rowid < ?", [before.into()])
}

/// The question for the tickets before an id.
fn by_postgres(filter: &Filter, before: i64) -> Question {
    let words = words(filter);
    let beginnings: Vec<String> = words.iter().map(|word| word.chars().take(LETTERS).collect()).collect();
    let from = "SELECT * FROM tickets WHERE ticket_beginnings(words, id) COLLATE \"C\" @> string_to_array(?, ' ')";
    let question =
        Question::default().with(from, [beginnings.join(" ").into()]).with(" AND id + 0 < ?", [before.into()]);
    let is_long = |word: &String| word.chars().nth(LETTERS).is_some();
    words
        .into_iter()
        .filter(is_long)
        .fold(question, |question, word| question.with(" AND (' ' || words) LIKE ?", [format!("% {word}%").into()]))
}

/// The same from an id, by the blocks of ids up to the end, and then exactly.
fn from_there(question: Question, from: i64, before: i64) -> Question {
    let blocks = (from >> BLOCK_BITS)..=((before - 1) >> BLOCK_BITS);
    let blocks: Vec<String> = blocks.map(|block| format!("#{block}")).collect();
    question
        .with(" AND ticket_beginnings(words, id) COLLATE \"C\" && string_to_array(?, ' ')", [blocks.join(" ").into()])
        .with(" AND id + 0 >= ?", [from.into()])
}
