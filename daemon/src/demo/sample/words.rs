//! The words that the sample is made of: lists only. `{slot}` stands for something that is chosen where it is used.

pub(super) const OPENINGS: &[&str] = &[
    "El {fecha} compré {producto}",
    "Con fecha {fecha} pagué {producto}",
    "Hace {poco} semanas contraté {producto}",
    "Adquirí {producto} el {fecha}",
    "El día {fecha}, como a las {hora}, pedí {producto}",
    "Mi mamá pagó {producto} el {fecha}",
    "A través de la página del proveedor encargué {producto}",
    "Por una promoción de temporada adquirí {producto}",
    "En compañía de mi esposo {él} adquirí {producto}",
    "Manifiesto que el {fecha} cancelé {producto}",
    "Comparezco para exponer que contraté {producto}",
    "Por teléfono, con la vendedora {ella}, acordé {producto}",
];

pub(super) const PLACES: &[&str] = &[
    "en la sucursal de {lugar}",
    "en el local {poco} de la {calle} calle, zona {zona}, {lugar}",
    "en su tienda de {lugar}",
    "en el kiosco del centro comercial de {lugar}",
    "en {firma}",
    "en la agencia de la {calle} avenida {calle}-{poco}, zona {zona}",
    "con el asesor {él}",
    "en {lugar}, frente al parque central",
    "en el kilómetro {poco} de la carretera a {lugar}",
    "por medio de su número de mensajes",
    "en la feria de {lugar}",
];

pub(super) const PAYMENTS: &[&str] = &[
    "por lo que pagué Q{total} según factura {factura}",
    "y entregué Q{total} en efectivo, recibo {serie}",
    "con tarjeta de crédito en {chico} cuotas de Q{total}",
    "al precio de Q{total}, con autorización {uuid}",
    "dejando un anticipo de Q{total} y un saldo de Q{pico}.00",
    "según consta en la factura electrónica {uuid}",
    "por un total de Q{total} (boleta {n}{n}{poco})",
    "mediante transferencia {n}{n} por Q{total}",
    "y me extendieron la factura {factura} por Q{total}",
    "conforme al contrato {serie} de fecha {fecha}",
    "con un depósito de Q{total} en la cuenta que indicó {nombre}",
];

pub(super) const MOMENTS: &[&str] = &[
    "Sin embargo,",
    "A los {poco} días",
    "Desde el {fecha}",
    "Al llegar a mi casa vi que",
    "Resulta que",
    "El mismo día",
    "Desde entonces",
    "Al revisar con calma,",
    "La semana siguiente",
    "El {fecha} por la mañana",
    "Para mi sorpresa,",
    "Después de {poco} días de uso",
    "A pesar de lo ofrecido,",
];

pub(super) const CLAIMS: &[&str] = &[
    "Reclamé {veces} al {telefono}",
    "Me presenté {veces} con la factura en mano",
    "Hablé con {ella}, que dijo ser la encargada de tienda,",
    "Hablé con {él}, que dijo ser el gerente,",
    "Envié un correo el {fecha}",
    "Pedí el libro de quejas, hoja {n},",
    "Llamé a servicio al cliente, gestión {serie},",
    "Solicité hablar con {puesto}",
    "El {fecha} volví a {lugar}",
    "Mi hermana {ella} fue {veces} a preguntar",
    "Dejé el caso {n}{n} abierto en su página",
    "Escribí {veces} por mensaje de texto",
];

pub(super) const ANSWERS: &[&str] = &[
    "me indicaron que esperara {poco} días hábiles",
    "no me han resuelto nada",
    "{nombre} me dijo que ya no era su responsabilidad",
    "me ofrecieron un descuento de Q{pico}.00 que no acepté",
    "la respuesta fue que el sistema no lo permite",
    "me pasaron de una persona a otra durante {poco} minutos",
    "me colgaron la llamada",
    "piden un dictamen que cuesta Q{pico}.00",
    "{puesto} se negó a firmar de recibido",
    "solo contestan con mensajes automáticos",
    "dijeron que la oferta había terminado el {fecha}",
    "quedaron de llamar antes del {fecha} y no lo hicieron",
    "me pidieron la caja original, que ellos mismos se quedaron",
    "contestaron que reclamara directamente en la bodega de {lugar}",
];

pub(super) const HARMS: &[&str] = &[
    "Por esa razón he gastado otros Q{pico}.00 en pasajes desde {lugar}.",
    "Esto me afecta porque trabajo en casa y dependo de ello.",
    "En mi familia somos {chico} personas y no tenemos otro medio.",
    "Perdí {chico} días de trabajo en vueltas.",
    "Mi abuelita {ella} es una persona mayor y lo necesita con urgencia.",
    "Adjunto fotografías, copia del DPI y el recibo {serie}.",
    "Un vecino, {él}, tuvo el mismo problema el {fecha}.",
    "Tuve que pedir prestados Q{monto} para salir del apuro.",
    "El daño lo confirmó un técnico independiente en su informe {serie}.",
    "Hay por lo menos {chico} personas más de {lugar} en la misma situación.",
    "Como testigos propongo a {nombre} y a {nombre}.",
    "Guardo los audios de las llamadas del {fecha} y del {fecha}.",
];

pub(super) const REQUESTS: &[&str] = &[
    "Solicito la devolución de los Q{total}.",
    "Pido que cambien el producto por uno nuevo.",
    "Quiero que se cumpla la garantía o se devuelva lo pagado.",
    "Solicito audiencia de conciliación después del {plazo}.",
    "Pido la anulación del contrato {serie} sin penalización.",
    "Espero que se sancione al establecimiento conforme a la ley.",
    "Solicito que corrijan el cobro y repongan Q{pico}.00.",
    "Pido que entreguen lo comprado a más tardar el {plazo}.",
    "Acepto un cambio de modelo si la diferencia no pasa de Q{pico}.00.",
    "Ruego su intervención, pues vivo en {lugar} y no puedo viajar seguido.",
];

pub(super) const NOTES: &[&str] = &[
    "Se notificó al proveedor para audiencia el {plazo} a las {hora}.",
    "El consumidor presentó copia de la factura {factura}.",
    "Llamada a {telefono}: contesta {nombre}, indica que devolverá la llamada.",
    "El proveedor ofrece reintegrar Q{monto} en {chico} días.",
    "No comparece el proveedor; se señala nueva audiencia para el {plazo}.",
    "Las partes llegan a un acuerdo por Q{monto}, acta {serie}.",
    "Se traslada el expediente a la sede de {lugar}.",
    "El consumidor {él} desiste por haber recibido el producto.",
    "Se recibe memorial {serie} con {poco} folios.",
    "Verificación en el establecimiento de {lugar}: se confirma lo denunciado.",
    "Se archiva por falta de interés después de {chico} avisos.",
];

pub(super) const STATES: &[&str] =
    &["recibida", "en conciliación", "resuelta", "resuelta", "resuelta", "desistida", "trasladada", "archivada"];
pub(super) const TIMES: &[&str] =
    &["dos veces", "tres veces", "en varias ocasiones", "más de {chico} veces", "una vez"];
pub(super) const POSTS: &[&str] =
    &["el gerente", "la encargada de tienda", "el supervisor", "la jefa de cobros", "el administrador"];
pub(super) const COLOURS: &[&str] = &["café", "negro", "blanco hueso", "azul marino", "vino tinto", "gris"];
pub(super) const GRADES: &[&str] = &[
    "primero primaria",
    "cuarto primaria",
    "sexto primaria",
    "primero básico",
    "tercero básico",
    "cuarto bachillerato",
    "quinto magisterio",
    "preparatoria",
];

pub(super) const WOMEN: &[&str] = &[
    "María",
    "Ana Lucía",
    "Marta",
    "Silvia",
    "Rosa",
    "Wendy",
    "Sandra",
    "Mirna",
    "Floridalma",
    "Brenda",
    "Concepción",
    "Évelyn",
    "Catarina",
    "Aura Marina",
    "Ingrid",
    "Dominga",
    "Telma",
    "Nohemí",
    "Petrona",
    "Lesbia",
];

pub(super) const MEN: &[&str] = &[
    "José",
    "Luis Fernando",
    "Carlos",
    "Juan Pablo",
    "Edgar",
    "Byron",
    "Óscar",
    "Álvaro",
    "Estuardo",
    "Rubén",
    "Mynor",
    "Hugo",
    "Sebastián",
    "Otto",
    "Selvin",
    "Andrés",
    "Gaspar",
    "Édgar Iván",
    "Marco Tulio",
    "Domingo",
];

pub(super) const SURNAMES: &[&str] = &[
    "López",
    "García",
    "Xicará",
    "Ajú",
    "Pérez",
    "Hernández",
    "Coy",
    "Caal",
    "Morales",
    "Tzul",
    "Chávez",
    "Ramírez",
    "Muñoz",
    "Batz",
    "Velásquez",
    "Cojtí",
    "Estrada",
    "Méndez",
    "Ixcot",
    "Castañeda",
    "Monterroso",
    "Sic",
    "Barrios",
    "Tecún",
    "Aguilar",
    "Cúmez",
    "Ordóñez",
    "Toc",
    "Figueroa",
    "Quiñónez",
    "Bolaños",
    "Choc",
    "Santizo",
    "Peña",
    "Us",
    "Godínez",
    "Marroquín",
    "Yaxcal",
];

pub(super) const FIRM_NAMES: &[&str] = &[
    "El Quetzal",
    "La Ceiba",
    "Tikalito",
    "El Volcán",
    "La Marimba",
    "Los Encinos",
    "El Jaguar",
    "La Monja Blanca",
    "Xelajú",
    "El Cafetal",
    "Lago Azul",
    "La Nube",
    "El Barrilete",
    "Tres Colinas",
    "El Colibrí",
    "La Jacaranda",
];

/// No provider is real, and each name says so.
pub(super) const FIRM_MARKS: &[&str] =
    &["de Ejemplo", "Imaginario", "de Fantasía", "Inventado", "de Muestra", "de Mentiras", "Inexistente"];

/// Departments of Guatemala with some of their municipalities.
pub(super) const DEPARTMENTS: &[(&str, &[&str])] = &[
    (
        "Guatemala",
        &[
            "Guatemala",
            "Mixco",
            "Villa Nueva",
            "San Miguel Petapa",
            "Villa Canales",
            "Amatitlán",
            "San Juan Sacatepéquez",
            "Chinautla",
            "Fraijanes",
            "Santa Catarina Pinula",
            "Palencia",
        ],
    ),
    ("Sacatepéquez", &["Antigua Guatemala", "Ciudad Vieja", "Jocotenango", "Sumpango", "Santiago Sacatepéquez"]),
    ("Chimaltenango", &["Chimaltenango", "Tecpán Guatemala", "Patzún", "San Juan Comalapa"]),
    ("Escuintla", &["Escuintla", "Santa Lucía Cotzumalguapa", "San José", "Tiquisate", "Palín"]),
    ("Santa Rosa", &["Cuilapa", "Barberena", "Chiquimulilla"]),
    ("Sololá", &["Sololá", "Panajachel", "Santiago Atitlán"]),
    ("Totonicapán", &["Totonicapán", "San Francisco El Alto", "Momostenango"]),
    ("Quetzaltenango", &["Quetzaltenango", "Coatepeque", "Salcajá", "San Juan Ostuncalco"]),
    ("Suchitepéquez", &["Mazatenango", "Chicacao", "Patulul"]),
    ("Retalhuleu", &["Retalhuleu", "Champerico", "San Sebastián"]),
    ("San Marcos", &["San Marcos", "San Pedro Sacatepéquez", "Malacatán", "Ayutla"]),
    ("Huehuetenango", &["Huehuetenango", "Chiantla", "Santa Cruz Barillas"]),
    ("Quiché", &["Santa Cruz del Quiché", "Chichicastenango", "Nebaj"]),
    ("Baja Verapaz", &["Salamá", "Rabinal"]),
    ("Alta Verapaz", &["Cobán", "San Pedro Carchá", "Chisec"]),
    ("Petén", &["Flores", "San Benito", "Poptún", "Sayaxché"]),
    ("Izabal", &["Puerto Barrios", "Morales", "Livingston", "Los Amates"]),
    ("Zacapa", &["Zacapa", "Gualán", "Teculután"]),
    ("Chiquimula", &["Chiquimula", "Esquipulas", "Ipala"]),
    ("Jalapa", &["Jalapa", "Monjas"]),
    ("Jutiapa", &["Jutiapa", "Asunción Mita", "Moyuta"]),
    ("El Progreso", &["Guastatoya", "Sanarate"]),
];
