//! A run that finds none of its disks: what the spool has room for is dumped there, so that it is safe, and the run waits
//! for a disk all the same. It may not know what becomes of it when one comes.

use tokio::runtime::Handle;

use super::backup::Looked;
use super::error::chain;
use super::execute::{Ending, Hands};
use super::office::Office;
use super::record;
use super::select::Item;
use super::spool::{self, LABEL};
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::rows::{Dataset, Run, RunState};

/// What waits in the spool by now.
pub(super) struct SetAside {
    /// The datasets of the run that are open, each with its archive if it waits in the spool.
    pub(super) rows: Vec<Dataset>,
    /// Those that were dumped just now.
    pub(super) fresh: Vec<String>,
    /// Those that could not be dumped.
    pub(super) failed: usize,
}

impl SetAside {
    /// What the run's state says of it.
    pub(super) fn said(&self) -> Option<String> {
        let safe = self.rows.iter().filter(|row| row.archive.is_some()).count();
        let all = self.rows.len();
        (safe > 0).then(|| format!("{safe} of {all} dumps are safe in the spool and wait for a disk"))
    }
}

/// Dumps to the spool what does not wait there yet and has room.
pub(super) fn set_aside(
    office: Office<'_>,
    runtime: &Handle,
    run: &Run,
    rows: Vec<Dataset>,
    ending: &Ending,
    hands: Hands<'_>,
) -> Result<SetAside, StoreError> {
    let mut aside = SetAside { rows, fresh: Vec::new(), failed: 0 };
    let Some(configured) = &office.config.spool else { return Ok(aside) };
    let mut begun = false;
    let mut looked = Looked::new();
    for row in aside.rows.iter_mut().filter(|row| row.archive.is_none()) {
        let name = format!("{}/{}", row.server, row.dataset);
        if ending.token.is_cancelled() {
            break;
        }
        if !runtime.block_on(spool::has_room(office, configured, row))? {
            tracing::warn!(
                dataset = name,
                "it is not dumped to the spool: there is no room for it, or nobody knows its size"
            );
            continue;
        }
        if !begun {
            let opened = spool::open(configured, office.now());
            if let Err(error) = &opened {
                tracing::error!(error = chain(error), "the spool cannot be used");
                break;
            }
            looked.insert(LABEL.to_owned(), opened);
            let running = Run { state: RunState::Running, started: Some(office.now()), ..run.clone() };
            runtime.block_on(office.store.apply(Change { runs: vec![running], ..Change::default() }))?;
            begun = true;
        }
        let item = Item {
            plan: run.plan.clone(),
            server: row.server.clone(),
            dataset: row.dataset.clone(),
            disks: vec![LABEL.to_owned()],
        };
        (row.state, row.started) = (RunState::Running, Some(office.now()));
        runtime.block_on(office.store.apply(Change { datasets: vec![row.clone()], ..Change::default() }))?;
        let outcome = (hands.keep)(row.id, item, &looked);
        (row.state, row.started) = (RunState::Queued, None);
        match &outcome.kept {
            Ok(kept) => {
                tracing::info!(archive = kept.archive, "no disk is here; the dump waits in the spool");
                row.archive = Some(kept.archive.clone());
                aside.fresh.push(name);
            }
            Err(_) => aside.failed += 1,
        }
        let (datasets, copies) = (vec![row.clone()], record::copies(&outcome));
        runtime.block_on(office.store.apply(Change { datasets, copies, ..Change::default() }))?;
    }
    Ok(aside)
}
