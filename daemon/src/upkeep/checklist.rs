//! What is done of each kind of equipment when it is maintained, in Spanish. It may not know who does it.

use super::equipment::Kind;

/// What is done of each kind of piece.
pub fn checklist(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Cpu => &[
            "Limpieza interna y externa, sin polvo",
            "Ventiladores y disipadores giran y están limpios",
            "Cables y conectores firmes",
            "Estado del disco y espacio libre revisados",
            "Sistema operativo y antivirus actualizados",
            "Enciende, entra y navega correctamente",
        ],
        Kind::Laptop => &[
            "Limpieza externa, teclado y pantalla",
            "Ventilación libre de polvo",
            "Batería y cargador revisados",
            "Estado del disco y espacio libre revisados",
            "Sistema operativo y antivirus actualizados",
            "Enciende, entra y navega correctamente",
        ],
        Kind::Monitor => &["Limpieza de pantalla y carcasa", "Cables de video y corriente firmes", "Imagen sin fallas"],
        Kind::Printer => &[
            "Limpieza interna y externa",
            "Rodillos limpios y sin desgaste",
            "Nivel de tinta o tóner revisado",
            "Conexión a la red o al equipo revisada",
            "Página de prueba impresa correctamente",
        ],
        Kind::Ups => &[
            "Limpieza externa y ventilación libre",
            "Batería revisada, sin hinchazón ni fugas",
            "Sostiene la carga al quitar la corriente",
            "Cables y tomas firmes",
        ],
        Kind::Scanner => {
            &["Limpieza del cristal y los rodillos", "Cables firmes", "Página de prueba digitalizada correctamente"]
        }
        Kind::Network => &[
            "Limpieza externa y ventilación libre",
            "Cables y puertos firmes e identificados",
            "Luces y temperatura normales",
            "Configuración respaldada",
            "Conexión comprobada",
        ],
        Kind::Other => &["Limpieza externa", "Cables y conectores firmes", "Funciona correctamente"],
    }
}
