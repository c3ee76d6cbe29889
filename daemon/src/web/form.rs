//! A form as its template shows it: what was written, and what is wrong with it, each beside its field and all of it above. It
//! may not know which forms there are.

use super::failure::{Failure, sentence};
use super::fields::Fields;
use crate::desk::Refused;
use crate::jobs::monthly::MonthlyError;
use crate::jobs::people::PeopleError;
use crate::jobs::quality::QualityError;
use crate::jobs::upkeep::UpkeepError;
use crate::upkeep::programme::Stop;

/// A form.
#[derive(Debug, Clone)]
pub struct Form {
    /// What every form of this session brings along.
    pub key: String,
    fields: Fields,
    faults: Vec<Fault>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field's name, to which the summary leads; empty where it is the form as a whole.
    pub field: String,
    /// What to do, as a sentence in Spanish.
    pub text: String,
}

impl Form {
    /// A form that holds these values. Pages get theirs from [`super::visit::Visit::form`].
    pub(super) fn new(key: &str, fields: Fields) -> Self {
        Self { key: key.to_owned(), fields, faults: Vec::new() }
    }

    /// The same form with a fault; `field` is the field's name.
    #[must_use]
    pub fn wrong(mut self, field: &str, text: &str) -> Self {
        self.faults.push(Fault { field: field.to_owned(), text: sentence(text) });
        self
    }

    /// The same form with what a rule refused of it.
    ///
    /// # Errors
    /// The refusal as a page of its own, where it is not the form's: they may not do this at all.
    pub fn refused(self, refused: Refused) -> Result<Self, Failure> {
        match refused {
            Refused::Field { field, what } => Ok(self.wrong(field, &what)),
            Refused::NotAllowed => Err(Failure::Forbidden),
            Refused::Day { day, why } => {
                Ok(self.wrong("new_limit", &format!("el {} no sirve como nueva fecha: {why}", super::dates::day(day))))
            }
            other => Ok(self.wrong("", &other.to_string())),
        }
    }

    /// The same form with why people or accounts are not changed.
    ///
    /// # Errors
    /// The refusal as a page of its own, where it is not the form's.
    pub fn unchanged(self, error: PeopleError) -> Result<Self, Failure> {
        match error {
            PeopleError::Field { field, what } => Ok(self.wrong(field, &what)),
            error @ (PeopleError::Changed | PeopleError::Own | PeopleError::LastAdministrator) => {
                Ok(self.wrong("", &error.to_string()))
            }
            other => Err(other.into()),
        }
    }

    /// The same form with why equipment or its maintenance is not changed, all of it.
    ///
    /// # Errors
    /// The refusal as a page of its own, where it is not the form's.
    pub fn not_kept(self, error: UpkeepError) -> Result<Self, Failure> {
        match error {
            UpkeepError::Wrong(faults) => faults.into_iter().try_fold(self, Self::refused),
            UpkeepError::Stopped(Stop::Field(fault)) => self.refused(fault),
            error @ (UpkeepError::Changed
            | UpkeepError::Stopped(_)
            | UpkeepError::NotFinished
            | UpkeepError::SamePerson) => Ok(self.wrong("", &error.to_string())),
            other => Err(other.into()),
        }
    }

    /// The same form with why a record of the quality system is not kept, all of it.
    ///
    /// # Errors
    /// The refusal as a page of its own, where it is not the form's.
    pub fn unrecorded(self, error: QualityError) -> Result<Self, Failure> {
        match error {
            QualityError::Wrong(faults) => faults.into_iter().try_fold(self, Self::refused),
            error @ (QualityError::Changed | QualityError::Signed | QualityError::SamePerson) => {
                Ok(self.wrong("", &error.to_string()))
            }
            other => Err(other.into()),
        }
    }

    /// The same form with why nothing of the monthly report was changed.
    ///
    /// # Errors
    /// The refusal as a page of its own, where it is not the form's.
    pub fn unreported(self, error: MonthlyError) -> Result<Self, Failure> {
        match error {
            MonthlyError::Refused(refused) => self.refused(refused),
            error @ (MonthlyError::Changed
            | MonthlyError::Delivered(_)
            | MonthlyError::NotOver(_)
            | MonthlyError::State
            | MonthlyError::SamePerson
            | MonthlyError::Full) => Ok(self.wrong("", &error.to_string())),
            other => Err(other.into()),
        }
    }

    /// What stands in a field.
    pub fn value(&self, name: &str) -> &str {
        self.fields.text(name)
    }

    /// Whether a choice or box has this value.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.fields.texts(name).any(|text| text == value)
    }

    /// What is wrong with a field; empty where nothing is.
    pub fn fault(&self, name: &str) -> &str {
        self.faults.iter().find(|fault| fault.field == name).map_or("", |fault| &fault.text)
    }

    /// All that is wrong.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// What describes a field: its hint and its fault, as their ids; empty where there is neither.
    pub fn described(&self, name: &str, hint: &str) -> String {
        let hint = (!hint.is_empty()).then(|| format!("{name}-ayuda"));
        let fault = (!self.fault(name).is_empty()).then(|| format!("{name}-error"));
        hint.into_iter().chain(fault).collect::<Vec<_>>().join(" ")
    }
}

/// One of several that a field offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub label: String,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_stands_at_its_field_and_what_is_nobodys_field_above() {
        let form = Form::new("k", Fields::of([("name", "Ana".to_owned())]));
        let form = form.refused(Refused::field("name", "escriba algo")).unwrap();
        assert_eq!((form.value("name"), form.fault("name")), ("Ana", "Escriba algo."));
        assert_eq!(form.described("name", "x"), "name-ayuda name-error");
        assert_eq!(form.described("post", ""), "");
        let form = form.refused(Refused::Changed).unwrap();
        assert_eq!(form.faults().len(), 2);
        assert!(matches!(form.refused(Refused::NotAllowed), Err(Failure::Forbidden)));
    }
}
