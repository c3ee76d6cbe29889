//! A real Chromium without a screen, driven by WebDriver as a person drives it: by what stands on buttons, beside fields and in
//! links. It may not know which pages there are.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::command::{text, until};
use crate::server::Server;
use crate::sshd::{free_port, listens};

/// How long an answer of the driver is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// What WebDriver calls an element in its answers.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// The tabulator key.
pub const TAB: &str = "\u{e004}";
/// The enter key.
pub const ENTER: &str = "\u{e007}";

/// A window of a browser of its own. Everything it has is in its folder, and all of it ends with the test.
#[derive(Debug)]
pub struct Window {
    port: u16,
    session: String,
    _server: Server,
}

/// Something on a page.
#[derive(Debug, Clone)]
struct Element(String);

impl Window {
    /// Opens one with a new folder; `scripts` says whether pages may run any.
    pub fn open(folder: &Path, scripts: bool) -> Self {
        fs::create_dir(folder).unwrap();
        let fonts = fonts(folder);
        // A port that was free a moment ago may be taken by another test; then the next is tried.
        for _ in 0..10 {
            let port = free_port();
            let number = format!("--port={port}");
            // Whoever is first in a process namespace takes all others along: the browser never outlives its driver.
            let alone = ["unshare", "--fork", "--pid", "--kill-child=KILL", "--mount-proc", "env"];
            let argv = [alone.as_slice(), &[&fonts, "chromedriver", &number]].concat();
            let argv: Vec<&OsStr> = argv.iter().map(OsStr::new).collect();
            let mut server = Server::start("root", Signal::KILL, &argv, &folder.join("stderr"));
            if listens(port, &mut server) {
                let mut window = Self { port, session: String::new(), _server: server };
                let wanted = capabilities(&folder.join("profile"), scripts);
                let made = window.asked("POST", "", &wanted).unwrap();
                made["sessionId"].as_str().unwrap().clone_into(&mut window.session);
                return window;
            }
        }
        panic!("chromedriver does not start: {}", fs::read_to_string(folder.join("stderr")).unwrap());
    }

    /// Asks the driver; an error is its name with its words.
    fn asked(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let session = if self.session.is_empty() { String::new() } else { format!("/{}", self.session) };
        let (port, length) = (self.port, body.len());
        write!(
            stream,
            "{method} /session{session}{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let value = answer(&mut BufReader::new(stream));
        match value["value"]["error"].as_str() {
            Some(error) => Err(format!("{error}: {}", value["value"]["message"].as_str().unwrap_or_default())),
            None => Ok(value["value"].clone()),
        }
    }

    #[track_caller]
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        self.asked(method, path, body).unwrap_or_else(|error| panic!("{method} {path} {body}: {error}"))
    }

    /// Speaks to the browser behind the driver.
    #[track_caller]
    fn tell(&self, command: &str, parameters: &Value) {
        self.ask("POST", "/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }));
    }

    /// Goes to a URL.
    #[track_caller]
    pub fn go(&self, url: &str) {
        self.ask("POST", "/url", &json!({ "url": url }));
    }

    /// Where it is.
    #[track_caller]
    pub fn url(&self) -> String {
        self.ask("GET", "/url", &Value::Null).as_str().unwrap().to_owned()
    }

    /// All words that are shown, without what is folded in.
    #[track_caller]
    pub fn words(&self) -> String {
        let body = self.element("//body");
        self.ask("GET", &format!("/element/{}/text", body.0), &Value::Null).as_str().unwrap().to_owned()
    }

    /// Waits until the page shows this.
    #[track_caller]
    pub fn shows(&self, wanted: &str) -> &Self {
        let mut words = String::new();
        let start = std::time::Instant::now();
        loop {
            // The page may be changing just now.
            if let Ok(body) = self.found("//body")
                && let Some(body) = body.first()
                && let Ok(now) = self.asked("GET", &format!("/element/{}/text", body.0), &Value::Null)
            {
                now.as_str().unwrap_or_default().clone_into(&mut words);
            }
            if words.contains(wanted) {
                return self;
            }
            assert!(start.elapsed() < Duration::from_secs(10), "{} does not show {wanted:?} but:\n{words}", self.url());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn found(&self, xpath: &str) -> Result<Vec<Element>, String> {
        let found = self.asked("POST", "/elements", &json!({ "using": "xpath", "value": xpath }))?;
        let name = |element: &Value| Element(element[ELEMENT].as_str().unwrap_or_default().to_owned());
        Ok(found.as_array().into_iter().flatten().map(name).collect())
    }

    /// Whether something is there.
    #[track_caller]
    pub fn has(&self, xpath: &str) -> bool {
        !self.found(xpath).unwrap().is_empty()
    }

    #[track_caller]
    fn element(&self, xpath: &str) -> Element {
        let mut found = Vec::new();
        until(&format!("{xpath} is on {}", self.url()), || {
            found = self.found(xpath).unwrap_or_default();
            !found.is_empty()
        });
        found.remove(0)
    }

    /// Clicks what an XPath finds first.
    #[track_caller]
    pub fn click_on(&self, xpath: &str) -> &Self {
        let element = self.element(xpath);
        self.ask("POST", &format!("/element/{}/click", element.0), &json!({}));
        self
    }

    /// Clicks the button, link, choice or fold that says this.
    #[track_caller]
    pub fn click(&self, words: &str) -> &Self {
        let kinds = "self::button or self::a or self::label or self::summary";
        self.click_on(&format!("//*[{kinds}][normalize-space()='{words}']"))
    }

    /// The field that a label belongs to.
    #[track_caller]
    fn field(&self, label: &str) -> Element {
        self.element(&format!("//*[@id=//label[starts-with(normalize-space(),'{label}')]/@for]"))
    }

    /// Types into the field of a label, in place of what stood there.
    #[track_caller]
    pub fn fill(&self, label: &str, words: &str) -> &Self {
        let field = self.field(label);
        self.ask("POST", &format!("/element/{}/clear", field.0), &json!({}));
        self.ask("POST", &format!("/element/{}/value", field.0), &json!({ "text": words }));
        self
    }

    /// Types into the field of a label as it is, such as a date's or a list's.
    #[track_caller]
    pub fn type_into(&self, label: &str, words: &str) -> &Self {
        let field = self.field(label);
        self.ask("POST", &format!("/element/{}/value", field.0), &json!({ "text": words }));
        self
    }

    /// Types a day, written as 2026-01-31, into the field of a label.
    #[track_caller]
    pub fn date(&self, label: &str, day: &str) -> &Self {
        // Debian's browser speaks English, where the month comes first.
        let (year, rest) = day.split_once('-').unwrap();
        self.type_into(label, &format!("{}{year}", rest.replace('-', "")))
    }

    /// Chooses from the list of a label.
    #[track_caller]
    pub fn choose(&self, label: &str, option: &str) -> &Self {
        let list = format!("//select[@id=//label[starts-with(normalize-space(),'{label}')]/@for]");
        self.click_on(&format!("{list}/option[normalize-space()='{option}']"))
    }

    /// Chooses files in the field of a label.
    #[track_caller]
    pub fn attach(&self, label: &str, files: &[PathBuf]) -> &Self {
        let files: Vec<&str> = files.iter().map(|file| text(file)).collect();
        self.type_into(label, &files.join("\n"))
    }

    /// Presses keys, one after another, wherever the focus is.
    #[track_caller]
    pub fn press(&self, keys: &str) -> &Self {
        let keys = keys
            .chars()
            .flat_map(|key| [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]);
        let keys: Vec<Value> = keys.collect();
        self.ask("POST", "/actions", &json!({ "actions": [{ "type": "key", "id": "keys", "actions": keys }] }));
        self
    }

    /// Runs a script on the page and returns what it returns; the page's policy does not bind it.
    #[track_caller]
    pub fn script(&self, script: &str) -> Value {
        self.ask("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Runs a script that calls its last argument with what it returns.
    #[track_caller]
    pub fn script_later(&self, script: &str) -> Value {
        self.ask("POST", "/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Makes the window as wide as this, in CSS pixels.
    #[track_caller]
    pub fn wide(&self, width: u32) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.tell("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Whether the person prefers dark pages; they never like what moves, so that no colour is seen half changed.
    #[track_caller]
    pub fn dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let still = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }, still] });
        self.tell("Emulation.setEmulatedMedia", &features);
    }

    /// A picture of the whole page, as PNG.
    #[track_caller]
    pub fn picture(&self) -> Vec<u8> {
        let whole = json!({ "cmd": "Page.captureScreenshot", "params": { "captureBeyondViewport": true } });
        unbase64(self.ask("POST", "/goog/cdp/execute", &whole)["data"].as_str().unwrap())
    }

    /// A picture of the page's upper left part, as PNG.
    #[track_caller]
    pub fn part(&self, width: u32, height: u32) -> Vec<u8> {
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let part =
            json!({ "cmd": "Page.captureScreenshot", "params": { "captureBeyondViewport": true, "clip": clip } });
        unbase64(self.ask("POST", "/goog/cdp/execute", &part)["data"].as_str().unwrap())
    }

    /// The page as a PDF.
    #[track_caller]
    pub fn printed(&self) -> Vec<u8> {
        unbase64(self.ask("POST", "/print", &json!({})).as_str().unwrap())
    }
}

/// The JSON of an answer; the driver leaves its connection open behind it.
fn answer(stream: &mut impl BufRead) -> Value {
    let (mut line, mut length) = (String::new(), 0);
    while line != "\r\n" {
        line.clear();
        assert_ne!(stream.read_line(&mut line).unwrap(), 0, "the driver has closed the connection");
        if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = said.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    serde_json::from_slice(&body).unwrap()
}

/// The variable by which the browser has the fonts of the forms and no others: pages look the same on every machine, whatever is
/// installed there.
fn fonts(folder: &Path) -> String {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap();
    let (all, cache) = (Path::new(&here).parent().unwrap().join("daemon/forms/fonts"), folder.join("fonts"));
    let path = folder.join("fonts.conf");
    let text = format!("<fontconfig><dir>{}</dir><cachedir>{}</cachedir></fontconfig>", text(&all), text(&cache));
    fs::write(&path, text).unwrap();
    format!("FONTCONFIG_FILE={}", path.to_str().unwrap())
}

fn capabilities(profile: &Path, scripts: bool) -> Value {
    let profile = format!("--user-data-dir={}", text(profile));
    let mut arguments = vec![
        "--headless=new",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--hide-scrollbars",
        "--no-first-run",
        "--no-proxy-server",
        &profile,
    ];
    if rustix::process::geteuid().is_root() {
        arguments.push("--no-sandbox");
    }
    // 2 forbids, as in the browser's settings.
    let preferences =
        if scripts { json!({}) } else { json!({ "profile.managed_default_content_settings.javascript": 2 }) };
    let options = json!({ "args": arguments, "prefs": preferences });
    json!({ "capabilities": { "alwaysMatch": { "browserName": "chrome", "goog:chromeOptions": options } } })
}

/// The bytes of a text in base 64, as WebDriver gives pictures.
pub fn unbase64(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let sextets: Vec<u32> = text.bytes().filter_map(value).map(u32::from).collect();
    let mut bytes = Vec::with_capacity(sextets.len() * 3 / 4);
    for group in sextets.chunks(4) {
        let bits = group.iter().enumerate().fold(0, |bits, (index, sextet)| bits | sextet << (18 - 6 * index));
        bytes.extend(bits.to_be_bytes().into_iter().skip(1).take(group.len() - 1));
    }
    bytes
}
