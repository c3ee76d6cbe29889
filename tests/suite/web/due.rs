//! What is due, on its page, by letters and in calendars; and the directives for backups, on their page, by letters and in the register.

use serde_json::json;
use system_tests::authority::Authority;
use system_tests::browser::{Answer, Browser};
use system_tests::command::{sh_text, until};
use system_tests::mail::{MailServer, Wants};

use super::cast::Cast;
use super::{PASSWORD, world_with_pages};

const NEW: &str = "/directrices/nueva";

/// Everybody by a mail server of their own.
fn with_mail() -> (Cast, MailServer) {
    let (mut world, port) = world_with_pages();
    let authority = Authority::new(&world.path("authority"));
    let mail = MailServer::start(&world.path("mail"), Wants::Nothing, &authority);
    world.config["notifications"] = json!([
        { "kind": "email", "smtp": format!("127.0.0.1:{}", mail.port), "security": "none",
          "from": "Soporte <soporte@diaco.example>", "to": ["jefe@diaco.example"], "tell": "problems" },
    ]);
    let cast = Cast::of(world, port, "");
    let mut rosa = cast.of_login("rosa");
    for login in ["carlos", "diego", "elena", "gloria", "hugo"] {
        let page = rosa.get(&format!("/personas/{login}")).is(200);
        let version =
            page.body.split_once("name=\"version\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let name = format!("Persona {login}");
        let email = format!("{login}@diaco.example");
        let fields = [("version", version.as_str()), ("name", name.as_str()), ("email", email.as_str())];
        rosa.post(&format!("/personas/{login}"), &fields).is(303);
    }
    (cast, mail)
}

/// What a letter says, its encoding undone.
fn read(letter: &str) -> String {
    let script = "printf '%s' \"$1\" | python3 -c 'import email,email.policy,sys\n\
        m=email.message_from_string(sys.stdin.read(),policy=email.policy.default)\n\
        print(m[\"to\"]); print(m[\"subject\"]); print(m.get_content())'";
    sh_text(script, &[letter])
}

/// The letters about anything but tickets: their templates and whom they are to, with how often.
fn told(cast: &Cast) -> String {
    cast.sql(
        "SELECT group_concat(line, ' ') FROM (SELECT template || ':' || login || ':' || count(*) AS line FROM letters
         JOIN users ON users.id = letters.user WHERE ticket IS NULL GROUP BY template, login ORDER BY template, login)",
    )
}

/// Somebody who logs in again: sessions end before the next morning.
fn again(cast: &Cast, login: &str) -> Browser {
    let mut browser = Browser::new(cast.scene.port);
    browser.log_in(login, PASSWORD).is(303);
    browser
}

/// Turns the clock, and has the service look at its letters.
fn at(cast: &Cast, moment: &str) {
    cast.clock.set(moment);
    // Whatever is sent to the pages makes the service look at its letters, and at the clock.
    again(cast, "ana");
    let day = moment.split('T').next().unwrap();
    until("the letters of the day were written", || {
        cast.sql("SELECT value FROM meta WHERE key = 'due/reminded'") == day
    });
}

fn issue(browser: &mut Browser, from: &str, text: &str) -> Answer {
    browser.post(NEW, &[("valid_from", from), ("text", text)])
}

#[test]
fn a_directive_is_issued_read_and_cited_and_never_changed() {
    let (cast, mail) = with_mail();
    let mut elena = cast.of_login("elena");
    elena.get("/directrices").is(200).says("Sin directriz vigente").says(NEW);
    let run = || {
        cast.scene.world.run(&["backup"]).exits(0);
    };
    run();
    elena.get("/registro").is(200).says("sin directriz vigente");
    issue(&mut elena, "22-11-2026", " ").is(422).says("id=\"text-error\"").says("id=\"valid_from-error\"");
    issue(&mut elena, "el lunes", "x").is(422).says("id=\"valid_from-error\"");
    issue(&mut elena, "23-11-2026", "Conectar <b>el disco</b>\nde la semana.").is(303);
    issue(&mut elena, "23-11-2026", "otra").is(422).says("La directriz anterior rige desde el 23-11-2026");
    for login in ["carlos", "gloria", "hugo", "rosa", "ana", "ines"] {
        issue(&mut cast.of_login(login), "24-12-2026", "x").is(403);
    }
    for login in ["rosa", "ana", "ines"] {
        cast.of_login(login).get("/directrices").is(403);
    }
    let letters: Vec<String> = mail.letters(2).iter().map(|letter| read(letter)).collect();
    for (login, other) in [("carlos", "diego"), ("diego", "carlos")] {
        let letter = letters.iter().find(|letter| letter.contains(&format!("{login}@diaco.example"))).unwrap();
        assert!(letter.contains("directriz de respaldo 1") && letter.contains("26-11-2026"), "{letter}");
        assert!(letter.contains("/directrices") && !letter.contains(other), "{letter}");
    }

    // Technicians say for themselves that they have read it, once; nobody else can.
    let mut carlos = cast.of_login("carlos");
    carlos
        .get("/directrices")
        .is(200)
        .says("Conectar &#60;b&#62;el disco")
        .says("Leí la directriz 1")
        .says("Persona diego");
    carlos.get("/vencimientos").is(200).says("Leer la directriz de respaldo 1");
    let seen = "/directrices/1/enterado";
    for login in ["elena", "gloria", "hugo", "rosa", "ana"] {
        cast.of_login(login).post(seen, &[]).is(403);
    }
    carlos.post(seen, &[("user", "1")]).is(303);
    carlos.post(seen, &[]).is(303);
    carlos.get("/vencimientos").is(200).never_says("Leer la directriz de respaldo 1");
    for bad in ["0", "2", "-1", "x", "99999999999999999999"] {
        carlos.post(&format!("/directrices/{bad}/enterado"), &[]).is(404);
    }
    let one = "SELECT group_concat(login) FROM directive_acks JOIN users ON users.id = user";
    assert_eq!(cast.sql(one), "carlos");
    cast.of_login("hugo").get("/directrices").is(200).says("Persona carlos, el 23-11-2026").never_says("Leí la");
    let log = elena.get("/auditoria?que=directive").is(200);
    log.says("Emitió la directriz").says("Acusó de enterado de la directriz").says("directriz 1");

    // The register cites it on its page and on paper; what was entered before says that there was none.
    run();
    let page =
        elena.get("/registro").is(200).says("Directriz 1, vigente desde el 23-11-2026").says("sin directriz vigente");
    let entry = page.body.split_once("/registro/asiento/").unwrap().1.split('/').next().unwrap().to_owned();
    let paper = elena.get(&format!("/registro/asiento/{entry}/fo-06")).is(200);
    let file = cast.scene.world.at("papel.pdf");
    std::fs::write(&file, &paper.bytes).unwrap();
    let text = sh_text("pdftotext -layout \"$1\" -", &[&file]);
    assert!(text.split_whitespace().collect::<String>().contains("Directriz1,vigentedesdeel23-11-2026"), "{text}");
    cast.scene.world.run(&["register", "verify"]).exits(0);
    // Another one for later: it is to be read, and does not hold yet.
    issue(&mut elena, "01-12-2026", "Además, leerlo de nuevo.").is(303);
    elena.get("/directrices").is(200).says("Por regir").says("Regirá desde el 01-12-2026");
    for sql in ["UPDATE directives SET text = 'x'", "DELETE FROM directives", "DELETE FROM directive_acks"] {
        let write = || sh_text("sqlite3 -bail \"$1\" \"$2\"", &[&cast.scene.world.at("state/resguardo.db"), sql]);
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(write)).is_err(), "{sql}");
    }
}

#[test]
fn what_is_due_is_told_to_whom_it_concerns_and_by_no_letter_twice() {
    let (cast, mail) = with_mail();
    // October's report was due on the 13th, and nobody delivered it: six business days ago.
    assert_eq!(told(&cast), "", "nobody had a post when the service began");
    at(&cast, "2026-11-24T09:00:00-06:00");
    let first = told(&cast);
    // The programme of this semester was due in June: whoever was told for a month is not told any more.
    assert_eq!(first, "informe_vencido:elena:1");
    let letter = mail.letter("Informe sin entregar");
    for said in
        ["Persona elena", "13-11-2026", "octubre de 2026", "/informes/2026-10", "/vencimientos", "10.º día hábil"]
    {
        assert!(letter.contains(said), "{said} is not in\n{letter}");
    }
    let mut elena = again(&cast, "elena");
    elena.get("/").is(200).says("href=\"/vencimientos\"").says("vencidos");
    let page =
        elena.get("/vencimientos").is(200).says("<h2 id=\"parte-1\">Vencido</h2>").says("Vencido hace 7 días hábiles");
    page.says("href=\"/informes/2026-10\"").says("Emitir la primera directriz").says("no se cuentan");
    let mut ana = again(&cast, "ana");
    ana.get("/vencimientos").is(200).says("No tiene nada pendiente.");
    ana.get("/").is(200).never_says("href=\"/vencimientos\"");

    // Nothing is told again: not later that day, not after a restart, not on the weekend.
    at(&cast, "2026-11-24T11:00:00-06:00");
    assert_eq!(told(&cast), first);
    // As after a service that died between its letters and noting that they were written.
    sh_text(
        "sqlite3 -cmd '.timeout 20000' \"$1\" \"$2\"",
        &[&cast.scene.world.at("state/resguardo.db"), "DELETE FROM meta WHERE key = 'due/reminded'"],
    );
    at(&cast, "2026-11-24T12:00:00-06:00");
    assert_eq!(told(&cast), first);
    at(&cast, "2026-11-28T09:00:00-06:00");
    assert_eq!(told(&cast), first, "a Saturday");
    // December: November's report on its fifth, eighth and tenth business day.
    for (moment, more) in [
        ("2026-12-04T09:00:00-06:00", 0),
        ("2026-12-07T09:00:00-06:00", 1),
        ("2026-12-08T09:00:00-06:00", 1),
        ("2026-12-10T09:00:00-06:00", 2),
        ("2026-12-14T05:00:00-06:00", 2),
        ("2026-12-14T09:00:00-06:00", 3),
    ] {
        if moment.contains("T05") {
            cast.clock.set(moment);
        } else {
            at(&cast, moment);
        }
        let ahead = cast.sql("SELECT count(*) FROM letters WHERE template = 'informe_por_entregar'");
        assert_eq!(ahead, more.to_string(), "{moment}");
    }
    assert_eq!(cast.sql("SELECT count(*) FROM (SELECT key FROM letters GROUP BY key HAVING count(*) > 1)"), "0");
}

/// The address that a page shows once.
fn address(page: &Answer) -> String {
    page.body
        .split_once("/calendario/feed/")
        .unwrap()
        .1
        .split('<')
        .next()
        .map(|rest| format!("/calendario/feed/{rest}"))
        .unwrap()
}

#[test]
fn a_calendar_asks_by_a_secret_address_for_what_is_due_and_nothing_else() {
    let cast = Cast::new("");
    let mut elena = cast.of_login("elena");
    let page = "/vencimientos/calendario";
    elena.get(page).is(200).says("Usted no tiene ninguna dirección").never_says("/calendario/feed/");
    let path = address(&elena.post(page, &[]).is(200));
    elena.get(page).is(200).says("desde el 23-11-2026").never_says("/calendario/feed/");
    let secret = path.trim_start_matches("/calendario/feed/").trim_end_matches(".ics");
    assert_eq!(secret.len(), 64);
    let dump = cast.sql(".dump");
    assert!(!dump.contains(secret), "only its digest is stored");
    assert!(!cast.scene.daemon.said().contains(secret), "no log has it");

    // Without logging in, as text/calendar, by GET and HEAD, and once more only if it changed.
    let mut phone = Browser::new(cast.scene.port);
    let calendar = phone.get(&path).is(200);
    assert_eq!(calendar.header("content-type"), "text/calendar; charset=utf-8");
    assert!(calendar.header("cache-control").contains("private"), "{:?}", calendar.headers);
    assert!(phone.cookies.is_empty(), "it is no session");
    let text = String::from_utf8(calendar.bytes.clone()).unwrap();
    assert!(
        text.split("\r\n").all(|line| line.len() <= 75) && !text.replace("\r\n", "").contains(['\r', '\n']),
        "{text}"
    );
    let unfolded = text.replace("\r\n ", "");
    assert!(
        unfolded.contains("DTSTART;VALUE=DATE:20261113\r\n") && unfolded.contains("informe de octubre de 2026"),
        "{text}"
    );
    // A parser that knows nothing of this program reads the same.
    let file = cast.scene.world.at("vencimientos.ics");
    std::fs::write(&file, &calendar.bytes).unwrap();
    // Debian's own interpreter, which has its packages.
    let script = "/usr/bin/python3 - \"$1\" <<'E'\n\
        import icalendar, sys\n\
        events = icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read()).walk('VEVENT')\n\
        for e in events: print(e['dtstart'].dt, e['dtend'].dt, e['summary'], '|', e['url'])\n\
        print(len({e['uid'] for e in events}) == len(events))\nE";
    let read = sh_text(script, &[&file]);
    let link = format!("http://127.0.0.1:{}/informes/2026-10", cast.scene.port);
    let report =
        "2026-11-13 2026-11-14 Vencido: Entregar a Gestión de Calidad el informe de octubre de 2026 (FO-05 y RP-FO-03)";
    assert!(read.contains(&format!("{report} | {link}")) && read.trim_end().ends_with("True"), "{read}");
    let tag = calendar.header("etag").to_owned();
    assert_eq!(phone.ask("GET", &path, &[("If-None-Match", &tag)], b"").is(304).body, "");
    assert_eq!(phone.ask("HEAD", &path, &[], b"").is(200).header("etag"), tag);
    phone.ask("POST", &path, &[], b"").is(405);
    // It is the same all day, and its events keep their names.
    cast.clock.set("2026-11-23T15:00:00-06:00");
    assert_eq!(phone.get(&path).is(200).header("etag"), tag);
    cast.clock.set("2026-11-24T09:00:00-06:00");
    let next = phone.get(&path).is(200);
    assert_ne!(next.header("etag"), tag);
    let uids = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
    };
    assert!(!uids(&text).is_empty() && uids(&text) == uids(&next.body), "{}", next.body);
    opens_nothing_else(&cast, &path, &mut phone, secret);
}

/// It is read and no more, replaced by another, taken away, and not guessed.
fn opens_nothing_else(cast: &Cast, path: &str, phone: &mut Browser, secret: &str) {
    let page = "/vencimientos/calendario";
    for other in ["/vencimientos", "/", "/api/v1/due"] {
        let answer = phone.ask("GET", other, &[("Authorization", &format!("Bearer {secret}"))], b"");
        assert!(answer.status == 303 || answer.status == 401, "{other}: {}", answer.status);
    }

    // Another one takes its place; somebody else's shows what is theirs.
    let mut elena = again(cast, "elena");
    elena.get(page).is(200);
    let other = address(&elena.post(page, &[]).is(200));
    let unknown = phone.get(path).is(404);
    phone.get(&other).is(200);
    let ana = {
        let mut ana = again(cast, "ana");
        ana.get(page).is(200);
        address(&ana.post(page, &[]).is(200))
    };
    assert!(!phone.get(&ana).is(200).body.contains("VEVENT"), "nothing is due for her");
    elena.post(&format!("{page}/quitar"), &[]).is(303);
    elena.post(&format!("{page}/quitar"), &[]).is(404);
    phone.get(&other).is(404);
    // Whoever is disabled has no calendar any more.
    let mut rosa = again(cast, "rosa");
    rosa.get("/personas/ana").is(200);
    let version = cast.sql("SELECT version FROM users WHERE login = 'ana'");
    rosa.post("/personas/ana/desactivar", &[("version", &version)]).is(303);
    phone.get(&ana).is(404);
    // What is unknown is answered the same, and soon not at all.
    let plain = |answer: &Answer| {
        let text = answer.body.lines().filter(|line| !line.contains("<code>")).collect::<Vec<_>>().join("\n");
        (answer.status, text)
    };
    for bad in ["x", "x.ics", &format!("{}.ics", "0".repeat(64)), &format!("{}.ics", "g".repeat(64)), "%00.ics"] {
        assert_eq!(plain(&phone.get(&format!("/calendario/feed/{bad}"))), plain(&unknown), "{bad}");
    }
    let guess = || Browser::new(cast.scene.port).get(&format!("/calendario/feed/{}.ics", "1".repeat(64)));
    let waits = (0..25).map(|_| guess()).find(|answer| answer.status == 429).unwrap();
    assert!(waits.header("retry-after").parse::<u64>().unwrap() <= 61);
    let log = elena.get("/auditoria").is(200);
    log.says("Hizo una dirección de calendario").says("Quitó su dirección de calendario");
}

#[test]
fn a_desk_of_many_tickets_is_counted_and_its_page_stays_short_and_quick() {
    let cast = Cast::new("");
    let fields = [("category", "1"), ("subject", "no imprime"), ("description", "x"), ("location", "y"), ("once", "k")];
    cast.ticket(&fields, &[]);
    // Twenty thousand more of the same, each a row as the desk makes it.
    let columns =
        cast.sql("SELECT group_concat(name) FROM pragma_table_info('tickets') WHERE name NOT IN ('id', 'number')");
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 20001)
         INSERT INTO tickets (id, number, {columns}) SELECT i, printf('ST-2026-%06d', i), {columns} FROM tickets, n WHERE id = 1"
    );
    sh_text("sqlite3 -bail -cmd '.timeout 20000' \"$1\" \"$2\"", &[&cast.scene.world.at("state/resguardo.db"), &sql]);
    for login in ["elena", "carlos"] {
        let mut browser = cast.of_login(login);
        let began = std::time::Instant::now();
        let page = browser.get("/vencimientos").is(200);
        let took = began.elapsed();
        eprintln!("/vencimientos of {login} with 20001 tickets: {took:?}, {} bytes", page.body.len());
        assert!(page.body.len() < 60_000 && took.as_secs() < 3, "{took:?}");
        page.says("Atender 19996 solicitudes más, que vencen después");
    }
    // The terminal tells the same, and root what the office has to do.
    let terminal = cast.scene.world.run(&["due", "--as", "carlos", "--json"]).exits(0).json();
    assert!(terminal["due"].as_array().unwrap().iter().any(|due| due["count"] == 19_996), "{terminal}");
    cast.scene.world.run(&["due"]).exits(0).says("octubre de 2026").says("Vencido hace");
    assert_eq!(cast.scene.world.run(&["due", "--as", "ana"]).exits(0).said().trim(), "nothing is due");
    cast.scene.world.run(&["due", "--as", "nadie"]).exits(10);
}
