//! The way back: a whole dump out of memory beside what a shell would do, and one small file out of a large tree.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::ours::{Ours, cat};
use super::shell;
use super::stage::Stage;
use super::table::{Contender, Figure, Target, measure as compare};

const SHA: &str = "zstd -dc | sha256sum";
const OPENSSL: &str = "zstd -dc | openssl dgst";
const OURS: &str = "ours, restore";
const PIPE: &str = "ours, restore to a pipe";
const VERIFY: &str = "ours, verify";

/// The most of an archive that may be read for one small file, in per mille.
const SMALL_FILE_PER_MILLE: u64 = 10;

/// Measures both.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    whole(stage)?;
    one_file(stage)
}

fn whole(stage: &Stage) -> Result<()> {
    let ours = Ours::new(stage, stage.sshd.port, "agent", cat(&stage.dump), 1)?;
    resguardo(&ours.file, &["backup", "--here", "--json"])?;
    // In memory there is nothing to wait for, as in the page cache.
    let memory = tempfile::tempdir_in("/dev/shm")?;
    let disk = memory.path().join("disk");
    let copied = Command::new("cp").arg("-r").arg(ours.file.with_file_name("disk-0")).arg(&disk).status()?;
    ensure!(copied.success(), "cp");
    let program = program()?;
    let (program, disk) = (program.display(), disk.display());
    let archive = format!("{disk}/archives/h/big/*.sql.zst");
    let scripts = [
        (SHA, format!("zstd -dc {archive} | sha256sum")),
        (OPENSSL, format!("zstd -dc {archive} | openssl dgst -sha256")),
        (OURS, format!("{program} restore h/big --disk {disk} --to - > /dev/null")),
        (PIPE, format!("{program} restore h/big --disk {disk} --to - | cat > /dev/null")),
        (VERIFY, format!("{program} verify {disk}")),
    ];
    let contender = |(name, script): (&'static str, String)| Contender {
        name,
        run: Box::new(move || shell::measure(stage, "mkdir repo", &script, stage.dump.bytes)),
    };
    let targets = [
        Target::least(SHA, OURS, Figure::Wall, 4.0),
        Target::least(OPENSSL, OURS, Figure::Wall, 1.6),
        Target::least(SHA, VERIFY, Figure::Wall, 4.0),
        Target::least(OPENSSL, VERIFY, Figure::Wall, 1.6),
    ];
    compare("Restoring a whole dump", stage.runs, scripts.into_iter().map(contender).collect(), &targets)
}

fn one_file(stage: &Stage) -> Result<()> {
    let tree = stage.tree()?;
    let ours =
        Ours::new(stage, stage.sshd.port, "agent", json!({ "name": "tree", "kind": "files", "path": tree.path }), 1)?;
    resguardo(&ours.file, &["backup", "--here", "--json"])?;
    let contents = resguardo(&ours.file, &["contents", "h/tree", "--json"])?;
    let members = contents["members"].as_array().context("members")?;
    let is_small =
        |member: &&Value| member["kind"] == "file" && (1..10_000).contains(&member["size"].as_u64().unwrap_or(0));
    let files: Vec<&Value> = members.iter().filter(is_small).collect();
    let small = files.get(files.len() / 2).context("no small file")?;
    let path = small["path"].as_str().context("a path")?;
    let to = ours.file.with_file_name("one");
    let report =
        resguardo(&ours.file, &["restore", "h/tree", "--json", "--to", &to.to_string_lossy(), "--member", path])?;
    let archives = resguardo(&ours.file, &["archives", "--disk", "disk-0", "--json"])?;
    let number = |value: &Value| value.as_u64().context("a number");
    let whole =
        number(&archives["archives"][0]["archive_bytes"]).or_else(|_| stored(&ours.file.with_file_name("disk-0")))?;
    let read = number(&report["bytes_read"])?;
    let within = if read * 1000 <= whole * SMALL_FILE_PER_MILLE { "within" } else { "OVER" };
    println!("\n## One file of {} bytes out of a tree of {} members\n", small["size"], members.len());
    println!(
        "- {read} of {whole} bytes were read in {:.3} s (target ≤ 1 %) {within}",
        report["seconds"].as_f64().unwrap_or(0.0)
    );
    std::fs::remove_dir_all(&tree.path)?;
    Ok(())
}

/// Bytes of the largest archive on a disk.
fn stored(disk: &Path) -> Result<u64> {
    let folder = disk.join("archives/h/tree");
    let sizes = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len()));
    sizes.collect::<Result<Vec<u64>>>()?.into_iter().max().context("an archive")
}

fn program() -> Result<std::path::PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("resguardo"))
}

fn resguardo(config: &Path, words: &[&str]) -> Result<Value> {
    let mut command = Command::new(program()?);
    let output = command.arg("--config").arg(config).args(words).stdin(Stdio::null()).output()?;
    ensure!(output.status.success(), "resguardo {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}
