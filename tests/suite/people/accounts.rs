//! Accounts, units and keys by the command line of a running service.

use std::fs;

use resguardo::desk::people::Role;
use resguardo::jobs::people::accounts::{self, Form};
use resguardo::jobs::people::by::By;
use resguardo::jobs::people::error::PeopleError;
use resguardo::jobs::people::{self, Session, roles, tokens, units};
use serde_json::Value;
use system_tests::command::text;
use system_tests::daemon::Daemon;

use crate::{Desk, GOOD, add, ip, told, world};

#[test]
fn nobody_can_log_in_before_the_first_administrator_is_made_and_then_with_a_first_password_alone() {
    let world = world();
    let _daemon = Daemon::start(&world, None);
    let desk = Desk::of(&world);
    assert_eq!(told(&world, &["user", "list", "--all"])["users"], Value::Array(vec![]));
    for login in ["admin", "root", "administrador"] {
        desk.log_in_from(login, login, "10.0.0.9").unwrap_err();
    }
    let first = add(&world, "MLopez", &["--role", "administrator"]);
    let shown = told(&world, &["user", "show", "mlopez"]);
    assert_eq!((&shown["must_change"], &shown["today"][0]), (&Value::Bool(true), &Value::from("administrator")));
    let begun = desk.log_in("mlopez", &first).unwrap();
    assert!(begun.session.must_change);
    world.run(&["user", "add", "mlopez", "--name", "Otra"]).exits(2).says("ya existe");
    world.run(&["user", "disable", "mlopez"]).exits(2).says("ningún administrador");
    world.run(&["user", "role", "mlopez", "administrator", "--revoke"]).exits(2).says("ningún administrador");
    world.run(&["user", "role", "mlopez", "technician"]).exits(2).says("no puede ser");
    world.run(&["user", "role", "mlopez", "king"]).exits(2).says("is no role");
    world.run(&["user", "show", "nadie"]).exits(10).says("no existe el usuario");
    let other = add(&world, "respaldo", &["--role", "administrator"]);
    assert_ne!(first, other);
    world.run(&["user", "disable", "mlopez"]).exits(0);
    assert!(desk.session(&begun.token).is_none(), "a session goes on though its user is disabled");
    desk.log_in_from("mlopez", &first, "10.0.0.3").unwrap_err();
    world.run(&["user", "enable", "mlopez"]).exits(0);
    assert!(desk.session(&begun.token).is_none(), "an ended session is back");
    desk.log_in_from("mlopez", &first, "10.0.0.3").unwrap();
    let again = told(&world, &["user", "password", "mlopez"])["password"].as_str().unwrap().to_owned();
    desk.log_in_from("mlopez", &first, "10.0.0.4").unwrap_err();
    assert!(desk.log_in_from("mlopez", &again, "10.0.0.5").unwrap().session.must_change);
}

#[test]
fn the_staff_of_a_file_is_looked_at_first_and_then_stored_whole_or_not_at_all() {
    let world = world();
    let _daemon = Daemon::start(&world, None);
    world.run(&["unit", "add", "Departamento de Informática"]).exits(0);
    add(&world, "jefa", &["--unit", "departamento de informatica", "--role", "chief"]);
    world.run(&["unit", "head", "Departamento de Informática", "jefa"]).exits(0);
    assert_eq!(told(&world, &["unit", "list"])["units"][0]["head"], "jefa");
    let file = world.path("personal.csv");
    let put = |lines: &str| fs::write(&file, format!("login,name,post,email,unit,superior\n{lines}")).unwrap();
    let import = |more: &[&str]| world.run(&[&["user", "import", text(&file), "--json"], more].concat());
    put("jefa,Ana Jefa,Jefa,ana@diaco.gob.gt,Departamento de Informática,\n\
         luis,Luis Pérez,Técnico,,departamento de informática,jefa\n\
         eva,<b onmouseover=alert(1)>Eva</b>,,,,luis\n\
         mal,,,sin arroba,,\n\
         eva,Eva,,,,\n\
         sola,Sola,,,No existe,nadie\n");
    let report = import(&["--dry-run"]).exits(1).json();
    let outcome = |line: &Value| (line["line"].as_u64().unwrap(), line["outcome"].as_str().unwrap().to_owned());
    let outcomes: Vec<_> = report["lines"].as_array().unwrap().iter().map(outcome).collect();
    let expected = [(2, "changed"), (3, "created"), (4, "created"), (5, "wrong"), (6, "wrong"), (7, "wrong")];
    assert_eq!(outcomes, expected.map(|(line, word)| (line, word.to_owned())));
    assert!(report.to_string().contains("no existe la unidad «No existe»"), "{report}");
    assert!(report.to_string().contains("dos veces"), "{report}");
    import(&[]).exits(1).says("\"stored\": false");
    assert_eq!(told(&world, &["user", "list"])["users"].as_array().unwrap().len(), 1, "a part of it was stored");

    put("jefa,Ana Jefa,Jefa,ana@diaco.gob.gt,Departamento de Informática,\n\
         luis,Luis Pérez,Técnico,,departamento de informática,jefa\n\
         eva,<b onmouseover=alert(1)>Eva</b>,,,,luis\n");
    import(&["--dry-run"]).exits(0).says("\"stored\": false");
    let stored = import(&[]).exits(0).json();
    let first = stored["lines"][1]["password"].as_str().unwrap();
    assert!(Desk::of(&world).log_in("luis", first).unwrap().session.must_change);
    assert!(stored["lines"][0].get("password").is_none(), "who was there keeps the password");
    let eva = told(&world, &["user", "show", "eva"]);
    assert_eq!((&eva["superior"], &eva["name"]), (&"luis".into(), &"<b onmouseover=alert(1)>Eva</b>".into()));
    let again = import(&[]).exits(0).json();
    assert!(again["lines"].as_array().unwrap().iter().all(|line| line["outcome"] == "unchanged"), "{again}");
}

#[test]
fn a_key_of_another_program_is_worth_what_its_scopes_and_its_person_are_until_it_is_revoked() {
    let world = world();
    let _daemon = Daemon::start(&world, None);
    add(&world, "luis", &["--role", "technician"]);
    world.run(&["token", "add", "x", "--user", "luis", "--scope", "all"]).exits(2).says("tickets:read");
    world.run(&["token", "add", "x", "--user", "nadie", "--scope", "tickets:read"]).exits(10);
    let made = told(&world, &["token", "add", "tablero", "--user", "luis", "--scope", "tickets:read"]);
    let (id, token) = (made["id"].to_string(), made["token"].as_str().unwrap().to_owned());
    let desk = Desk::of(&world);
    let bearer = |token: &str| {
        let clock = || desk.now();
        desk.wait(|office| tokens::bearer(office, token), &clock).unwrap()
    };
    let who = bearer(&token).unwrap();
    assert!(who.user.login == "luis" && who.may("tickets:read") && !who.may("tickets:write") && who.actor.attends());
    assert!(bearer(&"0".repeat(64)).is_none());
    let listed = told(&world, &["token", "list"]);
    assert!(!listed.to_string().contains(&token), "a key is shown again");
    world.run(&["user", "disable", "luis"]).exits(0);
    assert!(bearer(&token).is_none(), "the key of a disabled user opens");
    world.run(&["user", "enable", "luis"]).exits(0);
    assert!(bearer(&token).is_some());
    world.run(&["token", "revoke", &id]).exits(0);
    assert!(bearer(&token).is_none(), "a revoked key opens");
    world.run(&["token", "revoke", &id]).exits(10);
}

#[test]
fn nothing_that_opens_anything_stands_in_the_database_or_in_a_log() {
    let world = world();
    let daemon = Daemon::start(&world, None);
    let first = add(&world, "ana", &[]);
    let made = told(&world, &["token", "add", "x", "--user", "ana", "--scope", "tickets:read"]);
    let desk = Desk::of(&world);
    let begun = desk.log_in("ana", &first).unwrap();
    desk.log_in("contraseña en lugar del usuario", GOOD).unwrap_err();
    daemon.stop();
    let find =
        "grep -rlaF -e \"$2\" -e \"$3\" -e \"$4\" -e \"$5\" \"$1/state\" \"$1/log\" \"$1/daemon.stderr\" || true";
    let found = system_tests::command::sh_text(
        find,
        &[text(&world.path("")), &first, made["token"].as_str().unwrap(), &begun.token, GOOD],
    );
    assert_eq!(found, "");
}

#[test]
fn whoever_keeps_accounts_keeps_those_of_others_and_nobody_else_keeps_any() {
    let world = world();
    let _daemon = Daemon::start(&world, None);
    let (first, luis) =
        (add(&world, "mlopez", &["--role", "administrator"]), add(&world, "luis", &["--role", "chief"]));
    add(&world, "eva", &[]);
    let desk = Desk::of(&world);
    let clock = || desk.now();
    let form = |login: &str| Form { login: login.to_owned(), name: "Persona".to_owned(), ..Form::default() };
    let create = |who: &Session, login: &str| {
        let form = form(login);
        desk.wait(|office| accounts::create(office, By::Person(who, ip("10.0.0.1")), &form, &[]), &clock)
    };
    let own = desk.log_in("mlopez", &first).unwrap();
    let refused = create(&own.session, "nueva").unwrap_err();
    assert!(matches!(refused, PeopleError::NotAllowed), "a first password opens everything: {refused:?}");
    let change = |office| people::change_password(office, &own.session, &own.token, &first, GOOD, ip("10.0.0.1"));
    desk.wait(change, &clock).unwrap();
    let admin = desk.session(&own.token).unwrap();
    let chief = Session { must_change: false, ..desk.log_in("luis", &luis).unwrap().session };
    assert!(matches!(create(&chief, "nueva"), Err(PeopleError::NotAllowed)));
    create(&admin, "nueva").unwrap();
    assert!(matches!(create(&admin, "NUEVA"), Err(PeopleError::Field { field: "login", .. })));

    let by = By::Person(&admin, ip("10.0.0.1"));
    let eva = desk.runtime.block_on(desk.store.user_of_login("eva")).unwrap().unwrap();
    let grant = |id: i64, role: Role| desk.wait(|office| roles::grant(office, by, id, role, (None, None)), &clock);
    assert!(matches!(grant(admin.user.id, Role::UnitHead), Err(PeopleError::Own)));
    grant(eva.id, Role::Technician).unwrap();
    assert!(matches!(grant(eva.id, Role::Administrator), Err(PeopleError::Field { field: "role", .. })));
    let disable = |id: i64| desk.wait(|office| accounts::disable(office, by, id), &clock);
    assert!(matches!(disable(admin.user.id), Err(PeopleError::Own)));
    disable(eva.id).unwrap();
    let form = form("eva");
    let change = |version: i64| desk.wait(|office| accounts::change(office, by, eva.id, version, &form), &clock);
    assert!(matches!(change(eva.version), Err(PeopleError::Changed)), "an old page overwrites what was done since");
    let head = units::UnitForm {
        name: "Dirección".to_owned(),
        kind: resguardo::desk::people::UnitKind::Direction,
        head: Some(admin.user.id),
        active: true,
    };
    assert!(matches!(desk.wait(|office| units::create(office, by, &head), &clock), Err(PeopleError::Own)));
}
