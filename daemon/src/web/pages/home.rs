//! The first page: who they are and where they may go.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::desk::access::Action;
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::SignedIn, "/", home);
}

/// A place that such a page leads to, with what it is for.
pub(super) struct Way {
    pub(super) path: &'static str,
    pub(super) label: &'static str,
    pub(super) about: &'static str,
}

/// The ways, each for who may do this.
const WAYS: &[(Action, Way)] = &[
    (
        Action::CreateTicket,
        Way {
            path: "/solicitudes/nueva",
            label: "Crear ticket",
            about: "Pedir soporte técnico. Se atiende dentro de tres días hábiles.",
        },
    ),
    (
        Action::CreateTicket,
        Way { path: "/solicitudes", label: "Mis solicitudes", about: "Cómo van, y calificar las que terminaron." },
    ),
    (
        Action::CreateTicket,
        Way {
            path: "/mis-equipos",
            label: "Mis equipos",
            about: "El mantenimiento de los equipos a su cargo, y dar su conformidad.",
        },
    ),
    (Action::SeeQueue, Way { path: "/bandeja", label: "Bandeja", about: "Las abiertas, la que vence primero arriba." }),
    (
        Action::SeeQueue,
        Way { path: "/correo", label: "Correo", about: "Los trámites de cuentas que esperan respuesta del MINECO." },
    ),
    (
        Action::SeeQuality,
        Way {
            path: "/respaldos",
            label: "Respaldos",
            about: "Qué necesita atención, cada semana de cada conjunto de datos, los discos y las corridas.",
        },
    ),
    (
        Action::SeeBoard,
        Way { path: "/tablero", label: "Tablero", about: "Las cifras del mes, y qué está vencido ahora." },
    ),
    (
        Action::SeeCalendar,
        Way { path: "/calendario", label: "Calendario", about: "Qué días no cuentan, con su fundamento." },
    ),
    (
        Action::SeeEquipment,
        Way {
            path: "/calidad",
            label: "Calidad",
            about: "Los registros del sistema de calidad: informes, respaldos, equipos y su mantenimiento, formatos.",
        },
    ),
    (
        Action::SeePeople,
        Way {
            path: "/personas",
            label: "Personas",
            about: "Quién trabaja dónde, sus usuarios y sus cargos por fechas.",
        },
    ),
    (
        Action::ChangePeople,
        Way { path: "/unidades", label: "Unidades", about: "Departamentos y procesos, y quién es jefe de cada uno." },
    ),
    (
        Action::SeeAudit,
        Way {
            path: "/auditoria", label: "Bitácora", about: "Quién entró y qué cambió de cuentas, cargos y ajustes."
        },
    ),
];

/// Where the head of a unit is led to as well: that is no role, the unit says it.
const UNIT: Way = Way {
    path: "/unidad",
    label: "Mi unidad",
    about: "Lo que su unidad ha solicitado, y los dictámenes que le entregan.",
};

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    page: Page,
    name: &'a str,
    post: &'a str,
    roles: String,
    ways: Vec<&'static Way>,
    /// How much is due; none where nothing is.
    due: Option<String>,
}

async fn home(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let user = &visit.session.user;
    let page = visit.page("Inicio");
    let roles = page.who.as_ref().map(|(_, roles)| roles.clone()).unwrap_or_default();
    let mut ways: Vec<&'static Way> =
        WAYS.iter().filter(|(action, _)| visit.may(*action)).map(|(_, way)| way).collect();
    if !visit.actor().heads.is_empty() {
        ways.insert(2.min(ways.len()), &UNIT);
    }
    let due = super::due::line(&app, &visit).await?;
    show(&HomePage { page, name: &user.name, post: &user.post, roles, ways, due })
}
