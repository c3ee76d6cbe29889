//! The names of a PDF that mean that it does something by itself, or carries something that cannot be looked into.

/// Names that are refused wherever they stand, with what they are in words.
const ANYWHERE: &[(&str, &str)] = &[
    ("JavaScript", "JavaScript"),
    ("Launch", "abre un programa: /Launch"),
    ("SubmitForm", "envía un formulario: /SubmitForm"),
    ("ImportData", "trae datos de fuera: /ImportData"),
    ("GoToR", "abre otro documento: /GoToR"),
    ("GoToE", "abre un documento que lleva dentro: /GoToE"),
    ("RichMedia", "multimedia: /RichMedia"),
    ("EmbeddedFile", "un archivo dentro: /EmbeddedFile"),
    ("EmbeddedFiles", "archivos dentro: /EmbeddedFiles"),
    ("XFA", "un formulario programado: /XFA"),
];
/// Short names, which something harmless in a list may bear, and that are refused in a dictionary.
const IN_DICTIONARIES: &[(&str, &str)] = &[
    ("JS", "JavaScript: /JS"),
    ("AA", "acciones automáticas: /AA"),
    ("EF", "un archivo dentro: /EF"),
    ("RichMediaContent", "multimedia: /RichMediaContent"),
];
/// Names that tell how a document is built.
const BUILDING: &[&str] = &[
    "Catalog",
    "Encrypt",
    "DecodeParms",
    "DP",
    "F",
    "FFilter",
    "Filter",
    "First",
    "FlateDecode",
    "GoTo",
    "Length",
    "N",
    "Next",
    "ObjStm",
    "OpenAction",
    "Page",
    "Root",
    "S",
    "Type",
];

/// What a document does that opens with anything but one of its own pages.
pub(super) const OPENS: &str = "hace algo al abrirse: /OpenAction";

/// The name as one of those above; every other name is the empty one, and takes no memory.
pub(super) fn known(name: &[u8]) -> &'static str {
    let active = ANYWHERE.iter().chain(IN_DICTIONARIES).map(|(known, _)| *known);
    active.chain(BUILDING.iter().copied()).find(|known| known.as_bytes() == name).unwrap_or_default()
}

/// What a name means that stands anywhere.
pub(super) fn anywhere(name: &str) -> Option<&'static str> {
    meaning(ANYWHERE, name)
}

/// What a name means that stands in a dictionary.
pub(super) fn in_dictionary(name: &str) -> Option<&'static str> {
    meaning(IN_DICTIONARIES, name)
}

fn meaning(among: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    among.iter().find(|(known, _)| *known == name).map(|(_, what)| *what)
}
