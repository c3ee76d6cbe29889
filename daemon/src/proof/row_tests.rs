//! The rows of tables are counted right in every sample of a real tool, and in whatever values may hold, however the dump
//! is sliced.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;

use super::rows::TABLES_MAX;
use super::{Evidence, Expect, Inspector};

fn sample(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples/dumps").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Feeds slices of so many bytes.
fn inspect(expect: &Expect, bytes: &[u8], size: usize) -> Evidence {
    let mut inspector = Inspector::new(expect);
    bytes.chunks(size.max(1)).for_each(|slice| inspector.feed(slice));
    inspector.finish().unwrap()
}

fn rows(expect: &Expect, bytes: &[u8], size: usize) -> Option<BTreeMap<String, u64>> {
    let rows = inspect(expect, bytes, size).rows?;
    Some(rows.into_iter().map(|table| (table.name, table.rows)).collect())
}

fn map(rows: &[(&str, u64)]) -> BTreeMap<String, u64> {
    rows.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect()
}

#[test]
fn rows_of_real_dumps_are_counted() {
    let tables = [
        ("archivo.de_paso", 1),
        ("archivo.vacia", 0),
        ("public.proveedores", 41),
        ("public.quejas_2025", 30),
        ("public.quejas_2026", 30),
    ];
    for name in ["postgres-15.sql", "postgres-18.sql"] {
        assert_eq!(rows(&Expect::PostgresPlain, &sample(name), 7), Some(map(&tables)), "{name}");
    }
    let with_objects = map(&[&tables[..], &[("large objects", 2)]].concat());
    for name in ["postgres-15.pgdump", "postgres-16.pgdump", "postgres-18.pgdump"] {
        assert_eq!(rows(&Expect::PostgresCustom, &sample(name), 7).as_ref(), Some(&with_objects), "{name}");
    }
    let portal = map(&[("noticias", 40), ("vacía", 0)]);
    assert_eq!(rows(&Expect::Mysql, &sample("mariadb-10.11.sql"), 7), Some(portal));
}

#[test]
fn the_servers_version_is_read_from_the_dump() {
    let server = |expect: &Expect, name: &str| inspect(expect, &sample(name), 5).server.unwrap_or_default();
    assert_eq!(server(&Expect::PostgresCustom, "postgres-18.pgdump"), "18.4");
    assert!(server(&Expect::PostgresPlain, "postgres-15.sql").starts_with("15.18 (Debian"));
    assert!(server(&Expect::Mysql, "mariadb-10.11.sql").starts_with("10.11.19-MariaDB"));
}

#[test]
fn what_cannot_be_counted_for_certain_is_left_out() {
    assert_eq!(rows(&Expect::PostgresPlain, &sample("postgres-15-inserts.sql"), 4096), None);
    // Its data is compressed.
    assert_eq!(rows(&Expect::PostgresCustom, &sample("postgres-15-seekable.pgdump"), 4096), None);
    let strange = "INSERT INTO \"t\" VALUES (1);\n-- Dump completed\n";
    assert_eq!(rows(&Expect::Mysql, strange.as_bytes(), 4096), None);
}

#[test]
fn a_list_that_would_be_too_long_for_a_manifest_is_left_out_and_that_is_said() {
    let tables: String = (0..=TABLES_MAX).map(|number| format!("CREATE TABLE `t{number}` (\n);\n")).collect();
    let evidence = inspect(&Expect::Mysql, format!("{tables}-- Dump completed\n").as_bytes(), 65_536);
    assert_eq!((evidence.tables, evidence.rows), (Some(5001), None));
    assert!(evidence.shows.ends_with("; it has too many tables to list the rows of each"), "{}", evidence.shows);
}

#[test]
fn evidence_of_an_older_manifest_reads() {
    let evidence: Evidence = serde_json::from_str(r#"{"shows": "x", "tables": 3, "members": null}"#).unwrap();
    assert_eq!((evidence.rows.as_ref(), evidence.tables), (None, Some(3)));
    assert_eq!(serde_json::to_string(&evidence).unwrap(), r#"{"shows":"x","tables":3,"members":null}"#);
}

#[test]
fn names_come_without_their_quotes() {
    let dump = "--\n-- PostgreSQL database dump\n--\n\nCOPY \"Mi \"\"esquema\"\"\".\"la tabla.1\" (a, b) FROM stdin;\n1\t2\n\\.\n\
        COPY public.sin_columnas  FROM stdin;\n\n\n\\.\n\n--\n-- PostgreSQL database dump complete\n--\n\n";
    let expected = map(&[("Mi \"esquema\".la tabla.1", 1), ("public.sin_columnas", 2)]);
    assert_eq!(rows(&Expect::PostgresPlain, dump.as_bytes(), 3), Some(expected));
    let dump = "INSERT  IGNORE INTO `a``b` (`VALUES (`, `c;d`) VALUES (1,'x'),(2,'y');\nREPLACE INTO `a``b` VALUES\n(3,'z');\n\
        -- Dump completed\n";
    assert_eq!(rows(&Expect::Mysql, dump.as_bytes(), 3), Some(map(&[("a`b", 3)])));
}

/// A value as `mysqldump` writes it.
fn mysql_value(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![b'\''];
    for byte in bytes {
        match byte {
            b'\'' | b'\\' | b'"' => out.extend([b'\\', *byte]),
            b'\n' => out.extend(b"\\n"),
            0 => out.extend(b"\\0"),
            _ => out.push(*byte),
        }
    }
    out.push(b'\'');
    out
}

/// A value as COPY writes it.
fn copy_value(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in bytes {
        match byte {
            b'\\' => out.extend(b"\\\\"),
            b'\n' => out.extend(b"\\n"),
            b'\t' => out.extend(b"\\t"),
            0 => out.extend(b"\\N"),
            _ => out.push(*byte),
        }
    }
    out
}

/// Bytes among which those that mean something are frequent.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![prop::sample::select(b"'\\\"(),;\n\t`\0.- V".to_vec()), any::<u8>()];
    vec(byte, 0..12)
}

proptest! {
    #[test]
    fn tuples_are_counted_whatever_values_hold(statements in vec(vec(value(), 1..6), 0..5), newline: bool, size in 1_usize..40) {
        let mut dump = b"CREATE TABLE `t` (\n);\n".to_vec();
        for rows in &statements {
            dump.extend(b"INSERT INTO `t` VALUES");
            let rows: Vec<Vec<u8>> = rows.iter().map(|value| [b"(1,", mysql_value(value).as_slice(), b",NULL,0x28,-1.5)"].concat()).collect();
            dump.push(if newline { b'\n' } else { b' ' });
            dump.extend(rows.join(if newline { b",\n".as_slice() } else { b"," }));
            dump.extend(b";\n");
        }
        dump.extend(b"-- Dump completed\n");
        let expected: usize = statements.iter().map(Vec::len).sum();
        let expected = map(&[("t", u64::try_from(expected).unwrap())]);
        prop_assert_eq!(rows(&Expect::Mysql, &dump, size), Some(expected));
    }

    #[test]
    fn lines_of_copy_are_counted_whatever_values_hold(tables in vec(vec(value(), 0..6), 0..5), size in 1_usize..40) {
        let mut dump = b"--\n-- PostgreSQL database dump\n--\n\n".to_vec();
        let mut expected = BTreeMap::new();
        for (number, values) in tables.iter().enumerate() {
            dump.extend(format!("COPY public.t{number} (a) FROM stdin;\n").into_bytes());
            values.iter().for_each(|value| dump.extend([copy_value(value).as_slice(), b"\n"].concat()));
            dump.extend(b"\\.\n\n");
            expected.insert(format!("public.t{number}"), u64::try_from(values.len()).unwrap());
        }
        dump.extend(b"\n--\n-- PostgreSQL database dump complete\n--\n\n");
        prop_assert_eq!(rows(&Expect::PostgresPlain, &dump, size), Some(expected));
    }
}
