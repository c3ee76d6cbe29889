//! The marker: a disk is known by the id in it, never by its path.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::VaultError;
use super::layout::{LEEME, MARKER};
use super::leeme;
use super::seal;
use super::store::{Place, Store};

/// The version of the marker's format.
pub const FORMAT: u16 = 1;

/// What makes a folder or bucket a disk of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// [`FORMAT`].
    pub format: u16,
    /// The disk's id.
    pub id: Uuid,
    /// The disk's label, which is its name in the configuration.
    pub label: String,
    /// Where it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custody: Option<String>,
    /// When it was prepared, RFC 3339.
    pub prepared: String,
    /// Who prepared it: `user@machine`.
    pub prepared_by: String,
}

/// Reads a disk's marker; `None` where there is none. One without a seal was written before there were any.
///
/// # Errors
/// [`VaultError::BadMarker`] or [`VaultError::Operation`].
pub fn read(store: &Store) -> Result<Option<Marker>, VaultError> {
    let Some(json) = store.read_small(MARKER, 64 * 1024)? else { return Ok(None) };
    let bad = |source| VaultError::BadMarker { disk: store.disk().to_owned(), source };
    let value: serde_json::Value = serde_json::from_slice(&json).map_err(bad)?;
    if let Some(format) = value.get("format").and_then(serde_json::Value::as_u64).filter(|&it| it != u64::from(FORMAT))
    {
        let what = format!("its format is {format} and this program knows {FORMAT}");
        return Err(bad(serde::de::Error::custom(what)));
    }
    let changed = || {
        let what = "it was changed after it was written: the digest in its second line is not that of its other lines";
        bad(serde::de::Error::custom(what))
    };
    let marker = seal::unsealed(&json).ok_or_else(changed)?;
    serde_json::from_slice(&marker).map(Some).map_err(bad)
}

/// Prepares a place: the explanation first and the marker last, so that nothing half prepared is taken for a disk.
///
/// # Errors
/// [`VaultError::AlreadyPrepared`], or what the disk says.
pub fn prepare(place: &Place, marker: &Marker) -> Result<(), VaultError> {
    let store = Store::open(&marker.label, place)?;
    if let Some(Marker { label, id, .. }) = read(&store)? {
        return Err(VaultError::AlreadyPrepared { place: place.shown(), label, id });
    }
    let bad = |source| VaultError::BadMarker { disk: marker.label.clone(), source };
    let mut json = serde_json::to_vec_pretty(marker).map_err(bad)?;
    json.push(b'\n');
    store.write_small(LEEME, leeme::text(marker).into_bytes())?;
    store.write_small(MARKER, seal::sealed(&json))
}
