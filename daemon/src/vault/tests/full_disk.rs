//! A disk that is full in the middle of a write costs its own copy and nothing else.

use super::backup::{Run, noise};
use super::place::{self, Mounted, prepared_folder};
use crate::vault::catalogue;
use crate::vault::commit;
use crate::vault::error::VaultError;
use crate::vault::sweep::{Claim, sweep};

#[test]
fn a_disk_that_is_full_in_the_middle_fails_alone_and_stays_usable() {
    let mounted = Mounted::ext4(8 << 20);
    let (small, large) = (prepared_folder("usb", mounted.at.clone(), None), place::folder("disco"));
    let before = small.keys();
    let run = Run::new("2026-11-22T020000-0600", noise(20_000_000));
    let claims = [run.claim(&small), run.claim(&large)];
    let (staged, written) = run.write(&[&small, &large]);
    let Err(error @ VaultError::Full { .. }) = &written[0] else { panic!("{written:?}") };
    let mut causes = String::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        causes += &error.to_string();
        cause = error.source();
    }
    assert!(causes.contains("No space left on device"), "{causes}");
    assert_eq!(written[1].as_ref().unwrap(), &staged.received.archive_bytes);
    let (evidence, results) = commit::read_back(std::slice::from_ref(&large.admitted), &[staged], None, 2).unwrap();
    assert!(evidence.is_some() && results[0].is_ok());
    drop(claims);
    sweep(&small.store(), 0).unwrap();
    assert_eq!(small.keys(), before);
    let next = Run::new("2026-11-23T020000-0600", noise(2_000_000));
    next.keep(&small);
    assert!(catalogue::list(&small.store(), None).unwrap()[0].exists());
}

#[test]
fn a_disk_that_is_full_to_the_last_byte_says_so_at_the_claim() {
    let mounted = Mounted::ext4(8 << 20);
    let disk = prepared_folder("usb", mounted.at.clone(), None);
    let mut fill = std::fs::File::create(mounted.at.join("relleno")).unwrap();
    let mut chunk: &[u8] = &[7; 65536];
    while !chunk.is_empty() {
        if std::io::Write::write_all(&mut fill, chunk).is_err() {
            chunk = &chunk[..chunk.len() / 2];
        }
    }
    fill.sync_all().unwrap();
    let run = Run::new("2026-11-22T020000-0600", Vec::new());
    let error = Claim::new(&disk.store(), run.id, &run.stem, &[run.final_key()]).unwrap_err();
    assert!(matches!(error, VaultError::Full { .. }), "{error:?}");
}
