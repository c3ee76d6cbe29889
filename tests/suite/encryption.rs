//! Encrypted backups: whoever has a key reads them with plain tools and the sheet of paper, nobody else reads anything, and
//! what was changed is never given as good.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test calls fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use system_tests::command::{run, sh, sh_text, text};
use system_tests::mariadb::MariaDb;
use system_tests::postgres::Postgres;
use system_tests::world::{Kept, World, bytes};

/// A text that every dump holds, and that nobody may find on a disk.
const MARK: &str = "Marca-que-nadie-debe-ver-7c41";

/// Makes a key of this name in the world; returns its file and its public key.
fn key(world: &World, name: &str) -> (String, String) {
    let file = world.at(name);
    world.run(&["key", "generate", "--to", &file]).exits(0).says("encryption:");
    let public = sh_text("age-keygen -y \"$1\"", &[&file]);
    (file, public)
}

fn encrypt_to(world: &mut World, recipients: &[&str]) {
    world.config["encryption"] = json!({ "recipients": recipients });
}

/// A world with an encrypted backup of several frames on both disks, its key, and the dump.
fn kept_world() -> (World, Kept, String, Vec<u8>) {
    let mut world = World::new();
    world.server("plano", "plain");
    let source = world.path("dato");
    sh("head -c 7000000 /dev/urandom > \"$1\"; seq 900000 >> \"$1\"", &[text(&source)]);
    let command = format!("cat '{}'", source.display());
    world.dataset(&json!({ "name": "dato", "kind": "command", "command": command, "suffix": "bin" }));
    let (file, public) = key(&world, "llave");
    encrypt_to(&mut world, &[&public]);
    world.backup(&[]).exits(0);
    let kept = world.only(0, "plano/dato");
    (world, kept, file, bytes(&source))
}

/// Fails if a file below one of these folders holds what a pattern describes.
fn nowhere(world: &World, folders: &[&str], secret: &str) {
    for folder in folders.iter().map(|folder| world.path(folder)).filter(|folder| folder.exists()) {
        let found = sh_text("LC_ALL=C grep -rlaE -e \"$2\" \"$1\" || true", &[text(&folder), secret]);
        assert!(found.is_empty(), "{secret:.14}… stands in {found}");
    }
}

/// What stands on a sheet, line by line.
fn paper(sheet: &str) -> Vec<String> {
    sh_text("pdftotext -layout \"$1\" -", &[sheet]).lines().map(|line| line.trim().to_owned()).collect()
}

/// The first line of a paper that holds each of these, with the blanks filled in.
fn typed(paper: &[String], wanted: &[&str], blanks: &[(&str, &str)]) -> String {
    let find = |wanted: &&str| {
        let command = |line: &&String| {
            [
                "cd ",
                "chmod ",
                "resguardo ",
                "set ",
                "sha256sum ",
                "age ",
                "createdb ",
                "pg_restore ",
                "mariadb ",
                "sqlite3 ",
                "mkdir ",
            ]
            .iter()
            .any(|program| line.starts_with(program))
        };
        let line = paper.iter().filter(command).find(|line| line.contains(wanted));
        line.unwrap_or_else(|| panic!("no {wanted} in {paper:#?}")).clone()
    };
    let script = wanted.iter().map(find).collect::<Vec<_>>().join("\n");
    blanks.iter().fold(script, |script, (blank, filled)| script.replace(blank, filled))
}

/// Types these lines into a shell at home.
#[track_caller]
fn type_at(home: &Path, environment: &[(&str, &str)], script: &str) -> String {
    let mut shell = std::process::Command::new("bash");
    shell.args(["-e", "-c", script]).env("HOME", home).envs(environment.iter().copied());
    let outcome = run(&mut shell);
    assert_eq!(outcome.code, 0, "{script}\n{}", outcome.said());
    outcome.said()
}

struct Sources {
    postgres: Postgres,
    mariadb: MariaDb,
    sqlite: String,
    tree: PathBuf,
}

/// A world with every kind of data, each with the mark in it.
fn every_kind() -> (World, Sources) {
    let mut world = World::new();
    let postgres = Postgres::start(&world.path("origen"));
    postgres.sql("postgres", "CREATE ROLE ventanilla");
    postgres.sql("postgres", "CREATE DATABASE quejas");
    let rows = format!("CREATE TABLE t AS SELECT n, '{MARK} año ' || n AS x FROM generate_series(1, 20000) n");
    postgres.sql("quejas", &format!("{rows}; ALTER TABLE t OWNER TO ventanilla"));
    let mariadb = MariaDb::start(&world.path("mariadb"));
    mariadb.sql(&format!(
        "CREATE DATABASE portal CHARACTER SET utf8mb4; USE portal; CREATE TABLE t (n INT PRIMARY KEY, x VARCHAR(99));
         INSERT INTO t SELECT seq, CONCAT('{MARK} ñ ', seq) FROM seq_1_to_20000"
    ));
    let sqlite = world.at("encuestas.db");
    sh("sqlite3 \"$1\" \"CREATE TABLE t (x); INSERT INTO t VALUES ('$2'), (randomblob(500000))\"", &[&sqlite, MARK]);
    let tree = world.path("sitio");
    let plant = "mkdir -p \"$1/año\"; printf %s \"$2\" > \"$1/año/índice\"; head -c 6000000 /dev/urandom > \"$1/foto\"
        chmod 640 \"$1/foto\"; chown 1234:5678 \"$1/foto\"; ln -s foto \"$1/enlace\"";
    sh(plant, &[text(&tree), MARK]);
    world.server("agente", "agent");
    world.dataset(&json!({ "name": "quejas", "kind": "postgres", "database": "quejas", "host": postgres.socket,
                           "user": "postgres", "prefix": ["sudo", "-n", "-u", "postgres"] }));
    world.dataset(&json!({ "name": "portal", "kind": "mysql", "database": "portal", "socket": mariadb.socket,
                           "defaults_file": mariadb.defaults }));
    world.dataset(&json!({ "name": "encuestas", "kind": "sqlite", "path": sqlite }));
    world.dataset(&json!({ "name": "sitio", "kind": "files", "path": tree }));
    (world, Sources { postgres, mariadb, sqlite, tree })
}

const DATASETS: [&str; 4] = ["quejas", "portal", "encuestas", "sitio"];

#[test]
fn a_stranger_with_one_disk_and_the_sheet_restores_every_kind_with_either_key() {
    let (mut world, sources) = every_kind();
    let keys = [key(&world, "direccion"), key(&world, "informatica")];
    encrypt_to(&mut world, &[&keys[0].1, &keys[1].1]);
    for disk in world.config["disks"].as_array_mut().unwrap() {
        disk["custody"] = json!("bóveda, Dirección");
    }
    world.backup(&[]).exits(0);

    for disk in 0..world.disks.len() {
        for dataset in DATASETS {
            proved(&world, disk, dataset, &keys);
        }
        assert_eq!(world.litter(disk), Vec::<String>::new());
        let register = "cat \"$1\"/register/FO-06-*.jsonl";
        assert!(sh_text(register, &[text(&world.disks[disk].path)]).contains("cifrado: age, 2 llaves públicas"));
    }
    let searched = ["disco-a", "disco-b", "state", "log", "agent"];
    nowhere(&world, &searched, MARK);
    nowhere(&world, &searched, "AGE-SECRET-KEY-1[A-Z0-9]{58}");

    for (number, (file, public)) in keys.iter().enumerate() {
        let sheet = world.at(&format!("hoja-{number}.pdf"));
        world.run(&["key", "sheet", "--identity", file, "--to", &sheet, "--with-secret"]).exits(0);
        let paper = paper(&sheet);
        for words in ["recuperación", "bóveda, Dirección", "institución están cifradas", "dueños", "«La suma", public]
        {
            assert!(paper.iter().any(|line| line.contains(words)), "no {words} on {paper:#?}");
        }
        stranger(&world, &sources, number, &paper);
    }
}

/// What holds for each backup by the disk alone.
fn proved(world: &World, disk: usize, dataset: &str, keys: &[(String, String); 2]) {
    let kept = world.only(disk, &format!("agente/{dataset}"));
    assert_eq!(kept.manifest["encryption"]["recipients"], json!([keys[0].1, keys[1].1]));
    let read_back = &kept.manifest["read_back"];
    assert_eq!((&kept.manifest["format"], &read_back["how"]), (&json!(2), &json!("direct")));
    assert_eq!(read_back["decompressed"], json!(disk == 0));
    sh("cd \"$1\" && sha256sum -c --strict \"$2.sha256\"", &[text(&kept.folder), &kept.stamp]);
    for file in kept.manifest["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap();
        assert!(name.ends_with(".zst.age"), "{name}");
        assert!(bytes(&kept.folder.join(name)).starts_with(b"age-encryption.org/v1\n"));
        for (key, _) in keys {
            let plain = "age -d -i \"$1\" \"$2\" | zstd -dcq | sha256sum | cut -d ' ' -f 1";
            assert_eq!(sh_text(plain, &[key, text(&kept.folder.join(name))]), file["plain_sha256"].as_str().unwrap());
        }
    }
}

/// Restores everything in an empty home by the lines on the paper, from the second disk.
fn stranger(world: &World, sources: &Sources, number: usize, paper: &[String]) {
    let home = world.path(&format!("casa-{number}"));
    fs::create_dir(&home).unwrap();
    let key = paper.iter().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap();
    fs::write(home.join("llave.txt"), format!("{key}\n")).unwrap();
    let fresh = Postgres::start(&world.path(&format!("nuevo-{number}")));
    let mut client = fs::read_to_string(&sources.mariadb.defaults).unwrap();
    client.push_str(&format!("socket={}\n", sources.mariadb.socket.display()));
    fs::write(home.join(".my.cnf"), client).unwrap();
    let database = format!("vuelta_{number}");

    let work = |dataset: &str, lines: &[&str]| {
        let kept = world.only(1, &format!("agente/{dataset}"));
        let blanks = [
            ("/media/*/DISCO", text(&world.disks[1].path)),
            ("SERVIDOR/DATOS", &format!("agente/{dataset}")),
            ("FECHA", &kept.stamp),
            ("NOMBRE", &database),
            ("DESTINO", &format!("de-{dataset}")),
            ("resguardo restore", &format!("{} restore", text(&system_tests::command::resguardo()))),
        ];
        let begin = ["chmod 600", "/media/*/DISCO", "FECHA.sha256", "set -o pipefail"];
        let script = typed(paper, &[&begin[..], lines].concat(), &blanks);
        type_at(&home, &[("PGHOST", text(&fresh.socket))], &script)
    };
    work("quejas", &["FECHA.roles", "createdb", "FECHA.pgdump", "pg_restore"]);
    assert!(fresh.dump(&database) == sources.postgres.dump("quejas"), "the database is not what it was");
    work("quejas", &["resguardo restore"]);
    work("portal", &["CREATE DATABASE", "mariadb NOMBRE"]);
    assert!(sources.mariadb.dump(&database) == sources.mariadb.dump("portal"), "the database is not what it was");
    assert!(work("encuestas", &["FECHA.sqlite", "integrity_check"]).contains("ok"));
    let [original, restored] =
        [&sources.sqlite, text(&home.join("datos.sqlite"))].map(|path| sh("sqlite3 \"$1\" .dump", &[path]));
    assert!(original == restored, "the database is not what it was");
    work("sitio", &["mkdir", "FECHA.tar"]);
    let portrait = "cd \"$1\"; find . -printf '%P|%y|%m|%U:%G|%l\\n' | sort; sha256sum foto año/índice";
    let [original, restored] = [&sources.tree, &home.join("de-sitio")].map(|tree| sh_text(portrait, &[text(tree)]));
    assert_eq!(original, restored);
    readme(world, &home);
}

/// LEEME.txt on the disk says the same, for any file.
fn readme(world: &World, home: &Path) {
    let readme = fs::read_to_string(world.disks[1].path.join("LEEME.txt")).unwrap();
    let line = readme.lines().map(str::trim).find(|line| line.ends_with("> ~/FECHA.SUFIJO")).unwrap();
    let kept = world.only(1, "agente/encuestas");
    let line = line.replace("FECHA", &kept.stamp).replace("SUFIJO", "sqlite");
    let script = format!("set -o pipefail\ncd '{}'\n{line}", kept.folder.display());
    type_at(home, &[], &script);
    let restored = home.join(format!("{}.sqlite", kept.stamp));
    assert!(bytes(&restored) == bytes(&home.join("datos.sqlite")));
}

#[test]
fn the_program_restores_and_verifies_with_a_key_and_says_plainly_what_it_cannot_without() {
    let (world, kept, file, good) = kept_world();
    let (wrong, wrong_public) = key(&world, "otra");
    let recipient = kept.manifest["encryption"]["recipients"][0].as_str().unwrap().to_owned();
    let looked = |outcome: &system_tests::command::Outcome| {
        let list = outcome.json()["archives"].as_array().unwrap().clone();
        let it = |key: &str| list.iter().map(|entry| entry[key].clone()).collect::<Vec<Value>>();
        (it("ok"), it("encrypted"), it("dump_looked_at"))
    };
    let both = |value: bool| vec![json!(value), json!(value)];

    let with = world.run(&["verify", "plano/dato", "--identity", &file, "--json"]);
    assert_eq!(looked(with.exits(0)), (both(true), both(true), both(true)));
    let without = world.run(&["verify", "plano/dato", "--json"]);
    assert_eq!(looked(without.exits(0)), (both(true), both(true), both(false)));
    world.run(&["verify", text(&world.disks[1].path)]).exits(0).says("the dump was not looked at");
    let other = world.run(&["verify", "plano/dato", "--identity", &wrong]);
    other.exits(1).says(&recipient).says(&wrong_public).says("unread");

    let restored = world.run(&["restore", "plano/dato", "--to", "-", "--identity", &file]);
    assert!(restored.exits(0).stdout == good);
    let archive = kept.file("bin.zst.age");
    world.run(&["restore", text(&archive), "--to", &world.at("x"), "--identity", &file]).exits(0);
    assert!(bytes(&world.path("x").join(format!("{}.bin", kept.stamp))) == good);
    for (identity, words) in [(None, "no private key was given"), (Some(&wrong), "is not one of its recipients")] {
        let mut asked = vec!["restore", "plano/dato", "--to"];
        let folder = world.at("nada");
        asked.push(&folder);
        asked.extend(identity.iter().flat_map(|file| ["--identity", file.as_str()]));
        world.run(&asked).exits(1).says("--identity FILE").says(words).says(&recipient);
        let left = fs::read_dir(&folder).map(Iterator::count).unwrap_or(0);
        assert_eq!(left, 0, "something was left in {folder}");
        assert!(world.run(&[&asked[..2], &["--to", "-"]].concat()).stdout.is_empty());
    }
}

#[test]
fn a_changed_encrypted_archive_is_found_and_the_next_copy_is_taken() {
    let (world, kept, file, good) = kept_world();
    let archive = kept.file("bin.zst.age");
    let whole = bytes(&archive);
    type Spoil = fn(&mut Vec<u8>);
    let spoils: [(&str, Spoil); 8] = [
        ("the head", |bytes| bytes[5] ^= 1),
        ("a recipient", |bytes| bytes[60] ^= 1),
        ("the head's digest", |bytes| bytes[500] ^= 1),
        ("the first bytes", |bytes| bytes[2000] ^= 1),
        ("the middle", |bytes| {
            let at = bytes.len() / 2;
            bytes[at] ^= 0x80
        }),
        ("the table", |bytes| {
            let at = bytes.len() - 30;
            bytes[at] ^= 1
        }),
        ("zeros of the same length", |bytes| bytes.fill(0)),
        ("two pieces swapped", |bytes| {
            let head = bytes.windows(5).position(|window| window == b"\n--- ").unwrap() + 64;
            bytes[head..head + 2 * 65_552].rotate_left(65_552);
        }),
    ];
    for (what, spoil) in spoils {
        let mut spoiled = whole.clone();
        spoil(&mut spoiled);
        fs::write(&archive, spoiled).unwrap();
        world.run(&["verify", "disco-a"]).exits(8).says("plano/dato");
        world.run(&["verify", "disco-a", "--identity", &file]).exits(8).says("plano/dato");
        let folder = world.at("vuelta");
        let from_bad = ["restore", "plano/dato", "--disk", "disco-a", "--identity", &file, "--to", &folder];
        let refused = world.run(&from_bad);
        assert_eq!(refused.code, 8, "{what}: {}", refused.said());
        assert_eq!(fs::read_dir(&folder).map(Iterator::count).unwrap_or(0), 0, "{what}: something was left");
        world.run(&["restore", "plano/dato", "--identity", &file, "--to", &folder]).exits(0).says("disco-b");
        assert!(bytes(&Path::new(&folder).join(format!("{}.bin", kept.stamp))) == good, "{what}");
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::write(&archive, &whole[..whole.len() - 1]).unwrap();
    world.run(&["verify", "disco-a", "--identity", &file]).exits(8);
}

#[test]
fn keys_are_changed_at_any_time_and_each_backup_says_whose_it_is() {
    let (mut world, old, old_file, good) = kept_world();
    let (new_file, new_public) = key(&world, "nueva");
    encrypt_to(&mut world, &[&new_public]);
    world.config["encryption"]["identity"] = json!({ "file": old_file });
    let shown = world.run(&["key", "show", "--json"]);
    assert_eq!(shown.exits(13).json()["fits"], json!(false));
    assert_eq!(world.run(&["key", "show", "--identity", &new_file, "--json"]).exits(0).json()["fits"], json!(true));
    world.backup(&[]).exits(0);
    let kept = world.kept(0, "plano/dato");
    assert_eq!((kept.len(), &kept[1].manifest["encryption"]["recipients"]), (2, &json!([new_public])));

    let restore = |stamp: &str, identity: &[&str]| {
        let archive = format!("plano/dato/{stamp}");
        world.run(&[&["restore", archive.as_str(), "--to", "-"], identity].concat())
    };
    let ring = world.at("llavero");
    sh("umask 077; cat \"$1\" \"$2\" > \"$3\"", &[&old_file, &new_file, &ring]);
    for stamp in [&old.stamp, &kept[1].stamp] {
        assert!(restore(stamp, &["--identity", &ring]).exits(0).stdout == good);
    }
    // The configured key still opens what was made for it.
    assert!(restore(&old.stamp, &[]).exits(0).stdout == good);
    restore(&old.stamp, &["--identity", &new_file]).exits(1);
    restore(&kept[1].stamp, &[]).exits(1).says(&new_public);
    // And what comes after encryption was given up is plain again.
    world.config.as_object_mut().unwrap().remove("encryption");
    world.backup(&[]).exits(0);
    let kept = world.kept(0, "plano/dato");
    let plain = kept.last().unwrap();
    assert_eq!((&plain.manifest["format"], plain.manifest.get("encryption")), (&json!(1), None));
    assert!(sh("zstd -dcq \"$1\"", &[text(&plain.file("bin.zst"))]) == good);
}

#[test]
fn keys_are_made_once_read_by_their_owner_alone_and_never_said() {
    let mut world = World::new();
    world.server("plano", "plain");
    world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo nota", "suffix": "txt" }));
    let (file, sheet) = (world.at("llave"), world.at("hoja.pdf"));
    let made = world.run(&["key", "generate", "--to", &file, "--sheet", &sheet]);
    made.exits(0);
    let text_of = |path: &str| fs::read_to_string(path).unwrap();
    let secret = text_of(&file).lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap().to_owned();
    let mode = |path: &str| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(&sheet)), (0o600, 0o600));
    let paper = paper(&sheet).join("\n");
    let digest = sh_text("sha256sum < \"$1\" | cut -d ' ' -f 1", &[&file]);
    let public = sh_text("age-keygen -y \"$1\"", &[&file]);
    assert!(!paper.contains("AGE-SECRET-KEY-1Q") && !paper.contains(&secret) && !made.said().contains(&secret));
    assert!(paper.contains(&digest) && paper.contains(&public), "{paper}");
    assert!(!sh("cat \"$1\"", &[&sheet]).windows(secret.len()).any(|window| window == secret.as_bytes()));

    world.run(&["key", "generate", "--to", &file]).exits(11);
    world.run(&["key", "generate", "--to", &world.at("otra"), "--sheet", &sheet]).exits(11);
    assert!(!world.path("otra").exists(), "a key was made without its sheet");
    world.run(&["key", "sheet", "--identity", &file, "--to", &sheet]).exits(11);
    assert!(text_of(&file).contains(&secret), "the key is what it was");

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let open = world.run(&["key", "show", "--identity", &file]);
    open.exits(2).says("chmod 600");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&file, format!("{secret}x\n")).unwrap();
    let bad = world.run(&["key", "show", "--identity", &file]);
    bad.exits(2).says("line 1");
    assert!(!bad.said().contains("AGE-SECRET-KEY-1Q") && !bad.said().contains(&secret));
}
