//! Where the time goes: perf's samples of the whole machine while ours runs, by program and by function.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::ours::{Ours, cat};
use super::stage::Stage;

/// Profiles both modes. Needs perf, and the right to look at the whole machine.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    for mode in ["agent", "plain"] {
        let ours = Ours::new(stage, stage.sshd.port, mode, cat(&stage.dump), 1)?;
        let record = stage.folder().join("perf.data");
        let mut perf = Command::new("perf");
        perf.args(["record", "-a", "-q", "-F", "499", "-o"]).arg(&record).arg("--");
        perf.arg(std::env::current_exe()?.with_file_name("resguardo")).arg("--config").arg(&ours.file).arg("backup");
        let output = perf.stdin(Stdio::null()).output().context("perf is not installed")?;
        ensure!(output.status.success(), "perf: {}", String::from_utf8_lossy(&output.stderr));
        for keys in ["comm", "tid", "comm,symbol"] {
            println!("\n## Profile, {mode}, reading back included, by {keys}\n\n```");
            let mut report = Command::new("perf");
            report.args(["report", "--stdio", "-q", "--percent-limit", "0.7", "--sort", keys, "-i"]).arg(&record);
            let text = String::from_utf8_lossy(&report.stderr(Stdio::null()).output()?.stdout).into_owned();
            text.lines().filter(|line| !line.trim().is_empty()).for_each(|line| println!("{line}"));
            println!("```");
        }
        std::fs::remove_file(&record)?;
    }
    Ok(())
}
