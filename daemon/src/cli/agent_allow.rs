//! `resguardo agent-allow`: the allow-list for an agent behind a forced command.

use resguardo_agent::allow::AllowList;

use super::args::AgentAllow;
use super::exit::Failure;
use super::print;
use crate::config::model::Config;
use crate::jobs::error::JobError;

pub(super) fn run(config: &Config, asked: &AgentAllow) -> Result<u8, Failure> {
    let server = config.server(&asked.server).ok_or_else(|| JobError::Unknown {
        what: "server",
        name: asked.server.clone(),
        known: config.servers.iter().map(|server| server.name.clone()).collect::<Vec<_>>().join(", "),
    })?;
    if server.login.is_none() {
        let what = "its dumps are processes of the service, and no key or allow-list has a part in them";
        return Err(JobError::Local { server: server.name.clone(), what }.into());
    }
    let list = AllowList { version: 1, dumps: server.datasets.iter().map(|dataset| dataset.dump.clone()).collect() };
    let json = serde_json::to_value(&list).map_err(|error| Failure::unexpected("cannot print", &error))?;
    print::json(&json)?;
    Ok(super::exit::code::DONE)
}
