//! Lines of a YAML text, found by path, and keys that stand twice. It may not know what a configuration means.
//!
//! The parser keeps no positions in its values, but its errors have them. So the text is read again with a visitor that
//! walks down the path and fails on purpose where the path ends; the error's position is the answer.

use std::collections::HashSet;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, EnumAccess, IgnoredAny, MapAccess, SeqAccess, VariantAccess as _, Visitor};

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The value of this key.
    Key(String),
    /// This item of a list, from 0.
    Index(usize),
}

/// How a path is written in messages: `servers[0].host`. Keys come from the file, so they are escaped and cut.
pub(super) fn shown(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.extend(key.escape_debug().take(64));
            }
        }
    }
    text
}

/// The line, from 1, of the last key of `path`, or of the item if it ends in one. `None` if there is no such place.
pub(super) fn line(text: &str, path: &[Step]) -> Option<usize> {
    let error = Seek { path }.deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
    error.location().map(|location| location.line())
}

/// The first key that stands twice in one mapping, with the line of its second appearance.
pub(super) fn duplicate(text: &str) -> Option<(usize, String)> {
    let mut found = None;
    let error = Unique { found: &mut found }.deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
    Some((error.location()?.line(), found?))
}

/// Walks down a path and fails at its end.
#[derive(Clone, Copy)]
struct Seek<'p> {
    path: &'p [Step],
}

/// The error that is not one: it carries the position of what was looked for.
fn arrived<E: serde::de::Error>() -> E {
    E::custom("here")
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    /// A scalar where the path ends, or goes on in vain, is refused by the visitor's defaults: also an arrival.
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the place that is looked for")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Some((Step::Index(wanted), rest)) = self.path.split_first() else { return Err(arrived()) };
        for _ in 0..*wanted {
            items.next_element::<IgnoredAny>()?.ok_or_else(arrived)?;
        }
        items.next_element_seed(Seek { path: rest })?.ok_or_else(arrived)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Some((Step::Key(wanted), rest)) = self.path.split_first() else { return Err(arrived()) };
        let at_key = |key: &str| if rest.is_empty() && key == wanted { Err(()) } else { Ok(key == wanted) };
        while let Some(is_it) = entries.next_key_seed(Key { judge: at_key })? {
            if is_it {
                return entries.next_value_seed(Seek { path: rest });
            }
            entries.next_value::<IgnoredAny>()?;
        }
        Err(arrived())
    }
}

/// Reads a key and fails at its position if the judge says so. Keys that are no text are nobody's.
struct Key<F> {
    judge: F,
}

impl<'de, F: FnMut(&str) -> Result<bool, ()>> DeserializeSeed<'de> for Key<F> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// The visits of scalars that mean nothing here.
macro_rules! ignore_scalars {
    ($value:expr) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_none<E>(self) -> Result<Self::Value, E> {
            Ok($value)
        }
    };
}

impl<'de, F: FnMut(&str) -> Result<bool, ()>> Visitor<'de> for Key<F> {
    type Value = bool;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    ignore_scalars!(false);

    fn visit_str<E: serde::de::Error>(mut self, key: &str) -> Result<bool, E> {
        (self.judge)(key).map_err(|()| arrived())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<bool, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<bool, A::Error> {
        let (_, value) = tagged.variant::<IgnoredAny>()?;
        value.newtype_variant::<IgnoredAny>()?;
        Ok(false)
    }
}

/// Walks through everything and fails at the second appearance of a key.
struct Unique<'f> {
    found: &'f mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("anything")
    }

    ignore_scalars!(());

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Unique { found: self.found })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        loop {
            let found = &mut *self.found;
            let judge = |key: &str| {
                if seen.insert(key.to_owned()) {
                    return Ok(false);
                }
                *found = Some(key.to_owned());
                Err(())
            };
            if entries.next_key_seed(Key { judge })?.is_none() {
                return Ok(());
            }
            entries.next_value_seed(Unique { found: self.found })?;
        }
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<(), A::Error> {
        let (_, value) = tagged.variant::<IgnoredAny>()?;
        value.newtype_variant_seed(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# A comment first.
paths:

  state: /srv
servers:
  - name: a
    datasets:
      - kind: files
        path: /x
      -
        kind: command
        command: |
          one
          two
        suffix: bak
  - {name: b, host: c}
3: number
? [x]
: list
plans: [one,
  two]
";

    fn path(text: &str) -> Vec<Step> {
        let step = |word: &str| word.parse().map_or_else(|_| Step::Key(word.to_owned()), Step::Index);
        text.split_whitespace().map(step).collect()
    }

    #[test]
    fn lines_are_exact_in_nested_mappings_and_lists() {
        for (place, expected) in [
            ("", 2),
            ("paths", 2),
            ("paths state", 4),
            ("servers", 5),
            ("servers 0", 6),
            ("servers 0 name", 6),
            ("servers 0 datasets", 7),
            ("servers 0 datasets 0", 8),
            ("servers 0 datasets 0 path", 9),
            ("servers 0 datasets 1", 11),
            ("servers 0 datasets 1 command", 12),
            ("servers 0 datasets 1 suffix", 15),
            ("servers 1", 16),
            ("servers 1 host", 16),
            ("plans", 20),
            ("plans 0", 20),
            ("plans 1", 21),
        ] {
            assert_eq!(line(TEXT, &path(place)), Some(expected), "{place}");
        }
    }

    #[test]
    fn the_second_of_two_equal_keys_is_found() {
        assert_eq!(duplicate(TEXT), None);
        let twice = "a:\n  - b: 1\n    c: 2\n    b: 3\n";
        assert_eq!(duplicate(twice), Some((4, "b".to_owned())));
    }

    #[test]
    fn a_path_is_shown_as_people_write_it_and_without_control_characters() {
        assert_eq!(shown(&path("servers 0 datasets 2 dump")), "servers[0].datasets[2].dump");
        assert_eq!(shown(&[Step::Key("a\nb".to_owned())]), "a\\nb");
    }
}
