//! Two at once, and the same twice: one of them is done, and the other is told so.

use std::sync::Barrier;

use system_tests::browser::{Answer, Browser};

use super::PASSWORD;
use super::cast::Cast;
use super::tickets::upload;

/// Has all of these done at the same moment; returns their statuses in order of size.
fn at_once<'a>(acts: Vec<Box<dyn FnOnce() -> Answer + Send + 'a>>) -> Vec<u16> {
    let ready = Barrier::new(acts.len());
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = acts
            .into_iter()
            .map(|act| {
                let ready = &ready;
                scope.spawn(move || {
                    ready.wait();
                    act().status
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    statuses
}

/// Somebody's form, sent when told.
fn form<'a>(
    cast: &Cast,
    login: &str,
    path: String,
    fields: &'a [(&'a str, &'a str)],
) -> Box<dyn FnOnce() -> Answer + Send + 'a> {
    let mut browser = cast.of_login(login);
    Box::new(move || browser.post(&path, fields))
}

fn fields<'a>(subject: &'a str, once: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("category", "1"), ("subject", subject), ("description", "x"), ("location", "y"), ("once", once)]
}

#[test]
fn a_form_that_is_sent_many_times_at_once_makes_one_ticket_with_one_number() {
    let cast = Cast::new("");
    let sent = fields("doble clic", "la-misma");
    let acts = (0..8).map(|_| {
        let (mut ana, sent) = (cast.of_login("ana"), &sent);
        let act: Box<dyn FnOnce() -> Answer + Send> =
            Box::new(move || upload(&mut ana, "/solicitudes/nueva", sent, &[]));
        act
    });
    assert_eq!(at_once(acts.collect()), [303; 8]);
    assert_eq!(cast.sql("SELECT count(*), min(number), max(number) FROM tickets"), "1|ST-2026-000001|ST-2026-000001");
    assert_eq!(cast.sql("SELECT count(*) FROM letters WHERE template = 'ticket_recibido'"), "1");
    // Many different ones at once have numbers without gaps.
    let keys: Vec<String> = (0..8).map(|number| format!("k{number}")).collect();
    let acts = keys.iter().map(|key| {
        let (mut berta, sent) =
            (cast.of_login(if key < &"k4".to_owned() { "berta" } else { "ines" }), fields("otra", key));
        let act: Box<dyn FnOnce() -> Answer + Send> =
            Box::new(move || upload(&mut berta, "/solicitudes/nueva", &sent, &[]));
        act
    });
    assert_eq!(at_once(acts.collect()), [303; 8]);
    assert_eq!(cast.sql("SELECT count(DISTINCT number), max(number) FROM tickets"), "9|ST-2026-000009");
}

#[test]
fn of_all_who_do_something_with_a_ticket_at_once_one_does_it() {
    let cast = Cast::new("");
    let path = cast.ticket(&fields("de todos", "k"), &[]);
    let at = |step: &str| format!("{path}/{step}");
    let first = [("version", "1"), ("to", "carlos"), ("reason", "x")];
    let took = at_once(vec![
        form(&cast, "carlos", at("tomar"), &first),
        form(&cast, "diego", at("tomar"), &first),
        form(&cast, "elena", at("asignar"), &first),
        form(&cast, "ana", at("anular"), &first),
    ]);
    assert_eq!(took.iter().filter(|status| **status == 303).count(), 1, "{took:?}");
    assert!(took.iter().all(|status| [303, 403, 409].contains(status)), "{took:?}");
    assert_eq!(cast.sql("SELECT version FROM tickets"), "2");

    let path = cast.ticket(&fields("otra", "k2"), &[]);
    let at = |step: &str| format!("{path}/{step}");
    cast.step("diego", &path, "tomar", &[]).is(303);
    cast.step("diego", &path, "analisis", &[("analysis", "x")]).is(303);
    let extension = [("cause", "system"), ("reason", "x"), ("new_limit", "2026-12-04"), ("findings", "x")];
    cast.step("diego", &path, "ampliar", &extension).is(303);
    let version = cast.version(&path);
    let seen = [("version", version.as_str())];
    let decided = at_once(vec![
        form(&cast, "elena", at("confirmar-ampliacion"), &seen),
        form(&cast, "elena", at("rechazar-ampliacion"), &seen),
        form(&cast, "elena", at("confirmar-ampliacion"), &seen),
    ]);
    assert_eq!(decided, [303, 409, 409]);
    cast.step("elena", &path, "rechazar-ampliacion", &[]).is(409);
    let ruling = [("mode", "remote"), ("findings", "x"), ("actions", "y")];
    cast.step("diego", &path, "dictamen", &ruling).is(303);
    cast.step("diego", &path, "finalizar", &[]).is(303);
    let version = cast.version(&path);
    let (good, bad) = (
        [("version", version.as_str()), ("rating", "satisfied"), ("comment", "")],
        [("version", version.as_str()), ("rating", "unsatisfied"), ("comment", "no")],
    );
    let rated = at_once(
        (0..3)
            .flat_map(|_| [form(&cast, "ana", at("calificar"), &good), form(&cast, "ana", at("calificar"), &bad)])
            .collect(),
    );
    assert_eq!(rated, [303, 409, 409, 409, 409, 409]);
    assert_eq!(cast.sql("SELECT count(*) FROM ticket_events WHERE kind = 'rated'"), "1");
    // Nothing goes back.
    for step in ["tomar", "analisis", "finalizar", "reanudar", "dictamen"] {
        let all = [&ruling[..], &[("analysis", "x")]].concat();
        cast.step("diego", &path, step, &all).is(409);
    }
    cast.step("elena", &path, "asignar", &[("to", "carlos")]).is(409);
    cast.step("ana", &path, "anular", &[("reason", "x")]).is(409);
}

#[test]
fn of_many_guesses_at_once_few_are_looked_at_and_one_of_two_new_passwords_holds() {
    let cast = Cast::new("");
    let guesses = (0..30).map(|number| {
        let mut guesser = Browser::new(cast.scene.port);
        guesser.headers.push(("X-Forwarded-For".to_owned(), "10.44.0.1".to_owned()));
        guesser.get("/entrar");
        let act: Box<dyn FnOnce() -> Answer + Send> =
            Box::new(move || guesser.post("/entrar", &[("login", "ana"), ("password", &format!("x{number}"))]));
        act
    });
    let looked_at = at_once(guesses.collect()).into_iter().filter(|status| *status == 422).count();
    assert!((1..=5).contains(&looked_at), "{looked_at}");
    let new = ["siete volcanes azules cantan", "nueve ceibas rojas duermen"];
    let own = |new| [("current", PASSWORD), ("new", new), ("again", new)];
    let (one, other) = (own(new[0]), own(new[1]));
    let changed = at_once(vec![
        form(&cast, "berta", "/clave".to_owned(), &one),
        form(&cast, "berta", "/clave".to_owned(), &other),
    ]);
    assert_eq!(changed.iter().filter(|status| **status == 303).count(), 1, "{changed:?}");
    let opens = new.iter().chain([&PASSWORD]).enumerate().filter(|(number, password)| {
        let mut browser = Browser::new(cast.scene.port);
        browser.headers.push(("X-Forwarded-For".to_owned(), format!("10.45.0.{}", number + 1)));
        browser.log_in("berta", password).status == 303
    });
    assert_eq!(opens.count(), 1);
    // The last administrator stays, though two try to go at once.
    cast.scene.world.run(&["user", "add", "tere", "--name", "Tere", "--role", "administrator"]).exits(0);
    std::thread::scope(|scope| {
        for login in ["rosa", "tere"] {
            let world = &cast.scene.world;
            scope.spawn(move || world.run(&["user", "disable", login]));
        }
    });
    assert_eq!(cast.sql("SELECT count(*) FROM users WHERE active AND login IN ('rosa', 'tere')"), "1");
}
