//! A dump through an agent: one request out, frames in.

use std::sync::Arc;

use resguardo_shared::frame::Frame;
use resguardo_shared::wire::{self, Decoder, End, Record};
use tokio::sync::mpsc;

use super::error::SourceError;
use super::{Request, said};
use crate::transport::{Exec, Session};

/// Runs an agent by `command` and hands out its frames.
pub(super) async fn run(
    session: Arc<Session>,
    command: String,
    request: Request,
    frames: mpsc::Sender<Frame>,
) -> Result<End, SourceError> {
    let mut exec = session.exec(&command).await?;
    let request = wire::Request {
        version: wire::VERSION,
        dump: request.dump,
        part: request.part,
        level: request.level,
        threads: request.threads,
    };
    let mut message = Vec::new();
    wire::write_request(&mut message, &request).map_err(|error| SourceError::Refused(error.to_string()))?;
    // Standard input stays open: to the agent its end means that the dump is no longer wanted. An agent that has ended
    // already says why on its standard error, which is more than this error could.
    let asked = exec.send(&message).await;
    let mut decoder = Decoder::default();
    let end = receive(&mut exec, &mut decoder, &frames).await?;
    match end {
        Some(end) => {
            exec.send_eof().await?;
            let _ended = exec.finish().await?;
            Ok(end)
        }
        None => {
            let finished = exec.finish().await?;
            asked?;
            Err(SourceError::AgentEnded { exit: super::plain::exit(finished.exit), said: said(&finished.stderr) })
        }
    }
}

async fn receive(
    exec: &mut Exec,
    decoder: &mut Decoder,
    frames: &mpsc::Sender<Frame>,
) -> Result<Option<End>, SourceError> {
    while let Some(bytes) = exec.next().await? {
        let mut input: &[u8] = &bytes;
        while let Some(record) = decoder.next(&mut input)? {
            match record {
                Record::Hello(_) => {}
                Record::Frame(frame) => frames.send(frame).await.map_err(|_| SourceError::Unwanted)?,
                Record::End(end) => return Ok(Some(end)),
                Record::Refused(refused) => return Err(SourceError::Refused(refused.reason)),
            }
        }
    }
    Ok(None)
}
