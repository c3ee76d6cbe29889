//! Why a file is not taken, as whoever uploaded it reads it, in Spanish: what is wrong, and what to do instead.

use super::{FILE_BYTES_MAX, FILES_MAX, PIXELS_MAX, TICKET_BYTES_MAX};

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No bytes.
    #[error("el archivo está vacío; elija otra vez el archivo y compruebe que se abre en su computadora")]
    Empty,
    /// More bytes than one file may have.
    #[error("el archivo pasa de {} MiB, que es el máximo; redúzcalo o divídalo", FILE_BYTES_MAX >> 20)]
    TooLarge,
    /// As many files as a ticket may have.
    #[error("la solicitud ya tiene {} archivos, que es el máximo; reúna varios en un solo PDF", FILES_MAX)]
    TooManyFiles,
    /// More bytes than a ticket may have.
    #[error("los archivos de la solicitud pasarían de {} MiB en total, que es el máximo; reduzca alguno", TICKET_BYTES_MAX >> 20)]
    TicketFull,
    /// Neither of the two kinds.
    #[error(
        "solo se aceptan PDF y JPEG; este archivo parece {looks_like}; conviértalo a PDF o JPEG y vuelva a adjuntarlo"
    )]
    Kind {
        /// What it looks like, with its article.
        looks_like: &'static str,
    },
    /// An image of more pixels than are taken.
    #[error("la imagen mide {width} × {height} puntos y el máximo son {} millones; redúzcala", PIXELS_MAX / 1_000_000)]
    TooManyPixels {
        /// Points across.
        width: u32,
        /// Points down.
        height: u32,
    },
    /// An image that cannot be decoded.
    #[error("la imagen JPEG está dañada o incompleta ({why}); tómela o guárdela de nuevo como JPEG")]
    BrokenImage {
        /// What is wrong with it.
        why: &'static str,
    },
    /// An image that does not fit once it was encoded anew.
    #[error("la imagen pasa de {} MiB una vez limpia; redúzcala", FILE_BYTES_MAX >> 20)]
    ImageGrew,
    /// A document with a password.
    #[error("el PDF está protegido con contraseña; guárdelo sin contraseña y vuelva a adjuntarlo")]
    Encrypted,
    /// A document that does something by itself.
    #[error(
        "el PDF lleva contenido activo ({found}); ábralo, elija Imprimir y «Guardar como PDF», y adjunte ese PDF nuevo"
    )]
    Active {
        /// What it does, in words, with the name that it has in the file.
        found: &'static str,
    },
    /// A document that cannot be read to the end.
    #[error(
        "el PDF está dañado o no se puede leer ({why}); ábralo, elija Imprimir y «Guardar como PDF», y adjunte ese PDF nuevo"
    )]
    BrokenDocument {
        /// What is wrong with it.
        why: &'static str,
    },
    /// A document behind which something else stands.
    #[error(
        "después del final del PDF hay algo más, que parece {looks_like}; ábralo, elija Imprimir y «Guardar como PDF», y adjunte ese PDF nuevo"
    )]
    Appended {
        /// What it looks like, with its article.
        looks_like: &'static str,
    },
    /// A file at which a library gave up.
    #[error("el archivo no se puede leer; ábralo en su computadora, guárdelo de nuevo como PDF o JPEG y adjunte ese")]
    Unreadable,
}
