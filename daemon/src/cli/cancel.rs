//! `resguardo cancel`: ends a run.

use std::path::Path;

use super::args_daemon::Cancel;
use super::exit::{Failure, code};
use super::{print, socket};
use crate::jobs::report::RunReport;
use crate::service::client;
use crate::service::protocol::Request;

pub(super) fn run(config: &Path, asked: &Cancel) -> Result<u8, Failure> {
    let run: RunReport = client::ask_once(&socket::of(config)?, Request::Cancel { run: asked.run })?;
    print::out(&said(&run))?;
    Ok(code::DONE)
}

/// A run that is under way ends at the next step that can be left, which takes a moment.
fn said(run: &RunReport) -> String {
    match run.state.as_str() {
        "running" => format!("run {} is being cancelled; `resguardo runs` says when it has ended\n", run.run),
        state => format!("run {}: {state}\n", run.run),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_under_way_is_only_being_cancelled() {
        let mut run = super::super::runs::tests::partly();
        run.state = "running".to_owned();
        assert!(said(&run).starts_with("run 12 is being cancelled"));
        run.state = "cancelled".to_owned();
        assert_eq!(said(&run), "run 12: cancelled\n");
    }
}
