//! Patterns for the paths of a tree: `*` and `?` stay within one folder, `**` goes through any number of them, and what
//! matches a folder takes all below it. Pure.

/// A pattern, compared with whole paths from the root of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Byte(u8),
    /// `?`: one letter.
    One,
    /// `*`: any bytes of one name.
    Name,
    /// `**`: any bytes.
    All,
    /// `**/` at the beginning of a name: any folders, also none.
    Folders,
}

impl Pattern {
    /// A pattern as a person writes it. `./` before it and `/` after it mean nothing; a backslash takes the meaning from
    /// the letter after it.
    pub fn new(text: &str) -> Self {
        let bare = text.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
        let everything = bare.is_empty() || bare == ".";
        let tokens = if everything { vec![Token::All] } else { tokens(bare.as_bytes()) };
        Self { text: text.to_owned(), tokens }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it matches a path without `./` before it and `/` after it, or a folder above it.
    pub fn matches(&self, path: &[u8]) -> bool {
        let mut states = vec![false; self.tokens.len() + 1];
        if let Some(first) = states.first_mut() {
            *first = true;
        }
        self.close(&mut states, true);
        for (index, &byte) in path.iter().enumerate() {
            if byte == b'/' && index > 0 && states.last() == Some(&true) {
                return true;
            }
            states = self.step(&states, byte);
            self.close(&mut states, byte == b'/');
        }
        states.last() == Some(&true)
    }

    /// What may match nothing is passed over; folders only where a name begins.
    fn close(&self, states: &mut [bool], name_begins: bool) {
        for (index, token) in self.tokens.iter().enumerate() {
            let passes = matches!(token, Token::Name | Token::All) || (*token == Token::Folders && name_begins);
            if passes && states.get(index) == Some(&true) {
                set(states, index + 1);
            }
        }
    }

    fn step(&self, states: &[bool], byte: u8) -> Vec<bool> {
        let mut next = vec![false; states.len()];
        let goes_on = (0x80..0xC0).contains(&byte);
        for (index, _) in states.iter().enumerate().filter(|(_, active)| **active) {
            let before = index.checked_sub(1).and_then(|before| self.tokens.get(before));
            if goes_on && before == Some(&Token::One) {
                set(&mut next, index);
            }
            match self.tokens.get(index) {
                Some(Token::Byte(wanted)) if *wanted == byte => set(&mut next, index + 1),
                Some(Token::One) if byte != b'/' => set(&mut next, index + 1),
                Some(Token::Name) if byte != b'/' => set(&mut next, index),
                Some(Token::All | Token::Folders) => set(&mut next, index),
                _ => {}
            }
        }
        next
    }
}

fn set(states: &mut [bool], index: usize) {
    if let Some(state) = states.get_mut(index) {
        *state = true;
    }
}

fn tokens(text: &[u8]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut name_begins = true;
    while let Some((&byte, after)) = rest.split_first() {
        let (token, after) = match (byte, after) {
            (b'\\', [escaped, after @ ..]) => (Token::Byte(*escaped), after),
            (b'?', after) => (Token::One, after),
            (b'*', [b'*', b'/', after @ ..]) if name_begins => (Token::Folders, after),
            (b'*', [b'*', after @ ..]) => (Token::All, after),
            (b'*', after) => (Token::Name, after),
            (byte, after) => (Token::Byte(byte), after),
        };
        name_begins = matches!(token, Token::Byte(b'/') | Token::Folders);
        tokens.push(token);
        rest = after;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pattern_matches_whole_paths_and_all_below_a_folder() {
        let cases: &[(&str, &str, bool)] = &[
            ("index.html", "index.html", true),
            ("./index.html", "index.html", true),
            ("index.html", "sub/index.html", false),
            ("**/index.html", "index.html", true),
            ("**/index.html", "a/b/index.html", true),
            ("**/index.html", "a/xindex.html", false),
            ("fotos", "fotos/2026/a.jpg", true),
            ("fotos/", "fotos", true),
            ("fotos", "fotos2/a.jpg", false),
            ("*.jpg", "a.jpg", true),
            ("*.jpg", "fotos/a.jpg", false),
            ("fotos/*.jpg", "fotos/a.jpg", true),
            ("fotos/**/b.jpg", "fotos/b.jpg", true),
            ("fotos/**/b.jpg", "fotos/x/y/b.jpg", true),
            ("fotos/**", "fotos/x/y", true),
            ("a?o", "año", true),
            ("a?o", "ano", true),
            ("a?o", "a/o", false),
            (r"\*", "*", true),
            (r"\*", "a", false),
            (".", "anything/at/all", true),
            ("*", "fotos/a.jpg", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(Pattern::new(pattern).matches(path.as_bytes()), *expected, "{pattern} and {path}");
        }
    }

    proptest! {
        #[test]
        fn a_path_written_with_escapes_matches_itself(path in "[a-z*?\\\\ñ ]{1,8}(/[a-z*?\\\\ñ ]{1,8}){0,3}") {
            let escaped: String = path.chars().flat_map(|letter| match letter {
                '*' | '?' | '\\' => vec!['\\', letter],
                letter => vec![letter],
            }).collect();
            prop_assert!(Pattern::new(&escaped).matches(path.as_bytes()), "{} and {}", escaped, path);
        }

        #[test]
        fn many_stars_cost_no_more_than_their_number(stars in 1_usize..60, length in 1_usize..2000) {
            let pattern = Pattern::new(&format!("{}b", "*a".repeat(stars)));
            prop_assert!(!pattern.matches(&vec![b'a'; length]));
        }
    }
}
