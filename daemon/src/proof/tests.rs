//! Every sample that a real tool made passes whole and fails when it is cut anywhere; slicing makes no difference; and
//! no bytes whatever make an inspector panic or hoard memory.

use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use resguardo_shared::dump::{Dump, Part};

use super::{Evidence, Expect, Incomplete, Inspector};

/// Each sample with what it is, its tables and its members.
const SAMPLES: &[(&str, Expect, Option<u64>, Option<u64>)] = &[
    ("postgres-15.pgdump", Expect::PostgresCustom, Some(6), None),
    ("postgres-15-seekable.pgdump", Expect::PostgresCustom, Some(6), None),
    ("postgres-16.pgdump", Expect::PostgresCustom, Some(6), None),
    ("postgres-18.pgdump", Expect::PostgresCustom, Some(6), None),
    ("postgres-15.sql", Expect::PostgresPlain, Some(6), None),
    ("postgres-18.sql", Expect::PostgresPlain, Some(6), None),
    ("postgres-15-inserts.sql", Expect::PostgresPlain, Some(6), None),
    ("postgres-15.roles.sql", Expect::PostgresRoles, None, None),
    ("postgres-18.roles.sql", Expect::PostgresRoles, None, None),
    ("mariadb-10.11.sql", Expect::Mysql, Some(2), None),
    ("sqlite-3.sqlite", Expect::Sqlite, None, None),
    ("gnu.tar", Expect::Tar, None, Some(11)),
    ("gnu-sparse.tar", Expect::Tar, None, Some(12)),
    ("pax.tar", Expect::Tar, None, Some(12)),
];

const EVERY_KIND: &[Expect] = &[
    Expect::PostgresCustom,
    Expect::PostgresPlain,
    Expect::PostgresRoles,
    Expect::Mysql,
    Expect::Sqlite,
    Expect::Tar,
    Expect::Command { trailer: None, min_bytes: 1 },
];

fn sample(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/dumps").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn inspect(expect: &Expect, bytes: &[u8]) -> Result<Evidence, Incomplete> {
    inspect_sliced(expect, bytes, &[bytes.len().max(1)])
}

/// Feeds slices of the given sizes, over and over.
fn inspect_sliced(expect: &Expect, bytes: &[u8], sizes: &[usize]) -> Result<Evidence, Incomplete> {
    let mut inspector = Inspector::new(expect);
    let mut rest = bytes;
    for size in sizes.iter().cycle() {
        let (slice, next) = rest.split_at((*size).min(rest.len()));
        inspector.feed(slice);
        rest = next;
        if rest.is_empty() {
            break;
        }
    }
    inspector.finish()
}

/// Where an archive is whole although zeros that fill tar's last record are missing.
fn whole_from(expect: &Expect, bytes: &[u8]) -> usize {
    if *expect != Expect::Tar {
        return bytes.len();
    }
    let last = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    (last + 1).next_multiple_of(512) + 1024
}

#[test]
fn every_sample_of_a_real_tool_passes_and_is_counted_right() {
    for (name, expect, tables, members) in SAMPLES {
        let evidence = inspect(expect, &sample(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((evidence.tables, evidence.members), (*tables, *members), "{name}: {}", evidence.shows);
    }
}

#[test]
fn no_sample_is_left_untested() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/dumps");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_about = name == "README.md" || name == "postgres.setup.sql";
        assert!(is_about || SAMPLES.iter().any(|(sample, ..)| *sample == name), "{name} is not in SAMPLES");
    }
}

#[test]
fn a_sample_cut_anywhere_fails_however_it_is_sliced() {
    for (name, expect, ..) in SAMPLES {
        let bytes = sample(name);
        let mut by_byte = Inspector::new(expect);
        for cut in 0..bytes.len() {
            let in_one = inspect(expect, &bytes[..cut]);
            assert_eq!(in_one, by_byte.clone().finish(), "{name} cut after {cut} bytes, in one slice and byte by byte");
            assert_eq!(in_one.is_ok(), cut >= whole_from(expect, &bytes), "{name} cut after {cut} bytes: {in_one:?}");
            by_byte.feed(&bytes[cut..=cut]);
        }
        assert_eq!(by_byte.finish(), inspect(expect, &bytes), "{name}");
    }
}

#[test]
fn a_sample_with_a_byte_more_fails() {
    for (name, expect, ..) in SAMPLES {
        for byte in [1, b'x'] {
            let bytes = [sample(name), vec![byte]].concat();
            assert!(inspect(expect, &bytes).is_err(), "{name} and {byte:?}");
        }
    }
}

#[test]
fn an_empty_stream_is_empty_for_every_kind() {
    for expect in EVERY_KIND {
        assert_eq!(inspect(expect, b""), Err(Incomplete::Empty), "{expect:?}");
    }
}

#[test]
fn the_message_of_a_failed_command_is_not_a_dump() {
    let message = b"bash: line 1: pg_dump: command not found\n";
    for expect in EVERY_KIND.iter().filter(|kind| !matches!(kind, Expect::Command { .. } | Expect::Mysql)) {
        let error = inspect(expect, message).unwrap_err();
        assert!(matches!(error, Incomplete::NotThisKind { .. }), "{expect:?}: {error}");
        assert!(error.to_string().contains("command not found"), "{error}");
    }
    assert!(matches!(inspect(&Expect::Mysql, message), Err(Incomplete::NoTrailer { .. })));
}

#[test]
fn no_sample_passes_for_another_kind() {
    for (name, own, ..) in SAMPLES {
        for other in EVERY_KIND.iter().filter(|other| *other != own && !matches!(other, Expect::Command { .. })) {
            assert!(inspect(other, &sample(name)).is_err(), "{name} as {other:?}");
        }
    }
}

#[test]
fn a_dump_of_postgres_before_restrict_passes_and_needs_its_closing_lines() {
    let text = "--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE a (\n);\n\n\n--\n-- PostgreSQL database dump complete\n--\n\n";
    assert_eq!(inspect(&Expect::PostgresPlain, text.as_bytes()).unwrap().tables, Some(1));
    assert!(inspect(&Expect::PostgresPlain, text.trim_end().as_bytes()).is_err());
}

#[test]
fn a_trailer_among_the_rows_is_not_the_trailer() {
    let text = "--\n-- PostgreSQL database dump\n--\n\nCOPY a FROM stdin;\n-- PostgreSQL database dump complete\n";
    assert!(matches!(inspect(&Expect::PostgresPlain, text.as_bytes()), Err(Incomplete::NoTrailer { .. })));
}

#[test]
fn a_command_is_held_to_its_trailer_and_its_least_size() {
    let expect = |trailer: Option<&str>, min_bytes| Expect::Command { trailer: trailer.map(str::to_owned), min_bytes };
    assert!(inspect(&expect(None, 0), b"x").is_ok());
    assert!(inspect(&expect(Some("the end"), 0), b"this is the end\n").is_ok());
    let far = [b"the end".as_slice(), &[b'x'; 4090]].concat();
    assert!(matches!(inspect(&expect(Some("the end"), 0), &far), Err(Incomplete::NoTrailer { .. })));
    assert_eq!(inspect(&expect(None, 9), b"x"), Err(Incomplete::TooSmall { bytes: 1, min_bytes: 9 }));
}

#[test]
fn what_is_expected_follows_from_the_dump_and_its_part() {
    let of = |json: &str, part| Expect::of(&serde_json::from_str::<Dump>(json).unwrap(), part);
    let postgres = r#"{"kind": "postgres", "database": "quejas"}"#;
    assert_eq!(of(postgres, Part::Main), Expect::PostgresCustom);
    assert_eq!(of(postgres, Part::Roles), Expect::PostgresRoles);
    let plain = r#"{"kind": "postgres", "database": "quejas", "format": "plain"}"#;
    assert_eq!(of(plain, Part::Main), Expect::PostgresPlain);
    assert_eq!(of(r#"{"kind": "files", "path": "/srv"}"#, Part::Main), Expect::Tar);
    let command = r#"{"kind": "command", "command": "slapcat", "suffix": "ldif", "trailer": "end"}"#;
    assert_eq!(of(command, Part::Main), Expect::Command { trailer: Some("end".to_owned()), min_bytes: 1 });
}

#[test]
fn evidence_reads_like_a_sentence() {
    let shows = |expect: &Expect, name: &str| inspect(expect, &sample(name)).unwrap().shows;
    assert_eq!(shows(&Expect::PostgresCustom, "postgres-15.pgdump"), "table of contents and all 6 data blocks");
    assert_eq!(shows(&Expect::Mysql, "mariadb-10.11.sql"), "trailer `-- Dump completed`");
    assert_eq!(shows(&Expect::Sqlite, "sqlite-3.sqlite"), "header and all 8 pages of 1024 bytes");
}

/// Writes archives of versions whose tools are not at hand. It follows `WriteHead` and `WriteToc` of PostgreSQL.
fn archive(minor: u8, integer_bytes: usize, dumped: &[(i64, &str)], rows: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let int = |out: &mut Vec<u8>, value: i64| {
        out.push(u8::from(value < 0));
        out.extend(&value.unsigned_abs().to_le_bytes()[..integer_bytes]);
    };
    let text = |out: &mut Vec<u8>, text: Option<&str>| match text {
        None => int(out, -1),
        Some(text) => {
            int(out, i64::try_from(text.len()).unwrap());
            out.extend(text.as_bytes());
        }
    };
    out.extend(b"PGDMP");
    out.extend([1, minor, 0, u8::try_from(integer_bytes).unwrap(), 8, 1]);
    if minor >= 15 {
        out.push(0)
    } else {
        int(&mut out, 0)
    }
    (0..7).for_each(|time| int(&mut out, time));
    ["quejas", "17.0", "17.0"].iter().for_each(|name| text(&mut out, Some(name)));
    int(&mut out, i64::try_from(dumped.len()).unwrap());
    for (id, description) in dumped {
        int(&mut out, *id);
        int(&mut out, i64::from(description.ends_with("DATA")));
        [Some("1259"), Some("16390"), Some("t"), Some(*description)].iter().for_each(|field| text(&mut out, *field));
        int(&mut out, 3);
        [None, Some(""), Some("COPY t FROM stdin;\n"), Some("public"), None].iter().for_each(|f| text(&mut out, *f));
        if minor >= 14 {
            text(&mut out, Some("heap"));
        }
        if minor >= 16 {
            int(&mut out, 114);
        }
        [Some("postgres"), Some("false"), Some("12"), None].iter().for_each(|field| text(&mut out, *field));
        out.extend([1, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
    for (id, _) in dumped.iter().filter(|(_, description)| description.ends_with("DATA")) {
        out.push(1);
        int(&mut out, *id);
        for _ in 0..rows {
            int(&mut out, 100);
            out.extend([b'r'; 100]);
        }
        int(&mut out, 0);
    }
    out
}

#[test]
fn every_version_of_the_custom_format_is_read_and_cut_anywhere_fails() {
    for (minor, integer_bytes) in [(12, 4), (13, 4), (14, 4), (15, 4), (16, 4), (16, 8)] {
        let bytes = archive(minor, integer_bytes, &[(7, "TABLE"), (9, "TABLE DATA"), (8, "TABLE DATA")], 3);
        let evidence = inspect(&Expect::PostgresCustom, &bytes).unwrap_or_else(|error| panic!("1.{minor}: {error}"));
        assert_eq!((evidence.tables, evidence.shows.as_str()), (Some(1), "table of contents and all 2 data blocks"));
        for cut in 0..bytes.len() {
            assert!(inspect(&Expect::PostgresCustom, &bytes[..cut]).is_err(), "1.{minor} cut after {cut}");
        }
    }
    let error = inspect(&Expect::PostgresCustom, &archive(17, 4, &[], 0)).unwrap_err();
    assert!(matches!(error, Incomplete::Unsupported { .. }), "{error}");
}

#[test]
fn a_block_that_no_entry_claims_is_damage() {
    let whole = archive(16, 4, &[(8, "TABLE DATA")], 1);
    let block = whole.len() - 1 - 5 - 5 - 100 - 5;
    let twice = [whole.as_slice(), &whole[block..]].concat();
    assert!(matches!(inspect(&Expect::PostgresCustom, &twice), Err(Incomplete::Malformed { .. })));
}

#[test]
fn a_tar_header_with_one_wrong_bit_is_damage() {
    let mut bytes = sample("gnu.tar");
    bytes[512 + 1] ^= 1;
    assert!(matches!(inspect(&Expect::Tar, &bytes), Err(Incomplete::Malformed { .. })));
}

#[test]
fn an_archive_of_nothing_is_refused() {
    assert_eq!(inspect(&Expect::Tar, &[0; 10_240]), Err(Incomplete::NoMembers));
}

/// A header block of tar with this type and this size field.
fn tar_header(typeflag: u8, size_field: &[u8; 12]) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..4].copy_from_slice(b"name");
    block[124..136].copy_from_slice(size_field);
    block[148..156].fill(b' ');
    block[156] = typeflag;
    let sum: u32 = block.iter().copied().map(u32::from).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block
}

#[test]
fn the_size_of_a_huge_member_is_read_from_its_pax_header_or_in_base_256() {
    let record = b"13 size=1024\n";
    let pax_block = [record.as_slice(), &[0; 512 - 13]].concat();
    let end = vec![0; 1024];
    let pax =
        [tar_header(b'x', b"00000000015\0"), pax_block, tar_header(b'0', b"00000000000\0"), vec![b'd'; 1024], end];
    let binary = [tar_header(b'0', b"\x80\0\0\0\0\0\0\0\0\0\x02\0"), vec![b'd'; 512], vec![0; 1024]];
    assert_eq!(inspect(&Expect::Tar, &pax.concat()).unwrap().members, Some(1));
    assert_eq!(inspect(&Expect::Tar, &binary.concat()).unwrap().members, Some(1));
}

#[test]
fn a_length_beyond_all_reason_is_damage_and_is_never_allocated() {
    let pax = tar_header(b'x', b"77777777777\0");
    assert!(matches!(inspect(&Expect::Tar, &pax), Err(Incomplete::Malformed { .. })));
    let mut toc = archive(14, 4, &[(8, "TABLE DATA")], 1);
    let name = toc.windows(6).position(|window| window == b"quejas").unwrap();
    toc[name - 1] = 0x7f;
    assert!(matches!(inspect(&Expect::PostgresCustom, &toc), Err(Incomplete::Malformed { .. })));
}

proptest! {
    #[test]
    fn slicing_makes_no_difference(sizes in vec(1_usize..700, 1..40), which in 0..SAMPLES.len(), cut in 0_usize..60_000) {
        let (name, expect, ..) = &SAMPLES[which];
        let bytes = sample(name);
        let bytes = &bytes[..bytes.len().saturating_sub(cut)];
        prop_assert_eq!(inspect_sliced(expect, bytes, &sizes), inspect(expect, bytes));
    }

    #[test]
    fn garbage_never_panics(bytes in vec(any::<u8>(), 0..3000), sizes in vec(1_usize..300, 1..10)) {
        for expect in EVERY_KIND {
            prop_assert_eq!(inspect_sliced(expect, &bytes, &sizes), inspect(expect, &bytes));
        }
    }

    #[test]
    fn a_damaged_sample_never_panics_nor_depends_on_slicing(
        which in 0..SAMPLES.len(),
        damage in vec((0_usize..60_000, any::<u8>()), 1..20),
        sizes in vec(1_usize..700, 1..40),
    ) {
        let (name, expect, ..) = &SAMPLES[which];
        let mut bytes = sample(name);
        for (at, byte) in damage {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        prop_assert_eq!(inspect_sliced(expect, &bytes, &sizes), inspect(expect, &bytes));
    }
}

#[test]
#[ignore = "a measurement, to be run alone in release"]
fn throughput() {
    let custom = archive(16, 4, &[(8, "TABLE DATA")], 5_000_000);
    let rows = "1234\tQ-2026-000123\tuna fila de unos cien bytes, como las que hay en la tabla de quejas del portal\n";
    let plain =
        ["--\n-- PostgreSQL database dump\n--\n\nCOPY q FROM stdin;\n", &rows.repeat(5_000_000), "\\.\n"].concat();
    let inserts = format!("INSERT INTO q VALUES (1, '{}');\n", rows.trim_end()).repeat(3_000_000);
    let tar = vec![0_u8; 512 << 20];
    let tuple = format!("(1,'{}','x',2026,NULL,0x00275C,-12.50)", rows.trim_end());
    let extended = format!("INSERT INTO `q` VALUES {};\n", vec![tuple; 10_000].join(",")).repeat(400);
    let numbers =
        format!("INSERT INTO `q` VALUES {};\n", vec!["(123456,7,2026,NULL,-12.50)"; 30_000].join(",")).repeat(500);
    let cases: [(&str, Expect, &[u8]); 8] = [
        ("mysql, extended", Expect::Mysql, extended.as_bytes()),
        ("mysql, numbers", Expect::Mysql, numbers.as_bytes()),
        ("custom", Expect::PostgresCustom, &custom),
        ("plain", Expect::PostgresPlain, plain.as_bytes()),
        ("plain --inserts", Expect::PostgresPlain, inserts.as_bytes()),
        ("mysql", Expect::Mysql, inserts.as_bytes()),
        ("sqlite", Expect::Sqlite, &custom),
        ("tar padding", Expect::Tar, &tar),
    ];
    for (name, expect, bytes) in cases {
        let mut inspector = Inspector::new(&expect);
        let start = std::time::Instant::now();
        bytes.chunks(4 << 20).for_each(|slice| inspector.feed(slice));
        let seconds = start.elapsed().as_secs_f64();
        println!("{name}: {:.2} GB/s, ok: {}", bytes.len() as f64 / 1e9 / seconds, inspector.finish().is_ok());
    }
}
