//! A record of any form: read from JSON, written canonically, digested.

use resguardo_shared::digest::Digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sheet::{Form, Sheet};
use crate::{cover, fo_01, fo_02, fo_03, fo_05, fo_06, rh_fo_02, rp_fo_03};

/// The most bytes of a record's JSON.
pub const RECORD_BYTES_MAX: usize = 8 << 20;

/// A filled form of any kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Record {
    /// DIACO-IN-FO-01.
    Fo01(Box<Sheet<fo_01::Ticket>>),
    /// DIACO-IN-FO-02.
    Fo02(Box<Sheet<fo_02::Programme>>),
    /// DIACO-IN-FO-03.
    Fo03(Box<Sheet<fo_03::Rescheduling>>),
    /// DIACO-IN-FO-05.
    Fo05(Box<Sheet<fo_05::Monthly>>),
    /// DIACO-IN-FO-06.
    Fo06(Box<Sheet<fo_06::Register>>),
    /// DIACO-RP-FO-03.
    RpFo03(Box<Sheet<rp_fo_03::Indicators>>),
    /// DIACO-RH-FO-02.
    RhFo02(Box<Sheet<rh_fo_02::Attendance>>),
    /// The cover sheet of a request for a mail account.
    Cover(Box<Sheet<cover::Cover>>),
}

/// Why a record cannot be printed.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is longer than [`RECORD_BYTES_MAX`].
    #[error("the record has more than {RECORD_BYTES_MAX} bytes")]
    TooLong,
    /// Its form is missing or unknown, or it is not JSON at all.
    #[error("the record does not say which form it is: `form` must be one of {}", codes())]
    WhichForm(#[source] serde_json::Error),
    /// A field is missing, unknown, of another type or too long.
    #[error("the record of {form} does not read at `{path}`")]
    Field {
        /// The form's code.
        form: &'static str,
        /// The field, from the outside in: `content.requester.name`.
        path: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// It cannot be written as JSON, which does not happen.
    #[error("the record cannot be written as JSON")]
    Write(#[source] serde_json::Error),
}

/// The codes of all forms, for a message.
fn codes() -> String {
    Form::ALL.iter().map(|form| form.code()).collect::<Vec<_>>().join(", ")
}

/// The one field that is read first; the others come with the form's own type.
#[derive(Deserialize)]
struct WhichForm {
    form: Form,
}

impl Record {
    /// Reads a record.
    ///
    /// # Errors
    /// [`RecordError`], which names the field.
    pub fn read(json: &[u8]) -> Result<Self, RecordError> {
        if json.len() > RECORD_BYTES_MAX {
            return Err(RecordError::TooLong);
        }
        let which: WhichForm = serde_json::from_slice(json).map_err(RecordError::WhichForm)?;
        match which.form {
            Form::Fo01 => sheet(which.form, json).map(Self::Fo01),
            Form::Fo02 => sheet(which.form, json).map(Self::Fo02),
            Form::Fo03 => sheet(which.form, json).map(Self::Fo03),
            Form::Fo05 => sheet(which.form, json).map(Self::Fo05),
            Form::Fo06 => sheet(which.form, json).map(Self::Fo06),
            Form::RpFo03 => sheet(which.form, json).map(Self::RpFo03),
            Form::RhFo02 => sheet(which.form, json).map(Self::RhFo02),
            Form::Cover => sheet(which.form, json).map(Self::Cover),
        }
    }

    /// Which form it is.
    pub fn form(&self) -> Form {
        match self {
            Self::Fo01(_) => Form::Fo01,
            Self::Fo02(_) => Form::Fo02,
            Self::Fo03(_) => Form::Fo03,
            Self::Fo05(_) => Form::Fo05,
            Self::Fo06(_) => Form::Fo06,
            Self::RpFo03(_) => Form::RpFo03,
            Self::RhFo02(_) => Form::RhFo02,
            Self::Cover(_) => Form::Cover,
        }
    }

    /// The record as a value, with its keys in order and without nulls and empty lists.
    ///
    /// # Errors
    /// [`RecordError::Write`], which does not happen.
    pub fn value(&self) -> Result<Value, RecordError> {
        serde_json::to_value(self).map(plain).map_err(RecordError::Write)
    }

    /// The canonical JSON, of which [`Record::digest`] is the digest, without what only belongs to the moment of printing: the
    /// address at which it is checked, and in FO-06 the head of the whole chain, which has a signature of its own and grows.
    /// `jq -cS 'del(.check_url, .content.head)'` writes that of FO-06 the same.
    ///
    /// # Errors
    /// [`RecordError::Write`], which does not happen.
    pub fn canonical(&self) -> Result<Vec<u8>, RecordError> {
        let mut value = self.value()?;
        if let Some(fields) = value.as_object_mut() {
            fields.remove("check_url");
            if let (Self::Fo06(_), Some(Value::Object(content))) = (self, fields.get_mut("content")) {
                content.remove("head");
            }
        }
        serde_json::to_vec(&value).map_err(RecordError::Write)
    }

    /// All of it as JSON, for whoever prints it.
    ///
    /// # Errors
    /// [`RecordError::Write`], which does not happen.
    pub fn to_json(&self) -> Result<Vec<u8>, RecordError> {
        serde_json::to_vec(&self.value()?).map_err(RecordError::Write)
    }

    /// The SHA-256 of the canonical JSON, which is printed on every sheet.
    ///
    /// # Errors
    /// [`RecordError::Write`], which does not happen.
    pub fn digest(&self) -> Result<Digest, RecordError> {
        Ok(Digest::of(&self.canonical()?))
    }
}

/// Reads the record of one form, and says which field did not read.
fn sheet<C: DeserializeOwned>(form: Form, json: &[u8]) -> Result<Box<Sheet<C>>, RecordError> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    serde_path_to_error::deserialize(&mut deserializer).map(Box::new).map_err(|error| RecordError::Field {
        form: form.code(),
        path: error.path().to_string(),
        source: error.into_inner(),
    })
}

/// Without nulls and empty lists, and with sorted keys even where `serde_json` was built to keep their order.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().map(|(key, value)| (key, plain(value))).collect();
            fields.retain(|(_, value)| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
            fields.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(plain).collect()),
        other => other,
    }
}
