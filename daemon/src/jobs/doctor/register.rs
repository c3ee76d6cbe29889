//! The register: its whole chain, by this machine's own key.

use super::{Found, HERE};
use crate::config::model::SecretSource;
use crate::config::secret;
use crate::findings::{Code, Verdict};
use crate::jobs::error::chain;
use crate::jobs::metrics;
use crate::jobs::office::Office;
use crate::register::key::Key;
use crate::store::error::StoreError;

/// The file of the secret key in the state folder.
const SECRET: &str = "register.key";

/// Follows the chain from its first entry to its last.
pub(super) async fn examine(office: Office<'_>) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let remedy = "change nothing; keep a copy of the database, compare with the disks (`resguardo register verify`) and find out who did it";
    if office.store.last_line().await?.is_none() {
        found.well(HERE, "register", "it has no entries yet");
        return Ok(found);
    }
    let file = SecretSource::File(office.config.paths.state.join(SECRET));
    let key = match secret::read(&file, "the register's key") {
        Ok(text) => Key::from_hex(text.expose()).map_err(|error| chain(&error)),
        Err(error) => Err(chain(&error)),
    };
    let key = match key {
        Ok(key) => key,
        Err(said) => {
            let remedy = "bring `register.key` back from the backup of the own records; as another user than root or the service's it cannot be read";
            found.add(HERE, "register", Verdict::not_asked(said, remedy));
            return Ok(found);
        }
    };
    let checked = metrics::verified(office, &key).await?;
    match checked.problem {
        Some(problem) => found.add(HERE, "register", Verdict::critical(Code::RegisterBroken, problem, remedy)),
        None => found.well(HERE, "register", format!("its {} entries follow each other", checked.entries)),
    }
    Ok(found)
}
