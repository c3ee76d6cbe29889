//! All objects of a PDF, wherever they begin. The tables that say where are not believed: what one program finds through
//! them and another one by searching is looked at alike, older versions of an object too.

use std::collections::HashMap;

use memchr::memmem;

use super::object::{Budget, Dict, Node, Reader, TooMuch, is_space};
use super::{Refused, active, inflate};

/// Bytes of packed objects at most, once they are unpacked.
const UNPACKED_MAX: usize = 64 << 20;
/// Objects within all objects at most.
const TOKENS_MAX: usize = 3_000_000;

/// What a document holds.
pub(super) struct Scan<'a> {
    file: &'a [u8],
    budget: Budget,
    unpacked: usize,
    /// Where objects begin that are not packed, with their number and generation.
    pub(super) starts: Vec<(usize, u32, u16)>,
    /// The numbers of what trailers call the root.
    pub(super) roots: Vec<u32>,
    /// The bytes of all streams, which may overlap, as far as they say.
    pub(super) streamed: usize,
    encrypted: bool,
    active: Option<&'static str>,
    pages: bool,
    shapes: HashMap<u32, Shape>,
    /// What the document does when it opens, by the numbers of the objects that say so.
    opened: Vec<u32>,
    streams: Vec<Packed>,
    lengths: Vec<Node>,
}

/// What is known of all objects of one number.
#[derive(Clone, Copy, Default)]
struct Shape {
    /// One of them only shows a page of this document.
    shows: bool,
    /// One of them does something else.
    acts: bool,
    /// One of them is no number.
    other: bool,
    /// The largest number among them.
    number: i64,
}

/// A stream that holds objects.
struct Packed {
    begins: usize,
    dict: Dict,
}

fn broken(why: &'static str) -> Refused {
    Refused::BrokenDocument { why }
}

fn given_up(why: TooMuch) -> Refused {
    broken(match why {
        TooMuch::Deep => "sus objetos se contienen unos a otros sin fin",
        TooMuch::Work => "tiene demasiados objetos para su tamaño",
    })
}

impl<'a> Scan<'a> {
    /// Looks at everything; encryption is refused before anything is unpacked.
    pub(super) fn of(file: &'a [u8]) -> Result<Self, Refused> {
        let budget = Budget { bytes: 4 * file.len() + (1 << 16), tokens: TOKENS_MAX };
        let mut scan = Self {
            file,
            budget,
            unpacked: UNPACKED_MAX,
            starts: Vec::new(),
            roots: Vec::new(),
            streamed: 0,
            encrypted: false,
            active: None,
            pages: false,
            shapes: HashMap::new(),
            opened: Vec::new(),
            streams: Vec::new(),
            lengths: Vec::new(),
        };
        for at in memmem::find_iter(file, b"trailer") {
            scan.object(None, at + b"trailer".len())?;
        }
        for at in memmem::find_iter(file, b"obj").filter(|at| !before(file, *at).ends_with(b"end")) {
            let identity = identity(before(file, at));
            scan.starts.extend(identity);
            scan.object(identity.map(|(_, number, _)| number), at + b"obj".len())?;
        }
        if scan.encrypted {
            return Err(Refused::Encrypted);
        }
        for stream in std::mem::take(&mut scan.streams) {
            scan.unpack(&stream)?;
        }
        scan.measure()?;
        scan.verdict()?;
        Ok(scan)
    }

    fn object(&mut self, number: Option<u32>, at: usize) -> Result<(), Refused> {
        let mut reader = Reader::new(self.file, at, &mut self.budget);
        let node = reader.object().map_err(given_up)?;
        self.active = self.active.or(reader.active);
        let is_stream = matches!(node, Node::Dict(_)) && reader.word(b"stream").map_err(given_up)?;
        let begins = reader.at;
        self.note(number, &node);
        if let Node::Dict(dict) = node
            && is_stream
        {
            self.lengths.extend(dict.all("Length").filter_map(plain));
            if dict.is("Type", "ObjStm") || (dict.has("First") && dict.has("N")) {
                self.streams.push(Packed { begins, dict });
            }
        }
        Ok(())
    }

    /// Remembers what matters of an object.
    fn note(&mut self, number: Option<u32>, node: &Node) {
        if let Some(number) = number {
            let shape = self.shapes.entry(number).or_default();
            let shows = shows(node);
            shape.shows |= shows;
            shape.acts |= !shows;
            match node {
                Node::Int(value) => shape.number = shape.number.max(*value),
                _ => shape.other = true,
            }
        }
        self.walk(node);
    }

    fn walk(&mut self, node: &Node) {
        let members = match node {
            Node::Array(members) => members,
            Node::Dict(dict) => {
                self.dictionary(dict);
                &dict.0
            }
            _ => return,
        };
        // No deeper than the reader went.
        for member in members {
            self.walk(member);
        }
    }

    fn dictionary(&mut self, dict: &Dict) {
        for node in &dict.0 {
            if let Node::Name(name) = node {
                self.active = self.active.or_else(|| active::in_dictionary(name));
            }
        }
        self.encrypted |= dict.has("Encrypt");
        self.pages |= dict.is("Type", "Page");
        self.roots.extend(dict.all("Root").filter_map(|root| if let Node::Ref(id) = root { Some(*id) } else { None }));
        for what in dict.all("OpenAction") {
            match what {
                Node::Ref(number) => self.opened.push(*number),
                what if shows(what) => {}
                _ => self.active = self.active.or(Some(active::OPENS)),
            }
        }
    }

    /// The objects that a stream holds. Anything but the usual packing is refused, for another program might read
    /// something else in it.
    fn unpack(&mut self, stream: &Packed) -> Result<(), Refused> {
        let unusual = || broken("empaqueta sus objetos de una forma que casi no se usa");
        let dict = &stream.dict;
        if ["DecodeParms", "DP", "F", "FFilter"].iter().any(|name| dict.has(name)) {
            return Err(unusual());
        }
        let raw = self.extent(stream);
        let content = match dict.all("Filter").next() {
            None => raw.to_vec(),
            Some(Node::Name("FlateDecode")) if dict.all("Filter").count() == 1 => {
                inflate::inflated(raw, self.unpacked).ok_or_else(|| broken("desempacado es demasiado grande"))?
            }
            Some(_) => return Err(unusual()),
        };
        self.unpacked =
            self.unpacked.checked_sub(content.len()).ok_or_else(|| broken("desempacado es demasiado grande"))?;
        self.budget.bytes = self.budget.bytes.saturating_add(4 * content.len());
        for first in dict
            .all("First")
            .filter_map(|node| if let Node::Int(first) = node { usize::try_from(*first).ok() } else { None })
        {
            let table = content.get(..first).ok_or_else(|| broken("le falta una parte"))?;
            let numbers = std::str::from_utf8(table).map_err(|_error| unusual())?;
            let numbers: Vec<Option<u32>> = numbers
                .split([' ', '\t', '\n', '\r', '\0', '\u{c}'])
                .filter(|word| !word.is_empty())
                .map(|word| word.parse().ok())
                .collect();
            for pair in numbers.chunks_exact(2) {
                let [Some(number), Some(at)] = *pair else { return Err(unusual()) };
                let at = first.saturating_add(usize::try_from(at).unwrap_or(usize::MAX));
                let mut reader = Reader::new(&content, at, &mut self.budget);
                let node = reader.object().map_err(given_up)?;
                self.active = self.active.or(reader.active);
                self.note(Some(number), &node);
            }
        }
        Ok(())
    }

    /// The bytes of a stream, to the first end of a stream that stands behind the length that it says.
    fn extent(&self, stream: &Packed) -> &'a [u8] {
        let rest = self.file.get(stream.begins..).unwrap_or_default();
        let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
        let rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        let said = stream.dict.all("Length").map(|length| self.length(length)).max().unwrap_or(0).min(rest.len());
        let behind = rest.get(said..).unwrap_or_default();
        let end = memmem::find(behind, b"endstream").map_or(rest.len(), |end| said + end);
        rest.get(..end).unwrap_or_default()
    }

    fn length(&self, length: &Node) -> usize {
        let length = match length {
            Node::Int(length) => *length,
            Node::Ref(number) => self.shapes.get(number).map_or(0, |shape| shape.number),
            _ => 0,
        };
        usize::try_from(length).unwrap_or(0)
    }

    /// Adds up what the streams say of their lengths, which whoever reads them all copies.
    fn measure(&mut self) -> Result<(), Refused> {
        for length in std::mem::take(&mut self.lengths) {
            if let Node::Ref(number) = length
                && self.shapes.get(&number).is_some_and(|shape| shape.other)
            {
                return Err(broken("la longitud de una parte no es un número"));
            }
            self.streamed = self.streamed.saturating_add(self.length(&length).min(self.file.len()));
        }
        if self.streamed > 4 * self.file.len() {
            return Err(broken("sus partes se traslapan"));
        }
        Ok(())
    }

    fn verdict(&self) -> Result<(), Refused> {
        let only_shows = |number: &u32| self.shapes.get(number).is_some_and(|shape| shape.shows && !shape.acts);
        let opens = if self.opened.iter().all(only_shows) { None } else { Some(active::OPENS) };
        if let Some(found) = self.active.or(opens) {
            return Err(Refused::Active { found });
        }
        if !self.pages {
            return Err(broken("no tiene páginas"));
        }
        Ok(())
    }
}

/// A copy of what says a length.
fn plain(length: &Node) -> Option<Node> {
    match length {
        Node::Int(length) => Some(Node::Int(*length)),
        Node::Ref(number) => Some(Node::Ref(*number)),
        _ => None,
    }
}

/// Whether this is a place in the document, or an action that goes to one and then ends.
fn shows(node: &Node) -> bool {
    match node {
        Node::Array(_) => true,
        Node::Dict(dict) => dict.has("S") && dict.all("S").all(|kind| *kind == Node::Name("GoTo")) && !dict.has("Next"),
        _ => false,
    }
}

fn before(file: &[u8], at: usize) -> &[u8] {
    file.get(..at).unwrap_or_default()
}

/// Where the two numbers before `obj` begin, and what they are.
fn identity(before: &[u8]) -> Option<(usize, u32, u16)> {
    let (before, generation) = number_at_end(before)?;
    let (before, number) = number_at_end(before)?;
    Some((before.len(), number, u16::try_from(generation).ok()?))
}

/// The number that bytes end with, white space aside, and what stands before it.
fn number_at_end(bytes: &[u8]) -> Option<(&[u8], u32)> {
    let end = bytes.iter().rposition(|byte| !is_space(*byte))? + 1;
    let bytes = bytes.get(..end)?;
    let begin = bytes.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    let number = std::str::from_utf8(bytes.get(begin..)?).ok()?.parse().ok()?;
    Some((bytes.get(..begin)?, number))
}
