//! Pages of A4 that are written from above, and how they become a PDF. It may not know what is written.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::letters::{encode, width, wrap};
use super::qr;

/// A4, in points of 1/72 inch.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const LEFT: f32 = 54.0;
const RIGHT: f32 = 54.0;
const TOP: f32 = 52.0;
const BOTTOM: f32 = 58.0;
/// How wide what is written may be.
const TEXT_WIDTH: f32 = WIDTH - LEFT - RIGHT;
/// Bold letters are a little wider.
const BOLD: f32 = 1.09;

const REGULAR_FONT: Name<'static> = Name(b"R");
const BOLD_FONT: Name<'static> = Name(b"B");
const FIXED_FONT: Name<'static> = Name(b"C");

/// Pages in the making.
pub(super) struct Pages {
    done: Vec<Content>,
    page: Content,
    /// How far from below the next line begins.
    y: f32,
    /// How much of the right side is taken, down to where.
    aside: Option<(f32, f32)>,
}

impl Pages {
    /// One empty page.
    pub(super) fn new() -> Self {
        Self { done: Vec::new(), page: Content::new(), y: HEIGHT - TOP, aside: None }
    }

    /// Begins a new page.
    pub(super) fn turn(&mut self) {
        self.done.push(std::mem::replace(&mut self.page, Content::new()));
        self.y = HEIGHT - TOP;
        self.aside = None;
    }

    /// Makes sure that so much fits below.
    pub(super) fn need(&mut self, height: f32) {
        if self.y - height < BOTTOM {
            self.turn();
        }
    }

    /// Leaves some room.
    pub(super) fn gap(&mut self, height: f32) {
        self.y -= height;
    }

    /// The width that is left beside a QR code.
    fn room(&mut self) -> f32 {
        match self.aside {
            Some((taken, until)) if self.y > until => TEXT_WIDTH - taken,
            _ => {
                self.aside = None;
                TEXT_WIDTH
            }
        }
    }

    fn line(&mut self, font: Name<'_>, size: f32, x: f32, text: &str) {
        self.need(size * 1.3);
        self.y -= size * 1.3;
        self.at(font, size, x, self.y, text);
    }

    fn at(&mut self, font: Name<'_>, size: f32, x: f32, y: f32, text: &str) {
        self.page.begin_text().set_font(font, size).next_line(LEFT + x, y).show(Str(&encode(text))).end_text();
    }

    /// The title of the whole.
    pub(super) fn title(&mut self, text: &str) {
        self.line(BOLD_FONT, 18.0, 0.0, text);
        self.gap(7.0);
        self.rule(1.2);
        self.gap(3.0);
    }

    /// The heading of a section, which is not left alone at the foot of a page.
    pub(super) fn heading(&mut self, text: &str) {
        self.gap(9.0);
        self.need(60.0);
        self.line(BOLD_FONT, 11.5, 0.0, text);
        self.gap(2.5);
    }

    /// A paragraph of text.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.written(REGULAR_FONT, 9.8, 1.0, text);
        self.gap(3.0);
    }

    /// A paragraph of text that nobody may overlook.
    pub(super) fn warning(&mut self, text: &str) {
        self.written(BOLD_FONT, 10.5, BOLD, text);
        self.gap(3.0);
    }

    fn written(&mut self, font: Name<'_>, size: f32, factor: f32, text: &str) {
        let widest = self.room() / size / factor;
        for line in wrap(text, widest) {
            self.line(font, size, 0.0, &line);
        }
    }

    /// A line to be typed or compared just as it stands, in letters of one width.
    pub(super) fn fixed(&mut self, text: &str) {
        self.line(FIXED_FONT, 8.2, 8.0, text);
    }

    /// A row of a table: what stands at which share of the width.
    pub(super) fn row(&mut self, cells: &[(f32, &str)], bold: bool) {
        let (font, factor) = if bold { (BOLD_FONT, BOLD) } else { (REGULAR_FONT, 1.0) };
        let ends = cells.iter().map(|(from, _)| *from).skip(1).chain([1.0]);
        let wrapped: Vec<(f32, Vec<String>)> = cells
            .iter()
            .zip(ends)
            .map(|((from, text), end)| (*from, wrap(text, ((end - from) * TEXT_WIDTH - 8.0) / 9.6 / factor)))
            .collect();
        let lines = wrapped.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
        for index in 0..lines {
            self.need(14.0);
            self.y -= 12.8;
            for (from, text) in &wrapped {
                if let Some(text) = text.get(index) {
                    self.at(font, 9.6, from * TEXT_WIDTH, self.y, text);
                }
            }
        }
        self.gap(4.0);
        self.rule(0.4);
    }

    /// Blanks to be filled in by hand, each under its name, side by side.
    pub(super) fn blanks(&mut self, names: &[&str]) {
        self.need(44.0);
        self.gap(30.0);
        let each = TEXT_WIDTH / f32::from(u8::try_from(names.len()).unwrap_or(1).max(1));
        let mut x = 0.0;
        for name in names {
            self.page.set_line_width(0.6).move_to(LEFT + x, self.y).line_to(LEFT + x + each - 14.0, self.y).stroke();
            self.at(REGULAR_FONT, 8.4, x, self.y - 10.0, name);
            x += each;
        }
        self.gap(12.0);
    }

    /// A line over the whole width.
    fn rule(&mut self, thickness: f32) {
        self.page.set_line_width(thickness).move_to(LEFT, self.y).line_to(WIDTH - RIGHT, self.y).stroke();
    }

    /// A QR code at the right, with its name below; what is written next stands beside it.
    pub(super) fn qr(&mut self, text: &str, name: &str, side: f32) {
        let Some((runs, modules)) = qr::runs(text) else { return };
        self.need(side + 14.0);
        let module = side / modules as f32;
        let (left, top) = (WIDTH - RIGHT - side, self.y);
        for (column, row, length) in runs {
            let (x, y) = (left + column as f32 * module, top - (row + 1) as f32 * module);
            // A hair more than a module, so that no white line shows between two rows.
            self.page.rect(x, y, length as f32 * module, module * 1.02);
        }
        self.page.fill_nonzero();
        let centre = (side - width(name) * 7.5) / 2.0;
        self.at(REGULAR_FONT, 7.5, left - LEFT + centre, top - side - 2.0, name);
        self.aside = Some((side + 12.0, top - side - 6.0));
    }

    /// Goes on below a QR code.
    pub(super) fn below(&mut self) {
        if let Some((_, until)) = self.aside.take() {
            self.y = self.y.min(until);
        }
    }

    /// The PDF, with `foot` and its number at the foot of each page.
    pub(super) fn finish(mut self, title: &str, foot: &str) -> Vec<u8> {
        self.turn();
        let pages = self.done.len();
        let mut contents = Vec::new();
        for (index, page) in std::mem::take(&mut self.done).into_iter().enumerate() {
            self.page = page;
            let number = format!("página {} de {pages}", index + 1);
            let right = TEXT_WIDTH - width(&number) * 8.0;
            self.at(REGULAR_FONT, 8.0, 0.0, 34.0, foot);
            self.at(REGULAR_FONT, 8.0, right, 34.0, &number);
            contents.push(std::mem::replace(&mut self.page, Content::new()).finish().into_vec());
        }
        document(title, &contents)
    }
}

/// References are numbers that count up.
fn document(title: &str, contents: &[Vec<u8>]) -> Vec<u8> {
    let mut next = Ref::new(1);
    let mut id = || next.bump();
    let mut pdf = Pdf::new();
    let (catalog, tree, about) = (id(), id(), id());
    let fonts = [(REGULAR_FONT, "Helvetica"), (BOLD_FONT, "Helvetica-Bold"), (FIXED_FONT, "Courier")];
    let fonts = fonts.map(|(name, base)| (name, base, id()));
    let pages: Vec<(Ref, Ref, &Vec<u8>)> = contents.iter().map(|content| (id(), id(), content)).collect();
    pdf.catalog(catalog).pages(tree).lang(TextStr("es-GT"));
    pdf.document_info(about).title(TextStr(title)).producer(TextStr("Resguardo"));
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(pages.iter().map(|(page, ..)| *page)).count(count);
    for (page, stream, content) in pages {
        let mut writer = pdf.page(page);
        writer.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(tree).contents(stream);
        let mut resources = writer.resources();
        let mut dictionary = resources.fonts();
        for (name, _, font) in &fonts {
            dictionary.pair(*name, *font);
        }
        dictionary.finish();
        resources.finish();
        writer.finish();
        pdf.stream(stream, content);
    }
    for (_, base, font) in fonts {
        pdf.type1_font(font).base_font(Name(base.as_bytes())).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.finish()
}
