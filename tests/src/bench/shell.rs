//! What an administrator would type, run by bash. Every background process is waited for, so that its time counts.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::meter::{Mark, Sample};
use super::stage::Stage;

/// Runs a script in a new folder and measures it. The script may write `out`, whose size is what was stored; without
/// one it is that of the folder `repo`. `$SSH` reaches the far side. `prepare` runs before the clock does.
pub(crate) fn measure(stage: &Stage, prepare: &str, script: &str, plain: u64) -> Result<Sample> {
    let folder = tempfile::tempdir_in(stage.folder())?;
    bash(stage, folder.path(), prepare)?;
    let began = Mark::now();
    bash(stage, folder.path(), script)?;
    let span = began.until(Mark::now());
    let out = folder.path().join("out");
    let stored = if out.exists() { out.metadata()?.len() } else { size(&folder.path().join("repo"))? };
    Ok(Sample { span, read_back: None, plain, stored })
}

fn bash(stage: &Stage, folder: &Path, script: &str) -> Result<()> {
    if script.is_empty() {
        return Ok(());
    }
    let mut bash = Command::new("bash");
    bash.arg("-c").arg(format!("set -euo pipefail\n{script}")).current_dir(folder).stdin(Stdio::null());
    bash.env("SSH", format!("ssh -F {}", stage.sshd.client_config().display())).env("LC_ALL", "C.UTF-8");
    bash.env("RESTIC_PASSWORD", "bench").env("BORG_PASSPHRASE", "bench").env("BORG_BASE_DIR", folder);
    let output = bash.output().context("bash")?;
    ensure!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn size(path: &Path) -> Result<u64> {
    if !path.is_dir() {
        return Ok(path.metadata().map_or(0, |metadata| metadata.len()));
    }
    std::fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}
