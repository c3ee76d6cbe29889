//! The operator's manual, in Spanish: its chapters as `daemon/manual` has them, taken apart into what a page and a printed book are
//! made of. It may not know how either looks.

mod read;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde::Serialize;

/// A chapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chapter {
    /// Its name in addresses: `peor-dia`.
    pub name: &'static str,
    /// Its heading.
    pub title: String,
    /// What stands under it, in order.
    pub blocks: Vec<Block>,
}

/// A piece of a chapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Block {
    /// The heading of a section.
    Heading {
        /// What leads to it, in all of the manual.
        id: String,
        /// What it says.
        text: Vec<Span>,
    },
    /// A paragraph.
    Paragraph {
        /// What it says.
        text: Vec<Span>,
    },
    /// Items without an order.
    Points {
        /// The items.
        items: Vec<Vec<Span>>,
    },
    /// Steps, one after the other.
    Steps {
        /// The number of the first.
        from: u64,
        /// The steps.
        items: Vec<Vec<Span>>,
    },
    /// Commands, or what they print.
    Code {
        /// Its lines, as they are.
        text: String,
    },
    /// A table. What stands first in a row is its head.
    Table {
        /// The heads of its columns.
        head: Vec<Vec<Span>>,
        /// Its rows, each with a cell for each column.
        rows: Vec<Vec<Vec<Span>>>,
    },
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    /// What it says.
    pub text: String,
    /// How it is said.
    pub style: Style,
    /// The section that it leads to.
    pub to: Option<String>,
}

/// How something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// As everything else.
    Plain,
    /// With stress.
    Strong,
    /// As the name of a thing.
    Emphasis,
    /// As it is typed.
    Code,
}

/// The chapters as they are written, each with its name.
const SOURCES: &[(&str, &str)] = &[
    ("palabras", include_str!("../../manual/01-palabras.md")),
    ("instalar", include_str!("../../manual/02-instalar.md")),
    ("primer-respaldo", include_str!("../../manual/03-primer-respaldo.md")),
    ("ronda", include_str!("../../manual/04-ronda.md")),
    ("discos", include_str!("../../manual/05-discos.md")),
    ("peor-dia", include_str!("../../manual/06-peor-dia.md")),
    ("avisos", include_str!("../../manual/07-avisos.md")),
    ("codigos", include_str!("../../manual/08-codigos.md")),
    ("doctor", include_str!("../../manual/09-doctor.md")),
];

/// What the manual is called.
pub const TITLE: &str = "Manual de operación";

/// The day of its text, as YYYY-MM-DD.
pub const DATE: &str = "2026-11-24";

/// All chapters, in their order.
pub fn chapters() -> &'static [Chapter] {
    static CHAPTERS: LazyLock<Vec<Chapter>> =
        LazyLock::new(|| SOURCES.iter().map(|(name, source)| read::chapter(name, source)).collect());
    &CHAPTERS
}

/// The chapter in which a section is: `lleno` is in `discos`.
pub fn chapter_of(section: &str) -> Option<&'static Chapter> {
    let has = |block: &Block| matches!(block, Block::Heading { id, .. } if id == section);
    chapters().iter().find(|chapter| chapter.blocks.iter().any(has))
}

/// What spans say, without how.
pub fn plain(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}
