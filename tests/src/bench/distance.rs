//! A server far away: a round trip of 40 ms.

use std::time::Duration;

use anyhow::Result;

use super::ours::{Ours, cat};
use super::relay;
use super::shell;
use super::stage::Stage;
use super::table::{Contender, Figure, Target, measure as table};

const ONE_WAY: Duration = Duration::from_millis(20);
const SSH: &str = "ssh cat, nothing kept";
const AGENT: &str = "ours, agent";
const PLAIN: &str = "ours, plain";

/// Measures a quarter of the dump over a long line.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let data = stage.head()?;
    let port = relay::start(stage.sshd.port, ONE_WAY)?;
    let script = format!("$SSH -p {port} h 'cat {}' > /dev/null", data.path.display());
    let agent = Ours::new(stage, port, "agent", cat(&data), 1)?;
    let plain = Ours::new(stage, port, "plain", cat(&data), 1)?;
    let contenders = vec![
        Contender { name: SSH, run: Box::new(|| shell::measure(stage, "", &script, data.bytes)) },
        Contender { name: AGENT, run: Box::new(|| agent.run()) },
        Contender { name: PLAIN, run: Box::new(|| plain.run()) },
    ];
    let targets = [Target::least(AGENT, SSH, Figure::Rate, 2.5), Target::least(PLAIN, SSH, Figure::Rate, 2.5)];
    table("A round trip of 40 ms", stage.runs, contenders, &targets)
}
