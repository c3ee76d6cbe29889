//! Many records through one process that prints: it is started for the first, reads its layouts once, and is begun anew when it
//! ends or hangs. It may not know where records come from.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use resguardo_forms_model::Record;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::{FormError, PATIENCE, PDF_BYTES_MAX, PROGRAM, program, with};

/// Forms of one process; what it keeps of each, however little, then goes with it.
const FORMS_MAX: u32 = 500;
/// Before a PDF; anything else stands before why there is none.
const PRINTED: u8 = 0;

/// A process that prints, or will.
pub struct Press {
    templates: Option<PathBuf>,
    running: Option<Running>,
}

struct Running {
    // Ends with this.
    _child: Child,
    input: ChildStdin,
    output: ChildStdout,
    printed: u32,
}

impl Press {
    /// One that is started with its first form. Layouts of `templates`, a folder, stand for the program's own.
    pub fn new(templates: Option<&Path>) -> Self {
        Self { templates: templates.map(Path::to_owned), running: None }
    }

    /// Prints a record; the same bytes as [`super::print`].
    ///
    /// # Errors
    /// [`FormError`]. A record that cannot be printed costs no other one.
    pub async fn print(&mut self, record: &Record) -> Result<Vec<u8>, FormError> {
        let json = record.to_json()?;
        let mut running = match self.running.take().filter(|running| running.printed < FORMS_MAX) {
            Some(running) => running,
            None => self.start()?,
        };
        let answer = tokio::time::timeout(PATIENCE, running.one(&json)).await.map_err(|_| FormError::Slow)?;
        let (mark, bytes) = answer.map_err(|source| FormError::Run { program: program(), source })?;
        running.printed += 1;
        self.running = Some(running);
        if mark == PRINTED {
            return Ok(bytes);
        }
        let said = String::from_utf8_lossy(&bytes).into_owned();
        Err(FormError::Failed { status: "no form".to_owned(), said })
    }

    fn start(&self) -> Result<Running, FormError> {
        let program = program();
        if !program.is_file() {
            return Err(FormError::Missing { program });
        }
        let failed = |source| FormError::Run { program: program.clone(), source };
        let mut command = Command::new(&program);
        command
            .args(with(self.templates.as_deref()))
            .arg("--many")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(failed)?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else {
            return Err(failed(std::io::Error::other(format!("a pipe of {PROGRAM} is missing"))));
        };
        Ok(Running { _child: child, input, output, printed: 0 })
    }
}

impl Running {
    async fn one(&mut self, json: &[u8]) -> std::io::Result<(u8, Vec<u8>)> {
        let length = u32::try_from(json.len()).map_err(std::io::Error::other)?;
        self.input.write_all(&length.to_be_bytes()).await?;
        self.input.write_all(json).await?;
        self.input.flush().await?;
        let mark = self.output.read_u8().await?;
        let length = u64::from(self.output.read_u32().await?);
        if length > PDF_BYTES_MAX {
            return Err(std::io::Error::other(format!("it gave {length} bytes")));
        }
        let mut bytes = vec![0; usize::try_from(length).map_err(std::io::Error::other)?];
        self.output.read_exact(&mut bytes).await?;
        Ok((mark, bytes))
    }
}
