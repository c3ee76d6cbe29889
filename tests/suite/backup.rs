//! Each kind of dataset is backed up each way and comes back whole, by the program and by plain tools alone.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use system_tests::command::{run, sh, sh_text, text};
use system_tests::mariadb::MariaDb;
use system_tests::postgres::Postgres;
use system_tests::world::{Kept, World, bytes};

/// The two servers of [`World::both_ways`].
const WAYS: [&str; 2] = ["agente", "plano"];

/// Backs everything up and proves what holds for every kind: it lies on both disks, the same on both; checksums,
/// listing and verification agree; `restore` gives what `zstd` gives.
fn back_up(world: &World, datasets: &[String]) {
    let outcome = world.backup(&[]);
    outcome.exits(0);
    let listed = world.archives();
    assert_eq!(listed.len(), datasets.len() * world.disks.len(), "{listed:?}");
    for dataset in datasets {
        let kept: Vec<Kept> = (0..world.disks.len()).map(|disk| world.only(disk, dataset)).collect();
        assert_eq!(kept[0].manifest["files"], kept[1].manifest["files"]);
        for (index, kept) in kept.iter().enumerate() {
            let said = sh_text("cd \"$1\" && sha256sum -c \"$2.sha256\"", &[text(&kept.folder), &kept.stamp]);
            assert!(said.lines().all(|line| line.ends_with(": OK")), "{said}");
            assert_eq!(kept.manifest["read_back"]["how"], "direct");
            assert!(kept.manifest["disk"]["label"] == json!(["disco-a", "disco-b"][index]));
            assert!(kept.manifest["host_key"].as_str().unwrap().starts_with("SHA256:"));
        }
        restored_equals_plain(world, dataset, &kept[0]);
    }
    for disk in 0..world.disks.len() {
        assert_eq!(world.litter(disk), Vec::<String>::new());
        assert!(fs::read_to_string(world.disks[disk].path.join("LEEME.txt")).unwrap().contains("sha256sum -c"));
    }
    world.run(&["verify", "disco-a", text(&world.disks[1].path), "--json"]).exits(0);
}

fn restored_equals_plain(world: &World, dataset: &str, kept: &Kept) {
    let folder = world.path("vuelta").join(dataset);
    fs::create_dir_all(&folder).unwrap();
    world.run(&["restore", dataset, "--to", text(&folder)]).exits(0);
    for file in kept.manifest["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap();
        let restored = bytes(&folder.join(name.strip_suffix(".zst").unwrap()));
        let plain = sh("zstd -dcq \"$1\"", &[text(&kept.folder.join(name))]);
        assert!(restored == plain, "{dataset}: {name} comes back differently");
        assert_eq!(file["plain_bytes"], json!(plain.len()));
    }
    let main = world.run(&["restore", dataset, "--to", "-", "--disk", text(&world.disks[1].path)]);
    let name = kept.main()["name"].as_str().unwrap();
    assert!(main.exits(0).stdout == sh("zstd -dcq \"$1\"", &[text(&kept.folder.join(name))]));
}

fn named(ways: &[&str], datasets: &[&str]) -> Vec<String> {
    ways.iter().flat_map(|way| datasets.iter().map(move |dataset| format!("{way}/{dataset}"))).collect()
}

/// Fails unless both ways gave the same dump bit for bit, and the same archive.
fn same_both_ways(world: &World, dataset: &str) {
    let [agent, plain] = WAYS.map(|way| world.only(0, &format!("{way}/{dataset}")));
    for key in ["plain_sha256", "archive_sha256", "frames"] {
        assert_eq!(agent.main()[key], plain.main()[key], "{dataset}: {key} differs between the ways");
    }
    assert_eq!((&agent.manifest["mode"], &plain.manifest["mode"]), (&json!("agent"), &json!("plain")));
}

const QUEJAS: &str = "
    CREATE ROLE ventanilla LOGIN PASSWORD 'Ventanilla-2026';
    CREATE TABLE quejas (id serial PRIMARY KEY, texto text NOT NULL, monto numeric(12,2), foto bytea);
    ALTER TABLE quejas OWNER TO ventanilla;
    INSERT INTO quejas (texto, monto, foto)
        SELECT 'año ' || n || E' «cobro» \\t\\n', n / 7.0, decode(md5(n::text) || md5((n + 1)::text), 'hex')
        FROM generate_series(1, 60000) n;
    CREATE INDEX ON quejas (monto);
    CREATE VIEW altas AS SELECT * FROM quejas WHERE monto > 100;
    CREATE TABLE por_mes (mes date, n int) PARTITION BY RANGE (mes);
    CREATE TABLE por_mes_1 PARTITION OF por_mes FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    INSERT INTO por_mes VALUES ('2026-01-15', 3);
    SELECT lo_from_bytea(0, 'un objeto grande'::bytea);";

#[test]
fn a_postgres_database_comes_back_with_its_roles_in_a_fresh_cluster() {
    let mut world = World::new();
    let source = Postgres::start(&world.path("origen"));
    source.sql("postgres", "CREATE DATABASE \"quejas 2026\"");
    source.sql("quejas 2026", QUEJAS);
    world.both_ways();
    let dataset = |name: &str, format: &str, prefix: Value| {
        json!({ "name": name, "kind": "postgres", "database": "quejas 2026", "host": source.socket, "user": "postgres",
                "format": format, "prefix": prefix })
    };
    world.dataset(&dataset("propio", "custom", json!(["sudo", "-n", "-u", "postgres"])));
    world.dataset(&dataset("texto", "plain", json!([])));
    back_up(&world, &named(&WAYS, &["propio", "texto"]));

    let original = source.dump("quejas 2026");
    for way in WAYS {
        let fresh = Postgres::start(&world.path(&format!("nuevo-{way}")));
        let restore = "cd \"$1\"; export PGHOST=$3 PGUSER=postgres
            zstd -dc \"$2.roles.sql.zst\" | psql -d postgres
            createdb uno; zstd -dc \"$2.pgdump.zst\" | pg_restore -d uno --exit-on-error";
        let kept = world.only(0, &format!("{way}/propio"));
        sh(restore, &[text(&kept.folder), &kept.stamp, text(&fresh.socket)]);
        let restore = "cd \"$1\"; export PGHOST=$3 PGUSER=postgres
            createdb dos; zstd -dc \"$2.sql.zst\" | psql -q -d dos -v ON_ERROR_STOP=1";
        let kept = world.only(1, &format!("{way}/texto"));
        sh(restore, &[text(&kept.folder), &kept.stamp, text(&fresh.socket)]);
        for database in ["uno", "dos"] {
            assert!(fresh.dump(database) == original, "{way}: {database} is not what it was");
        }
        let verifier = "SELECT rolpassword FROM pg_authid WHERE rolname = 'ventanilla'";
        assert_eq!(fresh.sql("postgres", verifier), source.sql("postgres", verifier));
        assert_eq!(kept.main()["counts"]["before"], json!(3));
    }
}

#[test]
fn a_mariadb_database_comes_back_and_both_ways_give_the_same_dump() {
    let mut world = World::new();
    let server = MariaDb::start(&world.path("mariadb"));
    server.sql(
        "CREATE DATABASE portal CHARACTER SET utf8mb4; USE portal;
         CREATE TABLE pagina (id INT PRIMARY KEY AUTO_INCREMENT, titulo VARCHAR(200), cuerpo LONGTEXT, foto BLOB);
         INSERT INTO pagina (titulo, cuerpo, foto)
             SELECT CONCAT('Página ñ ', seq, ' \\'«😀»\\''), REPEAT(MD5(seq), 8), UNHEX(MD5(seq)) FROM seq_1_to_20000;
         CREATE VIEW titulos AS SELECT titulo FROM pagina;
         CREATE TRIGGER t BEFORE INSERT ON pagina FOR EACH ROW SET NEW.titulo = TRIM(NEW.titulo);
         CREATE FUNCTION doble(n INT) RETURNS INT DETERMINISTIC RETURN n * 2;
         CREATE EVENT limpia ON SCHEDULE EVERY 1 DAY DO DELETE FROM pagina WHERE id < 0;",
    );
    world.both_ways();
    world.dataset(&json!({ "name": "portal", "kind": "mysql", "database": "portal", "socket": server.socket,
                           "defaults_file": server.defaults }));
    back_up(&world, &named(&WAYS, &["portal"]));
    same_both_ways(&world, "portal");

    let kept = world.only(0, "agente/portal");
    let restore = "cd \"$1\"
        mariadb --defaults-file=\"$3\" -S \"$4\" -e 'CREATE DATABASE vuelta CHARACTER SET utf8mb4'
        zstd -dc \"$2.sql.zst\" | mariadb --defaults-file=\"$3\" -S \"$4\" vuelta";
    sh(restore, &[text(&kept.folder), &kept.stamp, text(&server.defaults), text(&server.socket)]);
    assert_same(&server.dump("portal"), &server.dump("vuelta"));
    assert_eq!(server.sql("SELECT vuelta.doble(21)").trim(), "42");
}

#[test]
fn an_sqlite_database_comes_back_while_another_writes_and_both_ways_give_the_same_dump() {
    let mut world = World::new();
    let path = world.at("encuestas.db");
    let make =
        "sqlite3 -batch \"$1\" 'PRAGMA journal_mode=WAL; CREATE TABLE r (id INTEGER PRIMARY KEY, t TEXT, b BLOB);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
        INSERT INTO r SELECT i, \"año \" || i, randomblob(100) FROM n;' >/dev/null";
    sh(make, &[&path]);
    // A transaction that is never committed stays open meanwhile.
    let open = "printf 'BEGIN IMMEDIATE; INSERT INTO r VALUES (0, 0, 0);\\n.shell echo > \"%s\"\\n' \"$2\"; cat \"$3\"";
    sh("mkfifo \"$1\" \"$2\"", &[&world.at("abierta"), &world.at("cierra")]);
    let script = format!("({open}) | sqlite3 -batch \"$1\"");
    let mut writer = std::process::Command::new("bash");
    writer.args(["-c", &script, "script", &path, &world.at("abierta"), &world.at("cierra")]);
    let mut writer = writer.spawn().unwrap();
    sh("cat \"$1\"", &[&world.at("abierta")]);

    world.both_ways();
    world.dataset(&json!({ "name": "encuestas", "kind": "sqlite", "path": path }));
    back_up(&world, &named(&WAYS, &["encuestas"]));
    same_both_ways(&world, "encuestas");
    sh("echo > \"$1\"", &[&world.at("cierra")]);
    writer.wait().unwrap();

    let kept = world.only(1, "plano/encuestas");
    let restore = "cd \"$1\"; zstd -dq \"$2.sqlite.zst\" -o \"$3\"; sqlite3 \"$3\" 'PRAGMA integrity_check'";
    assert_eq!(sh_text(restore, &[text(&kept.folder), &kept.stamp, &world.at("datos.sqlite")]), "ok");
    let [original, restored] = [path, world.at("datos.sqlite")].map(|path| sh("sqlite3 \"$1\" .dump", &[&path]));
    assert!(original == restored, "the database is not what it was");
}

/// A tree with everything that a tree can have.
fn plant(folder: &Path) {
    let plant = "mkdir -p \"$1/fotos/año\" \"$1/vacía\" \"$1/cache\"; cd \"$1\"
        printf '<h1>Inicio</h1>' > index.html
        head -c 11000000 /dev/urandom > fotos/grande.bin
        head -c 100000 /dev/zero > 'fotos/año/con espacio y ñ.jpg'
        printf x > $'fotos/l\\303\\255nea\\nnueva'
        : > nada
        printf y > -opcion
        ln -s index.html inicio; ln -s no-hay roto; ln index.html duro; mkdir enlaces; ln -s /no/hay/nada enlaces/afuera
        mkfifo tubo
        truncate -s 3M escaso; printf fin >> escaso
        n=$(printf 'n%.0s' {1..120}); mkdir -p \"$n/$n\"; printf hondo > \"$n/$n/$n\"
        chown 1234:5678 fotos; chown -h nobody:nogroup roto; chmod 6751 index.html; chmod 1777 vacía; chmod 0 nada
        setfattr -n user.origen -v DIACO index.html
        setfacl -m u:nobody:r,g:daemon:rw fotos/grande.bin; setfacl -d -m u:nobody:rx fotos
        touch -d '2001-02-03 04:05:06.789' fotos/grande.bin
        printf no > cache/temporal";
    sh(plant, &[text(folder)]);
}

/// Everything that is to be known about a tree, as text.
fn portrait(folder: &Path) -> String {
    let portrait = "cd \"$1\"
        stat -c '%a %u:%g' .; find . -mindepth 1 -printf '%P|%y|%m|%U:%G|%n|%T@|%l|' \\( -type d -printf '\\n' -o -printf '%s\\n' \\) | sort
        find . -type f -print0 | sort -z | xargs -0 sha256sum
        getfacl -Rnp . | grep -v '^$'; getfattr -Rhd -m - . | sort";
    sh_text(portrait, &[text(folder)])
}

/// Fails with the lines that differ.
#[track_caller]
fn assert_same(original: &str, restored: &str) {
    let [original, restored]: [BTreeSet<&str>; 2] = [original, restored].map(|portrait| portrait.lines().collect());
    let differ: Vec<_> = original.symmetric_difference(&restored).collect();
    assert!(differ.is_empty(), "what came back is not what it was: {differ:#?}");
}

#[test]
fn a_tree_comes_back_with_owners_modes_links_and_attributes_and_every_way_gives_the_same_dump() {
    let mut world = World::new();
    let tree = world.path("sitio");
    plant(&tree);
    world.both_ways();
    install(&mut world);
    world.dataset(&json!({ "name": "sitio", "kind": "files", "path": tree, "exclude": ["./cache/*"] }));
    allow(&world, "instalado");
    back_up(&world, &named(&["agente", "plano", "instalado"], &["sitio"]));
    same_both_ways(&world, "sitio");
    let installed = world.only(0, "instalado/sitio");
    assert_eq!(installed.main()["archive_sha256"], world.only(0, "plano/sitio").main()["archive_sha256"]);
    assert_eq!(installed.manifest["mode"], "installed");

    // GNU tar makes links that lead out of the tree last of all, and with them the time of their folder.
    sh("rm \"$1/cache/temporal\"; touch -d @0 \"$1/cache\" \"$1/enlaces\"", &[text(&tree)]);
    let original = portrait(&tree);
    let kept = world.only(0, "agente/sitio");
    let restore = "cd \"$1\"; mkdir \"$3\"; zstd -dc \"$2.tar.zst\" | tar -x --xattrs --acls -p -C \"$3\"
        touch -d @0 \"$3/cache\" \"$3/enlaces\"";
    sh(restore, &[text(&kept.folder), &kept.stamp, &world.at("a-mano")]);
    assert_same(&original, &portrait(&world.path("a-mano")));

    let folder = world.at("extraído");
    fs::create_dir(&folder).unwrap();
    world.run(&["restore", "plano/sitio", "--to", &folder, "--extract"]).exits(0);
    sh("touch -d @0 \"$1/cache\" \"$1/enlaces\"", &[&folder]);
    assert_same(&original, &portrait(Path::new(&folder)));
}

/// Adds the server `instalado`, whose key opens nothing but an agent with an allow-list.
fn install(world: &mut World) {
    let key = world.path("clave-limitada");
    system_tests::sshd::keygen(&key, "");
    let agent = system_tests::command::agent();
    let forced = format!("command=\"{} serve --allow {}\",restrict", agent.display(), world.at("allow.json"));
    world.sshd.authorize(&key, &forced);
    world.server("instalado", "installed")["key"]["file"] = json!(key);
}

/// Writes the allow-list of a server as the program prints it.
fn allow(world: &World, server: &str) {
    let list = world.run(&["agent-allow", server]);
    fs::write(world.path("allow.json"), &list.exits(0).stdout).unwrap();
}

#[test]
fn whatever_a_command_gives_is_kept_as_it_is() {
    let mut world = World::new();
    world.both_ways();
    let source = world.at("datos.bak");
    sh("head -c 13000000 /dev/urandom > \"$1\"; printf 'fin del respaldo\\n' >> \"$1\"", &[&source]);
    world
        .dataset(&json!({ "name": "contratos", "kind": "command", "command": format!("cat '{source}'; echo nota >&2"),
                           "suffix": "bak", "trailer": "fin del respaldo", "min_bytes": 1000 }));
    back_up(&world, &named(&WAYS, &["contratos"]));
    same_both_ways(&world, "contratos");
    let kept = world.only(0, "agente/contratos");
    assert!(sh("zstd -dcq \"$1\"", &[text(&kept.file("bak.zst"))]) == bytes(Path::new(&source)));
    assert!(kept.manifest["warnings"].to_string().contains("nota"), "{}", kept.manifest);
}

#[test]
fn a_server_behind_another_is_reached_through_it() {
    let mut world = World::new();
    world.server("salto", "plain");
    world.server("adentro", "agent")["jump"] = json!("salto");
    world.dataset(&json!({ "name": "hora", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    world.backup(&["adentro/hora"]).exits(0);
    assert_eq!(world.only(0, "adentro/hora").main()["plain_bytes"], 5);
    assert!(world.sshd.log().contains("direct-tcpip") || world.sshd.log().matches("Accepted publickey").count() == 2);
}

#[test]
fn a_backup_is_verified_by_its_name_on_every_disk() {
    let mut world = World::new();
    world.server("plano", "plain");
    world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    world.backup(&[]).exits(0);
    let whole = format!("plano/nota/{}", world.only(0, "plano/nota").stamp);
    for name in ["plano/nota", &whole] {
        let verified = world.run(&["verify", name, "--json"]);
        assert_eq!(verified.exits(0).json()["archives"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn a_disk_alone_is_enough_to_list_verify_and_restore() {
    let mut world = World::new();
    world.server("plano", "plain");
    world.dataset(&json!({ "name": "nota", "kind": "command", "command": "echo dato", "suffix": "txt" }));
    world.backup(&[]).exits(0);
    let disk = world.disks[1].path.clone();
    let alone = |words: &[&str]| {
        let mut command = std::process::Command::new(system_tests::command::resguardo());
        run(command.args(["--config", "/nonexistent/resguardo.yaml"]).args(words).current_dir("/"))
    };
    alone(&["archives", "--disk", text(&disk)]).exits(0).says("plano/nota");
    alone(&["verify", text(&disk)]).exits(0);
    let archive = world.only(1, "plano/nota").file("txt.zst");
    alone(&["verify", text(&archive)]).exits(0);
    let restored = alone(&["restore", "plano/nota", "--to", "-", "--disk", text(&disk)]);
    assert_eq!(restored.exits(0).stdout, b"dato\n");
}
