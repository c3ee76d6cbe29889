//! The way back: single files out of a tree, and every kind onto a fresh server over SSH. Nothing is overwritten without
//! being told, and what fails leaves nothing that looks good.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use system_tests::command::{sh, sh_text, text, until};
use system_tests::mariadb::MariaDb;
use system_tests::postgres::Postgres;
use system_tests::world::{World, bytes};

/// A world whose server has a tree of eleven files of 4 MiB that cannot be compressed, and some small ones.
fn world_of_files() -> (World, String) {
    let mut world = World::new();
    world.server("plano", "plain");
    let tree = world.at("sitio");
    let plant = "mkdir -p \"$1/fotos/año\" \"$1/textos\" \"$1/vacía\"; cd \"$1\"
        for n in 01 02 03 04 05 06 07 08 09 10 11; do head -c 4194304 /dev/urandom > fotos/$n.bin; done
        printf '<h1>Inicio</h1>' > index.html; ln index.html textos/duro.html; ln -s ../index.html textos/enlace
        printf hola > 'fotos/año/con espacio y ñ.txt'; printf x > $'textos/l\\303\\255nea\\nnueva'
        chown 1234:5678 'fotos/año/con espacio y ñ.txt'; chmod 640 'fotos/año/con espacio y ñ.txt'
        setfattr -n user.origen -v DIACO index.html; setfacl -m u:nobody:r index.html
        touch -d '2001-02-03 04:05:06.789' index.html";
    sh(plant, &[&tree]);
    world.dataset(&json!({ "name": "sitio", "kind": "files", "path": tree }));
    world.backup(&[]).exits(0);
    (world, tree)
}

/// Everything that is to be known about some paths of a tree, as text.
fn portrait(folder: &str, paths: &[&str]) -> String {
    let portrait = "cd \"$1\"; shift; stat -c '%n|%F|%a|%u:%g|%h|%y|%s' \"$@\"; sha256sum \"$@\" 2>/dev/null || true
        getfacl -np \"$@\"; getfattr -hd -m - \"$@\"";
    sh_text(portrait, &[&[folder], paths].concat())
}

#[test]
fn single_files_are_listed_and_restored_without_reading_the_rest() {
    let (world, tree) = world_of_files();
    let kept = world.only(0, "plano/sitio");
    let list = sh_text("zstdcat \"$1\" | cut -f 5", &[text(&kept.file("members.zst"))]);
    assert!(list.lines().any(|line| line == "./fotos/año/con espacio y ñ.txt"), "{list}");
    assert!(sh_text("cat \"$1\"", &[text(&kept.file("sha256"))]).contains(".members.zst"));
    assert_eq!(world.litter(0), Vec::<String>::new());

    let contents = world.run(&["contents", "plano/sitio", "--json"]);
    let contents = contents.exits(0).json();
    let members = contents["members"].as_array().unwrap();
    let entry = members.iter().find(|member| member["path"] == "fotos/03.bin").unwrap();
    assert_eq!((&entry["size"], &entry["kind"]), (&json!(4_194_304), &json!("file")));
    assert_eq!(json!(members.len()), kept.main()["evidence"]["members"]);
    world.run(&["contents", "plano/sitio", "textos"]).exits(0).says(r"textos/línea\x0anueva");
    world.run(&["contents", "plano/sitio", "no/hay"]).exits(10);

    let to = world.at("uno");
    let paths = ["fotos/año/con espacio y ñ.txt", "index.html"];
    let restored = world.run(&["restore", "plano/sitio", "--to", &to, "--json", "--member", paths[0], paths[1]]);
    let report = restored.exits(0).json();
    let (read, whole) = (report["bytes_read"].as_u64().unwrap(), kept.main()["archive_bytes"].as_u64().unwrap());
    // Two frames of at most 4 MiB out of eleven.
    assert!(read < whole / 4, "{read} of {whole} bytes were read");
    // A link that was not asked for is not made.
    let but_links = |text: String| text.replace("|2|", "|1|");
    assert_eq!(portrait(&to, &paths), but_links(portrait(&tree, &paths)));
    assert!(!Path::new(&to).join("fotos/01.bin").exists());
}

#[test]
fn a_folder_means_all_below_it_and_a_hard_link_brings_its_file() {
    let (world, tree) = world_of_files();
    let to = world.at("varios");
    world.run(&["restore", "plano/sitio", "--to", &to, "--member", "textos", "**/03.bin"]).exits(0);
    sh(
        "diff -r --no-dereference \"$1/textos\" \"$2/textos\"; cmp \"$1/fotos/03.bin\" \"$2/fotos/03.bin\"",
        &[&tree, &to],
    );
    let inode = "stat -c %i \"$1/textos/duro.html\" \"$1/index.html\" | uniq | wc -l";
    assert_eq!(sh_text(inode, &[&to]), "1");
    // What is there already is not touched, and nothing is added to it.
    sh("echo mío > \"$1/index.html\"", &[&to]);
    world.run(&["restore", "plano/sitio", "--to", &to, "--member", "index.html", "fotos/04.bin"]).exits(11);
    assert_eq!(sh_text("cat \"$1/index.html\"", &[&to]), "mío");
    assert!(!Path::new(&to).join("fotos/04.bin").exists());
    // Beside it there is room.
    world.run(&["restore", "plano/sitio", "--to", &to, "--member", "fotos/04.bin"]).exits(0);
    sh("cmp \"$1/fotos/04.bin\" \"$2/fotos/04.bin\"", &[&tree, &to]);
}

#[test]
fn a_pattern_that_matches_nothing_is_an_error_and_nothing_is_restored() {
    let (world, _tree) = world_of_files();
    let to = world.at("nada");
    let outcome = world.run(&["restore", "plano/sitio", "--to", &to, "--member", "index.html", "index.htm"]);
    assert_ne!(outcome.code, 0);
    outcome.says("matches \"index.htm\"");
    assert!(!Path::new(&to).exists() && !world.path("nada.unfinished").exists());
}

#[test]
fn a_list_of_members_that_is_damaged_or_gone_costs_time_and_nothing_else() {
    let (world, tree) = world_of_files();
    let list = world.only(0, "plano/sitio").file("members.zst");
    let whole = bytes(&list);
    for (number, damage) in ["flip", "cut", "gone"].into_iter().enumerate() {
        let mut damaged = whole.clone();
        match damage {
            "flip" => damaged[whole.len() / 2] ^= 1,
            _ => damaged.truncate(whole.len() / 2),
        }
        fs::write(&list, damaged).unwrap();
        if damage == "gone" {
            fs::remove_file(&list).unwrap();
        }
        let to = world.at(&format!("a{number}"));
        let words = ["restore", "plano/sitio", "--disk", "disco-a", "--to", &to, "--json", "--member", "fotos/05.bin"];
        let report = world.run(&words).exits(0).json();
        assert!(report["bytes_read"].as_u64().unwrap() > 40_000_000, "{report}");
        sh("cmp \"$1/fotos/05.bin\" \"$2/fotos/05.bin\"", &[&tree, &to]);
        world.run(&["verify", "disco-a"]).exits(8).says("list of members");
    }
}

#[test]
fn a_damaged_frame_fails_the_members_in_it_and_another_copy_takes_its_place() {
    let (world, tree) = world_of_files();
    let file = world.only(0, "plano/sitio").file("tar.zst");
    let mut archive = bytes(&file);
    let middle = archive.len() / 2;
    archive[middle] ^= 1;
    fs::write(&file, archive).unwrap();
    let from_bad = |to: &str, words: &[&str]| {
        world.run(&[&["restore", "plano/sitio", "--disk", "disco-a", "--to", to][..], words].concat())
    };
    from_bad(&world.at("x"), &["--member", "fotos"]).exits(8);
    assert!(!world.path("x").exists() && !world.path("x.unfinished").exists());
    from_bad(&world.at("x"), &["--extract"]).exits(8);
    assert!(!world.path("x").exists() && !world.path("x.unfinished").exists());
    // What does not lie in that frame is as good as ever.
    from_bad(&world.at("y"), &["--member", "index.html"]).exits(0);
    let any = world.run(&["restore", "plano/sitio", "--to", &world.at("z"), "--member", "fotos"]);
    any.exits(0).says("disco-a").says("disco-b");
    sh("diff -r \"$1/fotos\" \"$2/fotos\"", &[&tree, &world.at("z")]);
}

/// A world with a server that is backed up and another that is restored onto; both are this machine.
fn two_servers(mode: &str) -> World {
    let mut world = World::new();
    world.server("viejo", mode);
    world.server("nuevo", mode)["datasets"] = json!([]);
    world.config["plans"][0]["datasets"] = json!(["viejo/*"]);
    world
}

fn add(world: &mut World, server: usize, dataset: &Value) {
    world.config["servers"][server]["datasets"].as_array_mut().unwrap().push(dataset.clone());
}

const QUEJAS: &str = "
    CREATE ROLE ventanilla LOGIN PASSWORD 'Ventanilla-2026';
    CREATE TABLE quejas (id serial PRIMARY KEY, texto text NOT NULL, foto bytea);
    ALTER TABLE quejas OWNER TO ventanilla;
    INSERT INTO quejas (texto, foto) SELECT 'año ' || n || E' «cobro» \\t\\n', decode(md5(n::text), 'hex')
        FROM generate_series(1, 90000) n;
    CREATE INDEX ON quejas (texto);
    CREATE VIEW altas AS SELECT * FROM quejas WHERE id > 100;";

/// Two clusters, and a backup of a database of the first in this format.
fn postgres_world(mode: &str, format: &str) -> (World, Postgres, Postgres) {
    let mut world = two_servers(mode);
    let (old, new) = (Postgres::start(&world.path("viejo")), Postgres::start(&world.path("nuevo")));
    old.sql("postgres", "CREATE DATABASE \"quejas 2026\"");
    old.sql("quejas 2026", QUEJAS);
    let dataset = |socket: &Path| {
        json!({ "name": "quejas", "kind": "postgres", "database": "quejas 2026", "host": socket, "user": "postgres",
                "format": format, "prefix": ["sudo", "-n", "-u", "postgres"] })
    };
    add(&mut world, 0, &dataset(&old.socket));
    add(&mut world, 1, &dataset(&new.socket));
    world.backup(&["viejo/quejas"]).exits(0);
    (world, old, new)
}

fn databases(cluster: &Postgres) -> String {
    cluster.sql("postgres", "SELECT datname FROM pg_database WHERE datname !~ '^template|^postgres$' ORDER BY 1")
}

#[test]
fn a_postgres_database_is_loaded_into_a_fresh_cluster_over_ssh_with_its_roles() {
    for (mode, format) in [("plain", "custom"), ("agent", "plain")] {
        let (world, old, new) = postgres_world(mode, format);
        let original = old.dump("quejas 2026");
        let restore = |words: &[&str]| world.run(&[&["restore", "viejo/quejas", "--on", "nuevo"][..], words].concat());
        // Without its roles it cannot be whole, and what was loaded of it goes again.
        restore(&[]).exits(14).says("--roles").says("removed again");
        assert_eq!(databases(&new), "");
        let report = restore(&["--roles", "--json"]).exits(0).json();
        assert_eq!((&report["target"], &report["disk"]), (&json!("quejas 2026"), &json!("disco-a")));
        assert!(new.dump("quejas 2026") == original, "{format}: the database is not what it was");
        let verifier = "SELECT rolpassword FROM pg_authid WHERE rolname = 'ventanilla'";
        assert_eq!(new.sql("postgres", verifier), old.sql("postgres", verifier));

        // Nothing is overwritten without being told, neither the database nor a role.
        new.sql("postgres", "ALTER ROLE ventanilla PASSWORD 'Otra'");
        new.sql("quejas 2026", "DELETE FROM quejas WHERE id > 5");
        restore(&[]).exits(11).says("--overwrite");
        restore(&["--into-existing"]).exits(11);
        restore(&["--overwrite"]).exits(11).says("--yes");
        restore(&["--part", "roles"]).exits(0);
        assert_ne!(new.sql("postgres", verifier), old.sql("postgres", verifier));
        assert_eq!(new.sql("quejas 2026", "SELECT count(*) FROM quejas").trim(), "5");

        restore(&["--database", "otra"]).exits(0);
        assert!(new.dump("otra") == original);
        new.sql("postgres", "CREATE DATABASE vacía TEMPLATE template0");
        restore(&["--database", "vacía"]).exits(11).says("--into-existing");
        restore(&["--database", "vacía", "--into-existing"]).exits(0);
        assert!(new.dump("vacía") == original);

        restore(&["--overwrite", "--yes"]).exits(0).says("_before_");
        assert!(new.dump("quejas 2026") == original);
        let before = databases(&new).lines().find(|name| name.contains("_before_")).unwrap().to_owned();
        assert_eq!(new.sql(&before, "SELECT count(*) FROM quejas").trim(), "5");
    }
}

#[test]
fn damage_in_the_middle_leaves_no_database_that_looks_good() {
    for format in ["custom", "plain"] {
        let (world, _old, new) = postgres_world("plain", format);
        new.sql("postgres", "CREATE ROLE ventanilla");
        new.sql("postgres", "CREATE DATABASE vacía TEMPLATE template0");
        let kept = world.only(0, "viejo/quejas");
        let file = kept.file(if format == "custom" { "pgdump.zst" } else { "sql.zst" });
        let mut archive = bytes(&file);
        // Not in the first frame, so that much has been loaded by then.
        let at = archive.len() * 3 / 4;
        archive[at] ^= 1;
        fs::write(&file, archive).unwrap();
        let from_bad = ["restore", "viejo/quejas", "--disk", "disco-a", "--on", "nuevo"];
        world.run(&from_bad).exits(8).says("removed again");
        world.run(&[&from_bad[..], &["--database", "vacía", "--into-existing"]].concat()).exits(8);
        assert_eq!(databases(&new).trim(), "vacía");
        assert_eq!(new.sql("vacía", "SELECT count(*) FROM pg_class WHERE relname = 'quejas'").trim(), "0");
        world.run(&["restore", "viejo/quejas", "--disk", "disco-b", "--on", "nuevo"]).exits(0);
    }
}

#[test]
fn a_mariadb_database_is_loaded_onto_another_server_over_ssh() {
    let mut world = two_servers("plain");
    let (old, new) = (MariaDb::start(&world.path("mariadb-viejo")), MariaDb::start(&world.path("mariadb-nuevo")));
    old.sql(
        "CREATE DATABASE portal CHARACTER SET utf8mb4; USE portal;
         CREATE TABLE pagina (id INT PRIMARY KEY AUTO_INCREMENT, titulo VARCHAR(200), foto BLOB);
         INSERT INTO pagina (titulo, foto) SELECT CONCAT('Página ñ ', seq, '😀'), UNHEX(MD5(seq)) FROM seq_1_to_60000;
         CREATE VIEW titulos AS SELECT titulo FROM pagina;
         CREATE TRIGGER t BEFORE INSERT ON pagina FOR EACH ROW SET NEW.titulo = TRIM(NEW.titulo);
         CREATE FUNCTION doble(n INT) RETURNS INT DETERMINISTIC RETURN n * 2;",
    );
    let dataset = |server: &MariaDb| {
        json!({ "name": "portal", "kind": "mysql", "database": "portal", "socket": server.socket,
                "defaults_file": server.defaults })
    };
    add(&mut world, 0, &dataset(&old));
    let mut elsewhere = dataset(&new);
    elsewhere["name"] = json!("conexion");
    add(&mut world, 1, &elsewhere);
    world.backup(&["viejo/portal"]).exits(0);
    let restore = |words: &[&str]| {
        world.run(&[&["restore", "viejo/portal", "--on", "nuevo", "--dataset", "nuevo/conexion"][..], words].concat())
    };
    restore(&[]).exits(0);
    assert!(new.dump("portal") == old.dump("portal"), "the database is not what it was");
    restore(&[]).exits(11);
    restore(&["--database", "it`s otra"]).exits(0);
    assert!(new.dump("it`s otra") == old.dump("portal"));
    new.sql("DELETE FROM portal.pagina; CREATE DATABASE vacia");
    restore(&["--database", "vacia"]).exits(11);
    restore(&["--database", "vacia", "--into-existing"]).exits(0);
    assert!(new.dump("vacia") == old.dump("portal"));
    restore(&["--overwrite", "--yes"]).exits(0).says("DROPPED");
    assert!(new.dump("portal") == old.dump("portal"));

    let file = world.only(0, "viejo/portal").file("sql.zst");
    let mut archive = bytes(&file);
    let at = archive.len() - 2000;
    archive[at] ^= 1;
    fs::write(&file, archive).unwrap();
    restore(&["--database", "mala"]).exits(8).says("removed again").says("--disk disco-b");
    assert_eq!(new.sql("SHOW DATABASES LIKE 'mala'"), "");
}

#[test]
fn an_sqlite_file_and_a_tree_are_restored_to_new_paths_over_ssh() {
    let mut world = two_servers("agent");
    let (database, tree) = (world.at("encuestas.db"), world.at("sitio"));
    sh("sqlite3 \"$1\" 'CREATE TABLE r (t); INSERT INTO r VALUES (1), (2)'", &[&database]);
    sh(
        "mkdir -p \"$1/a/b\"; echo x > \"$1/a/b/c\"; ln -s c \"$1/a/b/d\"; chown -R 1234:5678 \"$1\"; chmod 2750 \"$1\"
        setfacl -m u:nobody:rx \"$1/a\"",
        &[&tree],
    );
    add(&mut world, 0, &json!({ "name": "encuestas", "kind": "sqlite", "path": database }));
    add(&mut world, 0, &json!({ "name": "sitio", "kind": "files", "path": tree }));
    world.backup(&["viejo/encuestas", "viejo/sitio"]).exits(0);
    let restore =
        |dataset: &str, words: &[&str]| world.run(&[&["restore", dataset, "--on", "nuevo"][..], words].concat());

    restore("viejo/encuestas", &[]).exits(11);
    let copy = world.at("nueva/carpeta/copia.db");
    restore("viejo/encuestas", &["--path", &copy]).exits(0);
    assert_eq!(sh_text("sqlite3 \"$1\" 'PRAGMA integrity_check; SELECT sum(t) FROM r'", &[&copy]), "ok\n3");
    restore("viejo/encuestas", &["--path", &copy]).exits(11);
    sh("sqlite3 \"$1\" 'DELETE FROM r'", &[&copy]);
    restore("viejo/encuestas", &["--path", &copy, "--overwrite", "--yes"]).exits(0);
    assert_eq!(sh_text("sqlite3 \"$1\" 'SELECT sum(t) FROM r'; ls \"${1%/*}\" | wc -l", &[&copy]), "3\n2");

    restore("viejo/sitio", &[]).exits(11);
    let (other, some) = (world.at("otro sitio"), world.at("parte"));
    fs::create_dir(&other).unwrap();
    restore("viejo/sitio", &["--path", &other]).exits(0);
    let portrait = "cd \"$1\"; find . -printf '%P|%y|%m|%U:%G|%T@|%l\\n' | sort; getfacl -Rnp .";
    assert_eq!(sh_text(portrait, &[&other]), sh_text(portrait, &[&tree]));
    restore("viejo/sitio", &["--path", &other]).exits(11);
    restore("viejo/sitio", &["--path", &some, "--member", "a/b/c"]).exits(0);
    assert_eq!(sh_text("cd \"$1\"; find . -type f -o -type l", &[&some]), "./a/b/c");

    let file = world.only(0, "viejo/sitio").file("tar.zst");
    let mut archive = bytes(&file);
    archive[200] ^= 1;
    fs::write(&file, archive).unwrap();
    restore("viejo/sitio", &["--path", &world.at("malo"), "--disk", "disco-a"]).exits(8);
    assert!(!world.path("malo").exists() && !world.path("malo.unfinished").exists());
}

#[test]
fn a_login_that_opens_no_shell_and_a_kind_that_cannot_be_loaded_are_refused_with_what_to_do() {
    let mut world = two_servers("plain");
    let key = world.path("limitada");
    system_tests::sshd::keygen(&key, "");
    let forced = format!("command=\"{} serve\",restrict", system_tests::command::agent().display());
    world.sshd.authorize(&key, &forced);
    world.config["servers"][1]["key"]["file"] = json!(key);
    let tree = world.at("sitio");
    sh("mkdir \"$1\"; echo x > \"$1/x\"", &[&tree]);
    add(&mut world, 0, &json!({ "name": "sitio", "kind": "files", "path": tree }));
    add(&mut world, 0, &json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    world.backup(&[]).exits(0);
    world.run(&["restore", "viejo/sitio", "--on", "nuevo", "--path", &world.at("y")]).exits(14).says("shell");
    assert_ne!(world.run(&["restore", "viejo/nota", "--on", "viejo"]).says("--to").code, 0);
    world.run(&["restore", "viejo/sitio", "--on", "nadie"]).exits(10);
    assert_ne!(world.run(&["restore", "viejo/nota", "--to", &world.at("z"), "--member", "x"]).code, 0);
}

/// Starts a restore, interrupts it once `begun` holds, and returns how it ended.
fn interrupted(world: &World, words: &[&str], begun: impl Fn() -> bool) -> i32 {
    let mut command = world.command(words);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("the restore is under way", begun);
    kill_process(Pid::from_raw(child.id().try_into().unwrap()).unwrap(), Signal::INT).unwrap();
    child.wait().unwrap().code().unwrap_or(-1)
}

#[test]
fn an_interrupted_restore_says_so_and_leaves_nothing_that_looks_good() {
    let (world, _old, new) = postgres_world("plain", "plain");
    new.sql("postgres", "CREATE ROLE ventanilla");
    // Each statement that makes something takes a second.
    let slow =
        "CREATE FUNCTION espera() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); END $$;
        CREATE EVENT TRIGGER lento ON ddl_command_end EXECUTE FUNCTION espera()";
    new.sql("postgres", "CREATE DATABASE lenta TEMPLATE template0");
    new.sql("lenta", slow);
    let words = ["restore", "viejo/quejas", "--on", "nuevo", "--database", "lenta", "--into-existing"];
    let begun = || new.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'TABLE'").trim() != "1";
    assert_eq!(interrupted(&world, &words, begun), 130);
    until("the server has let go", || {
        new.sql("lenta", "SELECT count(*) FROM pg_stat_activity WHERE datname = 'lenta' AND pid <> pg_backend_pid()")
            .trim()
            == "0"
    });
    assert_eq!(new.sql("lenta", "SELECT count(*) FROM pg_class WHERE relname = 'quejas'").trim(), "0");

    let (world, _tree) = world_of_files();
    let to = world.at("x");
    let unfinished = world.path("x.unfinished");
    let begun = || unfinished.exists() || world.path("x").exists();
    let code = interrupted(&world, &["restore", "plano/sitio", "--to", &to, "--extract"], begun);
    // It may have been quicker.
    if code == 130 {
        assert!(!world.path("x").exists() && !unfinished.exists());
    } else {
        assert_eq!(code, 0);
    }
}
