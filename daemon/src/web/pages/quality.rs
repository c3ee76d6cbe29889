//! Where the records of the quality system are: those that somebody may see. It may not know what is in them.

use askama::Template;
use axum::response::Response;

use super::home::Way;
use crate::desk::access::Action;
use crate::web::failure::Failure;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeEquipment), "/calidad", ways);
}

/// The ways, each for who may do this.
const WAYS: &[(Action, Way)] = &[
    (
        Action::SeeEquipment,
        Way {
            path: "/vencimientos",
            label: "Vencimientos",
            about: "Lo que usted tiene por hacer, con su fecha y por qué es esa.",
        },
    ),
    (
        Action::SeeReports,
        Way {
            path: "/informes",
            label: "Informes",
            about: "El informe de cada mes a Gestión de Calidad, y sus indicadores.",
        },
    ),
    (
        Action::SeeTasks,
        Way {
            path: "/informes/tareas",
            label: "Tareas adicionales",
            about: "Lo que se hizo en el mes además de las solicitudes.",
        },
    ),
    (
        Action::SeeQuality,
        Way {
            path: "/registro",
            label: "Registro de respaldos",
            about: "DIACO-IN-FO-06: los respaldos de cada semana, con la verificación de su cadena.",
        },
    ),
    (
        Action::SeeEquipment,
        Way {
            path: "/equipos",
            label: "Equipos",
            about: "El inventario: qué hay, dónde está y quién responde por ello.",
        },
    ),
    (
        Action::SeeEquipment,
        Way {
            path: "/mantenimiento",
            label: "Mantenimiento",
            about: "El programa preventivo de cada semestre, semana por semana: DIACO-IN-FO-02.",
        },
    ),
    (
        Action::SeeDirectives,
        Way {
            path: "/directrices",
            label: "Directrices de respaldo",
            about: "Con qué instrucciones se hacen los respaldos, y quién las ha leído.",
        },
    ),
    (
        Action::SeeQuality,
        Way {
            path: "/asistencias",
            label: "Asistencias",
            about: "Capacitaciones y reuniones, con su listado: DIACO-RH-FO-02.",
        },
    ),
    (
        Action::ExecuteUpkeep,
        Way {
            path: "/mantenimiento/semana",
            label: "Mantenimiento de la semana",
            about: "Lo que toca hacer hasta esta semana, y registrarlo junto al equipo.",
        },
    ),
    (
        Action::SeeQuality,
        Way {
            path: "/formatos",
            label: "Formatos",
            about: "El listado maestro: qué versión de cada formato rige, y los formatos en blanco.",
        },
    ),
    (
        Action::MakePack,
        Way {
            path: "/calidad/paquete",
            label: "Paquete de auditoría",
            about: "Los registros de un mes o un semestre en un archivo, con sus huellas, para quien audita.",
        },
    ),
];

#[derive(Template)]
#[template(path = "quality.html")]
struct QualityPage {
    page: Page,
    ways: Vec<&'static Way>,
}

async fn ways(visit: Visit) -> Result<Response, Failure> {
    let ways = WAYS.iter().filter(|(action, _)| visit.may(*action)).map(|(_, way)| way).collect();
    show(&QualityPage { page: visit.page("Calidad"), ways })
}
