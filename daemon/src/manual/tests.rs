//! What the manual must be: whole, led through by links that lead somewhere, and made of what can be shown.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::*;

/// Every line of a block.
fn lines(block: &Block) -> Vec<&Vec<Span>> {
    match block {
        Block::Heading { text, .. } | Block::Paragraph { text } => vec![text],
        Block::Points { items } | Block::Steps { items, .. } => items.iter().collect(),
        Block::Table { head, rows } => head.iter().chain(rows.iter().flatten()).collect(),
        Block::Code { .. } => Vec::new(),
    }
}

fn all_lines() -> impl Iterator<Item = &'static Vec<Span>> {
    chapters().iter().flat_map(|chapter| chapter.blocks.iter().flat_map(lines))
}

#[test]
fn nothing_that_is_written_is_left_out() {
    for ((name, source), chapter) in SOURCES.iter().zip(chapters()) {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let mut written = Vec::new();
        for event in Parser::new_ext(source, Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES) {
            match event {
                Event::Text(text) | Event::Code(text) => written.extend(words(&text)),
                Event::Html(text) | Event::InlineHtml(text) => panic!("{name}: {text} is HTML"),
                Event::Start(tag @ (Tag::Image { .. } | Tag::BlockQuote(_) | Tag::HtmlBlock)) => {
                    panic!("{name}: {tag:?}")
                }
                _ => {}
            }
        }
        let mut shown = words(&chapter.title);
        for block in &chapter.blocks {
            if let Block::Code { text } = block {
                shown.extend(words(text));
            }
            for line in lines(block) {
                shown.extend(line.iter().flat_map(|span| words(&span.text)));
            }
        }
        let letters = |words: &[String]| words.concat();
        assert_eq!(letters(&shown), letters(&written), "{name}");
        assert!(!chapter.title.is_empty() && chapter.blocks.len() > 1, "{name}");
    }
}

#[test]
fn sections_have_names_of_their_own_and_every_link_leads_to_one() {
    let headings = chapters().iter().flat_map(|chapter| &chapter.blocks).filter_map(|block| match block {
        Block::Heading { id, text } => Some((id.as_str(), plain(text))),
        _ => None,
    });
    let mut names = BTreeSet::new();
    for (id, text) in headings {
        assert!(!id.is_empty(), "«{text}» has no name");
        assert!(names.insert(id), "{id} stands twice");
    }
    let links: Vec<&str> = all_lines().flatten().filter_map(|span| span.to.as_deref()).collect();
    assert!(links.len() > 4, "{links:?}");
    for link in links {
        assert!(chapter_of(link).is_some(), "{link} leads nowhere");
    }
    assert_eq!(chapter_of("lleno").map(|chapter| chapter.name), Some("discos"));
}

#[test]
fn commands_fit_on_paper() {
    for block in chapters().iter().flat_map(|chapter| &chapter.blocks) {
        if let Block::Code { text } = block {
            // What is wider is broken where nobody would break it.
            assert!(text.lines().all(|line| line.chars().count() <= 86), "{text}");
        }
    }
}

#[test]
fn tables_have_a_cell_for_each_column() {
    let blocks = chapters().iter().flat_map(|chapter| &chapter.blocks);
    let mut tables = 0;
    for block in blocks {
        if let Block::Table { head, rows } = block {
            tables += 1;
            assert!(rows.iter().all(|row| row.len() == head.len()), "{head:?}");
        }
    }
    assert!(tables > 2);
}

#[test]
fn a_step_is_read_with_its_number_and_its_styles() {
    let chapter = read::chapter("x", "# T\n\n5. Uno **dos** `tres`\n   cuatro [cinco](#seis)\n6. Siete\n");
    let span = |text: &str, style, to: Option<&str>| Span { text: text.to_owned(), style, to: to.map(str::to_owned) };
    let first = vec![
        span("Uno ", Style::Plain, None),
        span("dos", Style::Strong, None),
        span(" ", Style::Plain, None),
        span("tres", Style::Code, None),
        span(" cuatro ", Style::Plain, None),
        span("cinco", Style::Plain, Some("seis")),
    ];
    let steps = Block::Steps { from: 5, items: vec![first, vec![span("Siete", Style::Plain, None)]] };
    assert_eq!((chapter.title.as_str(), chapter.blocks), ("T", vec![steps]));
}
