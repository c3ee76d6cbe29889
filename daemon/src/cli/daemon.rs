//! `resguardo daemon`: the service.

use super::backup::now;
use super::exit::{Failure, code};
use super::log;
use crate::config::model::Config;
use crate::jobs::error::chain;
use crate::service::daemon;
use crate::service::error::ServiceError;
use crate::service::here;

pub(super) fn run(config: Config) -> Result<u8, Failure> {
    here::own(&config)?;
    let logs = log::start(&config);
    let ended = daemon::run(config, logs.runs.clone(), now());
    if let Err(error) = &ended {
        tracing::error!(error = chain(error), "the service cannot start");
    }
    ended?;
    Ok(code::DONE)
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Job(error) => error.into(),
            ServiceError::Secret(_) | ServiceError::OtherUser { .. } => Self::new(code::CONFIG, chain(&error)),
            other => Self::new(code::FAILED, chain(&other)),
        }
    }
}
