//! Figures as OpenMetrics 1.0 text, exact to the byte. Pure: it may not know what is measured.
//!
//! The same text reads as Prometheus' older format, which is what the textfile collector of node_exporter understands: therefore
//! none of the kinds that only OpenMetrics has (info, stateset), and no letter in a help text that the two escape differently.

use std::fmt::{self, Write as _};

/// The media type of the text.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What kind of figure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It goes up and down.
    Gauge,
    /// It only grows; its samples are called `…_total`.
    Counter,
}

/// A family of figures, by what is always true of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name; that of a counter without `_total`. It ends in its unit, if it has one.
    pub name: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// Its unit, in the plural: `seconds`, `bytes`; empty for what is only counted.
    pub unit: &'static str,
    /// What it says, in a sentence without quotes and backslashes.
    pub help: &'static str,
}

/// A figure, exact: none is ever rounded on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// Whole.
    Whole(i64),
    /// So many thousandths, as of what was measured in milliseconds.
    Thousandths(i64),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Whole(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Whole(i64::from(value))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(value) => write!(out, "{value}"),
            Self::Thousandths(value) => {
                let (sign, size) = (if *value < 0 { "-" } else { "" }, value.unsigned_abs());
                write!(out, "{sign}{}.{:03}", size / 1000, size % 1000)
            }
        }
    }
}

/// A figure with the labels that tell it from its neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample<'a> {
    /// The names and values of its labels.
    pub labels: Vec<(&'static str, &'a str)>,
    /// The figure.
    pub value: Value,
}

impl<'a> Sample<'a> {
    /// The figure of these labels.
    pub fn new<const N: usize>(labels: [(&'static str, &'a str); N], value: impl Into<Value>) -> Self {
        Self { labels: labels.to_vec(), value: value.into() }
    }
}

/// The text in the making.
#[derive(Debug, Default)]
pub struct Text {
    text: String,
}

impl Text {
    /// Adds a family with its figures, of which there may be none. Each family comes once, and no two of its figures have
    /// the same labels.
    pub fn family<'a>(&mut self, metric: &Metric, samples: impl IntoIterator<Item = Sample<'a>>) {
        let Metric { name, kind, unit, help } = metric;
        let (word, suffix) = match kind {
            Kind::Gauge => ("gauge", ""),
            Kind::Counter => ("counter", "_total"),
        };
        self.add(format_args!("# TYPE {name} {word}\n"));
        if !unit.is_empty() {
            self.add(format_args!("# UNIT {name} {unit}\n"));
        }
        self.add(format_args!("# HELP {name} {help}\n"));
        for Sample { labels, value } in samples {
            self.add(format_args!("{name}{suffix}"));
            for (place, (label, said)) in labels.iter().enumerate() {
                let before = if place == 0 { '{' } else { ',' };
                self.add(format_args!("{before}{label}=\"{}\"", Escaped(said)));
            }
            let after = if labels.is_empty() { "" } else { "}" };
            self.add(format_args!("{after} {value}\n"));
        }
    }

    /// The text as a whole.
    pub fn finish(mut self) -> String {
        self.text.push_str("# EOF\n");
        self.text
    }

    fn add(&mut self, pieces: fmt::Arguments<'_>) {
        // Writing into a text cannot fail.
        let _written = self.text.write_fmt(pieces);
    }
}

/// The value of a label between its quotes: three letters are written as two, and no other is touched.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| match letter {
            '\\' => out.write_str("\\\\"),
            '"' => out.write_str("\\\""),
            '\n' => out.write_str("\\n"),
            letter => out.write_char(letter),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIZE: Metric =
        Metric { name: "resguardo_size_bytes", kind: Kind::Gauge, unit: "bytes", help: "How large it is." };
    const SLOTS: Metric = Metric { name: "resguardo_slots", kind: Kind::Counter, unit: "", help: "How many." };

    #[test]
    fn the_text_is_what_the_standard_says_to_the_byte() {
        let mut text = Text::default();
        text.family(
            &SIZE,
            [Sample::new([("disk", "disco-a"), ("plan", "p")], 7), Sample::new([], Value::Thousandths(500))],
        );
        text.family(&SLOTS, [Sample::new([("outcome", "done")], 3)]);
        let expected = "# TYPE resguardo_size_bytes gauge\n# UNIT resguardo_size_bytes bytes\n\
            # HELP resguardo_size_bytes How large it is.\nresguardo_size_bytes{disk=\"disco-a\",plan=\"p\"} 7\n\
            resguardo_size_bytes 0.500\n# TYPE resguardo_slots counter\n# HELP resguardo_slots How many.\n\
            resguardo_slots_total{outcome=\"done\"} 3\n# EOF\n";
        assert_eq!(text.finish(), expected);
    }

    #[test]
    fn figures_are_written_to_their_last_digit() {
        let said = |value: Value| value.to_string();
        assert_eq!(said(Value::from(i64::MIN)), "-9223372036854775808");
        assert_eq!(said(Value::from(true)), "1");
        let thousandths = [0, 7, -7, 12_345, -1000, i64::MAX].map(|value| said(Value::Thousandths(value)));
        assert_eq!(thousandths, ["0.000", "0.007", "-0.007", "12.345", "-1.000", "9223372036854775.807"]);
    }

    #[test]
    fn three_letters_of_a_label_are_escaped_and_no_other() {
        assert_eq!(Escaped("a\\b\"c\nd").to_string(), r#"a\\b\"c\nd"#);
        for same in ["", "ñandú 日本", "{}=,# EOF", "\t\r\0", "'"] {
            assert_eq!(Escaped(same).to_string(), same);
        }
    }

    /// What stands between the quotes of a label's value, as a reader of the standard takes it.
    fn read(line: &str) -> Option<(String, &str)> {
        let mut value = String::new();
        let mut letters = line.chars();
        loop {
            match letters.next()? {
                '"' => return Some((value, letters.as_str())),
                '\\' => value.push(match letters.next()? {
                    'n' => '\n',
                    letter @ ('\\' | '"') => letter,
                    _ => return None,
                }),
                '\n' => return None,
                letter => value.push(letter),
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_a_label_holds_is_read_again_and_nothing_leaves_its_quotes(value in any::<String>()) {
            let mut text = Text::default();
            text.family(&SIZE, [Sample::new([("disk", value.as_str())], 1)]);
            let text = text.finish();
            let (_, rest) = text.split_once("{disk=\"").unwrap();
            let (found, rest) = read(rest).unwrap();
            prop_assert_eq!(found, value);
            prop_assert_eq!(rest, "} 1\n# EOF\n");
        }
    }
}
