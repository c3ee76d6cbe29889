//! A dump without an agent: the dump command runs over SSH, and the frames are made here with the agent's own library.

use std::io;

use resguardo_agent::framer::{self, FramerError, Settings};
use resguardo_shared::frame::{FRAME_BYTES, Frame};
use resguardo_shared::recipe::{self, Recipe};
use resguardo_shared::shell;
use resguardo_shared::wire::{Counts, End, Exit, Totals};
use tokio::sync::mpsc;

use super::error::SourceError;
use super::line::{Line, Pace};
use super::{Came, Request, said};
use crate::transport::{self, Exec, Session, TransportError};

/// Runs the dump command and hands out its frames. It ends with its connection.
pub(super) async fn run(line: &Line, request: Request, frames: mpsc::Sender<Came>) -> Result<End, SourceError> {
    let run = run_once(line, request, frames).await;
    match run {
        Err(SourceError::Transport(source @ TransportError::Lost { .. })) => {
            line.hang_up();
            Err(SourceError::PlainCut { source })
        }
        run => run,
    }
}

async fn run_once(line: &Line, request: Request, frames: mpsc::Sender<Came>) -> Result<End, SourceError> {
    let session = line.session().await?;
    let recipe = recipe::of(&request.dump, request.part);
    let before = count(&session, &recipe).await?;
    let mut exec = session.exec(&shell::join(&recipe.dump)).await?;
    // A command that reads its input finds it closed, as the agent's finds it empty.
    exec.send_eof().await?;
    let settings = Settings { frame_bytes: FRAME_BYTES, level: request.level, threads: request.threads, sealed: false };

    // Buffers go round between the framer's thread and this task: empty ones here, full ones there.
    let (empty_in, mut empty_out) = mpsc::channel::<Vec<u8>>(1);
    let (full_in, full_out) = mpsc::channel::<io::Result<Vec<u8>>>(1);
    let span = tracing::Span::current();
    let framing = tokio::task::spawn_blocking(move || span.in_scope(|| frame(settings, &empty_in, full_out, &frames)));
    let pumped = pump(&mut exec, line.pace(), &mut empty_out, &full_in).await;
    drop((empty_out, full_in));
    let framed = framing.await.map_err(SourceError::Task)?;
    // A lost connection is the cause, and what the framer says of it only the effect.
    pumped?;
    let totals = framed.map_err(|error| match error {
        FramerError::Give(_) => SourceError::Unwanted,
        error => SourceError::Framer(error),
    })?;
    let finished = exec.finish().await?;
    let exit = exit(finished.exit);
    let well = matches!(exit, Exit::Status(status) if status == 0 || Some(status) == recipe.warning_status);
    let after = if well { count(&session, &recipe).await? } else { None };
    let counts = before.zip(after).map(|(before, after)| Counts { before, after });
    Ok(End { exit, stderr: finished.stderr, stderr_dropped: finished.stderr_dropped, counts, totals })
}

fn frame(
    settings: Settings,
    empty: &mpsc::Sender<Vec<u8>>,
    mut full: mpsc::Receiver<io::Result<Vec<u8>>>,
    frames: &mpsc::Sender<Came>,
) -> Result<Totals, FramerError> {
    let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
    let fill = |buffer| {
        empty.blocking_send(buffer).map_err(|_| gone())?;
        full.blocking_recv().ok_or_else(gone)?
    };
    framer::frame(settings, fill, |frame: Frame| frames.blocking_send(Came::Frame(frame)).map_err(|_| gone()))
}

/// Fills buffer after buffer from the wire. One hop between threads a frame, never one a packet.
async fn pump(
    exec: &mut Exec,
    mut pace: Pace,
    empty: &mut mpsc::Receiver<Vec<u8>>,
    full: &mpsc::Sender<io::Result<Vec<u8>>>,
) -> Result<(), TransportError> {
    let mut rest = bytes::Bytes::new();
    let mut over = false;
    while let Some(mut buffer) = empty.recv().await {
        buffer.reserve_exact(FRAME_BYTES);
        while !over && buffer.len() < FRAME_BYTES {
            if rest.is_empty() {
                match exec.next().await {
                    Ok(Some(bytes)) => {
                        pace.take(bytes.len()).await;
                        rest = bytes;
                    }
                    Ok(None) => over = true,
                    Err(error) => {
                        // The framer stops at an error, and would take an end for the end of the dump.
                        let _stopped = full.send(Err(io::Error::from(io::ErrorKind::ConnectionAborted))).await;
                        return Err(error);
                    }
                }
            }
            let taken = rest.len().min(FRAME_BYTES - buffer.len());
            buffer.extend_from_slice(&rest.split_to(taken));
        }
        if full.send(Ok(buffer)).await.is_err() {
            break;
        }
    }
    Ok(())
}

async fn count(session: &Session, recipe: &Recipe) -> Result<Option<u64>, SourceError> {
    let Some(argv) = &recipe.count else { return Ok(None) };
    let output = session.run(&shell::join(argv), &[], 4096).await?;
    let text = String::from_utf8_lossy(&output.stdout);
    if output.exit != transport::Exit::Status(0) {
        return Err(SourceError::Count { what: said(&output.stderr) });
    }
    let number = text.trim().parse();
    number.map(Some).map_err(|_| SourceError::Count { what: format!("it printed {:?}", text.trim()) })
}

/// The transport's word for the end of a command, as the wire's.
pub(super) fn exit(exit: transport::Exit) -> Exit {
    match exit {
        transport::Exit::Status(status) => i32::try_from(status).map_or(Exit::Missing, Exit::Status),
        transport::Exit::Signal(name) => Exit::Signal(name),
        transport::Exit::Missing => Exit::Missing,
    }
}
