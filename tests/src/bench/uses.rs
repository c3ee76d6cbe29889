//! What people back up, and what they would type to do it.

use anyhow::{Context, Result};
use serde_json::json;

use super::ours::{Ours, cat};
use super::shell;
use super::stage::{Data, Stage};
use super::table::{Contender, Figure, Target, measure};

const S: &str = "S: ssh, zstd, sha256sum";
const S_PLUS: &str = "S+: also plain digest, sync";
const SF: &str = "SF: S+ by AES-GCM, openssl dgst";
const AGENT: &str = "ours, agent";
const PLAIN: &str = "ours, plain";
const AGENT_SEALED: &str = "ours, agent, encrypted";
const PLAIN_SEALED: &str = "ours, plain, encrypted";
const RESTIC: &str = "restic";
const BORG: &str = "borg";
const PG_DUMP: &str = "ssh pg_dump -Fc; sync";

/// Shell pipelines and ours.
pub(crate) fn dump(stage: &Stage) -> Result<()> {
    let data = &stage.dump;
    let cat_it = format!("'cat {}'", data.path.display());
    let (agent, plain) = (ours(stage, "agent", cat(data))?, ours(stage, "plain", cat(data))?);
    let contenders = vec![
        script(stage, S, "", simple(&cat_it), data),
        script(stage, S_PLUS, "", careful("$SSH h", &cat_it, "sha256sum"), data),
        script(stage, SF, "", careful("$SSH -c aes128-gcm@openssh.com h", &cat_it, "openssl dgst -sha256"), data),
        contender(AGENT, &agent),
        contender(PLAIN, &plain),
    ];
    let targets = [
        Target::most(AGENT, S, Figure::Wall, 0.62),
        Target::most(PLAIN, S, Figure::Wall, 0.80),
        Target::most(AGENT, S, Figure::Cpu, 0.80),
        Target::most(PLAIN, S, Figure::Cpu, 0.80),
        Target::most(AGENT, S_PLUS, Figure::Wall, 0.50),
        Target::most(PLAIN, S_PLUS, Figure::Wall, 0.50),
        Target::most(AGENT, SF, Figure::Wall, 1.0),
        Target::most(PLAIN, SF, Figure::Wall, 1.0),
    ];
    measure("A dump that lies in memory", stage.runs, contenders, &targets)
}

/// restic and Borg, which also encrypt what they store, fed from the same server.
pub(crate) fn tools(stage: &Stage) -> Result<()> {
    let data = &stage.dump;
    let feed = format!("$SSH h 'cat {}'", data.path.display());
    let agent = ours(stage, "agent", cat(data))?;
    let restic = "restic -q -r repo --cache-dir cache";
    let contenders = vec![
        script(
            stage,
            RESTIC,
            &format!("{restic} init --repository-version 2"),
            format!("{feed} | {restic} backup --stdin --stdin-filename dump.sql"),
            data,
        ),
        script(
            stage,
            BORG,
            "borg init -e repokey-blake2 repo",
            format!("{feed} | borg create -C zstd,3 --stdin-name dump.sql repo::a -"),
            data,
        ),
        contender(AGENT, &agent),
    ];
    let targets = [Target::least(RESTIC, AGENT, Figure::Wall, 2.5), Target::least(BORG, AGENT, Figure::Wall, 2.3)];
    measure("Beside restic and Borg, first backup", stage.runs, contenders, &targets)
}

/// A database, dumped while we wait.
pub(crate) fn live(stage: &Stage) -> Result<()> {
    let postgres = stage.postgres.as_ref().context("no database")?;
    let mut dataset = postgres.dataset();
    let text = |key: &str| dataset.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let command =
        format!("$SSH h 'pg_dump -h {} -U {} -Fc {}' > out\nsync out", text("host"), text("user"), text("database"));
    dataset["format"] = json!("custom");
    let (agent, plain) = (ours(stage, "agent", dataset.clone())?, ours(stage, "plain", dataset)?);
    let contenders =
        vec![script(stage, PG_DUMP, "", command, &stage.dump), contender(AGENT, &agent), contender(PLAIN, &plain)];
    let targets = [Target::most(AGENT, PG_DUMP, Figure::Wall, 1.0), Target::most(PLAIN, PG_DUMP, Figure::Wall, 1.0)];
    measure("A live database", stage.runs, contenders, &targets)
}

/// A tree of files.
pub(crate) fn tree(stage: &Stage) -> Result<()> {
    let tree = stage.tree()?;
    let tar = format!("'tar -cf - -C {} .'", tree.path.display());
    let dataset = json!({ "name": "tree", "kind": "files", "path": tree.path });
    let (agent, plain) = (ours(stage, "agent", dataset.clone())?, ours(stage, "plain", dataset)?);
    let contenders =
        vec![script(stage, S, "", simple(&tar), &tree), contender(AGENT, &agent), contender(PLAIN, &plain)];
    let targets = [Target::most(AGENT, S, Figure::Wall, 0.70), Target::most(PLAIN, S, Figure::Wall, 0.90)];
    let done = measure("A tree of files", stage.runs, contenders, &targets);
    std::fs::remove_dir_all(&tree.path)?;
    done
}

/// What encryption costs: at most three tenths of the throughput, on what compresses and on what does not.
pub(crate) fn encrypted(stage: &Stage) -> Result<()> {
    let noise = stage.noise()?;
    for (title, data) in [("Encrypted, a dump", &stage.dump), ("Encrypted, noise", &noise)] {
        let both = |mode| anyhow::Ok((ours(stage, mode, cat(data))?, ours(stage, mode, cat(data))?.encrypted()?));
        let ((agent, agent_sealed), (plain, plain_sealed)) = (both("agent")?, both("plain")?);
        let contenders = vec![
            contender(AGENT, &agent),
            contender(AGENT_SEALED, &agent_sealed),
            contender(PLAIN, &plain),
            contender(PLAIN_SEALED, &plain_sealed),
        ];
        let targets = [
            Target::least(AGENT_SEALED, AGENT, Figure::Rate, 0.7),
            Target::least(PLAIN_SEALED, PLAIN, Figure::Rate, 0.7),
            Target::most(AGENT_SEALED, AGENT, Figure::Cpu, 1.43),
        ];
        measure(title, stage.runs, contenders, &targets)?;
    }
    std::fs::remove_file(&noise.path)?;
    Ok(())
}

fn ours(stage: &Stage, mode: &str, dataset: serde_json::Value) -> Result<Ours> {
    Ours::new(stage, stage.sshd.port, mode, dataset, 1)
}

fn contender<'a>(name: &'static str, ours: &'a Ours) -> Contender<'a> {
    Contender { name, run: Box::new(|| ours.run()) }
}

fn script<'a>(stage: &'a Stage, name: &'static str, prepare: &str, script: String, data: &'a Data) -> Contender<'a> {
    let prepare = prepare.to_owned();
    Contender { name, run: Box::new(move || shell::measure(stage, &prepare, &script, data.bytes)) }
}

/// What most people have: a digest of what is stored. The fifo stands for `>(sha256sum > x)`, which no shell waits for.
fn simple(remote: &str) -> String {
    format!("mkfifo p\nsha256sum < p > x & one=$!\n$SSH h {remote} | zstd -q -T2 -3 | tee p > out\nwait $one")
}

/// The same guarantees as ours, but for the reading back: a digest of the dump and of what is stored, and a sync.
fn careful(ssh: &str, remote: &str, digest: &str) -> String {
    format!(
        "mkfifo p q\n{digest} < p > x & one=$!\n{digest} < q > y & two=$!\n\
         {ssh} {remote} | tee p | zstd -q -T2 -3 | tee q > out\nwait $one\nwait $two\nsync out"
    )
}
