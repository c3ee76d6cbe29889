//! Takes a chapter apart: the part of Markdown that the manual uses, and nothing of the rest. What it does not know is left out, and a
//! test sees to it that there is no such thing.

use std::iter::Peekable;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::{Block, Chapter, Span, Style};

/// What of Markdown is read beyond its core.
const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_HEADING_ATTRIBUTES);

/// Reads a chapter.
pub(super) fn chapter(name: &'static str, source: &str) -> Chapter {
    let mut events = Parser::new_ext(source, OPTIONS).peekable();
    let (mut title, mut blocks) = (String::new(), Vec::new());
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => title = super::plain(&line(&mut events)),
            Event::Start(Tag::Heading { id, .. }) => {
                let id = id.map(|id| id.to_string()).unwrap_or_default();
                blocks.push(Block::Heading { id, text: line(&mut events) });
            }
            Event::Start(Tag::Paragraph) => blocks.push(Block::Paragraph { text: line(&mut events) }),
            Event::Start(Tag::List(None)) => blocks.push(Block::Points { items: items(&mut events) }),
            Event::Start(Tag::List(Some(from))) => blocks.push(Block::Steps { from, items: items(&mut events) }),
            Event::Start(Tag::CodeBlock(_)) => {
                let text = super::plain(&line(&mut events)).trim_end().to_owned();
                blocks.push(Block::Code { text });
            }
            Event::Start(Tag::Table(_)) => blocks.push(table(&mut events)),
            _ => {}
        }
    }
    Chapter { name, title, blocks }
}

/// What is said until whatever began ends: its spans.
fn line<'a>(events: &mut Peekable<impl Iterator<Item = Event<'a>>>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let (mut style, mut to) = (Style::Plain, None);
    for event in events.by_ref() {
        match event {
            Event::Start(Tag::Strong) => style = Style::Strong,
            Event::Start(Tag::Emphasis) => style = Style::Emphasis,
            Event::Start(Tag::Link { dest_url, .. }) => to = dest_url.strip_prefix('#').map(str::to_owned),
            Event::End(TagEnd::Strong | TagEnd::Emphasis) => style = Style::Plain,
            Event::End(TagEnd::Link) => to = None,
            Event::Text(text) => push(&mut spans, &text, style, to.clone()),
            Event::Code(text) => push(&mut spans, &text, Style::Code, to.clone()),
            // Lines of the source are no lines of the manual.
            Event::SoftBreak | Event::HardBreak => push(&mut spans, " ", style, to.clone()),
            Event::End(_) => break,
            _ => {}
        }
    }
    spans
}

/// Adds to the last span what is said as it is.
fn push(spans: &mut Vec<Span>, text: &str, style: Style, to: Option<String>) {
    match spans.last_mut() {
        Some(last) if last.style == style && last.to == to => last.text.push_str(text),
        _ => spans.push(Span { text: text.to_owned(), style, to }),
    }
}

/// The items of a list until it ends. Each is a line.
fn items<'a>(events: &mut Peekable<impl Iterator<Item = Event<'a>>>) -> Vec<Vec<Span>> {
    let mut items = Vec::new();
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::Item) => {
                // An item of several lines comes as a paragraph.
                let is_paragraph = events.next_if(|event| matches!(event, Event::Start(Tag::Paragraph))).is_some();
                items.push(line(events));
                if is_paragraph {
                    events.next_if(|event| matches!(event, Event::End(TagEnd::Item)));
                }
            }
            Event::End(TagEnd::List(_)) => break,
            _ => {}
        }
    }
    items
}

/// A table until it ends.
fn table<'a>(events: &mut Peekable<impl Iterator<Item = Event<'a>>>) -> Block {
    let (mut head, mut rows, mut cells) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::TableCell) => cells.push(line(events)),
            Event::End(TagEnd::TableHead) => head = std::mem::take(&mut cells),
            Event::End(TagEnd::TableRow) => rows.push(std::mem::take(&mut cells)),
            Event::End(TagEnd::Table) => break,
            _ => {}
        }
    }
    Block::Table { head, rows }
}
