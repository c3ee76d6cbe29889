//! Requests that no browser makes: two lengths, other versions, other hosts, bytes that are no text, and heads that come drop by
//! drop.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use system_tests::browser::{Browser, read_answer};

use super::Scene;

/// Says these bytes and returns everything that comes back.
fn said(browser: &Browser, bytes: &[u8]) -> String {
    let mut stream = browser.connect();
    // A server that has heard enough may close before it has heard all.
    let _said = stream.write_all(bytes);
    let mut back = Vec::new();
    let _ended = stream.read_to_end(&mut back);
    String::from_utf8_lossy(&back).into_owned()
}

fn answers(back: &str) -> Vec<u16> {
    let heads = back.split("HTTP/1.").skip(1);
    heads.filter_map(|head| head.get(2..5)?.parse().ok()).collect()
}

/// What would be a second request to whoever reads the first one's length otherwise.
const SECOND: &str = "GET /salud HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn a_request_that_can_be_read_in_two_ways_is_answered_once_or_not_at_all() {
    let scene = Scene::new();
    let browser = Browser::new(scene.port);
    let host = format!("Host: 127.0.0.1:{}", scene.port);
    let chunked = "Transfer-Encoding: chunked";
    let ended = format!("0\r\n\r\n{SECOND}");
    for (heads, body) in [
        (vec!["Content-Length: 5", chunked], ended.as_str()),
        (vec![chunked, "Content-Length: 5"], &ended),
        (vec!["Content-Length: 5", "Content-Length: 50"], &ended),
        (vec!["Content-Length: 5, 50"], &ended),
        (vec!["Content-Length: +5"], &ended),
        (vec!["Content-Length: -5"], &ended),
        (vec!["Content-Length: 0x5"], &ended),
        (vec!["Content-Length: 99999999999999999999"], &ended),
        (vec!["Transfer-Encoding: xchunked"], &ended),
        (vec!["Transfer-Encoding: chunked, identity"], &ended),
        (vec!["Transfer-Encoding: identity", "Content-Length: 5"], &ended),
        (vec!["Transfer-Encoding : chunked", "Content-Length: 5"], &ended),
        (vec!["Transfer-Encoding:\x0bchunked", "Content-Length: 5"], &ended),
        (vec!["X: y\r\n Transfer-Encoding: chunked", "Content-Length: 5"], &ended),
        (vec!["X: y\nTransfer-Encoding: chunked", "Content-Length: 5"], &ended),
        (vec![chunked, chunked], &ended),
        (vec![chunked], "0x0\r\n\r\nGET /salud HTTP/1.1\r\nHost: x\r\n\r\n"),
        (vec![chunked], "ffffffffffffffffff\r\nGET /salud HTTP/1.1\r\nHost: x\r\n\r\n"),
        (vec![chunked], "-1\r\n\r\nGET /salud HTTP/1.1\r\nHost: x\r\n\r\n"),
    ] {
        for line in ["POST /entrar HTTP/1.1", "GET /entrar HTTP/1.1", "POST /nada HTTP/1.1"] {
            let request = format!("{line}\r\n{host}\r\n{}\r\n\r\n{body}", heads.join("\r\n"));
            let back = said(&browser, request.as_bytes());
            let answers = answers(&back);
            assert!(answers.len() <= 1 && answers.iter().all(|status| *status < 500), "{request:?}: {back}");
            assert!(!back.contains("bien"), "{request:?}: {back}");
        }
    }
    // An older version has no pieces, and whoever ends the head early is not waited for.
    let old = format!("POST /entrar HTTP/1.0\r\n{host}\r\n{chunked}\r\n\r\n{ended}");
    assert_eq!(answers(&said(&browser, old.as_bytes())), [400]);
    Browser::new(scene.port).get("/salud").is(200);
}

#[test]
fn what_is_no_request_for_these_pages_is_refused_and_breaks_nothing() {
    let scene = Scene::new();
    let browser = Browser::new(scene.port);
    let own = format!("127.0.0.1:{}", scene.port);
    let tail = format!("Host: {own}\r\nConnection: close\r\n\r\n");
    let long = "a".repeat(70_000);
    let many: String = (0..200).map(|n| format!("X-{n}: y\r\n")).collect();
    let refused: Vec<(Vec<u8>, &[u16])> = vec![
        (b"GET /entrar HTTP/1.0\r\n\r\n".to_vec(), &[421]),
        (b"GET /entrar HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec(), &[421, 400]),
        (b"GET /\r\n\r\n".to_vec(), &[400]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), &[400]),
        (format!("GET http://evil.test/entrar HTTP/1.1\r\n{tail}").into_bytes(), &[421]),
        (format!("GET http://evil.test@{own}/entrar HTTP/1.1\r\n{tail}").into_bytes(), &[400, 421]),
        (
            format!("GET ftp://{own}/entrar HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n").into_bytes(),
            &[200, 400, 421],
        ),
        (format!("CONNECT {own} HTTP/1.1\r\n{tail}").into_bytes(), &[400, 404, 405, 421]),
        (format!("CONNECT evil.test:25 HTTP/1.1\r\n{tail}").into_bytes(), &[400, 404, 405, 421]),
        (format!("OPTIONS * HTTP/1.1\r\n{tail}").into_bytes(), &[400, 404, 405]),
        (format!("GET /a\0b HTTP/1.1\r\n{tail}").into_bytes(), &[400]),
        (format!("GET /a b HTTP/1.1\r\n{tail}").into_bytes(), &[400]),
        (format!("GET /\u{f1} HTTP/1.1\r\n{tail}").into_bytes(), &[400, 404]),
        (format!("GET /entrar HTTP/1.1\r\nX: a\0b\r\n{tail}").into_bytes(), &[400]),
        (format!("GET /entrar HTTP/1.1\r\nX: a\rb\r\n{tail}").into_bytes(), &[400]),
        (format!("GET /entrar HTTP/1.1\r\nsin dos puntos\r\n{tail}").into_bytes(), &[400]),
        (format!("GET /entrar HTTP/9.9\r\n{tail}").into_bytes(), &[400, 505]),
        (format!("GET /{long} HTTP/1.1\r\n{tail}").into_bytes(), &[414, 431]),
        (format!("GET /?{long} HTTP/1.1\r\n{tail}").into_bytes(), &[414, 431]),
        (format!("GET /entrar HTTP/1.1\r\nX: {long}\r\n{tail}").into_bytes(), &[431]),
        (format!("GET /entrar HTTP/1.1\r\n{many}{tail}").into_bytes(), &[431]),
        (format!("{} / HTTP/1.1\r\n{tail}", "A".repeat(5000)).into_bytes(), &[400, 405]),
        (format!("GET /entrar/../personas HTTP/1.1\r\n{tail}").into_bytes(), &[404]),
        (format!("GET /./entrar HTTP/1.1\r\n{tail}").into_bytes(), &[404]),
        (format!("GET //entrar HTTP/1.1\r\n{tail}").into_bytes(), &[404]),
        (format!("GET /entrar/ HTTP/1.1\r\n{tail}").into_bytes(), &[404]),
        (format!("GET /entrar;x HTTP/1.1\r\n{tail}").into_bytes(), &[404]),
        (format!("GET /ENTRAR HTTP/1.1\r\n{tail}").into_bytes(), &[404]),
        (format!("GET /recursos/..%2f..%2fetc%2fpasswd HTTP/1.1\r\n{tail}").into_bytes(), &[404]),
        (format!("GET /recursos/%2e%2e/etc HTTP/1.1\r\n{tail}").into_bytes(), &[404]),
    ];
    for (request, statuses) in refused {
        let back = said(&browser, &request);
        let shown: String = String::from_utf8_lossy(&request).chars().take(80).collect();
        let answers = answers(&back);
        let is_left = request.starts_with(b"PRI ") && back.is_empty();
        assert!(is_left || answers.len() == 1 && statuses.contains(&answers[0]), "{shown:?}: {answers:?} {back}");
        assert!(!back.contains("evil.test") && !back.contains("passwd"), "{shown:?}: {back}");
    }
    // What others may say as well, they may say.
    for good in [
        format!("GET http://{own}/entrar HTTP/1.1\r\n{tail}"),
        format!("GET /entrar HTTP/1.0\r\nHost: {own}\r\n\r\n"),
        format!("\r\nGET /entrar HTTP/1.1\r\n{tail}"),
        format!("GET /entrar?{} HTTP/1.1\r\n{tail}", "a=1&".repeat(2000)),
    ] {
        assert_eq!(answers(&said(&browser, good.as_bytes())), [200], "{good}");
    }
    let log = scene.daemon.said();
    assert!(!log.contains("panicked") && !log.contains("a page failed"), "{log}");
}

#[test]
fn many_requests_on_one_connection_are_answered_in_their_order() {
    let scene = Scene::new();
    let browser = Browser::new(scene.port);
    let one = format!("GET /salud HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", scene.port);
    let last = one.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").replace("/salud", "/nada");
    let back = answers(&said(&browser, (one.repeat(300) + &last).as_bytes()));
    assert_eq!((back.len(), back[0], back[299], back[300]), (301, 200, 200, 404));
}

/// Sends a drop each half second until nobody listens any more; returns how long that took, and the answer.
fn dripping(mut stream: TcpStream, begin: &[u8], drip: &[u8]) -> (Duration, u16) {
    let began = Instant::now();
    stream.write_all(begin).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut byte = [0; 1];
    loop {
        match stream.peek(&mut byte) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            // It was answered, or closed.
            _ => break,
        }
        assert!(began.elapsed() < Duration::from_secs(60), "whoever drips is listened to for ever");
        if stream.write_all(drip).is_err() {
            break;
        }
    }
    let took = began.elapsed();
    let _closed = stream.shutdown(Shutdown::Write);
    (took, read_answer(&mut stream).status)
}

#[test]
fn who_drips_a_request_is_let_go_and_others_are_served_meanwhile() {
    let scene = Scene::new();
    let browser = Browser::new(scene.port);
    let host = format!("Host: 127.0.0.1:{}\r\n", scene.port);
    let form = "Cookie: resguardo-antes=00\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let sized = format!("POST /entrar HTTP/1.1\r\n{host}{form}Content-Length: 10000\r\n\r\n");
    let pieces = format!("POST /entrar HTTP/1.1\r\n{host}{form}Transfer-Encoding: chunked\r\n\r\n");
    let token = "Authorization: Bearer x\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n";
    let api = format!("POST /api/v1/tickets HTTP/1.1\r\n{host}{token}");
    std::thread::scope(|scope| {
        let drips: Vec<_> = [
            ("GET / HTTP/1.1\r\nX: ".to_owned(), "a"),
            (format!("GET / HTTP/1.1\r\n{host}"), "X: y\r\n"),
            (sized, "a"),
            (pieces, "1\r\na\r\n"),
            (api, "{"),
        ]
        .into_iter()
        .map(|(begin, drip)| {
            let stream = browser.connect();
            scope.spawn(move || dripping(stream, begin.as_bytes(), drip.as_bytes()))
        })
        .collect();
        Browser::new(scene.port).get("/salud").is(200);
        for drip in drips {
            let (took, status) = drip.join().unwrap();
            assert!(took < Duration::from_secs(25), "{took:?}");
            assert!([0, 400, 401, 408].contains(&status), "{status}");
        }
    });
}
