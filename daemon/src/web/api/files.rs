//! The files of a ticket and its report on paper: one in, judged by its content, and one out, always as a download. It may not know what is allowed in a
//! file.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::body::{Number, Who, bytes, essence};
use super::problem::Problem;
use super::table::{About, READ, Table};
use crate::intake;
use crate::jobs::desk::enter::{self, File};
use crate::jobs::desk::report::{self, FileList};
use crate::jobs::desk::view;
use crate::web::app::App;
use crate::web::download::download as handed_out;
use crate::web::failure::Failure;
use crate::web::fields::{Takes, read};
use crate::web::paper::ticket_report;

/// Files of one request, with what a form adds.
const BYTES_MAX: usize = 27 * 1024 * 1024;
/// How long they may take to come.
const TIME: Duration = Duration::from_secs(120);

const UPLOAD: &About = &About {
    name: "upload_files",
    summary: "Adds files: parts of a form named `file`, or one as the body, with its name in Content-Disposition.",
    parameters: &[],
    statuses: &[201],
};
const DOWNLOAD: &About =
    &About { name: "download_file", summary: "A file of the ticket.", parameters: &[], statuses: &[200] };

const REPORT: &About = &About {
    name: "print_ticket",
    summary: "Its report with the ruling, form DIACO-IN-FO-01, as PDF.",
    parameters: &[],
    statuses: &[200],
};

pub(super) fn routes(table: &mut Table) {
    table.upload::<FileList, _, _>("/api/v1/tickets/{number}/files", UPLOAD, upload);
    let kind = (Some(READ), "application/octet-stream");
    table.get_as("/api/v1/tickets/{number}/files/{id}", DOWNLOAD, kind, download);
    table.get_as("/api/v1/tickets/{number}/fo-01", REPORT, (Some(READ), "application/pdf"), paper);
}

async fn upload(
    State(app): State<Arc<App>>,
    Who(who): Who,
    Number(number): Number,
    request: Request,
) -> Result<Response, Problem> {
    // Whoever may not see the ticket does not have anything read for it.
    let before = view::ticket(app.office(), &who, &number).await?;
    let _turn = app.uploads.turn(who.actor.id).await?;
    let mut files = Vec::new();
    for (name, bytes) in sent(request).await? {
        let judged = tokio::task::spawn_blocking(move || intake::accept(&name, bytes)).await;
        let taken = judged.map_err(|error| Failure::Internal(error.to_string()))??;
        files.push(File { name: taken.name, kind: taken.kind.word(), bytes: taken.bytes });
    }
    enter::comment(app.office(), &who, &number, "", false, files).await?;
    let after = view::ticket(app.office(), &who, &number).await?;
    let is_new = |file: &&crate::store::desk_rows::Attachment| before.files.iter().all(|known| known.id != file.id);
    let items = after.files.iter().filter(is_new).map(report::file).collect();
    Ok((StatusCode::CREATED, Json(FileList { items })).into_response())
}

/// What was sent, by names of which nothing is true yet.
async fn sent(request: Request) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let (parts, body) = request.into_parts();
    if essence(&parts.headers) != "multipart/form-data" {
        let bytes = bytes(&parts.headers, body, intake::FILE_BYTES_MAX, TIME).await?;
        return Ok(vec![(name(&parts.headers), bytes.to_vec())]);
    }
    let reading = read(Takes::Files(BYTES_MAX), &parts.headers, body);
    let fields = tokio::time::timeout(TIME, reading).await.map_err(|_| Failure::TooSlow)??;
    let files: Vec<_> = fields.files("file").map(|file| (file.name.clone(), file.bytes.to_vec())).collect();
    match files.len() {
        0 => Err(Problem::field("file", "adjunte al menos un archivo, en una parte llamada «file»")),
        1..=intake::FILES_MAX => Ok(files),
        _ => Err(Problem::field("file", format!("caben {} archivos; envíe menos", intake::FILES_MAX))),
    }
}

/// The name that Content-Disposition gives; the one in UTF-8, where there are two.
fn name(headers: &HeaderMap) -> String {
    let line =
        headers.get(header::CONTENT_DISPOSITION).map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned());
    let line = line.unwrap_or_default();
    let parts = || line.split(';').skip(1).filter_map(|part| part.trim().split_once('='));
    let wide = parts().find(|(key, _)| key.trim().eq_ignore_ascii_case("filename*"));
    if let Some((charset, text)) = wide.and_then(|(_, value)| value.trim().split_once("''"))
        && charset.eq_ignore_ascii_case("utf-8")
    {
        return unescaped(text);
    }
    let plain = parts().find(|(key, _)| key.trim().eq_ignore_ascii_case("filename"));
    plain.map_or_else(|| "archivo".to_owned(), |(_, value)| value.trim().trim_matches('"').to_owned())
}

/// A text whose bytes are written as `%C3%B1`.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend(parts.next().unwrap_or_default().bytes());
    for part in parts {
        match part.split_at_checked(2).and_then(|(hex, rest)| Some((u8::from_str_radix(hex, 16).ok()?, rest))) {
            Some((byte, rest)) => {
                bytes.push(byte);
                bytes.extend(rest.bytes());
            }
            // What is no escape is a sign like any other.
            None => {
                bytes.push(b'%');
                bytes.extend(part.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn download(
    State(app): State<Arc<App>>,
    Who(who): Who,
    Number(number): Number,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id = uuid::Uuid::try_parse(&id).map_err(|_| Problem::not_found())?;
    let turn = app.downloads.turn(who.actor.id).await?;
    let (about, bytes) = view::file(app.office(), &who, &number, id.as_bytes()).await?;
    Ok(handed_out(&about, bytes, turn))
}

async fn paper(State(app): State<Arc<App>>, Who(who): Who, Number(number): Number) -> Result<Response, Problem> {
    Ok(Box::pin(ticket_report(&app, &who, &number)).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_its_header_says() {
        for (line, expected) in [
            ("attachment; filename=\"acta.pdf\"", "acta.pdf"),
            ("attachment; filename=a.pdf; filename*=UTF-8''a%C3%B1o%20nuevo.pdf", "año nuevo.pdf"),
            ("attachment; filename*=UTF-8''100%.pdf", "100%.pdf"),
            ("attachment", "archivo"),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_DISPOSITION, line.parse().unwrap())]);
            assert_eq!(name(&headers), expected, "{line}");
        }
    }
}
