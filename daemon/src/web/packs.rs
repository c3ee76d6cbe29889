//! The auditor's pack in the making, and the last one that was made: one for everybody who may have it, since it is the same for all.
//! It may not know what is in it.

use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};

use crate::jobs::pack::{Pack, Period};

/// A pack that is there.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) period: Period,
    pub(super) name: String,
    pub(super) file: Arc<File>,
    pub(super) bytes: u64,
    pub(super) files: usize,
    pub(super) missing: Vec<String>,
}

/// How it stands.
#[derive(Debug, Clone, Default)]
pub(super) enum Standing {
    /// Nobody asked for one since the service began.
    #[default]
    Nothing,
    /// It is being made.
    Making(Period),
    /// It is there.
    Made(Made),
    /// It was not made; why, in Spanish.
    Failed(Period, String),
}

/// The pack.
#[derive(Default)]
pub(super) struct Packs(Mutex<Standing>);

impl Packs {
    pub(super) fn standing(&self) -> Standing {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins one, unless one is being made. The one before it is gone.
    pub(super) fn begin(&self, period: Period) -> bool {
        let mut standing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*standing, Standing::Making(_)) {
            return false;
        }
        *standing = Standing::Making(period);
        true
    }

    /// Says what became of it.
    pub(super) fn end(&self, period: Period, made: Result<Pack, String>) {
        let standing = match made {
            Ok(Pack { name, file, bytes, files, missing }) => {
                Standing::Made(Made { period, name, file: Arc::new(file), bytes, files, missing })
            }
            Err(why) => Standing::Failed(period, why),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }
}
