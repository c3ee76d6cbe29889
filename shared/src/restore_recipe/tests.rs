//! What the recipes promise, by their words alone.

use super::*;

fn dump(json: serde_json::Value) -> Dump {
    serde_json::from_value(json).unwrap()
}

#[test]
fn every_command_of_a_kind_has_the_prefix_or_carries_it() {
    let prefix = serde_json::json!(["docker", "exec", "db"]);
    for value in [
        serde_json::json!({ "kind": "postgres", "database": "d", "prefix": prefix }),
        serde_json::json!({ "kind": "mysql", "database": "d", "prefix": prefix }),
        serde_json::json!({ "kind": "sqlite", "path": "/d", "prefix": prefix }),
        serde_json::json!({ "kind": "files", "path": "/d", "prefix": prefix }),
    ] {
        let dump = dump(value);
        let load = of(&dump, original(&dump).unwrap(), &Manner::New, "").unwrap();
        let all = [&load.prepare[..], &load.finish, &load.undo, &[load.look, load.load]].concat();
        for argv in all {
            assert!(argv.join(" ").contains("docker exec -i db"), "{argv:?}");
        }
    }
}

#[test]
fn nothing_has_its_name_before_the_end() {
    let dump = dump(serde_json::json!({ "kind": "postgres", "database": "it's \"x\"" }));
    let load = of(&dump, "it's \"x\"", &Manner::New, "").unwrap();
    assert_eq!(load.unfinished, "it's \"x\"_unfinished");
    assert_eq!(load.load.last().unwrap(), r#"--dbname=dbname='it\'s "x"_unfinished'"#);
    let rename = load.finish[0].last().unwrap();
    assert_eq!(rename, r#"--command=ALTER DATABASE "it's ""x""_unfinished" RENAME TO "it's ""x""""#);
}

#[test]
fn a_plain_dump_lasts_only_after_its_last_word() {
    let dump = dump(serde_json::json!({ "kind": "postgres", "database": "d", "format": "plain" }));
    let load = of(&dump, "d", &Manner::IntoExisting, "").unwrap();
    assert_eq!((load.head.as_slice(), load.tail.as_slice()), (&b"BEGIN;\n"[..], &b"\nCOMMIT;\n"[..]));
    assert!(load.undo.is_empty() && load.prepare.is_empty());
}

#[test]
fn roles_that_exist_stay_as_they_are_unless_they_may_change() {
    let sql = "CREATE ROLE postgres;\nALTER ROLE postgres WITH SUPERUSER;\nCREATE ROLE \"con espacio\";\n\
        ALTER ROLE \"con espacio\" WITH LOGIN;\nCREATE ROLE postgres2;\nALTER ROLE postgres2 WITH LOGIN;\n\
        GRANT a TO postgres;\n";
    let kept = "CREATE ROLE postgres2;\nALTER ROLE postgres2 WITH LOGIN;\nGRANT a TO postgres;\n";
    assert_eq!(roles_for(sql, &["postgres", "con espacio"], false), kept);
    let changed = roles_for(sql, &["postgres", "con espacio"], true);
    assert!(changed.contains("ALTER ROLE postgres WITH") && !changed.contains("CREATE ROLE postgres;"));
}

#[test]
fn what_cannot_be_loaded_is_said() {
    let command = dump(serde_json::json!({ "kind": "command", "command": "x", "suffix": "bak" }));
    assert_eq!(of(&command, "x", &Manner::New, ""), Err(NoRecipe::Command));
    let files = dump(serde_json::json!({ "kind": "files", "path": "/srv" }));
    assert_eq!(of(&files, "/x", &Manner::IntoExisting, ""), Err(NoRecipe::NoDatabase));
    assert!(matches!(of(&files, "x", &Manner::New, ""), Err(NoRecipe::Relative(_))));
    assert!(matches!(of(&files, "/", &Manner::New, ""), Err(NoRecipe::Relative(_))));
    let postgres = dump(serde_json::json!({ "kind": "postgres", "database": "d" }));
    assert!(matches!(of(&postgres, &"x".repeat(60), &Manner::New, ""), Err(NoRecipe::TooLong(_))));
}
