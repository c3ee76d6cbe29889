//! How much is taken from a server in a second.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{BYTES, Scene};

#[test]
fn what_is_taken_from_a_server_keeps_within_its_bound() {
    for mode in ["agent", "plain"] {
        let mut scene = Scene::new(mode, 60);
        scene.backup().exits(0);
        scene.forget();
        scene.world.config["servers"][0]["mebibytes_per_second"] = json!(8);
        let begun = Instant::now();
        scene.backup().exits(0);
        let least = Duration::from_secs_f64(BYTES as f64 / f64::from(8 << 20));
        assert!(begun.elapsed() > least.mul_f64(0.8), "{mode}: {:?} of {least:?}", begun.elapsed());
        assert!(begun.elapsed() < least * 6, "{mode}: {:?} of {least:?}", begun.elapsed());
        scene.is_whole();
        scene.nothing_is_left();
    }
}
