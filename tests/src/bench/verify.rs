//! Verifying an archive that lies in memory, beside the pipes that an administrator would type. In memory, because direct
//! reads go past the page cache: what is compared is the work and not the disk.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::meter::{Mark, Sample};
use super::ours::{Ours, cat};
use super::process::program;
use super::shell;
use super::stage::Stage;
use super::table::{Contender, Figure, Target, measure as take};

const SHA256SUM: &str = "zstd -dc, sha256sum";
const OPENSSL: &str = "zstd -dc, openssl dgst";
const OURS: &str = "ours, verify";

/// Verification and two pipes, which compare one digest of the four that ours compares, and look at no dump's end.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let ours = Ours::new(stage, stage.sshd.port, "plain", cat(&stage.dump), 1)?;
    let mut backup = Command::new(program()?);
    backup.arg("--config").arg(&ours.file).args(["backup", "--here"]).stdout(Stdio::null());
    ensure!(backup.status()?.success(), "the backup failed");
    let disk = ours.file.parent().context("a folder")?.join("disk-0");
    let memory = stage.dump.path.parent().context("a folder")?.join("disk");
    ensure!(Command::new("cp").arg("-r").arg(&disk).arg(&memory).status()?.success(), "cp");
    let archive = format!("{}/archives/h/big/*.sql.zst", memory.display());
    let plain = stage.dump.bytes;
    let pipe = |name, digest: &str| {
        let script = format!("zstd -dcq {archive} | {digest} > out");
        Contender { name, run: Box::new(move || shell::measure(stage, "", &script, plain)) }
    };
    let contenders = vec![
        pipe(SHA256SUM, "sha256sum"),
        pipe(OPENSSL, "openssl dgst -sha256"),
        Contender { name: OURS, run: Box::new(|| verify(&memory, plain)) },
    ];
    let targets = [Target::least(SHA256SUM, OURS, Figure::Wall, 4.0), Target::least(OPENSSL, OURS, Figure::Wall, 1.6)];
    take("Verifying an archive that lies in memory", stage.runs, contenders, &targets)?;
    std::fs::remove_dir_all(&memory)?;
    ours.remove()
}

fn verify(disk: &Path, plain: u64) -> Result<Sample> {
    let mut verify = Command::new(program()?);
    verify.args(["--config", "/nowhere.yaml", "verify"]).arg(disk).stdout(Stdio::null());
    let began = Mark::now();
    let status = verify.status()?;
    let span = began.until(Mark::now());
    ensure!(status.success(), "verify: {status}");
    Ok(Sample { span, read_back: None, plain, stored: 0 })
}
