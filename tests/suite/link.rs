//! The link to a server is cut, hangs, and is damaged: a dump with an agent goes on where it was, and nothing of it stays on
//! the server in the end, whatever happened.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

#[path = "link/lost.rs"]
mod lost;
#[path = "link/nothing_left.rs"]
mod nothing_left;
#[path = "link/pace.rs"]
mod pace;
#[path = "link/window.rs"]
mod window;

use std::fs::{self, File};
use std::process::{Child, Stdio};

use serde_json::json;
use system_tests::command::{Outcome, run, sh, sh_text, text, until};
use system_tests::proxy::Proxy;
use system_tests::world::World;

/// Bytes of the dump; they cannot be compressed.
const BYTES: u64 = 24_000_000;

/// A world whose server `s` is reached through a proxy, and whose dump leaves a mark each time it is begun.
struct Scene {
    world: World,
    proxy: Proxy,
}

impl Scene {
    fn new(mode: &str, outage_seconds: u64) -> Self {
        let mut world = World::with_disks(&[160]);
        let proxy = Proxy::start(world.sshd.port);
        let server = world.server("s", mode);
        server["port"] = json!(proxy.port);
        server["outage_seconds"] = json!(outage_seconds);
        let source = world.path("dato");
        sh("head -c \"$2\" /dev/urandom > \"$1\"", &[text(&source), &BYTES.to_string()]);
        let command = format!("echo >> '{}'; cat '{}'", world.at("begun"), source.display());
        world.dataset(&json!({ "name": "dato", "kind": "command", "command": command, "suffix": "bin" }));
        Self { world, proxy }
    }

    /// One whose dump never ends and can hardly be compressed.
    fn endless(mode: &str, outage_seconds: u64) -> Self {
        let mut scene = Self::new(mode, outage_seconds);
        let begun = scene.world.at("begun");
        let command = format!("echo >> '{begun}'; while cat '{}'; do :; done", scene.world.at("dato"));
        scene.world.config["servers"][0]["datasets"][0]["command"] = json!(command);
        scene
    }

    fn backup(&self) -> Outcome {
        self.world.backup(&["s/dato"])
    }

    /// Begins a run whose words go to a file.
    fn start(&self) -> Child {
        let mut command = self.world.command(&["backup", "--here", "s/dato"]);
        let said = File::create(self.world.path("said")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said).spawn().unwrap()
    }

    /// What the run says.
    fn said(&self) -> String {
        fs::read_to_string(self.world.path("said")).unwrap()
    }

    fn end(&self, mut child: Child) -> Outcome {
        let code = child.wait().unwrap().code().unwrap_or(-1);
        Outcome { code, stdout: Vec::new(), stderr: self.said() }
    }

    /// How often the dump was begun.
    fn begun(&self) -> usize {
        fs::read_to_string(self.world.path("begun")).map_or(0, |text| text.lines().count())
    }

    /// The last backup is the source, byte by byte.
    #[track_caller]
    fn is_whole(&self) {
        let kept = self.world.kept(0, "s/dato").pop().unwrap();
        let dump = sh_text("zstd -dc \"$1\" | sha256sum | cut -c-64", &[text(&kept.file("bin.zst"))]);
        let source = sh_text("sha256sum < \"$1\" | cut -c-64", &[&self.world.at("dato")]);
        assert_eq!(dump, source);
        assert_eq!(kept.main()["plain_sha256"], source.as_str());
    }

    /// Makes room for the next.
    fn forget(&self) {
        sh("rm -rf \"$1/archives\"; rm -f \"$2\"", &[text(&self.world.disks[0].path), &self.world.at("begun")]);
    }

    /// What there is of dumps on the server: processes of the agent and of the command, and sockets.
    fn left(&self) -> Vec<String> {
        let list = String::from_utf8(sh("ps -eo args", &[])).unwrap();
        let (agent, dump) = (self.world.at("agent"), self.world.at("begun"));
        let is_ours = |line: &&str| line.contains(&agent) || line.contains(&dump);
        let mut left: Vec<String> = list.lines().filter(is_ours).map(str::to_owned).collect();
        let find = "find \"$1\" -name '*.sock' 2>/dev/null || true";
        left.extend(String::from_utf8(sh(find, &[&agent])).unwrap().lines().map(str::to_owned));
        left
    }

    #[track_caller]
    fn nothing_is_left(&self) {
        let mut left = Vec::new();
        until("nothing of the dump is left on the server", || {
            left = self.left();
            left.is_empty()
        });
    }
}

/// Lets the system run one more command, for the time that passes with it.
fn wait_a_second() {
    run(std::process::Command::new("sleep").arg("1")).exits(0);
}
