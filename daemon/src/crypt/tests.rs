//! Round trips, places, and every kind of damage.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use proptest::prelude::*;

use super::*;

fn sealed(recipients: &[Recipient], plain: &[u8]) -> Vec<u8> {
    let mut writer = encrypt(recipients, Vec::new()).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap()
}

fn opened(identity: &Identity, sealed: &[u8]) -> Result<Vec<u8>, String> {
    let mut reader = decrypt(identity, Cursor::new(sealed)).map_err(|error| error.to_string())?;
    let mut plain = Vec::new();
    reader.read_to_end(&mut plain).map_err(|error| error.to_string())?;
    Ok(plain)
}

fn some(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|index| u8::try_from(index * 31 % 251).unwrap()).collect()
}

#[test]
fn each_of_several_recipients_reads_it_and_nobody_else() {
    let [one, two, other] = [(); 3].map(|()| Identity::generate());
    let to: Vec<Recipient> = [&one, &two].into_iter().flat_map(Identity::recipients).collect();
    let file = sealed(&to, b"el respaldo");
    for identity in [&one, &two] {
        assert_eq!(opened(identity, &file).unwrap(), b"el respaldo");
    }
    let error = decrypt(&other, Cursor::new(&file)).err().unwrap();
    assert!(matches!(&error, CryptError::NotForUs { given } if *given == other.recipients()[0].to_string()), "{error}");
    assert!(!String::from_utf8_lossy(&file).contains("respaldo"));
}

#[test]
fn a_file_of_several_keys_opens_what_any_of_them_opens() {
    let [old, new] = [(); 2].map(|()| Identity::generate());
    let text = [old.to_file_text("antes"), new.to_file_text("ahora")].map(|text| text.to_string()).concat();
    let both = Identity::from_file_text(&text).unwrap();
    for identity in [&old, &new] {
        assert_eq!(opened(&both, &sealed(&identity.recipients(), b"x")).unwrap(), b"x");
    }
}

#[test]
fn the_seal_of_a_run_is_read_by_the_run_and_by_its_recipients() {
    let owner = Identity::generate();
    let seal = Seal::new(&owner.recipients()).unwrap();
    let file = sealed(seal.recipients(), &some(200_000));
    assert_eq!(opened(seal.witness(), &file).unwrap(), some(200_000));
    assert_eq!(opened(&owner, &file).unwrap(), some(200_000));
    let later = Seal::new(&owner.recipients()).unwrap();
    assert!(opened(later.witness(), &file).is_err(), "each run has a key of its own");
    assert!(Seal::new(&[]).is_none());
}

#[test]
fn a_changed_byte_anywhere_is_refused_and_nothing_after_it_is_given() {
    let identity = Identity::generate();
    let plain = some(200_000);
    let file = sealed(&identity.recipients(), &plain);
    let head = file.windows(5).position(|window| window == b"\n--- ").unwrap();
    let places = (0..head + 80).chain((head + 80..file.len()).step_by(4001)).chain(file.len() - 40..file.len());
    for place in places {
        let mut damaged = file.clone();
        damaged[place] ^= 1;
        let Ok(mut reader) = decrypt(&identity, Cursor::new(&damaged)) else { continue };
        let mut given = Vec::new();
        let result = reader.read_to_end(&mut given);
        // A stanza that is meant for nobody (age adds one) is bound by the head's own digest like the others.
        assert!(result.is_err(), "byte {place} of {} was changed", file.len());
        assert!(plain.starts_with(&given));
        assert!(reader.read(&mut [0; 10]).is_err() && reader.rewind().is_err(), "it does not go on");
    }
}

#[test]
fn a_file_that_is_cut_or_goes_on_is_refused() {
    let identity = Identity::generate();
    for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 150_000] {
        let file = sealed(&identity.recipients(), &some(length));
        assert_eq!(opened(&identity, &file).unwrap(), some(length));
        for cut in (0..file.len()).step_by(997).chain(file.len().saturating_sub(20)..file.len()) {
            assert!(opened(&identity, &file[..cut]).is_err(), "{length} bytes cut at {cut}");
        }
        let longer = [file.as_slice(), b"x"].concat();
        assert!(opened(&identity, &longer).is_err(), "{length} bytes and one more");
    }
}

#[test]
fn what_never_was_encrypted_is_refused_whatever_its_length() {
    let identity = Identity::generate();
    for garbage in [Vec::new(), vec![b'\n'; 300_000], b"age-encryption.org/v1\n".repeat(20_000)] {
        assert!(matches!(decrypt(&identity, Cursor::new(garbage)), Err(CryptError::Damaged(_))));
    }
}

#[test]
fn a_private_key_is_shown_by_nothing_but_its_file() {
    let identity = Identity::generate();
    let file = identity.to_file_text("2026-11-22T02:00:00-06:00");
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines[0], "# created: 2026-11-22T02:00:00-06:00");
    assert_eq!(lines[1], format!("# public key: {}", identity.recipients()[0]));
    assert!(lines[2].starts_with("AGE-SECRET-KEY-1") && lines.len() == 3);
    let seal = Seal::new(&identity.recipients()).unwrap();
    let shown = format!("{identity:?} {seal:?}");
    assert!(shown.contains("age1") && !shown.to_uppercase().contains("SECRET"), "{shown}");
}

#[test]
fn a_file_that_holds_no_private_key_is_refused_without_repeating_it() {
    let text = Identity::generate().to_file_text("hoy");
    let cut = text.get(..text.len() - 3).unwrap();
    let refusals = [
        (cut, BadIdentity::Line(3)),
        ("", BadIdentity::None),
        ("# nada\n\n", BadIdentity::None),
        ("hunter2", BadIdentity::Line(1)),
        ("age-encryption.org/v1\n-> scrypt x", BadIdentity::Encrypted),
        ("\n age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj", BadIdentity::Public(2)),
    ];
    for (text, refusal) in refusals {
        let error = Identity::from_file_text(text).unwrap_err();
        assert_eq!(error, refusal);
        assert!(!error.to_string().contains("hunter2"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_place_can_be_read_at_any_time(
        length in prop_oneof![Just(65_536_usize), Just(131_072), 0..300_000_usize],
        places in proptest::collection::vec((0.0..1.0_f64, 0..100_000_usize), 1..12),
    ) {
        let identity = Identity::generate();
        let plain = some(length);
        let mut reader = decrypt(&identity, Cursor::new(sealed(&identity.recipients(), &plain))).unwrap();
        prop_assert_eq!(reader.seek(SeekFrom::End(0)).unwrap(), length as u64);
        prop_assert!(reader.seek(SeekFrom::Start(length as u64 + 1)).is_err());
        for (share, bytes) in places {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small buffer")]
            let start = (share * (length + 1) as f64) as usize;
            let end = length.min(start + bytes);
            reader.seek(SeekFrom::Start(start as u64)).unwrap();
            let mut part = vec![0; end - start];
            reader.read_exact(&mut part).unwrap();
            prop_assert!(part == plain[start..end], "{start} to {end} of {length}");
        }
    }
}
