//! A whole backup, step by step as a job makes it, so that a test can stop between any two.

use std::time::Duration;

use bytes::Bytes;
use resguardo_agent::framer::{Settings, fill_from, frame};
use resguardo_shared::dump::{Command, Dump, Part};
use resguardo_shared::frame::Frame;
use resguardo_shared::wire::{End, Exit, Totals};
use uuid::Uuid;

use super::place::Disk;
use crate::crypt::{Identity, Seal};
use crate::pipeline::fan_out::FanOut;
use crate::pipeline::queue::queue;
use crate::pipeline::receive::receive;
use crate::proof::{Evidence, Expect};
use crate::vault::admit::Admitted;
use crate::vault::commit::{self, Candidate, Staged};
use crate::vault::error::VaultError;
use crate::vault::layout::{self, Stem};
use crate::vault::manifest::{DiskName, Encryption, Manifest, ReadBack};
use crate::vault::members::Slot;
use crate::vault::read_back::How;
use crate::vault::sweep::Claim;
use crate::vault::writer;

pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// A backup in the making.
pub(super) struct Run {
    pub(super) id: Uuid,
    pub(super) stem: Stem,
    pub(super) dump: Vec<u8>,
    pub(super) frame_bytes: usize,
    /// With what it is encrypted, if it is.
    pub(super) seal: Option<Seal>,
}

impl Run {
    pub(super) fn new(stamp: &str, dump: Vec<u8>) -> Self {
        let stem = Stem::new("archivo", "quejas", stamp);
        Self { id: Uuid::now_v7(), stem, dump, frame_bytes: 256 * 1024, seal: None }
    }

    pub(super) fn final_key(&self) -> String {
        let plain = self.stem.archive("bak");
        if self.seal.is_some() { layout::encrypted(&plain) } else { plain }
    }

    pub(super) fn witness(&self) -> Option<&Identity> {
        self.seal.as_ref().map(Seal::witness)
    }

    fn key(&self) -> String {
        layout::unfinished(self.id) + layout::file_name(&self.final_key())
    }

    pub(super) fn key_on(&self, disk: &Admitted) -> String {
        if disk.place.can_rename() { self.key() } else { self.final_key() }
    }

    pub(super) fn claim(&self, disk: &Disk) -> Claim {
        Claim::new(&disk.store(), self.id, &self.stem, &[self.final_key()]).unwrap()
    }

    pub(super) fn frames(&self) -> (Vec<Frame>, Totals) {
        let mut frames = Vec::new();
        let settings = Settings { frame_bytes: self.frame_bytes, level: 1, threads: 2, sealed: true };
        let totals = frame(settings, fill_from(self.dump.as_slice(), self.frame_bytes), |frame| {
            frames.push(frame);
            Ok(())
        });
        (frames, totals.unwrap())
    }

    /// Writes the archive to all disks at once, and says how it went on each.
    pub(super) fn write(&self, disks: &[&Disk]) -> (Staged, Vec<Result<u64, VaultError>>) {
        let (frames, totals) = self.frames();
        let mut takers = Vec::new();
        let mut writers = Vec::new();
        for disk in disks {
            let (sender, receiver) = queue(16 * 1024 * 1024);
            takers.push((disk.admitted.name.clone(), sender));
            writers.push(writer::start(&disk.admitted, self.key_on(&disk.admitted), receiver));
        }
        let mut fan_out = FanOut::new(takers, PATIENCE);
        let received =
            receive(frames.into_iter(), self.seal.as_ref().map_or(&[], Seal::recipients), &mut fan_out, |_| ())
                .unwrap();
        fan_out.finish();
        let end = End { exit: Exit::Status(0), stderr: String::new(), stderr_dropped: 0, counts: None, totals };
        let expect = Expect::Command { trailer: None, min_bytes: 1 };
        let (key, final_key, members) = (self.key(), self.final_key(), Slot::default());
        let staged =
            Staged { part: Part::Main, key, final_key, received, end, expect, members, recipients: Vec::new() };
        (staged, writers.into_iter().map(|writer| writer.wait(PATIENCE)).collect())
    }

    /// Begins to write to a disk, and gives up.
    pub(super) fn give_up(&self, disk: &Disk) -> VaultError {
        let (sender, receiver) = queue(1024 * 1024);
        let writer = writer::start(&disk.admitted, self.key_on(&disk.admitted), receiver);
        sender.offer(&Bytes::from(vec![7; 300_000]));
        drop(sender);
        writer.wait(PATIENCE).unwrap_err()
    }

    pub(super) fn manifest(&self, staged: &Staged, evidence: &[Evidence], disk: &Admitted, how: How) -> Manifest {
        let dump = Dump::Command(Command {
            command: "respaldo".into(),
            suffix: "bak".into(),
            trailer: None,
            min_bytes: 1,
            prefix: Vec::new(),
        });
        let encryption = self.seal.as_ref().and_then(|seal| Encryption::to(seal.recipients()));
        let draft = Manifest {
            format: Manifest::format_of(encryption.as_ref()),
            run: self.id,
            plan: None,
            server: "archivo".into(),
            dataset: "quejas".into(),
            dump,
            started: "2026-11-22T02:00:00-06:00".into(),
            ended: "2026-11-22T02:01:00-06:00".into(),
            tool: "respaldo 1".into(),
            mode: "agent".into(),
            host_key: "SHA256:x".into(),
            encryption,
            files: commit::files(std::slice::from_ref(staged), evidence),
            members: commit::members(std::slice::from_ref(staged), &self.stem),
            warnings: Vec::new(),
            disk: DiskName { id: Uuid::nil(), label: String::new() },
            read_back: ReadBack { at: String::new(), how: String::new(), decompressed: false },
        };
        commit::for_disk(&draft, disk, "2026-11-22T02:02:00-06:00", how, true)
    }

    /// Everything, on one disk.
    pub(super) fn keep(&self, disk: &Disk) -> Manifest {
        let claim = self.claim(disk);
        let (staged, written) = self.write(&[disk]);
        assert_eq!(written.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [staged.received.archive_bytes]);
        let disks = [disk.admitted.clone()];
        let (evidence, results) = commit::read_back(&disks, std::slice::from_ref(&staged), self.witness(), 2).unwrap();
        let (how, decompressed) = results.into_iter().next().unwrap().unwrap();
        assert!(decompressed);
        let manifest = self.manifest(&staged, &evidence.unwrap(), &disk.admitted, how);
        let candidate = Candidate { disk: disk.admitted.clone(), claim };
        commit::publish(&candidate, std::slice::from_ref(&staged), &self.stem, &manifest).unwrap();
        manifest
    }
}

/// Bytes that hardly compress, the same each time.
pub(super) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}
