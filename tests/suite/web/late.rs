//! What is registered after the limit says so wherever it is told, and the rating waits for its session, its key and its time.

use serde_json::Value;
use system_tests::browser::Browser;

use super::cast::Cast;

#[test]
fn what_is_registered_after_the_limit_is_marked_so_on_the_page_and_for_programs() {
    let cast = Cast::new("");
    let fields = [("category", "1"), ("subject", "tarde"), ("description", "x"), ("location", "y"), ("once", "k")];
    let path = cast.ticket(&fields, &[]);
    let words = ["token", "add", "x", "--user", "ana", "--scope", "tickets:read", "--scope", "tickets:write", "--json"];
    let bearer = format!("Bearer {}", cast.scene.world.run(&words).exits(0).json()["token"].as_str().unwrap());
    cast.step("carlos", &path, "tomar", &[]).is(303);
    cast.step("carlos", &path, "analisis", &[("analysis", "x")]).is(303);
    // Sessions end meanwhile; who works on Friday has come anew.
    cast.clock.set("2026-11-27T09:00:00-06:00");
    let mut carlos = Browser::new(cast.scene.port);
    carlos.log_in("carlos", super::PASSWORD).is(303);
    carlos.get(&path).is(200);
    let late = [("version", "3"), ("kind", "servers"), ("reason", "x"), ("reference", "M-1")];
    carlos.post(&format!("{path}/exceptuar"), &late).is(303);
    carlos.get(&path).is(200).says("extemporánea");
    let api = path.replace("/solicitudes/", "/api/v1/tickets/");
    let ask = |method: &str, path: &str, headers: &[(&str, &str)]| {
        let headers = [headers, &[("Content-Type", "application/json")]].concat();
        Browser::new(cast.scene.port).ask(method, path, &headers, b"{\"version\":4,\"rating\":\"satisfied\"}")
    };
    let own = [("Authorization", bearer.as_str())];
    let told: Value = serde_json::from_str(&ask("GET", &api, &own).is(200).body).unwrap();
    assert_eq!(told["exceptions"][0]["late"], true, "{told:#}");
    // Ten times asked, the rating is not there; without a key it is nobody's, and before its time not even its owner's.
    for _ in 0..10 {
        ask("GET", &format!("{api}/rating"), &own).is(405);
        ask("HEAD", &format!("{api}/rating"), &own).is(405);
    }
    ask("POST", &format!("{api}/rating"), &[]).is(401);
    ask("POST", &format!("{api}/rating"), &[("Cookie", "resguardo=00")]).is(401);
    ask("POST", &format!("{api}/rating"), &own).is(409);
    let after: Value = serde_json::from_str(&ask("GET", &api, &own).is(200).body).unwrap();
    assert_eq!(after, told);
}
