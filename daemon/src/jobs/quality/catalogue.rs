//! The catalogue of controlled forms at work (R003, R117): Gestión de Calidad publishes versions, and every record is printed under
//! the one that was in force when it was made. It may not know how a form looks.

use chrono::NaiveDate;
use resguardo_forms_model::Form;

use crate::desk::Refused;
use crate::desk::access::Action;
use crate::forms::catalogue::{Version, checked, in_force};
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::jobs::people::PeopleError;
use crate::jobs::people::by::By;
use crate::store::error::StoreError;
use crate::store::form_versions::FormVersion;

/// Why a version is not published.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// What was asked for is not right; each is a field's.
    #[error("the version is not as it must be")]
    Wrong(Vec<Refused>),
    /// They may not, or the like.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// What the database says.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A published version with when and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The version.
    pub version: Version,
    /// The day of its publication here.
    pub day: NaiveDate,
    /// Who published it.
    pub by: String,
}

fn read(row: FormVersion) -> Option<Version> {
    // A form that only a newer program knows is none that this one prints.
    let form = Form::of_code(&row.code)?;
    let FormVersion { version, title, valid_from, retention, note, .. } = row;
    Some(Version { form, version: Some(version), title, valid_from: Some(valid_from), retention, note })
}

/// All that was published, by form and day.
///
/// # Errors
/// [`PeopleError`].
pub async fn published(office: Office<'_>, by: By<'_>) -> Result<Vec<Published>, PeopleError> {
    by.may(Action::SeeQuality)?;
    let one = |row: FormVersion| {
        let (day, by) = (crate::jobs::office::day(office.config, row.published), row.published_by.clone());
        Some(Published { version: read(row)?, day, by })
    };
    Ok(office.store.form_versions().await?.into_iter().filter_map(one).collect())
}

/// The version of a form that was, or will be, in force on a day.
///
/// # Errors
/// What keeps the database from answering.
pub async fn version_on(office: Office<'_>, form: Form, day: NaiveDate) -> Result<Version, StoreError> {
    let versions: Vec<Version> = office.store.form_versions().await?.into_iter().filter_map(read).collect();
    Ok(in_force(&versions, form, day))
}

/// Publishes a version.
///
/// # Errors
/// [`CatalogueError`].
pub async fn publish(office: Office<'_>, by: By<'_>, wanted: Version) -> Result<(), CatalogueError> {
    by.may(Action::PublishForm)?;
    let now = now(office);
    let known: Vec<Version> = office.store.form_versions().await?.into_iter().filter_map(read).collect();
    let version = checked(&known, wanted, now.day).map_err(CatalogueError::Wrong)?;
    let name = version.version.clone().unwrap_or_default();
    let valid_from = version.valid_from.unwrap_or(now.day);
    let row = FormVersion {
        code: version.form.code().to_owned(),
        version: name.clone(),
        title: version.title,
        valid_from,
        retention: version.retention,
        note: version.note,
        published: now.at,
        published_by: by.name(),
    };
    let detail = format!("rige desde {}; {}", valid_from.format("%d-%m-%Y"), row.note);
    let line = by.draft(office, "form_published", format!("form {} {name}", row.code), detail);
    if office.store.put_form_version(&row, &line).await? {
        Ok(())
    } else {
        let again = "otra persona la publicó en este momento; mire la lista";
        Err(CatalogueError::Wrong(vec![Refused::field("version", again)]))
    }
}
