//! What is opened, what is refused, and what is said then.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use resguardo::store::db::Store;

use crate::place::Place;
use crate::{drafts, on_both, told, wait, whole_chain};

on_both!(
    a_database_of_a_newer_program_is_refused,
    a_database_of_a_changed_migration_is_refused,
    what_was_stored_is_there_after_it_was_closed,
    two_programs_that_open_a_new_database_at_once_make_it_once,
);

async fn refusal(url: &str, password: Option<&str>) -> String {
    told(Store::open(url, password).await.map(drop).unwrap_err())
}

async fn a_database_of_a_newer_program_is_refused(place: Place) {
    place.open().await.close().await;
    place.sql(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         SELECT 9999, 'tomorrow', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
    );
    let refused = refusal(&place.url, None).await;
    assert!(refused.contains("was made by a newer Resguardo: it has the migration 9999"), "{refused}");
    assert!(refused.contains(&place.url), "{refused}");
}

async fn a_database_of_a_changed_migration_is_refused(place: Place) {
    place.open().await.close().await;
    let bytes = if place.url.starts_with("sqlite:") { "x'00'" } else { "'\\x00'" };
    place.sql(&format!("UPDATE _sqlx_migrations SET checksum = {bytes} WHERE version = 1"));
    let refused = refusal(&place.url, None).await;
    assert!(refused.contains("was made by a changed migration 1"), "{refused}");
}

async fn what_was_stored_is_there_after_it_was_closed(place: Place) {
    let store = place.open().await;
    let lines = store.apply(drafts(2, "2026-11-22T02:00:00-06:00")).await.unwrap().lines;
    store.close().await;
    assert_eq!(place.sql("SELECT COUNT(*) FROM lines"), "2");
    assert_eq!(whole_chain(&place.open().await).await, lines);
}

async fn two_programs_that_open_a_new_database_at_once_make_it_once(place: Place) {
    let (one, other) = tokio::join!(Store::open(&place.url, None), Store::open(&place.url, None));
    one.unwrap().apply(drafts(1, "2026-11-22T02:00:00-06:00")).await.unwrap();
    assert_eq!(whole_chain(&other.unwrap()).await.len(), 1);
}

#[test]
fn a_file_of_sqlite_and_its_log_are_for_its_owner_alone() {
    wait(async {
        let place = Place::sqlite();
        let store = place.open().await;
        store.apply(drafts(1, "2026-11-22T02:00:00-06:00")).await.unwrap();
        let folder = place.file().parent().unwrap().to_owned();
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(files.len() >= 2, "there is no log: {files:?}");
        for file in files {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
        assert_eq!(place.sql("PRAGMA journal_mode"), "wal");
    });
}

#[test]
fn a_file_that_cannot_be_made_or_is_no_database_is_told() {
    wait(async {
        let place = Place::sqlite();
        let refused = refusal("sqlite:/proc/no/resguardo.db", None).await;
        assert!(refused.starts_with("cannot make the database file /proc/no/resguardo.db"), "{refused}");
        assert!(refused.contains("chown"), "{refused}");
        let file = place.folder.path().join("x.db");
        fs::write(&file, "this is no database, but it is long enough to be taken for one, and it says so").unwrap();
        let refused = refusal(&format!("sqlite:{}", file.display()), None).await;
        assert!(refused.contains("the file is damaged: put it aside"), "{refused}");
        // What was there is still there.
        assert!(fs::read_to_string(&file).unwrap().starts_with("this is no database"));
    });
}

#[test]
fn a_url_of_neither_database_is_refused_and_one_with_a_password_is_not_shown() {
    wait(async {
        for url in ["mysql://u@h/d", "sqlite:", "resguardo.db", "postgres://u@h:puerto/d"] {
            let refused = refusal(url, None).await;
            assert!(
                refused.starts_with(&format!("`{url}` is no URL of a database; write `sqlite:/PATH`")),
                "{refused}"
            );
        }
        for url in ["postgres://u:secreto@h/d", "postgres://u@h/d?password=secreto"] {
            let refused = refusal(url, None).await;
            assert!(refused.contains("holds a password") && !refused.contains("secreto"), "{refused}");
        }
    });
}

#[test]
fn what_is_wrong_with_postgres_is_told_with_what_to_do() {
    wait(async {
        let place = Place::postgres();
        let refused = refusal(&place.other("postgres", "no_existe"), None).await;
        assert!(refused.contains("make it with `createdb`"), "{refused}");

        place.sql("CREATE ROLE con_clave LOGIN PASSWORD 'la buena'");
        let url = place.other("con_clave", "postgres");
        let refused = refusal(&url, Some("la mala")).await;
        assert!(refused.contains("is its password right?") && !refused.contains("la mala"), "{refused}");
        // It may log in, but may not make tables in a database that is not its own.
        let refused = refusal(&url, Some("la buena")).await;
        assert!(refused.contains("its login lacks the right"), "{refused}");
        place.sql("DROP ROLE con_clave");

        let nowhere = format!("postgres://u@localhost/d?host={}", place.folder.path().display());
        let refused = refusal(&nowhere, None).await;
        assert!(refused.contains("is PostgreSQL running there?"), "{refused}");
    });
}
