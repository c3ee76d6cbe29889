//! What is done with a ticket: a route for each, whose body has the fields of that and no others. It may not know the rules.

use std::sync::Arc;

use axum::extract::State;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::body::{Number, Sent, Who};
use super::table::{About, Table};
use super::tickets::shown;
use crate::jobs::desk::report::TicketReport;
use crate::jobs::desk::wanted::{Wanted, done};
use crate::web::app::App;

pub(super) fn routes(table: &mut Table) {
    add(table, "take", &about("take_ticket", "A technician takes it."), Wanted::Take);
    add(table, "assign", &about("assign_ticket", "The head gives it to somebody."), Wanted::Assign);
    add(table, "analysis", &about("analyse_ticket", "What was found before anything is done."), Wanted::Analyse);
    add(table, "extension", &about("extend_ticket", "Proposes a new limit, with its ruling."), Wanted::Extend);
    let decides = about("decide_extension", "Decides the extension that waits for it.");
    add(table, "extension/decision", &decides, Wanted::DecideExtension);
    add(table, "exception", &about("except_ticket", "Registers that it hangs on others."), Wanted::Except);
    let decides = about("decide_exception", "Decides the exception that waits for it.");
    add(table, "exception/decision", &decides, Wanted::DecideException);
    add(table, "resume", &about("resume_ticket", "The others have answered: work goes on."), Wanted::Resume);
    add(table, "ruling", &about("rule_ticket", "Issues the closing ruling."), Wanted::Rule);
    add(table, "delivery", &about("deliver_ruling", "The ruling about parts was delivered."), Wanted::Deliver);
    add(table, "acknowledgement", &about("acknowledge_ruling", "The ruling was received."), Wanted::Acknowledge);
    add(table, "finish", &about("finish_ticket", "Closes it."), Wanted::Finish);
    add(table, "rating", &about("rate_ticket", "The requester rates it."), Wanted::Rate);
    add(table, "answer", &about("answer_rating", "The head answers a bad rating."), Wanted::Answer);
    add(table, "void", &about("void_ticket", "Declares it void."), Wanted::Void);
    add(table, "visit", &about("visit_ticket", "Writes down a visit on site."), Wanted::Visit);
    add(table, "comments", &about("comment_ticket", "Says something about it."), Wanted::Comment);
}

fn about(name: &'static str, summary: &'static str) -> About {
    About { name, summary, parameters: &[], statuses: &[200] }
}

/// A route that does what its body wants, and answers with the ticket as it is then.
fn add<B>(table: &mut Table, word: &str, about: &About, wanted: fn(B) -> Wanted)
where
    B: DeserializeOwned + ToSchema + Send + 'static,
{
    let path = format!("/api/v1/tickets/{{number}}/{word}");
    table.post::<B, TicketReport, _, _>(
        &path,
        about,
        async move |State(app): State<Arc<App>>, Who(who): Who, Number(number): Number, Sent(body): Sent<B>| {
            Box::pin(done(app.office(), &who, &number, wanted(body))).await?;
            shown(&app, &who, &number).await
        },
    );
}
