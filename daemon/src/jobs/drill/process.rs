//! Programs that a drill runs: as a user who is not root, in an environment of their own, killed with us by the kernel
//! itself, and within sight of whoever ends the drill. It may not know what they do.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use tokio_util::sync::CancellationToken;

/// How long one step of a drill may take.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);
/// How often somebody is asked whether the drill should end.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// What is kept of a program's standard error: its last bytes, where the reason stands.
const TAIL_BYTES: usize = 8 * 1024;
/// The most that is read of a program's answer.
const ANSWER_BYTES_MAX: u64 = 64 << 20;
/// Where programs are looked for, whatever the environment says.
const FOLDERS: [&str; 6] = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The number of a user and of its group.
pub(crate) type Ids = (u32, u32);

/// The path of a program, if it is installed.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    FOLDERS.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.is_file())
}

/// The first of these users that exists; servers of databases refuse to run as root. `None` where we are not root and
/// can be nobody else.
///
/// # Errors
/// A sentence, where we are root and no user exists.
pub(crate) fn owner(names: &[&str]) -> Result<Option<Ids>, String> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").map_err(|error| format!("cannot read /etc/passwd: {error}"))?;
    let ids = |name: &&str| {
        let mut fields = users.lines().find(|line| line.split(':').next() == Some(*name))?.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let none = || format!("there is no user {} to run the server as", names.join(" or "));
    names.iter().find_map(ids).map(Some).ok_or_else(none)
}

/// The name by which this very program is called to become another one that ends with whoever called it.
pub const ENDS_WITH_CALLER: &str = "resguardo-ends-with-caller";

/// What this program does under that name: it has the kernel send it a signal when its caller ends, and becomes the
/// program that the words name, after the signal and the caller's number. `setpriv` would do the same, but may not under
/// the hardened unit, since it also asks for capabilities.
pub fn end_with_caller(mut words: impl Iterator<Item = OsString>) -> ExitCode {
    let signal = if words.next().is_some_and(|word| word == "QUIT") { Signal::QUIT } else { Signal::KILL };
    let caller = words.next().and_then(|word| word.to_str()?.parse::<i32>().ok());
    let told = rustix::process::set_parent_process_death_signal(Some(signal));
    // A caller that ended before the kernel was told would never be noticed.
    let orphaned = rustix::process::getppid().map(Pid::as_raw_pid) != caller;
    let why = match (told, words.next()) {
        (Ok(()), Some(program)) if !orphaned => Command::new(program).args(words).exec().to_string(),
        (Ok(()), _) => "its caller has ended".to_owned(),
        (Err(error), _) => error.to_string(),
    };
    let _unheard = writeln!(io::stderr(), "cannot start: {why}");
    ExitCode::from(127)
}

/// A command in an environment of its own, with a folder for what it writes. The kernel sends it `signal` (`KILL`,
/// `QUIT`) when the thread that started it ends, however that comes.
///
/// # Errors
/// A sentence, where another user is wanted and `setpriv` is not installed.
pub(crate) fn command(path: &Path, owner: Option<Ids>, folder: &Path, signal: &str) -> Result<Command, String> {
    let mut command = match owner {
        Some((user, group)) => {
            let mut command =
                Command::new(program("setpriv").ok_or("setpriv is not installed here; install util-linux")?);
            command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
            command.arg(format!("--pdeathsig={signal}")).arg("--");
            command
        }
        None => {
            let mut command = Command::new("/proc/self/exe");
            command.arg0(ENDS_WITH_CALLER).arg(signal).arg(std::process::id().to_string());
            command
        }
    };
    command.arg(path).env_clear().env("PATH", FOLDERS.join(":")).env("LC_ALL", "C.UTF-8");
    command.env("HOME", folder).env("TMPDIR", folder).current_dir(folder).stdin(Stdio::null());
    Ok(command)
}

/// How a program ended.
pub(super) struct Ended {
    /// Its status.
    pub(super) status: ExitStatus,
    /// Its standard output, or the first 64 MiB of it.
    pub(super) stdout: Vec<u8>,
    /// The last 8 KiB of its standard error.
    pub(super) stderr: String,
}

impl Ended {
    /// Its standard output.
    ///
    /// # Errors
    /// What it said on its standard error, where it failed.
    pub(super) fn answer(self, what: &str) -> Result<String, String> {
        if self.status.success() {
            return Ok(String::from_utf8_lossy(&self.stdout).into_owned());
        }
        Err(format!("{what} failed ({}): {}", self.status, self.stderr))
    }
}

/// Runs a program to its end, gives it what `give` writes, and kills it when the drill is to end.
///
/// # Errors
/// What the system says.
pub(super) fn run<T>(
    command: &mut Command,
    cancel: &CancellationToken,
    give: impl FnOnce(&mut (dyn Write + Send)) -> T,
) -> io::Result<(T, Ended)> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let handle = match Killer::of(&child) {
        Ok(handle) => handle,
        Err(error) => {
            // Nobody could end it later.
            let _ended = (child.kill(), child.wait());
            return Err(error);
        }
    };
    std::thread::scope(|scope| {
        let answer = scope.spawn(|| stdout.map(head).unwrap_or_default());
        let said = scope.spawn(|| stderr.map(tail).unwrap_or_default());
        // Dropped once all is over, which ends the watch.
        let (over, watched) = mpsc::sync_channel::<()>(0);
        let _watch = scope.spawn(move || {
            let began = Instant::now();
            while let Err(RecvTimeoutError::Timeout) = watched.recv_timeout(ASK_EVERY) {
                if cancel.is_cancelled() || began.elapsed() > PATIENCE {
                    handle.kill(Signal::KILL);
                }
            }
        });
        let given = match stdin {
            Some(mut stdin) => give(&mut stdin),
            None => give(&mut io::sink()),
        };
        // The readers end with the program; one that left a child behind with its outputs is waited for all the same.
        let status = child.wait();
        let (stdout, stderr) = (answer.join().unwrap_or_default(), said.join().unwrap_or_default());
        drop(over);
        Ok((given, Ended { status: status?, stdout, stderr }))
    })
}

/// Runs a program that is given nothing.
///
/// # Errors
/// What the program or the system says, in a sentence.
pub(super) fn ask(command: &mut Command, cancel: &CancellationToken, what: &str) -> Result<String, String> {
    let ((), ended) = run(command, cancel, |_| {}).map_err(|error| format!("cannot start {what}: {error}"))?;
    ended.answer(what)
}

fn head(stdout: impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut limited = stdout.take(ANSWER_BYTES_MAX);
    let _ended = limited.read_to_end(&mut kept);
    // A program whose output nobody takes would wait for ever.
    let _passed = io::copy(&mut limited.into_inner(), &mut io::sink());
    kept
}

fn tail(mut stderr: impl Read) -> String {
    let mut kept: Vec<u8> = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stderr.read(&mut buffer) {
        kept.extend(buffer.iter().take(read));
        let more = kept.len().saturating_sub(TAIL_BYTES);
        kept.drain(..more);
    }
    String::from_utf8_lossy(&kept).trim().to_owned()
}

/// A process that can be sent signals, and never another that came to have its number.
pub(super) struct Killer(rustix::fd::OwnedFd);

impl Killer {
    /// The handle of a child that was not waited for.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn of(child: &Child) -> io::Result<Self> {
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::NotFound)?;
        Ok(Self(pidfd_open(pid, PidfdFlags::empty())?))
    }

    /// Sends it a signal; one that has ended meanwhile is what is wanted.
    pub(super) fn kill(&self, signal: Signal) {
        let _ended = pidfd_send_signal(&self.0, signal);
    }
}

/// A server that runs until this is dropped.
pub(crate) struct Running {
    child: Child,
    stop: Signal,
}

impl Running {
    /// Starts a server that writes its messages to a file, and is ended by `stop`.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn start(command: &mut Command, log: &Path, stop: Signal) -> io::Result<Self> {
        let log = std::fs::File::create(log)?;
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        Ok(Self { child, stop })
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(handle) = Killer::of(&self.child) {
            handle.kill(self.stop);
            let began = Instant::now();
            while !self.has_ended() {
                if began.elapsed() > Duration::from_secs(20) {
                    handle.kill(Signal::KILL);
                    break;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        let _status = self.child.wait();
    }
}

/// The last lines of a server's messages.
pub(crate) fn last_words(log: &Path) -> String {
    std::fs::File::open(log).map(tail).unwrap_or_default()
}

/// Waits until a server answers.
///
/// # Errors
/// Its last words, where it ends or takes too long.
pub(crate) fn wait_for(
    server: &mut Running,
    log: &Path,
    patience: Duration,
    mut answers: impl FnMut() -> bool,
) -> Result<(), String> {
    let began = Instant::now();
    while !answers() {
        if server.has_ended() {
            return Err(format!("the throwaway server does not start: {}", last_words(log)));
        }
        if began.elapsed() > patience {
            return Err(format!(
                "the throwaway server does not answer in {} s: {}",
                patience.as_secs(),
                last_words(log)
            ));
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    Ok(())
}
