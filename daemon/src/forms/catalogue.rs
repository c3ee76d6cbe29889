//! The catalogue of controlled forms: which version of a form is in force on a day, and what another one must be like. The
//! procedure's own list (R117) is what holds where nothing was published yet. It may not know where versions are kept.

use chrono::NaiveDate;
use resguardo_forms_model::Form;

use crate::desk::{Refused, text};

/// The longest title.
const TITLE_MAX: usize = 200;
/// The longest text.
const TEXT_MAX: usize = 500;

/// A version of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Which form.
    pub form: Form,
    /// Two digits; none for FO-01 before Gestión de Calidad gave it one.
    pub version: Option<String>,
    /// Its title.
    pub title: String,
    /// The first day on which it is in force; none for what the procedure itself lists.
    pub valid_from: Option<NaiveDate>,
    /// How long its records are kept, in words.
    pub retention: String,
    /// Why there is another version.
    pub note: String,
}

impl Version {
    /// What the procedure itself lists (R117).
    pub fn listed(form: Form) -> Self {
        Self {
            form,
            version: form.version().map(str::to_owned),
            title: form.title().to_owned(),
            valid_from: None,
            retention: String::new(),
            note: "según el listado del procedimiento DIACO-IN-PR-03".to_owned(),
        }
    }
}

/// The version of a form that is in force on a day. `versions` are in the order of their days.
pub fn in_force(versions: &[Version], form: Form, day: NaiveDate) -> Version {
    let holds = |version: &&Version| version.form == form && version.valid_from.is_none_or(|from| from <= day);
    let last = versions.iter().rfind(holds);
    last.cloned().unwrap_or_else(|| Version::listed(form))
}

/// Another version as it was asked for, if it may be published on this day: after the ones before it, and never for the past,
/// since what was made until then was made under another one. Says all that is wrong at once.
///
/// # Errors
/// [`Refused::Field`], one for each field.
pub fn checked(versions: &[Version], wanted: Version, today: NaiveDate) -> Result<Version, Vec<Refused>> {
    let mut wrong = Vec::new();
    let mut line = |field, value: &str, most, required| {
        text::line(field, value, most, required).unwrap_or_else(|refused| {
            wrong.push(refused);
            String::new()
        })
    };
    let title = line("title", &wanted.title, TITLE_MAX, true);
    let retention = line("retention", &wanted.retention, TEXT_MAX, false);
    let note = line("note", &wanted.note, TEXT_MAX, true);
    let version = wanted.version.unwrap_or_default().trim().to_owned();
    let mut refuse = |field, what: String| wrong.push(Refused::field(field, what));
    let of_form: Vec<&Version> = versions.iter().filter(|known| known.form == wanted.form).collect();
    let listed = Version::listed(wanted.form);
    if version.len() != 2 || !version.bytes().all(|digit| digit.is_ascii_digit()) {
        refuse("version", "escriba dos cifras, por ejemplo 04".to_owned());
    } else if let Some(known) =
        of_form.iter().copied().chain([&listed]).find(|known| known.version.as_deref() >= Some(&version))
    {
        let known = known.version.as_deref().unwrap_or_default();
        refuse("version", format!("ya hay una versión {known}; escriba un número mayor"));
    }
    match wanted.valid_from {
        None => refuse("valid_from", "escriba desde qué día rige, por ejemplo 01-12-2026".to_owned()),
        Some(day) if day < today => {
            refuse(
                "valid_from",
                "lo que ya se hizo, se hizo con la versión anterior; elija hoy o un día después".to_owned(),
            );
        }
        Some(day) => {
            if let Some(last) = of_form.iter().filter_map(|known| known.valid_from).max().filter(|last| *last >= day) {
                let last = last.format("%d-%m-%Y");
                refuse("valid_from", format!("la versión anterior rige desde el {last}; elija un día después de ese"));
            }
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Version { version: Some(version), title, retention, note, ..wanted })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
    }

    fn wanted(version: &str, from: Option<NaiveDate>) -> Version {
        let note = "cambió el encabezado".to_owned();
        Version { version: Some(version.to_owned()), valid_from: from, note, ..Version::listed(Form::Fo05) }
    }

    fn fields(refused: &[Refused]) -> Vec<&str> {
        let field = |refused: &Refused| match refused {
            Refused::Field { field, .. } => *field,
            _ => "",
        };
        let mut fields: Vec<&str> = refused.iter().map(field).collect();
        fields.sort_unstable();
        fields
    }

    #[test]
    fn what_the_procedure_lists_is_in_force_until_another_version_is() {
        let first = checked(&[], wanted("04", Some(day(10))), day(1)).unwrap();
        let known = [first];
        let at = |form, on| in_force(&known, form, day(on)).version;
        assert_eq!(at(Form::Fo05, 9).as_deref(), Some("03"));
        assert_eq!(at(Form::Fo05, 10).as_deref(), Some("04"));
        assert_eq!(at(Form::Fo02, 10).as_deref(), Some("04"));
        assert_eq!(at(Form::Fo01, 10), None);
    }

    #[test]
    fn a_version_comes_after_the_ones_before_it_and_never_for_the_past() {
        let known = [checked(&[], wanted("04", Some(day(10))), day(1)).unwrap()];
        let refused = |version: &str, from| checked(&known, wanted(version, from), day(5)).unwrap_err();
        assert_eq!(fields(&refused("04", Some(day(20)))), ["version"]);
        assert_eq!(fields(&refused("03", Some(day(20)))), ["version"]);
        assert_eq!(fields(&refused("5", Some(day(4)))), ["valid_from", "version"]);
        assert_eq!(fields(&refused("٠٥", None)), ["valid_from", "version"]);
        assert_eq!(fields(&refused("05", Some(day(10)))), ["valid_from"]);
        let nothing = Version { title: " ".to_owned(), note: String::new(), ..wanted("05", Some(day(11))) };
        assert_eq!(fields(&checked(&known, nothing, day(5)).unwrap_err()), ["note", "title"]);
        assert!(checked(&known, wanted("05", Some(day(11))), day(5)).is_ok());
    }

    proptest! {
        #[test]
        fn what_was_in_force_on_a_day_that_is_over_never_changes(
            asked in proptest::collection::vec((1_u32..28, 0_u32..10, 4_u32..12), 0..12),
        ) {
            let mut known: Vec<Version> = Vec::new();
            let mut today = day(1);
            for (on, later, number) in asked {
                today = today.max(day(on));
                let past: Vec<_> = (1..28).map(day).filter(|past| *past < today).collect();
                let before: Vec<_> = past.iter().map(|past| in_force(&known, Form::Fo05, *past)).collect();
                let from = today + chrono::Days::new(u64::from(later));
                if let Ok(next) = checked(&known, wanted(&format!("{number:02}"), Some(from)), today) {
                    known.push(next);
                }
                let after: Vec<_> = past.iter().map(|past| in_force(&known, Form::Fo05, *past)).collect();
                prop_assert_eq!(before, after);
                prop_assert!(known.is_sorted_by(|one, other| one.valid_from < other.valid_from && one.version < other.version));
            }
        }
    }
}
