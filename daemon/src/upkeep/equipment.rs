//! A piece of equipment: what is written of it, what of that is refused, and how it is retired. It may not know which others there
//! are, nor who answers for any.

use chrono::{DateTime, NaiveDate, Utc};

use crate::desk::Refused;
use crate::desk::text::{cleaned, folded, line};

/// The most letters of a code.
const CODE_MAX: usize = 40;
/// The most letters of a brand, a model or a serial number.
const NAME_MAX: usize = 80;
/// The most letters of a place.
const LOCATION_MAX: usize = 160;
/// The most letters of why a piece is retired, and of the document that says so.
const REASON_MAX: usize = 300;

words! {
    /// What a piece of equipment is (R061).
    Kind {
        /// A desktop computer.
        Cpu = "cpu", "Computadora de escritorio";
        /// A laptop.
        Laptop = "laptop", "Computadora portátil";
        /// A monitor.
        Monitor = "monitor", "Monitor";
        /// A printer.
        Printer = "printer", "Impresora";
        /// An uninterruptible power supply.
        Ups = "ups", "UPS";
        /// A scanner.
        Scanner = "scanner", "Escáner";
        /// What a network is made of.
        Network = "network", "Equipo de red";
        /// Anything else.
        Other = "other", "Otro";
    }
}

/// What people write in spreadsheets, beside the words and the labels; folded.
const SYNONYMS: &[(&str, Kind)] = &[
    ("computadora", Kind::Cpu),
    ("escritorio", Kind::Cpu),
    ("pc", Kind::Cpu),
    ("portatil", Kind::Laptop),
    ("pantalla", Kind::Monitor),
    ("red", Kind::Network),
];

impl Kind {
    /// What somebody means who writes its word, its label or another name of it; neither case nor accents make a difference.
    pub fn read(text: &str) -> Option<Self> {
        let wanted = folded(text);
        let is = |kind: &&Self| kind.word() == wanted || folded(kind.label()) == wanted;
        let known = Self::ALL.iter().find(is).copied();
        known.or_else(|| SYNONYMS.iter().find(|(name, _)| *name == wanted).map(|(_, kind)| *kind))
    }
}

/// A piece of equipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equipment {
    /// Its id; 0 gets the next.
    pub id: i64,
    /// What it is, and where.
    pub about: About,
    /// The unit that has it, an id.
    pub unit: i64,
    /// Who answers for it, a user's id.
    pub responsible: Option<i64>,
    /// How it was retired, if it was.
    pub retired: Option<Retirement>,
    /// Counts its changes, from 1. A row is stored only over the version that it was read with.
    pub version: i64,
    /// When it was entered.
    pub created: DateTime<Utc>,
    /// By whom.
    pub created_by: String,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The code of the inventory, in capitals, unique; it stays as it is.
    pub code: String,
    /// What it is.
    pub kind: Kind,
    /// Who made it; may be empty.
    pub brand: String,
    /// The maker's name of it; may be empty.
    pub model: String,
    /// The maker's number of it; may be empty.
    pub serial: String,
    /// Where it stands; may be empty.
    pub location: String,
}

/// That a piece is no longer in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retirement {
    /// Since which day.
    pub day: NaiveDate,
    /// Why.
    pub reason: String,
    /// The document that says so.
    pub document: String,
}

/// What somebody wrote of a piece, as it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written<'a> {
    /// The code of the inventory.
    pub code: &'a str,
    /// What it is, a word or a label.
    pub kind: &'a str,
    /// Who made it.
    pub brand: &'a str,
    /// The maker's name of it.
    pub model: &'a str,
    /// The maker's number of it.
    pub serial: &'a str,
    /// Where it stands.
    pub location: &'a str,
}

/// A code as it is stored: what is typed in small letters is the same.
///
/// # Errors
/// [`Refused::Field`] of `code`.
pub fn code(text: &str) -> Result<String, Refused> {
    let code = line("code", text, CODE_MAX, true)?.to_ascii_uppercase();
    let is_good = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
    if !code.starts_with(|first: char| first.is_ascii_alphanumeric()) || !code.chars().all(is_good) {
        let what = "use solo letras sin tilde, números, guiones y puntos, sin espacios, como INV-00451";
        return Err(Refused::field("code", what));
    }
    Ok(code)
}

/// A code as somebody may look for it; one that can be nobody's stays as it is, and is not found.
pub fn sought(text: &str) -> String {
    code(text).unwrap_or_else(|_| cleaned(text).chars().take(CODE_MAX).collect())
}

impl Written<'_> {
    /// What it says, checked.
    ///
    /// # Errors
    /// All that is wrong with it, each a [`Refused::Field`].
    pub fn check(self) -> Result<About, Vec<Refused>> {
        let mut faults = Vec::new();
        let mut take = |read: Result<String, Refused>| read.map_err(|fault| faults.push(fault)).unwrap_or_default();
        let code = take(code(self.code));
        let brand = take(line("brand", self.brand, NAME_MAX, false));
        let model = take(line("model", self.model, NAME_MAX, false));
        let serial = take(line("serial", self.serial, NAME_MAX, false));
        let location = take(line("location", self.location, LOCATION_MAX, false));
        let Some(kind) = Kind::read(self.kind) else {
            let labels: Vec<&str> = Kind::ALL.iter().map(|kind| kind.label()).collect();
            faults.push(Refused::field("kind", format!("escriba qué es, uno de: {}", labels.join(", "))));
            return Err(faults);
        };
        if faults.is_empty() { Ok(About { code, kind, brand, model, serial, location }) } else { Err(faults) }
    }
}

impl About {
    /// Its words as the search compares them.
    pub fn words(&self) -> String {
        let Self { code, kind, brand, model, serial, location } = self;
        folded(&format!("{code} {} {brand} {model} {serial} {location}", kind.label()))
    }
}

impl Retirement {
    /// What a piece is retired with.
    ///
    /// # Errors
    /// All that is wrong with it, each a [`Refused::Field`]: the document is compulsory, since the piece leaves what is counted, and
    /// the day is not yet to come.
    pub fn new(day: Option<NaiveDate>, reason: &str, document: &str, today: NaiveDate) -> Result<Self, Vec<Refused>> {
        let mut faults = Vec::new();
        let mut take = |read: Result<String, Refused>| read.map_err(|fault| faults.push(fault)).unwrap_or_default();
        let reason = take(line("reason", reason, REASON_MAX, true));
        let document = take(line("document", document, REASON_MAX, true));
        match day {
            Some(day) if day <= today && faults.is_empty() => return Ok(Self { day, reason, document }),
            Some(day) if day <= today => {}
            Some(_) => faults.push(Refused::field("day", "todavía no llega; escriba hoy o un día anterior")),
            None => faults.push(Refused::field("day", "escriba desde qué fecha está de baja")),
        }
        Err(faults)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written<'a>(code: &'a str, kind: &'a str) -> Written<'a> {
        Written { code, kind, brand: " Dell ", model: "", serial: "S\u{200b}1", location: "2.º\tnivel" }
    }

    #[test]
    fn what_is_written_is_cleaned_and_a_code_is_in_capitals() {
        let about = written(" inv-00451 ", "Impresora").check().unwrap();
        assert_eq!(about.kind, Kind::Printer);
        assert_eq!((about.code.as_str(), about.brand.as_str(), about.serial.as_str()), ("INV-00451", "Dell", "S1"));
        assert_eq!(about.words(), "inv 00451 impresora dell s1 2 º nivel");
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let long = "x".repeat(81);
        let bad = Written { brand: &long, model: &long, ..written("a b", "tractor") };
        let fields: Vec<String> = bad.check().unwrap_err().iter().map(ToString::to_string).collect();
        let names: Vec<&str> = fields.iter().filter_map(|text| text.split(": ").next()).collect();
        assert_eq!(names, ["code", "brand", "model", "kind"], "{fields:?}");
        let today = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        assert_eq!(Retirement::new(None, "", " ", today).unwrap_err().len(), 3);
        let tomorrow = today.succ_opt();
        assert_eq!(Retirement::new(tomorrow, "x", "y", today).unwrap_err().len(), 1);
        assert!(Retirement::new(Some(today), "x", "Acta 3-2026", today).is_ok());
    }

    #[test]
    fn a_code_is_one_piece_of_a_path() {
        for bad in ["", "..", ".", "-1", "a/b", "a b", "ñ", "a?b", "a%2fb", "a#b", "<b>", &"1".repeat(41)] {
            assert!(code(bad).is_err(), "{bad}");
        }
        for good in ["1", "INV-00451", "1.2.3_4", &"1".repeat(40)] {
            assert_eq!(code(good).as_deref(), Ok(good));
        }
    }

    #[test]
    fn a_kind_is_read_as_people_write_it() {
        for kind in Kind::ALL {
            assert_eq!((Kind::read(kind.word()), Kind::read(kind.label())), (Some(*kind), Some(*kind)));
        }
        for (text, kind) in [("escaner", Kind::Scanner), ("PC", Kind::Cpu), ("Portátil", Kind::Laptop)] {
            assert_eq!(Kind::read(text), Some(kind));
        }
        assert_eq!(Kind::read(""), None);
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_taken_again_as_it_is(text in ".{0,60}") {
            if let Ok(once) = code(&text) {
                prop_assert_eq!(code(&once), Ok(once.clone()));
                prop_assert_eq!(sought(&text), once);
            }
        }
    }
}
