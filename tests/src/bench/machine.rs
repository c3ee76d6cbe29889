//! What the figures were measured on.

use std::process::Command;
use std::time::Duration;

use super::meter::Mark;

/// Prints the machine and the versions of whatever takes part.
pub(crate) fn print() {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpus = read("/proc/cpuinfo");
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let cores = cpus.lines().filter(|line| line.starts_with("processor")).count();
    println!("# Resguardo measured\n");
    println!("- {cores} cores, {}", model.trim_start_matches([':', ' ', '\t']));
    println!("- {}", first_line("uname", &["-sr"]));
    println!("- {}", first_line("ssh", &["-V"]));
    println!("- {}", first_line("zstd", &["--version"]));
    println!("- {}; {}", first_line("restic", &["version"]), first_line("borg", &["--version"]));
    // Whatever else runs is in everybody's figures.
    let before = Mark::now();
    std::thread::sleep(Duration::from_secs(2));
    let idle = before.until(Mark::now());
    println!("- busy before anything ran: {:.2} cores; load {}", idle.cpu / idle.wall, read("/proc/loadavg").trim());
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let Ok(output) = Command::new(program).args(arguments).output() else { return format!("no {program}") };
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    String::from_utf8_lossy(&text).lines().next().unwrap_or_default().to_owned()
}
