//! What is measured, for whoever watches from outside: gathered by a question for each kind of thing and told as OpenMetrics. It may
//! not know who asks.
//!
//! No label holds anything of a person: they are the configuration's names of servers, datasets, plans, disks and channels.

mod datasets;
mod disks;
mod facts;
mod file;
pub mod names;
mod others;
pub mod register_check;
mod source;

pub use file::write;
pub(super) use register_check::verified;
pub use source::{Running, Source};

use super::office::Office;
use crate::openmetrics::Text;
use crate::store::error::StoreError;

/// All figures as they are now.
///
/// # Errors
/// What the store says.
pub async fn text(office: Office<'_>, source: &Source) -> Result<String, StoreError> {
    // One after the other: who asks twice at once waits, and the database is not asked twice as much.
    let _turn = source.turn.lock().await;
    let facts = Box::pin(facts::gather(office, source)).await?;
    let mut text = Text::default();
    others::program(&mut text, &facts);
    datasets::plans(&mut text, office.config, &facts);
    datasets::datasets(&mut text, office.config, &facts);
    datasets::copies(&mut text, office.config, &facts);
    datasets::drills(&mut text, office.config, &facts);
    others::bounds(&mut text, office.config);
    others::running(&mut text, &facts);
    disks::disks(&mut text, office.config, &facts);
    others::register(&mut text, &facts);
    others::outbox(&mut text, office.config, &facts);
    others::desk(&mut text, &facts);
    Ok(text.finish())
}
