//! `resguardo demo`: the weekly job for real, with a server, data and a disk of its own, by the service's own path, told
//! as it happens.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::Timelike as _;
use tokio::runtime::Runtime;

use super::args::Demo;
use super::backup::{now, runtime};
use super::demo_service::Service;
use super::exit::{Failure, code};
use super::{load, print, register_verify};
use crate::config::model::Config;
use crate::demo::compare;
use crate::demo::database::Database;
use crate::demo::scene::{DISK, Folder, PLAN};
use crate::jobs::archives;
use crate::jobs::error::JobError;
use crate::jobs::report::RunReport;
use crate::register::entry::Entry;
use crate::transport::loopback::{self, Loopback, Surroundings};
use crate::units;
use crate::vault::manifest::Manifest;
use crate::vault::marker;
use crate::vault::store::Place;

/// A backup that was kept.
struct Kept {
    archive: String,
    manifest: Manifest,
}

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
        .write_config(server.port, &user, &server.host_key_line, &database, &due_now())
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

    let service = Service::start(&folder.config(), &config.paths.socket, &folder.path().join("daemon.err"))?;
    tell(&format!("service  answers on {}; its plan `{PLAN}` is due now", config.paths.socket.display()))?;
    let kept = back_up(&service, &config)?;
    for kept in &kept {
        show(kept)?;
    }
    show_records(&service, kept.len())?;
    service.stop()?;
    check_register(&folder)?;
    restore(&folder, &database, &kept)?;
    runtime.block_on(server.stop());
    tell(&format!("done     in {}\n", units::duration(began.elapsed())))?;
    tell(&look_further(&folder, &kept))?;
    Ok(code::DONE)
}

/// A weekly schedule that is due in this minute, of which enough must be left for the service to start in.
fn due_now() -> impl Fn(chrono_tz::Tz) -> String {
    let clock = now();
    if clock().second() > 45 {
        let left = 60 - u64::from(clock().second());
        std::thread::sleep(Duration::from_secs(left));
    }
    move |tz| clock().with_timezone(&tz).format("%-M %-H * * %w").to_string()
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

/// The weekly job, as the service makes it by its schedule.
fn back_up(service: &Service, config: &Config) -> Result<Vec<Kept>, Failure> {
    let run = service.run(PLAN)?;
    let run = service.follow(&run)?;
    if run.state != "kept" {
        let why = run.error.clone().unwrap_or_else(|| format!("the run was {}", run.state));
        return Err(Failure::new(super::backup_report::exit_code(&run), why));
    }
    on_the_disk(config, &run)
}

/// What the disk itself says of the backups of a run.
fn on_the_disk(config: &Config, run: &RunReport) -> Result<Vec<Kept>, Failure> {
    let (disks, _) = archives::open_disks(Some(config), &[])?;
    let mut kept = Vec::new();
    for archive in run.datasets.iter().filter_map(|dataset| dataset.archive.as_ref()) {
        let dataset = archive.rsplit_once('/').map(|(dataset, _)| dataset);
        for found in archives::list(&disks, dataset)?.into_iter().filter(|found| found.entry.name() == archive) {
            let manifest = found.entry.manifest.map_err(JobError::from)?;
            kept.push(Kept { archive: archive.clone(), manifest });
        }
    }
    Ok(kept)
}

/// The slot's outcome, and the entries of the register DIACO-IN-FO-06.
fn show_records(service: &Service, entries: usize) -> Result<(), Failure> {
    if let Some(slot) = service.slot(PLAN)? {
        let outcome = slot.outcome.unwrap_or_else(|| "open".to_owned());
        tell(&format!("slot     {PLAN} of {}: {outcome}", slot.due))?;
    }
    for line in service.register(entries)? {
        let entry = Entry::parse(&line.text).map_err(|error| Failure::unexpected("an entry does not read", &error))?;
        let origin = &entry.draft.origin;
        let outcome = serde_json::to_value(entry.draft.outcome).unwrap_or_default();
        tell(&format!(
            "entry    {} {} of {}/{}, {}",
            entry.form,
            entry.name(),
            origin.server,
            origin.name,
            outcome.as_str().unwrap_or_default()
        ))?;
        tell(&format!("         its sha256 {}", line.hash))?;
    }
    Ok(())
}

/// The chain as it lies on the disk, checked without the service and its database.
fn check_register(folder: &Folder) -> Result<(), Failure> {
    let disk = folder.disk();
    match register_verify::disks_are_whole(&[disk.display().to_string()])? {
        true => tell(&format!(
            "register on the disk: every line in its place, and the head signed ({})",
            disk.join("register").display()
        )),
        false => Err(Failure::new(code::DAMAGE, "the register on the disk is not what was written")),
    }
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
        // A list of members lies beside the archive, too.
        let main = kept.manifest.main().and_then(|main| files.iter().find(|file| file.ends_with(&main.name)));
        let Some(main) = main else { return Err(differs("there is no archive".to_owned())) };
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
        "To look further:\n  {config} check\n  {config} archives\n  {config} verify {DISK}\n  {config} restore {} --to {at}/restored\n  cat {at}/disk/LEEME.txt\n\
         The register, without service, database or configuration:\n  {program} register list --disk {at}/disk\n  {program} register verify --disk {at}/disk\n",
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
