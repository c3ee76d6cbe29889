//! One object of a PDF, read in bounded depth, time and memory, and more leniently than any program that shows it: what
//! does not belong is skipped, so that nothing hides behind it. Of numbers, texts and unknown names nothing is kept.

use super::active;

/// Arrays and dictionaries within each other at most; `lopdf` reads recursively and would end the process.
const DEPTH_MAX: usize = 64;

/// As much as is needed of an object.
#[derive(Debug, PartialEq)]
pub(super) enum Node {
    /// A name that is known to [`active::known`], or the empty one.
    Name(&'static str),
    Int(i64),
    /// Another object, by its number.
    Ref(u32),
    /// Of an array only what holds something itself.
    Array(Vec<Node>),
    Dict(Dict),
    Other,
}

/// A dictionary as a flat list: where names and values are out of step, or a name comes twice, every reading counts.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Dict(pub(super) Vec<Node>);

impl Dict {
    /// Everything that may be the value of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        let pairs = self.0.iter().zip(self.0.iter().skip(1).chain(std::iter::once(&Node::Other)));
        pairs.filter(move |(key, _)| **key == Node::Name(name_of(name))).map(|(_, value)| value)
    }

    /// Whether it holds this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// Whether one of the values of a name is this name.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|node| *node == Node::Name(name_of(value)))
    }
}

fn name_of(name: &str) -> &'static str {
    active::known(name.as_bytes())
}

/// Why reading was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TooMuch {
    /// Objects within objects without end.
    Deep,
    /// More bytes or objects than any document of its size has.
    Work,
}

/// What may still be spent on one document.
pub(super) struct Budget {
    /// Bytes that are read, again and again if objects overlap.
    pub(super) bytes: usize,
    /// Objects, of which each takes memory in `lopdf`.
    pub(super) tokens: usize,
}

/// Reads objects from a place on.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    budget: &'a mut Budget,
    /// The first active name that was seen.
    pub(super) active: Option<&'static str>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize, budget: &'a mut Budget) -> Self {
        Self { bytes, at, budget, active: None }
    }

    /// The object that begins here.
    pub(super) fn object(&mut self) -> Result<Node, TooMuch> {
        self.node(DEPTH_MAX)
    }

    /// Whether the next word is this one; it is passed by if so.
    pub(super) fn word(&mut self, word: &[u8]) -> Result<bool, TooMuch> {
        self.space()?;
        let is = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        self.at += if is { word.len() } else { 0 };
        Ok(is)
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn spend(&mut self, bytes: usize) -> Result<(), TooMuch> {
        self.budget.bytes = self.budget.bytes.checked_sub(bytes).ok_or(TooMuch::Work)?;
        Ok(())
    }

    /// Goes on while bytes are of this sort.
    fn skip(&mut self, is: impl Fn(u8) -> bool) -> Result<&'a [u8], TooMuch> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| !is(*byte)).unwrap_or(rest.len());
        self.at += length;
        self.spend(length)?;
        Ok(rest.get(..length).unwrap_or_default())
    }

    fn space(&mut self) -> Result<(), TooMuch> {
        loop {
            self.skip(is_space)?;
            if self.peek(0) != Some(b'%') {
                return Ok(());
            }
            self.skip(|byte| !b"\r\n".contains(&byte))?;
        }
    }

    fn node(&mut self, depth: usize) -> Result<Node, TooMuch> {
        self.space()?;
        self.spend(1)?;
        self.budget.tokens = self.budget.tokens.checked_sub(1).ok_or(TooMuch::Work)?;
        match (self.peek(0), self.peek(1)) {
            (Some(b'<'), Some(b'<')) => {
                self.at += 2;
                Ok(Node::Dict(Dict(self.members(b">>", depth)?)))
            }
            (Some(b'['), _) => {
                self.at += 1;
                let mut members = self.members(b"]", depth)?;
                members.retain(|member| matches!(member, Node::Array(_) | Node::Dict(_)));
                Ok(Node::Array(members))
            }
            (Some(b'/'), _) => self.name(),
            (Some(b'('), _) => self.text(),
            (Some(byte), _) if is_regular(byte) => self.number_or_word(),
            _ => {
                self.at += 1;
                Ok(Node::Other)
            }
        }
    }

    /// What stands before `end`. Of a row of things that hold nothing the first is enough, as somebody's value.
    fn members(&mut self, end: &[u8], depth: usize) -> Result<Vec<Node>, TooMuch> {
        let depth = depth.checked_sub(1).ok_or(TooMuch::Deep)?;
        let mut members: Vec<Node> = Vec::new();
        while !self.word(end)? && self.at < self.bytes.len() {
            let node = self.node(depth)?;
            let holds = matches!(node, Node::Name(_) | Node::Array(_) | Node::Dict(_));
            if holds || matches!(members.last(), Some(Node::Name(_))) {
                members.push(node);
            }
        }
        Ok(members)
    }

    fn name(&mut self) -> Result<Node, TooMuch> {
        self.at += 1;
        let raw = self.skip(is_regular)?;
        // No known name is as long as this, whatever is escaped.
        if raw.len() > 64 {
            return Ok(Node::Name(""));
        }
        let name = active::known(&unescaped(raw));
        self.active = self.active.or_else(|| active::anywhere(name));
        Ok(Node::Name(name))
    }

    /// A text in parentheses; an opening one without its end is passed by alone.
    fn text(&mut self) -> Result<Node, TooMuch> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut open = 0_usize;
        let mut escaped = false;
        for (index, byte) in rest.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            if open == 0 {
                self.at += index + 1;
                self.spend(index)?;
                return Ok(Node::Other);
            }
        }
        self.at += 1;
        self.spend(rest.len())?;
        Ok(Node::Other)
    }

    fn number_or_word(&mut self) -> Result<Node, TooMuch> {
        let Some(number) = number(self.skip(is_regular)?) else { return Ok(Node::Other) };
        let behind = self.at;
        self.space()?;
        let is_generation = number >= 0 && self.skip(|byte| byte.is_ascii_digit())?.len().wrapping_sub(1) < 5;
        if is_generation && self.word(b"R")? && !self.peek(0).is_some_and(is_regular) {
            return Ok(u32::try_from(number).map_or(Node::Other, Node::Ref));
        }
        self.at = behind;
        Ok(Node::Int(number))
    }
}

fn number(word: &[u8]) -> Option<i64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// A name with its `#xx` resolved.
fn unescaped(raw: &[u8]) -> Vec<u8> {
    let mut name = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'#').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                name.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                name.push(*first);
                rest = behind;
            }
        }
    }
    name
}

pub(super) fn is_space(byte: u8) -> bool {
    b" \t\n\r\0\x0c".contains(&byte)
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !b"()<>[]{}/%".contains(&byte)
}
