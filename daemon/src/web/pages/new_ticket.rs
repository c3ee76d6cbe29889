//! *Crear ticket*: the form of a new request, its files, and what is made of it (R023 to R027).

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::desk::Refused;
use crate::desk::access::Action;
use crate::desk::told_password::tells_a_password;
use crate::intake;
use crate::jobs::desk::DeskError;
use crate::jobs::desk::enter::{self, File, NewTicket};
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

/// What is said of a text that seems to tell a password.
pub(super) const TELLS: &str = "parece que escribió una contraseña; quítela, o confirme abajo que no lo es";

/// What no ticket is without. The rules know it too; here all of it is said at once.
const NEEDED: &[(&str, &str)] = &[
    ("category", "elija la categoría"),
    ("subject", "escriba el asunto"),
    ("description", "escriba la descripción"),
    ("location", "escriba la ubicación"),
];

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::SignedIn, "/solicitudes/nueva", ask);
    routes.upload(Access::SignedIn, "/solicitudes/nueva", create);
}

#[derive(Template)]
#[template(path = "new_ticket.html")]
struct NewTicketPage {
    page: Page,
    form: Form,
    categories: Vec<Choice>,
    for_another: bool,
    /// Whether they are asked to look again because the text seems to tell a password.
    tells: bool,
}

async fn page(app: &App, visit: &Visit, form: Form, tells: bool) -> Result<NewTicketPage, Failure> {
    let categories = app.store.categories().await?.into_iter().filter(|category| category.active);
    let choices = categories.map(|category| Choice::new(category.id.to_string(), category.name));
    Ok(NewTicketPage {
        page: visit.page("Crear ticket"),
        form,
        categories: std::iter::once(Choice::new("", "Elija una")).chain(choices).collect(),
        for_another: visit.may(Action::CreateForAnother),
        tells,
    })
}

async fn ask(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let follows: String = asked.text("sigue").chars().take(20).collect();
    let once = uuid::Uuid::now_v7().simple().to_string();
    let form = visit.form(Fields::of([("once", once), ("follows", follows)]));
    show(&page(&app, &visit, form, false).await?)
}

async fn create(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let form = visit.form(fields.clone());
    let again = async |form: Form, tells: bool| show_again(&page(&app, &visit, form, tells).await?);
    let told = format!("{}\n{}", fields.text("subject"), fields.text("description"));
    if tells_a_password(&told) && !fields.has("sure") {
        return again(form.wrong("description", TELLS), true).await;
    }
    let missing = NEEDED.iter().filter(|(field, _)| fields.text(field).trim().is_empty());
    let form = missing.fold(form, |form, (field, what)| form.wrong(field, what));
    if !form.faults().is_empty() {
        return again(form, false).await;
    }
    let (files, form) = match taken(&fields, form).await? {
        Ok(taken) => taken,
        Err(form) => return again(form, false).await,
    };
    let requester = match fields.text("requester").trim() {
        "" => None,
        // Whoever may ask for nobody else does not learn from the refusal who there is.
        _ if !visit.may(Action::CreateForAnother) => return Err(Failure::Forbidden),
        login => match app.store.user_of_login(&login.to_lowercase()).await?.filter(|user| user.active) {
            Some(user) => Some(user.id),
            None => return again(form.wrong("requester", "no hay una persona activa con ese usuario"), false).await,
        },
    };
    let text = |name: &str| fields.text(name).to_owned();
    let some = |name: &str| Some(text(name)).filter(|text| !text.trim().is_empty());
    let asked = NewTicket {
        requester,
        location: text("location"),
        phone: text("phone"),
        category: fields.number("category").unwrap_or_default(),
        equipment: text("equipment"),
        subject: text("subject"),
        description: text("description"),
        follows: some("follows"),
        once: some("once"),
    };
    match Box::pin(enter::enter(app.office(), &visit.caller(), asked, files)).await {
        Ok(ticket) => {
            let word = format!("Su solicitud quedó registrada con el número {}.", ticket.number);
            Ok(visit.done(&format!("/solicitudes/{}", ticket.number), &word))
        }
        Err(DeskError::Refused(refused)) => again(form.refused(refused)?, false).await,
        Err(error) => Err(error.into()),
    }
}

/// The files that were sent, judged by their content; or the form with what is wrong with them.
pub(super) async fn taken(fields: &Fields, mut form: Form) -> Result<Result<(Vec<File>, Form), Form>, Failure> {
    let mut files = Vec::new();
    let sent: Vec<_> = fields.files("files").cloned().collect();
    if sent.len() > intake::FILES_MAX {
        let what = format!("eligió {} archivos y caben {}; elija menos", sent.len(), intake::FILES_MAX);
        return Ok(Err(form.wrong("files", &what)));
    }
    let mut refused = false;
    for file in sent {
        let name = file.name.clone();
        let judged = tokio::task::spawn_blocking(move || intake::accept(&file.name, file.bytes.to_vec())).await;
        match judged.map_err(|error| Failure::Internal(error.to_string()))? {
            Ok(accepted) => {
                files.push(File { name: accepted.name, kind: accepted.kind.word(), bytes: accepted.bytes });
            }
            Err(why) => {
                refused = true;
                let shown = crate::desk::text::cleaned(&name).chars().take(80).collect::<String>();
                form = form.wrong("files", &format!("«{shown}»: {why}"));
            }
        }
    }
    Ok(if refused { Err(form) } else { Ok((files, form)) })
}

/// A refusal that is the form's, or a page of its own.
pub(super) fn of_form(form: Form, error: DeskError) -> Result<Form, Failure> {
    match error {
        DeskError::Refused(Refused::NotAllowed) => Err(Failure::Forbidden),
        DeskError::Refused(refused) => form.refused(refused),
        error => Err(error.into()),
    }
}
