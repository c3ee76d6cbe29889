//! Looking on: a run's events as they happen, and its log. Whoever looks on changes nothing.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::broadcast::error::RecvError;

use super::answer::{Answer, failed, known, refusal, say, value};
use super::daemon::Service;
use super::live::Happening;
use super::protocol::{Line, Refusal, RefusalKind};
use super::socket::Writer;
use crate::jobs::standing;

/// How often a log is looked at for more.
const LOOK: Duration = Duration::from_millis(300);
/// How often the store is asked whether a run is over, should its end have been missed.
const ASK: Duration = Duration::from_secs(5);

/// The events of a run until it is over, or waits for a disk; then how it stands.
pub(super) async fn follow(service: &Arc<Service>, number: i64, writer: &mut Writer) -> Answer {
    let office = service.keeper.office();
    let mut happenings = service.keeper.live.look_on();
    let mut run = known(office, number).await?;
    if let Some(current) = service.keeper.live.current().filter(|current| current.run.number == number) {
        for event in current.so_far() {
            say(writer, &Line::Event(event)).await?;
        }
    }
    while !standing::is_over(run.state) {
        match tokio::time::timeout(ASK, happenings.recv()).await {
            Ok(Ok(Happening::Event(of, event))) if of == number => say(writer, &Line::Event(event)).await?,
            Ok(Ok(Happening::Over(of))) if of == number => {
                run = known(office, number).await?;
                break;
            }
            // Some were skipped, or belong to another run.
            Ok(Ok(_) | Err(RecvError::Lagged(_))) => {}
            Ok(Err(RecvError::Closed)) | Err(_) => run = known(office, number).await?,
        }
    }
    value(standing::run_report(office, &run).await)
}

/// The log of a run, and what is added to it until the run is over.
pub(super) async fn log(service: &Arc<Service>, number: i64, follow: bool, writer: &mut Writer) -> Answer {
    let office = service.keeper.office();
    let mut run = known(office, number).await?;
    let path = service.keeper.logs.path(number);
    let mut lines = None;
    let mut partial = Vec::new();
    loop {
        let over = standing::is_over(run.state);
        if lines.is_none() {
            match tokio::fs::File::open(&path).await {
                Ok(file) => lines = Some(BufReader::new(file)),
                Err(error) if error.kind() == ErrorKind::NotFound && !over => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    let days = office.config.limits.log_days;
                    let message =
                        format!("run {number} has no log any more; logs are kept {days} days (`limits.log_days`)");
                    return Err(refusal(RefusalKind::Unknown, message));
                }
                Err(error) => return Err(refusal(RefusalKind::Failed, format!("{}: {error}", path.display()))),
            }
        }
        if let Some(lines) = &mut lines {
            send_lines(lines, &mut partial, writer).await?;
        }
        if over || !follow {
            return value(Ok(()));
        }
        tokio::time::sleep(LOOK).await;
        run = office.store.run(number).await.map_err(failed)?.unwrap_or(run);
    }
}

/// Sends the lines that are whole; the beginning of one that is still being written waits in `partial`.
async fn send_lines(
    lines: &mut BufReader<tokio::fs::File>,
    partial: &mut Vec<u8>,
    writer: &mut Writer,
) -> Result<(), Refusal> {
    loop {
        let read = lines.read_until(b'\n', partial).await;
        let read = read.map_err(|error| refusal(RefusalKind::Failed, error.to_string()))?;
        if partial.last() == Some(&b'\n') {
            let line = String::from_utf8_lossy(partial).trim_end().to_owned();
            partial.clear();
            say(writer, &Line::Text(line)).await?;
        }
        if read == 0 {
            return Ok(());
        }
    }
}
