//! How a page is judged: by axe-core in light and dark, wide and narrow, by its width and by its weight; and its pictures.

use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;
use system_tests::chromium::Window;
use system_tests::command::{sh, text};

/// The version of axe-core that judges.
const AXE: &str = "4.14.1";
/// What the first page may weigh with its style sheet and icon, in bytes.
const WEIGHT_MAX: u64 = 60 * 1024;

/// The source of axe-core, which is fetched once and kept among the caches.
static JUDGE: LazyLock<String> = LazyLock::new(|| {
    let caches = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let caches = caches.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"));
    let file = caches.join(format!("resguardo/axe-core-{AXE}.js"));
    let fetch = "set -e; mkdir -p \"${1%/*}\"; new=$(mktemp -d \"$1.XXXXXX\"); cd \"$new\"; \
         npm pack --silent axe-core@\"$2\" >&2 || curl -fsSO https://registry.npmjs.org/axe-core/-/axe-core-\"$2\".tgz; \
         tar -xzf axe-core-\"$2\".tgz package/axe.min.js; mv package/axe.min.js \"$1\"; cd /; rm -r \"$new\"";
    if !file.is_file() {
        sh(fetch, &[text(&file), AXE]);
    }
    std::fs::read_to_string(file).unwrap()
});

/// Judges the page that a window shows, and keeps its pictures in `$RESGUARDO_SCREENSHOTS`, by default among what is built.
/// Returns what is wrong with it.
#[track_caller]
pub(crate) fn look(window: &Window, name: &str) -> Vec<String> {
    let mut faults = Vec::new();
    window.script(&format!("{}; return null;", *JUDGE));
    for (width, dark) in [(1280, false), (1280, true), (320, true), (320, false)] {
        window.wide(width);
        window.dark(dark);
        let state = format!("{width} {}", if dark { "dark" } else { "light" });
        if let Some(fault) = violations(window) {
            faults.push(format!("{state}: {fault}"));
        }
        let inner = window.script("return document.documentElement.scrollWidth").as_u64().unwrap();
        if inner > u64::from(width) {
            let widest = "return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth)\
                 .map(e => e.tagName + '.' + e.className).slice(0, 9).join(' ')";
            faults.push(format!("{state}: it is {inner} wide, by {}", window.script(widest)));
        }
        if !(dark && width == 320) {
            let folder = std::env::var_os("RESGUARDO_SCREENSHOTS").map_or_else(screenshots, PathBuf::from);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("{name} {state}.png")), window.picture()).unwrap();
        }
    }
    window.wide(1280);
    faults.into_iter().map(|fault| format!("{name}, {}, {fault}", window.url())).collect()
}

/// Beside the programs that are built.
fn screenshots() -> PathBuf {
    system_tests::command::resguardo().with_file_name("../screenshots")
}

/// What axe-core finds wrong with the page.
fn violations(window: &Window) -> Option<String> {
    let judge = "const done = arguments[arguments.length - 1]; axe.run(document, { resultTypes: ['violations'] }).then(\
         found => done(found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 200) + ' — ' + \
         n.failureSummary).join('\\n  ')).join('\\n')), error => done('it fails: ' + error))";
    let found = window.script_later(judge);
    Some(found.as_str().unwrap().to_owned()).filter(|found| !found.is_empty())
}

/// That the page with all that it loads weighs little. Pictures are counted apart: they come when somebody comes near them.
#[track_caller]
pub(crate) fn weighs_little(window: &Window) {
    let sum = "const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];\
         return all.filter(e => !e.name.endsWith('.png')).map(e => [e.name, e.decodedBodySize])";
    let loaded = window.script(sum);
    let parts: Vec<u64> = loaded.as_array().unwrap().iter().filter_map(|part: &Value| part[1].as_u64()).collect();
    let sum: u64 = parts.iter().sum();
    assert!(parts.len() >= 2 && sum > 1000 && sum < WEIGHT_MAX, "{sum} bytes: {loaded}");
}
