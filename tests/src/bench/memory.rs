//! The peak memory of the program as it is shipped, and of the agent, by the kernel's own high-water mark.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, ensure};

use super::ours::{Ours, cat};
use super::stage::{Data, Stage};

/// What the daemon may hold, in KiB.
const TARGET_KIB: u64 = 64 * 1024;
const LOOK: Duration = Duration::from_millis(20);

/// Measures both modes with the dump and with noise, and with two disks.
pub(crate) fn measure(stage: &Stage) -> Result<()> {
    let noise = stage.noise()?;
    println!("\n## Peak memory\n\n| | daemon MiB | agent MiB | target |\n|---|---|---|---|");
    for (what, data, disks) in [
        ("dump", &stage.dump, 1),
        ("dump, two disks", &stage.dump, 2),
        ("noise", &noise, 1),
        ("noise, two disks", &noise, 2),
    ] {
        for mode in ["agent", "plain"] {
            let (daemon, agent) = peak(stage, mode, data, disks)?;
            let within = if daemon <= TARGET_KIB { "within" } else { "OVER" };
            let agent = if agent == 0 { "-".to_owned() } else { mib(agent) };
            println!("| {what}, {mode} | {} | {agent} | (target ≤ {}) {within} |", mib(daemon), mib(TARGET_KIB));
        }
    }
    std::fs::remove_file(&noise.path)?;
    Ok(())
}

fn mib(kib: u64) -> String {
    format!("{}.{}", kib / 1024, kib % 1024 * 10 / 1024)
}

/// The high-water marks of the daemon and of the agent in KiB.
fn peak(stage: &Stage, mode: &str, data: &Data, disks: usize) -> Result<(u64, u64)> {
    let ours = Ours::new(stage, stage.sshd.port, mode, cat(data), disks)?;
    let mut command = Command::new(std::env::current_exe()?.with_file_name("resguardo"));
    command.arg("--config").arg(&ours.file).args(["backup", "--here", "--json"]).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let own = format!("/proc/{}", child.id());
    let agents = ours.file.with_file_name("agent");
    let (mut daemon, mut agent, mut agent_process) = (0, 0, None);
    while child.try_wait()?.is_none() {
        daemon = daemon.max(high_water(Path::new(&own)));
        agent_process = agent_process.or_else(|| process_of(&agents));
        agent = agent.max(agent_process.as_deref().map_or(0, high_water));
        std::thread::sleep(LOOK);
    }
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "resguardo backup: {}", String::from_utf8_lossy(&output.stderr));
    Ok((daemon, agent))
}

fn high_water(process: &Path) -> u64 {
    let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The process whose program lies in this folder.
fn process_of(folder: &Path) -> Option<std::path::PathBuf> {
    let processes = std::fs::read_dir("/proc").ok()?;
    let runs_it = |path: &Path| std::fs::read_link(path.join("exe")).is_ok_and(|exe| exe.starts_with(folder));
    processes.flatten().map(|entry| entry.path()).find(|path| runs_it(path))
}
