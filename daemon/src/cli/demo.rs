//! `resguardo demo`: the weekly job for real, with a server, data and a disk of its own, told as it happens.

use std::path::Path;
use std::time::Instant;

use tokio::runtime::Runtime;

use super::args::Demo;
use super::backup::{now, runtime};
use super::bars::Bars;
use super::exit::{Failure, code};
use super::{load, log, print};
use crate::config::model::Config;
use crate::demo::compare;
use crate::demo::database::Database;
use crate::demo::scene::{DISK, Folder};
use crate::jobs::backup::{self, Kept, Run};
use crate::jobs::error::JobError;
use crate::jobs::{lock, select};
use crate::transport::loopback::{self, Loopback, Surroundings};
use crate::units;
use crate::vault::marker;
use crate::vault::store::Place;

pub(super) fn run(asked: &Demo) -> Result<u8, Failure> {
    let began = Instant::now();
    let failed = |what: &'static str| move |error: std::io::Error| Failure::unexpected(what, &error);
    let folder = Folder::new(asked.keep.as_deref()).map_err(failed("cannot use the folder"))?;
    let runtime = runtime()?;
    print::note("preparing an SSH server, a database and a web site ...");

    let (private, public) = crate::transport::generate_key().map_err(failed("cannot make a key"))?;
    folder.furnish(&private).map_err(failed("cannot prepare the demonstration"))?;
    let (database, why) = Database::make(&folder.path().join("source")).map_err(failed("cannot make a database"))?;
    let server = serve(&runtime, public, &database).map_err(failed("cannot start an SSH server"))?;
    let user = std::env::var("USER").unwrap_or_else(|_| "demo".to_owned());
    folder
        .write_config(server.port, &user, &server.host_key_line, &database)
        .map_err(failed("cannot write the configuration"))?;
    tell(&format!(
        "server   SSH on 127.0.0.1 port {}, its host key known; database: {}",
        server.port,
        database.shown()
    ))?;
    why.iter().for_each(|why| print::note(&format!("         not PostgreSQL, because {why}")));

    let config = load(&folder.config())?;
    prepare_disk(&folder)?;
    tell(&format!("disk     {} as {DISK}", folder.disk().display()))?;

    let kept = back_up(&runtime, &config)?;
    for kept in &kept {
        show(kept)?;
    }
    restore(&folder, &database, &kept)?;
    runtime.block_on(server.stop());
    tell(&format!("done     in {}\n", units::duration(began.elapsed())))?;
    tell(&look_further(&folder, &kept))?;
    Ok(code::DONE)
}

fn tell(line: &str) -> Result<(), Failure> {
    print::out(&format!("{line}\n"))
}

fn serve(runtime: &Runtime, key: ssh_key::PublicKey, database: &Database) -> std::io::Result<Loopback> {
    let path = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned());
    let path = database.tools().map_or(path.clone(), |tools| format!("{}:{path}", tools.display()));
    let variables = vec![("PATH".to_owned(), path)];
    runtime.block_on(loopback::serve_with(key, Surroundings { variables, folder: None }))
}

fn prepare_disk(folder: &Folder) -> Result<(), Failure> {
    let place = Place::Folder { path: folder.disk(), mount_point: false };
    let marker = super::disk::marker(DISK, Some("esta máquina (demostración)".to_owned()));
    match marker::prepare(&place, &marker) {
        // The disk of an earlier demonstration takes one more backup.
        Ok(()) | Err(crate::vault::error::VaultError::AlreadyPrepared { .. }) => Ok(()),
        Err(error) => Err(JobError::from(error).into()),
    }
}

/// The weekly job, by the same path as ever.
fn back_up(runtime: &Runtime, config: &Config) -> Result<Vec<Kept>, Failure> {
    let _held = lock::take(&config.paths.state)?;
    let _logs = log::start(config);
    let bars = Bars::new();
    let items = select::select(config, &[])?;
    let run = Run { config, runtime: runtime.handle(), now: now(), listen: &|event| bars.show(event) };
    backup::run(run, items).into_iter().map(|outcome| outcome.kept.map_err(Failure::from)).collect()
}

fn show(kept: &Kept) -> Result<(), Failure> {
    for file in &kept.manifest.files {
        let (plain, archive) = (units::bytes(file.plain_bytes), units::bytes(file.archive_bytes));
        let dataset = kept.archive.rsplit_once('/').map_or("", |(dataset, _)| dataset);
        tell(&format!("kept     archives/{dataset}/{}", file.name))?;
        tell(&format!(
            "         {plain} in {}, {archive} compressed; {}",
            units::count(file.frames, "frame"),
            file.evidence.shows
        ))?;
        tell(&format!("         dump    sha256 {}", file.plain_sha256))?;
        tell(&format!("         archive sha256 {}", file.archive_sha256))?;
    }
    let read_back = &kept.manifest.read_back;
    tell(&format!("         by the {} way; read back from the disk ({})", kept.manifest.mode, read_back.how))
}

/// Restores with nothing of ours, and compares with the source.
fn restore(folder: &Folder, database: &Database, kept: &[Kept]) -> Result<(), Failure> {
    let differs = |what: String| Failure::new(code::DAMAGE, format!("the restored data differ: {what}"));
    for kept in kept {
        let sums = folder.disk().join("archives").join(format!("{}.sha256", kept.archive));
        let files = compare::check_sums(&sums).map_err(differs)?;
        let Some(main) = files.last() else { return Err(differs("there is no archive".to_owned())) };
        let same = match kept.manifest.dump.kind() {
            "files" => {
                compare::compare_tree(main, &folder.site()).map(|members| format!("{members} members by tar --compare"))
            }
            _ => compare_database(database, main).map(|rows| format!("{rows} rows")),
        };
        tell(&format!(
            "restored {} with zstd's plain decoder: the same as the source, {}",
            kept.archive,
            same.map_err(differs)?
        ))?;
    }
    Ok(())
}

fn compare_database(database: &Database, archive: &Path) -> Result<u64, String> {
    let mut dump = compare::decompress(archive).map_err(|error| error.to_string())?;
    database.compare(&mut dump)
}

fn look_further(folder: &Folder, kept: &[Kept]) -> String {
    if !folder.is_kept() {
        return "Everything is gone again. To keep it and look around:\n  resguardo demo --keep ./demo\n".to_owned();
    }
    let program = std::env::current_exe().map_or("resguardo".to_owned(), |path| path.display().to_string());
    let at = folder.path().display();
    let config = format!("{program} --config {at}/resguardo.yaml");
    let mut text = format!(
        "To look further:\n  {config} check\n  {config} archives\n  {config} verify {DISK}\n  {config} restore {} --to {at}/restored\n  cat {at}/disk/LEEME.txt\n",
        kept.first().map_or("", |kept| kept.archive.as_str())
    );
    if let Some((archive, file)) = kept.last().and_then(|kept| Some((&kept.archive, kept.manifest.main()?))) {
        let (dataset, stamp) = archive.rsplit_once('/').unwrap_or(("", archive));
        let folder = format!("{at}/disk/archives/{dataset}");
        text.push_str(&format!(
            "With plain tools:\n  cd {folder} && sha256sum -c {stamp}.sha256\n  zstd -dc {folder}/{} | tar -tv\n",
            file.name
        ));
    }
    text
}
