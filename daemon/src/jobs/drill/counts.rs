//! What a restored database holds against what was counted in its dump. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::proof::{Evidence, LARGE_OBJECTS, TableRows};

/// So many differences are named.
const NAMED: usize = 20;

/// What was found in a restored database.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The rows of each table, by `SCHEMA.TABLE` or `TABLE`.
    pub(super) rows: BTreeMap<String, u64>,
    /// Tables, partitioned ones too.
    pub(super) tables: u64,
    /// PostgreSQL's large objects.
    pub(super) objects: u64,
    /// Tables that extensions bring with rows of their own, to which a dump may add.
    pub(super) of_others: BTreeSet<String>,
}

/// Compares, and returns what there is to say.
///
/// # Errors
/// The differences, in a sentence.
pub(super) fn compare(evidence: &Evidence, held: &Held) -> Result<Vec<(String, String)>, String> {
    if let Some(tables) = evidence.tables.filter(|tables| held.tables < *tables) {
        return Err(format!("the restored database has {} tables and its dump makes {tables}", held.tables));
    }
    let mut findings = vec![("tables".to_owned(), held.tables.to_string())];
    let sum: u64 = held.rows.values().sum();
    let Some(expected) = &evidence.rows else {
        findings.push(("rows".to_owned(), format!("{sum}; they were not counted when the backup was made")));
        return Ok(findings);
    };
    let differences: Vec<String> = expected.iter().filter_map(|table| difference(table, held)).collect();
    if differences.is_empty() {
        findings.push(("rows".to_owned(), format!("{sum}, of each table as many as its dump holds")));
        return Ok(findings);
    }
    let more = differences.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let named: Vec<String> = differences.into_iter().take(NAMED).collect();
    Err(format!("the restored rows are not those of the dump: {}{more}", named.join("; ")))
}

fn difference(table: &TableRows, held: &Held) -> Option<String> {
    let TableRows { name, rows } = table;
    let found = if name == LARGE_OBJECTS { Some(&held.objects) } else { held.rows.get(name) };
    match found {
        Some(found) if found == rows || held.of_others.contains(name) => None,
        Some(found) => Some(format!("{name} has {found} and not {rows}")),
        None => Some(format!("{name}, of {rows} rows, is not there")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(rows: &[(&str, u64)]) -> Evidence {
        let rows = rows.iter().map(|(name, rows)| TableRows { name: (*name).to_owned(), rows: *rows });
        Evidence { tables: Some(2), rows: Some(rows.collect()), ..Evidence::default() }
    }

    fn held(rows: &[(&str, u64)]) -> Held {
        Held {
            rows: rows.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect(),
            tables: 2,
            objects: 1,
            of_others: BTreeSet::new(),
        }
    }

    #[test]
    fn the_same_rows_pass_and_others_are_named() {
        let evidence = evidence(&[("a.uno", 3), ("large objects", 1)]);
        assert!(compare(&evidence, &held(&[("a.uno", 3), ("a.dos", 9)])).is_ok());
        let error = compare(&evidence, &held(&[("a.uno", 2)])).unwrap_err();
        assert!(error.contains("a.uno has 2 and not 3"), "{error}");
        let error = compare(&evidence, &held(&[("a.dos", 3)])).unwrap_err();
        assert!(error.contains("a.uno, of 3 rows, is not there"), "{error}");
    }

    #[test]
    fn a_table_that_is_missing_shows_even_where_no_rows_were_counted() {
        let evidence = Evidence { tables: Some(3), ..Evidence::default() };
        assert!(compare(&evidence, &held(&[])).unwrap_err().contains("2 tables"));
    }
}
