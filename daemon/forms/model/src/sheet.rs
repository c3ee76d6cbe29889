//! What every controlled form has around what it says: code, version, record, signatures (procedure, R001, R002 and 9.1).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::bounded::{Line, Rows};

/// The forms (procedure, R117), by their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Form {
    /// Report of a ticket with its ruling (R047).
    #[serde(rename = "DIACO-IN-FO-01")]
    Fo01,
    /// The semester's programme of preventive maintenance (R060).
    #[serde(rename = "DIACO-IN-FO-02")]
    Fo02,
    /// Maintenance moved to another week (R068).
    #[serde(rename = "DIACO-IN-FO-03")]
    Fo03,
    /// The monthly report (R110).
    #[serde(rename = "DIACO-IN-FO-05")]
    Fo05,
    /// The register of backups (R101).
    #[serde(rename = "DIACO-IN-FO-06")]
    Fo06,
    /// Report and analysis of indicators (R111).
    #[serde(rename = "DIACO-RP-FO-03")]
    RpFo03,
    /// List of attendance (R118).
    #[serde(rename = "DIACO-RH-FO-02")]
    RhFo02,
    /// Cover sheet of a request for a mail account; the form behind it is the ministry's, and neither has a code (R091).
    #[serde(rename = "CARATULA")]
    Cover,
}

impl Form {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Fo01, Self::Fo02, Self::Fo03, Self::Fo05, Self::Fo06, Self::RpFo03, Self::RhFo02, Self::Cover];

    /// The code, which is its name in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fo01 => "DIACO-IN-FO-01",
            Self::Fo02 => "DIACO-IN-FO-02",
            Self::Fo03 => "DIACO-IN-FO-03",
            Self::Fo05 => "DIACO-IN-FO-05",
            Self::Fo06 => "DIACO-IN-FO-06",
            Self::RpFo03 => "DIACO-RP-FO-03",
            Self::RhFo02 => "DIACO-RH-FO-02",
            Self::Cover => "CARATULA",
        }
    }

    /// The form of a code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|form| form.code() == code)
    }

    /// The title where the catalogue of forms says no other.
    pub fn title(self) -> &'static str {
        match self {
            Self::Fo01 => "Reporte de soporte técnico",
            Self::Fo02 => "Programa de Mantenimiento Preventivo",
            Self::Fo03 => "Reprogramación de Mantenimiento Preventivo",
            Self::Fo05 => "Informe Mensual",
            Self::Fo06 => "Registro de Seguridad de la Información",
            Self::RpFo03 => "Informe y Análisis de Indicadores",
            Self::RhFo02 => "Listado de Asistencia",
            Self::Cover => "Carátula de trámite de correo electrónico",
        }
    }

    /// The version where the catalogue says no other (R117). FO-01 and the cover sheet have none until Gestión de Calidad gives them
    /// one.
    pub fn version(self) -> Option<&'static str> {
        match self {
            Self::Fo01 | Self::Cover => None,
            Self::Fo02 => Some("04"),
            Self::Fo03 | Self::Fo05 | Self::Fo06 | Self::RpFo03 | Self::RhFo02 => Some("03"),
        }
    }

    /// The file of its layout.
    pub fn template(self) -> &'static str {
        match self {
            Self::Fo01 => "fo-01.typ",
            Self::Fo02 => "fo-02.typ",
            Self::Fo03 => "fo-03.typ",
            Self::Fo05 => "fo-05.typ",
            Self::Fo06 => "fo-06.typ",
            Self::RpFo03 => "rp-fo-03.typ",
            Self::RhFo02 => "rh-fo-02.typ",
            Self::Cover => "caratula.typ",
        }
    }
}

/// A filled form. `C` is what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet<C> {
    /// Which form.
    pub form: Form,
    /// Its title in the catalogue, when that is another one than [`Form::title`].
    pub title: Option<Line>,
    /// The version under which the record was made; without it [`Form::version`].
    pub version: Option<Line>,
    /// Since when that version is in force (R003).
    pub effective: Option<NaiveDate>,
    /// The civil day on which the record was made, or its figures were frozen. It is the PDF's date, too: printing again
    /// gives the same bytes.
    pub issued: NaiveDate,
    /// The record's id, by which it is found again.
    pub record: Line,
    /// Where a digest can be checked, `https://…`; the record's id is appended. From the configuration, never from a request.
    pub check_url: Option<Line>,
    /// Who made, reviewed and approved it (R002), at most four side by side.
    #[serde(default)]
    pub signatures: Rows<Signature>,
    /// What it says.
    pub content: C,
}

/// A block for a signature (R002): name, post, date, and room for a hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// *Elaborado por*, *Revisado por*, *Aprobado por*, *Enterado*, …
    pub act: Line,
    /// Whose it is, as far as known.
    pub name: Option<Line>,
    /// Their post.
    pub post: Option<Line>,
    /// The day of the signature or of the approval in the system.
    pub date: Option<NaiveDate>,
    /// What the system knows of it: `Aprobado en el sistema el 03-12-2026 a las 10:12`. Never called an advanced signature.
    pub note: Option<Line>,
}
