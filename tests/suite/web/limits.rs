//! How much may come: files to the byte, forms made to tire the server, and what all of that costs it in memory and on the disk.

use std::fs;
use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use system_tests::browser::Browser;
use system_tests::command::{sh_text, until};

use super::Scene;
use super::tickets::{PDF, asked, enter, upload};

const MIB: usize = 1 << 20;

/// A PDF of exactly so many bytes.
fn pdf_of(bytes: usize) -> Vec<u8> {
    let (before, table) = PDF.split_once("xref\n").unwrap();
    let with = |fill: usize| {
        let object = format!("4 0 obj\n<< /Length {fill} >>\nstream\n{}\nendstream\nendobj\n", "x".repeat(fill));
        let start = before.len() + object.len();
        let table = table.replace("startxref\n186", &format!("startxref\n{start}"));
        [before.as_bytes(), object.as_bytes(), b"xref\n", table.as_bytes()].concat()
    };
    let mut fill = bytes - with(0).len();
    while with(fill).len() > bytes {
        fill -= 1;
    }
    let mut file = with(fill);
    // The last bytes may be line ends.
    file.resize(bytes, b'\n');
    file
}

/// What `/proc` says of the service's memory, in MiB.
fn memory(scene: &Scene, field: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", scene.daemon.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(&format!("{field}:"))).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1024
}

/// Every file below the state's folder, and of temporary ones that the service has.
fn kept(scene: &Scene) -> String {
    let own = "find \"$1\" -type f ! -name '*-wal' ! -name '*-shm' -printf '%P\\n' | sort; \
               ls -l /proc/\"$2\"/fd | grep -c -e deleted -e /tmp/[^.] || true";
    sh_text(own, &[&scene.world.at("state"), &scene.daemon.pid().to_string()])
}

#[test]
fn files_are_taken_to_the_last_byte_of_their_limit_and_not_beyond() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    let before = kept(&scene);
    let full = pdf_of(10 * MIB);
    ana.get("/solicitudes/nueva").is(200);
    for (files, said) in [
        (vec![pdf_of(10 * MIB + 1)], "10 MiB"),
        (vec![Vec::new()], "vac"),
        (vec![pdf_of(1000); 6], "aben 5"),
        (vec![pdf_of(9 * MIB), pdf_of(9 * MIB), pdf_of(7 * MIB + 1)], "25 MiB"),
        (vec![pdf_of(1000); 13], "no se puede leer"),
    ] {
        let files: Vec<(&str, &[u8])> = files.iter().map(|file| ("a.pdf", file.as_slice())).collect();
        let answer = upload(&mut ana, "/solicitudes/nueva", &asked("x", "y", "k"), &files);
        assert!([400, 422].contains(&answer.status), "{said}: {answer:?}");
        answer.says(said);
    }
    let too_much: Vec<(&str, &[u8])> = vec![("a.pdf", &full); 3];
    let status = upload(&mut ana, "/solicitudes/nueva", &asked("x", "y", "k"), &too_much).status;
    assert!([0, 413].contains(&status), "{status}");
    ana.get("/solicitudes").is(200).says("No hay solicitudes que mostrar");
    assert_eq!(kept(&scene), before, "nothing of what was refused is left");
    let path = enter(&mut ana, "justo", "k2", &[("a.pdf", &full)]);
    let page = ana.get(&path).is(200).says("10 MiB");
    let id = super::tickets::file_of(&page);
    assert_eq!(ana.get(&format!("{path}/archivos/{id}")).is(200).body.len(), full.len());
    // A ticket that has one takes four more, and no fifth, though two come at once.
    let small = pdf_of(1000);
    let four: Vec<(&str, &[u8])> = vec![("b.pdf", &small); 3];
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let mut own = ana.clone();
            let (path, four) = (&path, &four);
            scope.spawn(move || {
                upload(&mut own, &format!("{path}/mensaje"), &[("text", "más")], four);
            });
        }
    });
    assert_eq!(ana.get(&path).is(200).body.matches("/archivos/").count(), 4, "three of the four hands came too late");
    upload(&mut ana, &format!("{path}/mensaje"), &[("text", "más")], &four[..2]).is(422).says("aben 5 archivos");
    upload(&mut ana, &format!("{path}/mensaje"), &[("text", "más")], &four[..1]).is(303);
    scene.daemon.stop();
}

/// Sends a body without a length and without an end; returns how many MiB went out before nobody took more, and the status.
fn endless(browser: &Browser, head: &str) -> (usize, u16) {
    let mut stream = browser.connect();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!("{head}Transfer-Encoding: chunked\r\n\r\n");
    let piece = [b"100000\r\n".as_slice(), &vec![b'a'; MIB], b"\r\n"].concat();
    let mut sent = 0;
    if stream.write_all(head.as_bytes()).is_ok() {
        while sent < 2048 && stream.write_all(&piece).is_ok() {
            sent += 1;
        }
    }
    let mut back = [0; 12];
    let _ended = stream.read_exact(&mut back);
    (sent, String::from_utf8_lossy(&back).split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0))
}

#[test]
fn a_body_of_two_gigabytes_without_a_length_is_refused_early_and_costs_little_memory() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    ana.get("/solicitudes/nueva").is(200);
    let key = scene.world.run(&["token", "add", "x", "--user", "ana", "--scope", "tickets:write", "--json"]);
    let key = key.exits(0).json()["token"].as_str().unwrap().to_owned();
    let host = format!("Host: 127.0.0.1:{}\r\n", scene.port);
    let cookie = format!("Cookie: resguardo={}\r\n", ana.cookies["resguardo"]);
    let multipart = "Content-Type: multipart/form-data; boundary=zzz\r\n";
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let before = memory(&scene, "VmRSS");
    let heads = [
        format!("POST /solicitudes/nueva HTTP/1.1\r\n{host}{cookie}{multipart}"),
        format!("POST /solicitudes/nueva HTTP/1.1\r\n{host}{cookie}{form}"),
        format!("POST /clave HTTP/1.1\r\n{host}{cookie}{form}"),
        format!("POST /entrar HTTP/1.1\r\n{host}Cookie: resguardo-antes=00\r\n{form}"),
        format!("POST /nada HTTP/1.1\r\n{host}{form}"),
        format!("GET /entrar HTTP/1.1\r\n{host}"),
        format!(
            "POST /api/v1/tickets HTTP/1.1\r\n{host}Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        ),
        format!(
            "POST /api/v1/tickets/ST-2026-000001/files HTTP/1.1\r\n{host}Authorization: Bearer {key}\r\n{multipart}"
        ),
    ];
    std::thread::scope(|scope| {
        let ana = &ana;
        let went: Vec<_> = heads.iter().map(|head| scope.spawn(move || (head, endless(ana, head)))).collect();
        for went in went {
            let (head, (sent, status)) = went.join().unwrap();
            assert!(sent < 64, "{sent} MiB were taken of {head}");
            assert!(status < 500, "{status}: {head}");
        }
    });
    // A length that is announced is enough to be refused.
    let announced = format!("{}Content-Length: 2147483648\r\n\r\n", heads[0]);
    let began = Instant::now();
    ana.say(announced.as_bytes()).is(413);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let grown = memory(&scene, "VmHWM").saturating_sub(before);
    println!("two gigabytes eight times at once: {before} MiB before, {grown} MiB more at most");
    assert!(grown < 160, "{grown} MiB more than the {before} MiB before");
    Browser::new(scene.port).get("/salud").is(200);
}

#[test]
fn many_who_send_large_files_at_once_and_many_who_fetch_none_cost_bounded_memory() {
    let scene = Scene::new();
    let people: Vec<Browser> = ["ana", "berta", "celia"].map(|login| scene.person(login, "")).into();
    let (file, before) = (pdf_of(8 * MIB + 500_000), memory(&scene, "VmRSS"));
    let files: Vec<(&str, &[u8])> = vec![("a.pdf", &file); 3];
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let send = |number: usize| {
            let (mut own, files) = (people[number % 3].clone(), &files);
            own.get("/solicitudes/nueva");
            move || upload(&mut own, "/solicitudes/nueva", &asked("x", "y", &format!("k{number}")), files).status
        };
        let sent: Vec<_> = (0..36).map(|number| scope.spawn(send(number))).collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    });
    // Who waited in vain for a turn is told so, or finds the door closed.
    assert!(statuses.iter().all(|status| [0, 422, 503].contains(status)), "{statuses:?}");
    let grown = memory(&scene, "VmHWM").saturating_sub(before);
    println!("36 forms of 25.5 MiB: {before} MiB before, {grown} MiB more at most");
    assert!(grown < 450, "{grown} MiB more than the {before} MiB before");

    let mut ana = people[0].clone();
    let path = enter(&mut ana, "grande", "k-una", &[("a.pdf", &file)]);
    let id = super::tickets::file_of(&ana.get(&path).is(200));
    let before = memory(&scene, "VmRSS");
    let ask = format!(
        "GET {path}/archivos/{id} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nCookie: resguardo={}\r\n\r\n",
        scene.port, ana.cookies["resguardo"]
    );
    let held: Vec<_> = (0..100)
        .map(|_| {
            let mut stream = ana.connect();
            stream.write_all(ask.as_bytes()).unwrap();
            stream
        })
        .collect();
    // Those beyond their turn are told so after a while; until then all that may be in memory is.
    let mut statuses = Vec::new();
    for mut stream in held.iter().rev().take(50) {
        let mut back = [0; 12];
        stream.read_exact(&mut back).unwrap();
        statuses.push(String::from_utf8_lossy(&back).into_owned());
    }
    assert!(statuses.iter().filter(|status| status.ends_with("503")).count() >= 46, "{statuses:?}");
    let grown = memory(&scene, "VmHWM").max(memory(&scene, "VmRSS")).saturating_sub(before.max(1));
    println!("100 who take nothing: {before} MiB before, {grown} MiB more at most since the start");
    assert!(memory(&scene, "VmRSS").saturating_sub(before) < 100, "the files of 100 lie in memory");
    // Others have their turn meanwhile.
    let mut berta = people[1].clone();
    enter(&mut berta, "otra", "k-b", &[("a.pdf", PDF.as_bytes())]);
    drop(held);
    until("she is served again", || ana.get(&format!("{path}/archivos/{id}")).status == 200);
}

#[test]
fn whoever_sends_slowly_keeps_nobody_out_but_themselves() {
    let scene = Scene::new();
    let (ana, mut berta) = (scene.person("ana", ""), scene.person("berta", ""));
    let head = format!(
        "POST /solicitudes/nueva HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nCookie: resguardo={}\r\nContent-Length: 20000000\r\n\
         Content-Type: multipart/form-data; boundary=zzz\r\n\r\n--zzz\r\n",
        scene.port, ana.cookies["resguardo"]
    );
    let held: Vec<_> = (0..6)
        .map(|_| {
            let mut stream = ana.connect();
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    for number in 0..3 {
        let began = Instant::now();
        enter(&mut berta, "pasa", &format!("k{number}"), &[("a.pdf", PDF.as_bytes())]);
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    }
    // Of hers, one is read, and the others are told to come again.
    for mut stream in held.into_iter().take(2) {
        let mut back = [0; 12];
        let _told = stream.set_read_timeout(Some(Duration::from_secs(15)));
        if stream.read_exact(&mut back).is_ok() {
            assert!(back.ends_with(b"503"), "{}", String::from_utf8_lossy(&back));
        }
    }
}

#[test]
fn forms_that_are_made_to_tire_the_server_are_refused_soon() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    ana.get("/solicitudes/nueva").is(200);
    let part = |name: &str, more: &str, value: &str| {
        format!("--zzz\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let key = part("form_key", "", ana.key());
    let end = "--zzz--\r\n";
    let nested = part("files", "\r\nContent-Type: multipart/mixed; boundary=yyy", "--yyy\r\n\r\nx\r\n--yyy--");
    let bodies: Vec<(&str, String, String)> = vec![
        ("multipart/form-data", "no boundary".into(), format!("{key}{end}")),
        ("multipart/form-data; boundary=", "empty boundary".into(), format!("{key}{end}")),
        ("multipart/form-data; boundary=abc", "other boundary".into(), format!("{key}{end}")),
        ("multipart/form-data; boundary=zzz", "no end".into(), key.clone()),
        ("multipart/form-data; boundary=zzz", "nothing".into(), "x".into()),
        (
            "multipart/form-data; boundary=zzz",
            "ten thousand parts".into(),
            key.clone() + &part("x", "", "1").repeat(10_000) + end,
        ),
        (
            "multipart/form-data; boundary=zzz",
            "ten thousand empty files".into(),
            key.clone() + &part("files", "; filename=\"\"", "").repeat(10_000) + end,
        ),
        (
            "multipart/form-data; boundary=zzz",
            "two names".into(),
            key.clone() + &part("files", "; filename=\"a.pdf\"; filename=\"b.php\"", "x") + end,
        ),
        ("multipart/form-data; boundary=zzz", "nested".into(), key.clone() + &nested + end),
        (
            "multipart/form-data; boundary=zzz",
            "a header of a megabyte".into(),
            key.clone() + &part("x", &format!("\r\nX: {}", "y".repeat(MIB)), "1") + end,
        ),
        (
            "multipart/form-data; boundary=zzz",
            "a name of a megabyte".into(),
            key.clone() + &part(&"n".repeat(MIB), "", "1") + end,
        ),
        (
            "multipart/form-data; boundary=zzz",
            "many headers".into(),
            key.clone() + &part("x", &"\r\nX: y".repeat(5000), "1") + end,
        ),
        ("multipart/form-data; boundary=zzz", "many ends".into(), key.clone() + &end.repeat(10_000)),
        ("multipart/form-data; boundary=zzz", "keys".into(), part("form_key", "", "00") + &key + end),
        (
            "application/x-www-form-urlencoded",
            "many fields".into(),
            format!("form_key={}&{}", ana.key(), "a=1&".repeat(100_000)),
        ),
        (
            "application/x-www-form-urlencoded",
            "percents".into(),
            format!("form_key={}&subject={}", ana.key(), "%".repeat(MIB)),
        ),
    ];
    for (kind, what, body) in bodies {
        let began = Instant::now();
        let answer = ana.ask("POST", "/solicitudes/nueva", &[("Content-Type", kind)], body.as_bytes());
        assert!([400, 403, 413, 422].contains(&answer.status), "{what}: {answer:?}");
        assert!(began.elapsed() < Duration::from_secs(5), "{what}: {:?}", began.elapsed());
    }
    ana.get("/solicitudes").is(200).says("No hay solicitudes que mostrar");
}

#[test]
fn texts_are_as_long_as_they_may_be_and_come_back_as_they_were_pasted() {
    let scene = Scene::new();
    let mut ana = scene.person("ana", "");
    ana.get("/solicitudes/nueva").is(200);
    let sent = |ana: &mut Browser, text: &str, once: &str| {
        let began = Instant::now();
        let answer = upload(ana, "/solicitudes/nueva", &asked("x", text, once), &[]);
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        answer
    };
    for long in ["a".repeat(MIB), "á\n".repeat(50_000), "a\u{316}".repeat(200_000), "🦀".repeat(200_000)] {
        let answer = sent(&mut ana, &long, "k");
        assert!(answer.status == 422, "{:?}", answer.status);
        answer.says("id=\"description-error\"");
    }
    let word =
        "\u{201c}Impresora\u{201d}\u{a0}HP \u{2013} piso\u{a0}2\u{2026}\u{b}segunda\r\n\u{2022}\ttercera \u{ad}fin";
    let path = sent(&mut ana, word, "k2").is(303).header("location").to_owned();
    ana.get(&path).is(200).says("\u{201c}Impresora\u{201d}").says("\u{2022} tercera fin").never_says("\u{b}");
}
