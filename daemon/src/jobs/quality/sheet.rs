//! What every record has around what it says: the version of its form, its day, its id and where it is checked. It may not know
//! what it says.

use chrono::NaiveDate;
use resguardo_forms_model::{Form, Line, Sheet, Signature};

use super::catalogue::version_on;
use crate::jobs::office::Office;
use crate::store::error::StoreError;

/// The page that says whether a sheet is what the system says, behind the base URL.
const CHECK: &str = "/comprobar";

/// A record of a form.
#[derive(Debug)]
pub struct About {
    /// Which form.
    pub form: Form,
    /// The day on which it was made, which decides the version that it stays under.
    pub made: NaiveDate,
    /// The day that the paper bears.
    pub issued: NaiveDate,
    /// The record's id.
    pub record: String,
    /// Who made, reviewed and approved it.
    pub signatures: Vec<Signature>,
}

/// A sheet that says `content`.
///
/// # Errors
/// What keeps the database from answering.
pub async fn sheet<C>(office: Office<'_>, about: About, content: C) -> Result<Sheet<C>, StoreError> {
    let About { form, made, issued, record, signatures } = about;
    let version = version_on(office, form, made).await?;
    let base = office.config.web.as_ref().map(|web| web.base_url.trim_end_matches('/'));
    Ok(Sheet {
        form,
        title: (version.title != form.title()).then(|| Line::from(version.title)),
        version: version.version.map(Line::from),
        effective: version.valid_from,
        issued,
        record: Line::from(record),
        check_url: base.map(|base| Line::from(format!("{base}{CHECK}"))),
        signatures: signatures.into(),
        content,
    })
}
