//! The register for operators: its lines, its head, and corrections. It may not know what an entry means.

use std::sync::Arc;

use super::answer::{Answer, failed, hand_out_later, refusal, register_lines, say, value};
use super::daemon::Service;
use super::protocol::{Line, Refusal, RefusalKind, RegisterLine};
use super::socket::Writer;
use crate::jobs::error::chain;
use crate::jobs::hand_out;
use crate::jobs::office::Office;
use crate::jobs::report::Listing;
use crate::register::correction::correction;
use crate::register::entry::{Entry, name};
use crate::store::change::Change;
use crate::store::error::StoreError;

/// Lines that are read from the store at once.
const BATCH: u32 = 1000;

/// The newest lines.
pub(super) async fn newest(
    office: Office<'_>,
    year: Option<i32>,
    limit: u32,
) -> Result<Listing<RegisterLine>, StoreError> {
    let mut lines = office.store.newest_lines(year, limit.saturating_add(1)).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = lines.len() > limit;
    lines.truncate(limit);
    Ok(register_lines(lines, more))
}

/// An entry, and the corrections of it in the order of the chain.
pub(super) async fn entry(office: Office<'_>, year: i32, number: i64) -> Answer {
    let line = known(office, year, number).await?;
    let mut after = line.sequence;
    let mut lines = vec![line];
    loop {
        let batch = office.store.lines(after, BATCH).await.map_err(failed)?;
        let Some(last) = batch.last() else { break };
        after = last.sequence;
        lines.extend(batch.into_iter().filter(|line| corrects(&line.text, year, number)));
    }
    value(Ok(register_lines(lines, false)))
}

fn corrects(text: &str, year: i32, number: i64) -> bool {
    let entry = Entry::parse(text).ok();
    entry.and_then(|entry| entry.draft.corrects).is_some_and(|of| (of.year, of.number) == (year, number))
}

async fn known(office: Office<'_>, year: i32, number: i64) -> Result<crate::store::rows::Line, Refusal> {
    let line = office.store.line(year, number).await.map_err(failed)?;
    line.ok_or_else(|| {
        let message = format!("there is no entry {}; `resguardo register list` lists them", name(year, number));
        refusal(RefusalKind::Unknown, message)
    })
}

/// All lines in their order, and the signed head as the answer.
pub(super) async fn export(service: &Arc<Service>, year: Option<i32>, writer: &mut Writer) -> Answer {
    let office = service.keeper.office();
    let mut after = 0;
    loop {
        let batch = office.store.lines(after, BATCH).await.map_err(failed)?;
        let Some(last) = batch.last() else { break };
        after = last.sequence;
        for line in batch.into_iter().filter(|line| year.is_none_or(|year| line.year == year)) {
            say(writer, &Line::Text(line.text)).await?;
        }
    }
    value(hand_out::head(office, &service.keeper.key).await)
}

/// Enters a correction.
pub(super) async fn correct(
    service: &Arc<Service>,
    who: &str,
    (year, number): (i32, i64),
    reason: &str,
    changes: &[(String, String)],
) -> Answer {
    let office = service.keeper.office();
    let line = known(office, year, number).await?;
    let entry = Entry::parse(&line.text).map_err(|error| refusal(RefusalKind::Failed, chain(&error)))?;
    let draft = correction(&entry, office.local(office.now()), who, reason, changes);
    let draft = draft.map_err(|error| refusal(RefusalKind::Request, chain(&error)))?;
    tracing::info!(entry = entry.name(), who, "an entry of the register is corrected");
    let change = Change { drafts: vec![draft], ..Change::default() };
    let applied = office.store.apply(change).await.map_err(failed)?;
    hand_out_later(service);
    value(Ok(register_lines(applied.lines, false).items.into_iter().next()))
}
