//! The directives by which the head of informatics has backups made (R102): which is in force on a day, and what another one must
//! be like. It may not know where directives are kept, nor what is backed up.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Refused, text};

/// The longest directive.
pub const TEXT_MAX: usize = 20_000;

/// A directive as it was issued. It is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// 1 and on, in the order in which they were issued.
    pub number: i64,
    /// What is to be done, in the words of whoever issued it.
    pub text: String,
    /// The first day on which it is in force.
    pub valid_from: NaiveDate,
    /// When it was issued.
    pub issued: DateTime<Utc>,
    /// By whom, a user's id.
    pub issued_by: i64,
}

/// The directive that is in force on a day; none before the first one. `directives` are in the order of their days.
pub fn in_force(directives: &[Directive], day: NaiveDate) -> Option<&Directive> {
    directives.iter().rfind(|directive| directive.valid_from <= day)
}

/// Those that a technician can still be asked to read: the one in force on a day, and those that are to come.
pub fn current(directives: &[Directive], day: NaiveDate) -> &[Directive] {
    let first = directives.iter().rposition(|directive| directive.valid_from <= day).unwrap_or_default();
    directives.get(first..).unwrap_or_default()
}

/// How an entry of the register cites a directive: `Directriz 3, vigente desde el 01-12-2026`.
pub fn cited(number: i64, valid_from: NaiveDate) -> String {
    format!("Directriz {number}, vigente desde el {}", valid_from.format("%d-%m-%Y"))
}

/// The text and the first day of another directive, if it may be issued on this day: after the ones before it, and never for the past,
/// since what was done until then was done under another one. Says all that is wrong at once.
///
/// # Errors
/// [`Refused::Field`], one for each field.
pub fn checked(
    directives: &[Directive],
    wanted: &str,
    valid_from: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<(String, NaiveDate), Vec<Refused>> {
    let mut wrong = Vec::new();
    let text = text::lines("text", wanted, TEXT_MAX, true).map_err(|refused| wrong.push(refused));
    let last = directives.last().map(|last| last.valid_from);
    let day = match valid_from {
        None => Err("escriba desde qué día rige, por ejemplo 01-12-2026".to_owned()),
        Some(day) if day < today => {
            Err("lo que ya se hizo, se hizo sin esta directriz; elija hoy o un día después".to_owned())
        }
        Some(day) => match last.filter(|last| *last >= day) {
            Some(last) => {
                let last = last.format("%d-%m-%Y");
                Err(format!("la directriz anterior rige desde el {last}; elija un día después de ese"))
            }
            None => Ok(day),
        },
    };
    let day = day.map_err(|what| wrong.push(Refused::field("valid_from", what)));
    match (text, day) {
        (Ok(text), Ok(day)) => Ok((text, day)),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
    }

    fn directive(number: i64, from: NaiveDate) -> Directive {
        let text = format!("conectar el disco {number}");
        Directive { number, text, valid_from: from, issued: DateTime::UNIX_EPOCH, issued_by: 1 }
    }

    fn fields(refused: &[Refused]) -> Vec<String> {
        refused.iter().map(|one| one.to_string().split(':').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_directive_holds_from_its_day_until_the_day_of_the_next() {
        let known = [directive(1, day(3)), directive(2, day(10))];
        let number = |on| in_force(&known, day(on)).map(|one| one.number);
        assert_eq!([2, 3, 9, 10, 31].map(number), [None, Some(1), Some(1), Some(2), Some(2)]);
        let to_read = |on| current(&known, day(on)).iter().map(|one| one.number).collect::<Vec<_>>();
        assert_eq!([2, 3, 9].map(to_read), [vec![1, 2], vec![1, 2], vec![1, 2]]);
        assert_eq!(to_read(10), [2]);
        assert!(current(&[], day(1)).is_empty() && in_force(&[], day(1)).is_none());
        assert_eq!(cited(2, day(10)), "Directriz 2, vigente desde el 10-12-2026");
    }

    #[test]
    fn a_directive_is_issued_with_its_text_for_today_or_later_and_after_the_ones_before() {
        let known = [directive(1, day(10))];
        let wrong = |text: &str, from| fields(&checked(&known, text, from, day(5)).unwrap_err());
        assert_eq!(wrong(" \u{200b}", None), ["text", "valid_from"]);
        assert_eq!(wrong("x", Some(day(4))), ["valid_from"]);
        assert_eq!(wrong("x", Some(day(10))), ["valid_from"], "the one before holds from that day");
        assert_eq!(wrong(&"x".repeat(TEXT_MAX + 1), Some(day(11))), ["text"]);
        assert_eq!(checked(&known, " a\r\nb ", Some(day(11)), day(5)), Ok(("a\nb".to_owned(), day(11))));
        assert_eq!(checked(&[], "x", Some(day(5)), day(5)), Ok(("x".to_owned(), day(5))));
    }

    proptest! {
        #[test]
        fn what_was_in_force_on_a_day_that_is_over_never_changes(asked in proptest::collection::vec((1_u32..28, 0_u64..10), 0..12)) {
            let (mut known, mut today): (Vec<Directive>, _) = (Vec::new(), day(1));
            for (on, later) in asked {
                today = today.max(day(on));
                let past: Vec<_> = (1..28).map(day).filter(|past| *past < today).collect();
                let before: Vec<_> = past.iter().map(|past| in_force(&known, *past).cloned()).collect();
                if let Ok((_, from)) = checked(&known, "x", Some(today + chrono::Days::new(later)), today) {
                    known.push(directive(i64::try_from(known.len()).unwrap() + 1, from));
                }
                let after: Vec<_> = past.iter().map(|past| in_force(&known, *past).cloned()).collect();
                prop_assert_eq!(before, after);
            }
        }
    }
}
