//! What attackers ask: other hosts, paths and searches that mean something elsewhere, numbers that are none.

use system_tests::browser::Browser;

use super::Scene;

#[test]
fn another_host_is_not_answered_and_never_repeated() {
    let scene = Scene::new();
    let mut browser = Browser::new(scene.port);
    for host in ["evil.test", "evil.test:80", "localhost", "127.0.0.1", "127.0.0.1:1", "a@b"] {
        browser.host = host.to_owned();
        browser.get("/entrar").is(421).never_says("evil.test");
    }
    browser.host = "evil.test".to_owned();
    browser.get("/salud").is(200).says("bien");
    let own = format!("127.0.0.1:{}", scene.port);
    browser.host.clone_from(&own);
    let forwarded =
        [("X-Forwarded-Host", "evil.test"), ("X-Forwarded-Proto", "https"), ("Forwarded", "host=evil.test")];
    let page = browser.ask("GET", "/", &forwarded, b"").is(303);
    assert!(!format!("{page:?}").contains("evil.test"), "{page:#?}");
    let absolute = format!("GET http://evil.test/entrar HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n");
    browser.say(absolute.as_bytes()).is(421);
    let twice = format!("GET /entrar HTTP/1.1\r\nHost: {own}\r\nHost: evil.test\r\nConnection: close\r\n\r\n");
    assert!([400, 421].contains(&browser.say(twice.as_bytes()).status));
}

#[test]
fn a_page_that_is_not_there_says_so_with_a_number_that_stands_in_the_log_and_repeats_nothing() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    for path in [
        "/solicitudes/%3Csvg%3E",
        "/solicitudes/<svg>",
        "/..%2f..%2fetc/passwd",
        "/%00",
        "/%C3%28",
        "/personas/%C3%28",
        "/personas/%00",
        "/nada?x=<script>",
    ] {
        let answer = admin.get(path);
        assert!([400, 404].contains(&answer.status), "{path}: {answer:#?}");
        let page = answer.never_says("<svg").never_says("%3C").never_says("<script").never_says("passwd");
        if page.body.contains("Número para el registro") {
            let id = page.body.split_once("<code>").unwrap().1.split('<').next().unwrap();
            assert!(id.len() == 8 && scene.daemon.said().contains(id), "{id}");
        }
    }
    assert!(
        !scene.daemon.said().contains("svg%3E") && !scene.daemon.said().contains("<svg"),
        "what somebody asked for is no business of the log"
    );
    admin.ask("BREW", "/", &[], b"").is(405);
}

#[test]
fn searches_and_numbers_that_mean_something_elsewhere_are_words() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    scene.add("cien", "Cien%Por_Ciento", "");
    let searches = [
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "%27%20OR%201%3D1--",
        "%25%27%20UNION%20SELECT%20password%20FROM%20users--",
        "%27%3B%20DROP%20TABLE%20users%3B--",
        "%5C",
        "%00",
        "%C3%28",
        &"a".repeat(10_000),
    ];
    for search in searches {
        for path in ["/personas?q=", "/auditoria?quien=", "/auditoria?que="] {
            admin.get(&format!("{path}{search}")).is(200).never_says("<script>").never_says("$argon2");
        }
    }
    admin.get("/personas?q=%25zz").is(200).says("Nadie coincide");
    for query in [
        "orden=created;DROP%20TABLE%20x",
        "orden=(CASE%20WHEN%201=1%20THEN%201%20END)&dir=asc,(select%201)",
        "por_pagina=1000000",
        "pagina=0",
        "pagina=-1",
        "pagina=1e3",
        "pagina=99999999999999999999",
        "unidad=1%20OR%201=1",
        "antes=-1",
        "antes=9223372036854775808",
    ] {
        admin.get(&format!("/personas?{query}")).is(200).says("Ana García");
        admin.get(&format!("/auditoria?{query}")).is(200).says(super::ADMIN);
    }
    for id in ["-1", "0", "1e3", "9223372036854775808", "0x10", "%EF%BC%91", "%00", "1%20"] {
        admin.get(&format!("/unidades/{id}")).is(404);
        admin.post(&format!("/unidades/{id}"), &[("name", "X"), ("kind", "process")]).is(404);
    }
}

#[test]
fn a_page_is_small_needs_no_script_and_its_style_may_be_kept_for_ever() {
    let scene = Scene::new();
    let mut admin = scene.admin();
    let page = admin.get("/").is(200);
    let style = page.body.split_once("rel=\"stylesheet\" href=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let icon = page.body.split_once("type=\"image/svg+xml\" href=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let mut size = page.body.len();
    for path in [&style, &icon] {
        let file = Browser::new(scene.port).get(path).is(200);
        assert!(
            file.header("cache-control").contains("immutable") && file.header("set-cookie").is_empty(),
            "{file:#?}"
        );
        size += file.body.len();
    }
    assert!(size < 60 * 1024, "{size}");
    admin.get("/recursos/000000000000.css").is(404);
    for path in [
        "/",
        "/clave",
        "/personas",
        "/personas/administradora",
        "/nueva-persona",
        "/unidades",
        "/unidades/nueva",
        "/auditoria",
    ] {
        let page = admin.get(path).is(200);
        assert_eq!(page.body.matches("<h1").count(), 1, "{path}");
        assert!(page.body.contains("<html lang=\"es-GT\">") && !page.body.contains("<script"), "{path}");
        assert!(!page.body.contains(" style=") && !page.body.contains(" onclick="), "{path}");
        for control in page.body.split("<input ").skip(1).chain(page.body.split("<select ").skip(1)) {
            let tag = control.split('>').next().unwrap();
            if tag.contains("type=\"hidden\"") || tag.contains("aria-hidden") {
                continue;
            }
            let id = tag.split_once("id=\"").unwrap().1.split('"').next().unwrap();
            assert!(page.body.contains(&format!("<label for=\"{id}\"")), "{path}: {id} has no label");
        }
        assert_eq!(page.body.matches("<th>").count(), 0, "{path}: a heading without its scope");
    }
}
