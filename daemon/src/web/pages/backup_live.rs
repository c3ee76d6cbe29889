//! What is being backed up at this moment: on the page as it is opened, and then as server-sent events (HTML, 9.2) while a run is
//! under way. It may not know how a backup is made.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use tokio::io::{AsyncWriteExt as _, DuplexStream};
use tokio_util::io::ReaderStream;

use super::backup_words::of_step;
use crate::jobs::metrics::Running;
use crate::units;
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::visit::Visit;

/// How often it is told how a run goes.
const EVERY: Duration = Duration::from_secs(1);
/// How often something is sent where nothing has changed, so that whoever stands between does not hang up.
const SIGN_EVERY: Duration = Duration::from_secs(15);
/// How long one answer goes on; a browser then asks again, and whether it still may is asked, too.
const LONGEST: Duration = Duration::from_secs(300);
/// What may wait for a browser that reads slowly.
const ROOM: usize = 8 * 1024;

/// What is being backed up, in the words of the page, whose parts have these names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Live {
    pub(super) corrida: i64,
    pub(super) que: String,
    pub(super) paso: String,
    pub(super) hecho: String,
    pub(super) ritmo: String,
    pub(super) falta: String,
    pub(super) discos: String,
    /// How much is done, in thousandths, where that can be known.
    pub(super) parte: Option<u64>,
}

/// What is under way now.
pub(super) fn live(app: &App) -> Option<Live> {
    let running = (app.source.running)()?;
    let passed = running.began.and_then(|began| ((app.clock)() - began).to_std().ok()).unwrap_or_default();
    Some(words(running, passed))
}

fn words(running: Running, passed: Duration) -> Live {
    let done = running.plain_bytes;
    let expected = running.expected_bytes.filter(|expected| *expected > 0);
    let rate = u64::try_from(u128::from(done) * 1000 / passed.as_millis().max(1)).unwrap_or(0);
    let left = expected.filter(|_| rate > 0).map(|expected| expected.saturating_sub(done) / rate);
    let left = left.map(|seconds| Duration::from_secs(seconds) + Duration::from_millis(running.tail_ms.unwrap_or(0)));
    let disk = |(disk, bytes): &(String, u64)| format!("{disk}: {}", units::bytes(*bytes));
    // A dump that has become larger is not done before it is.
    let part = expected.map(|expected| (u128::from(done) * 1000 / u128::from(expected)).min(999));
    Live {
        corrida: running.run,
        que: running.dataset.or(running.plan).unwrap_or_default(),
        paso: running.step.map(of_step).unwrap_or("empezando").to_owned(),
        hecho: match expected {
            Some(expected) => format!("{} de unos {}", units::bytes(done), units::bytes(expected)),
            None => units::bytes(done),
        },
        ritmo: if rate > 0 { format!("{}/s", units::bytes(rate)) } else { String::new() },
        falta: left.map(|left| format!("unos {}", units::duration(left))).unwrap_or_default(),
        discos: running.taken.iter().map(disk).collect::<Vec<_>>().join(" · "),
        parte: part.and_then(|part| u64::try_from(part).ok()),
    }
}

/// Tells how the run goes until it is over; where none is under way, says so and ends.
pub(super) async fn follow(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let turn = app.viewers.turn(visit.actor().id).await?;
    let (into, from) = tokio::io::duplex(ROOM);
    let of = Arc::clone(&app);
    app.tasks.spawn(async move {
        let _turn = turn;
        // Whoever has closed the page hears nothing more.
        let _gone = tell(&of, into).await;
    });
    let body = Body::from_stream(ReaderStream::new(from));
    Ok(([(header::CONTENT_TYPE, "text/event-stream; charset=utf-8")], body).into_response())
}

async fn tell(app: &App, mut into: DuplexStream) -> io::Result<()> {
    into.write_all(b"retry: 5000\n\n").await?;
    let (began, mut sent) = (Instant::now(), Instant::now());
    let mut before: Option<Live> = None;
    while began.elapsed() < LONGEST {
        let now = live(app);
        let over = before.as_ref().filter(|before| now.as_ref().is_none_or(|now| now.corrida != before.corrida));
        if let Some(over) = over {
            return into.write_all(format!("event: fin\ndata: {}\n\n", over.corrida).as_bytes()).await;
        }
        let Some(now) = now else { return into.write_all(b"event: nada\ndata:\n\n").await };
        if before.as_ref() != Some(&now) {
            // JSON has no line breaks of its own.
            let text = serde_json::to_string(&now).map_err(io::Error::other)?;
            into.write_all(format!("event: estado\ndata: {text}\n\n").as_bytes()).await?;
            sent = Instant::now();
        } else if sent.elapsed() >= SIGN_EVERY {
            into.write_all(b":\n\n").await?;
            sent = Instant::now();
        }
        before = Some(now);
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = app.stopping.cancelled() => return Ok(()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::progress::Step;

    fn running(done: u64, expected: Option<u64>) -> Running {
        Running {
            run: 7,
            plan: Some("semanal".to_owned()),
            step: Some(Step::Receive),
            taken: vec![("disco-a".to_owned(), 2048)],
            tail_ms: Some(5000),
            dataset: Some("bd/quejas".to_owned()),
            plain_bytes: done,
            archive_bytes: 0,
            expected_bytes: expected,
            began: None,
        }
    }

    #[test]
    fn what_is_left_is_told_by_what_came_and_the_end_of_earlier_ones() {
        let of = |done, expected, seconds| words(running(done, expected), Duration::from_secs(seconds));
        let live = of(1000, Some(4000), 10);
        assert_eq!((live.parte, live.ritmo.as_str(), live.falta.as_str()), (Some(250), "100 B/s", "unos 35 s"));
        assert_eq!(live.que, "bd/quejas");
        // Larger than the last one, of unknown size, and before the first byte.
        assert_eq!(of(9000, Some(4000), 10).parte, Some(999));
        let unknown = of(9000, None, 10);
        assert_eq!((unknown.parte, unknown.falta.as_str()), (None, ""));
        assert_eq!((of(0, Some(0), 0).parte, of(0, Some(9), 0).falta), (None, String::new()));
    }
}
