//! Where the time goes: perf's samples of the daemon and of everything that the server starts, by program, thread and
//! function.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};

use super::ours::{Ours, cat};
use super::stage::Stage;

/// Profiles both modes. Needs perf, and the right to look at other processes.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    for mode in ["agent", "plain"] {
        let ours = Ours::new(stage, stage.sshd.port, mode, cat(&stage.dump), 1)?;
        let (near, far) = (stage.folder().join("near.data"), stage.folder().join("far.data"));
        let mut server = record(&far).args(["-p", &stage.sshd.id().to_string()]).stderr(Stdio::null()).spawn()?;
        let mut daemon = record(&near);
        daemon.arg("--").arg(std::env::current_exe()?.with_file_name("resguardo")).arg("--config").arg(&ours.file);
        let output = daemon.args(["backup", "--here"]).output().context("perf is not installed")?;
        if let Some(server) = i32::try_from(server.id()).ok().and_then(Pid::from_raw) {
            kill_process(server, Signal::INT)?;
        }
        let _interrupted = server.wait()?;
        ensure!(output.status.success(), "perf: {}", String::from_utf8_lossy(&output.stderr));
        println!("\n## Profile, {mode}: the daemon, reading back included");
        report(&near, &["tid", "dso", "symbol", "tid,symbol"])?;
        println!("\n## Profile, {mode}: the server");
        report(&far, &["comm", "comm,dso", "comm,symbol"])?;
        std::fs::remove_file(&near)?;
        std::fs::remove_file(&far)?;
    }
    Ok(())
}

fn record(to: &Path) -> Command {
    let mut perf = Command::new("perf");
    perf.args(["record", "-q", "-F", "499", "-o"]).arg(to).stdin(Stdio::null()).stdout(Stdio::null());
    perf
}

fn report(record: &Path, tables: &[&str]) -> Result<()> {
    for keys in tables {
        println!("\nby {keys}:\n\n```");
        let mut report = Command::new("perf");
        report.args(["report", "--stdio", "-q", "-n", "--percent-limit", "1", "--sort", keys, "-i"]).arg(record);
        let text = String::from_utf8_lossy(&report.stderr(Stdio::null()).output()?.stdout).into_owned();
        text.lines().map(str::trim_end).filter(|line| !line.is_empty()).for_each(|line| println!("{line}"));
        println!("```");
    }
    Ok(())
}
