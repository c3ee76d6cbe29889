//! What the sheet says, for whoever holds it on the worst day: perhaps not a technician, certainly without Resguardo.

use resguardo_shared::digest::Digest;
use zeroize::Zeroizing;

use super::page::Pages;

/// Everything that the sheet is told.
pub struct Sheet<'a> {
    /// The day, for people: `23/11/2026`.
    pub date: &'a str,
    /// The disks that the configuration knows.
    pub places: &'a [Place],
    /// The public keys that backups are encrypted to.
    pub recipients: &'a [String],
    /// The public keys that belong to the private ones which this sheet is about.
    pub own: &'a [String],
    /// The name of the file with the private key.
    pub file: &'a str,
    /// The digest of that file.
    pub sha256: Digest,
    /// The private keys themselves, if they are to stand on the paper.
    pub secret: Option<&'a [Zeroizing<String>]>,
}

/// A disk, and where it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its label.
    pub disk: String,
    /// Where it is kept.
    pub custody: Option<String>,
}

const TITLE: &str = "Hoja de recuperación de las copias de seguridad";

/// The sheet as PDF. It holds the private keys where [`Sheet::secret`] does, and is then wiped from memory when dropped.
pub fn pdf(sheet: &Sheet<'_>) -> Zeroizing<Vec<u8>> {
    let mut pages = Pages::new();
    pages.title(TITLE);
    what_it_is(&mut pages, sheet);
    keys(&mut pages, sheet);
    disks(&mut pages, sheet);
    custody(&mut pages);
    pages.turn();
    restoring(&mut pages);
    Zeroizing::new(pages.finish(TITLE, &format!("{TITLE} - {}", sheet.date)))
}

fn what_it_is(pages: &mut Pages, sheet: &Sheet<'_>) {
    pages.paragraph(&format!("Fecha: {}", sheet.date));
    pages.heading("Qué es esto y dónde se guarda");
    pages.paragraph(
        "Las copias de seguridad de esta institución están cifradas: sin la llave privada nadie puede leerlas, tampoco quien \
         las hizo. Con uno de los discos, la llave privada y esta hoja se puede recuperar todo, aunque ya no haya nada más.",
    );
    pages.paragraph(
        "Guarde esta hoja en la caja fuerte, junto con la llave privada y aparte de los discos. Si la llave se pierde, las \
         copias se pierden para siempre; guarde por eso dos ejemplares en dos lugares. Si alguien que no debe la vio o la \
         copió, avise a Informática: se hace otra llave para las copias que vienen.",
    );
}

fn keys(pages: &mut Pages, sheet: &Sheet<'_>) {
    match sheet.secret {
        Some(secret) => secret_keys(pages, secret),
        None => {
            pages.heading("La llave privada no está en esta hoja");
            if let [own, ..] = sheet.own {
                pages.qr(own, "la llave pública", 112.0);
            }
            pages.paragraph(&format!(
                "Es un archivo de texto de pocas líneas: {}. Una de ellas empieza con AGE-SECRET-KEY-1. Debe estar en la \
                 misma caja fuerte, en papel o en una memoria USB.",
                sheet.file
            ));
        }
    }
    pages.paragraph(match sheet.secret {
        Some(_) => "La suma SHA-256 del archivo original de la llave (uno que se escribe a mano tiene otra):",
        None => "La suma SHA-256 de ese archivo (la da el programa sha256sum):",
    });
    pages.fixed(&sheet.sha256.to_string());
    pages.below();
    pages.heading("Llaves públicas: quiénes pueden leer las copias");
    pages.paragraph("No son secretas. Cada copia dice en su archivo FECHA.manifest.json para cuáles fue cifrada.");
    for own in sheet.own {
        pages.fixed(&format!("{own}  (la de esta hoja)"));
    }
    for other in sheet.recipients.iter().filter(|known| !sheet.own.contains(known)) {
        pages.fixed(&format!("{other}  (otra llave)"));
    }
}

fn secret_keys(pages: &mut Pages, secret: &[Zeroizing<String>]) {
    pages.heading("LA LLAVE PRIVADA");
    for key in secret {
        pages.qr(key, "la llave privada", 124.0);
        pages.warning(
            "QUIEN TENGA ESTE PAPEL PUEDE LEER TODAS LAS COPIAS. No lo fotocopie, no lo fotografíe, no lo envíe.",
        );
        pages.paragraph(
            "Para usarla: escriba la línea que sigue, o léala del código QR, en un archivo de texto llamado llave.txt, todo en \
             una sola línea, en mayúsculas y sin espacios:",
        );
        pages.below();
        pages.fixed(key);
    }
    pages.gap(4.0);
}

fn disks(pages: &mut Pages, sheet: &Sheet<'_>) {
    pages.heading("Los discos y dónde se guardan");
    if sheet.places.is_empty() {
        pages.blanks(&["Disco", "Lugar"]);
        pages.blanks(&["Disco", "Lugar"]);
        return;
    }
    pages.row(&[(0.0, "Disco"), (0.28, "Lugar de custodia"), (0.78, "Revisado el")], true);
    for place in sheet.places {
        let custody = place.custody.as_deref().unwrap_or("(sin anotar)");
        pages.row(&[(0.0, &place.disk), (0.28, custody)], false);
    }
}

fn custody(pages: &mut Pages) {
    pages.need(130.0);
    pages.heading("Custodia de esta hoja");
    pages.blanks(&["Lugar", "Ejemplar número", "Fecha"]);
    pages.blanks(&["Entregada por (nombre y firma)", "Recibida por (nombre y firma)"]);
}

/// The commands are those of LEEME.txt on each disk. What they make goes into the home folder and never onto the disk.
const STEPS: &[(&str, &[&str])] = &[
    (
        "1. Los programas que hacen falta (Debian o Ubuntu), y la llave privada en su carpeta, con el nombre llave.txt:",
        &["sudo apt-get install age zstd postgresql-client mariadb-client sqlite3 tar", "chmod 600 ~/llave.txt"],
    ),
    (
        "2. Conecte un disco y entre en la carpeta de los datos que busca. FECHA es en todo lo que sigue la más reciente que \
         tenga su FECHA.manifest.json:",
        &["cd /media/*/DISCO/archives/SERVIDOR/DATOS", "ls *.manifest.json"],
    ),
    (
        "3. Compruebe que la copia está intacta; cada línea debe decir «La suma coincide» u «OK»:",
        &["sha256sum -c FECHA.sha256"],
    ),
    ("4. Que una orden que falla a medias no pase por buena:", &["set -o pipefail"]),
    (
        "5. Restaure según la clase de la copia, primero en un servidor vacío o de prueba. PostgreSQL (.pgdump.zst.age); los \
         usuarios van primero:",
        &[
            "age -d -i ~/llave.txt FECHA.roles.sql.zst.age | zstd -d | psql -U postgres -d postgres",
            "createdb -U postgres NOMBRE",
            "age -d -i ~/llave.txt FECHA.pgdump.zst.age | zstd -d > ~/NOMBRE.pgdump",
            "pg_restore -U postgres -d NOMBRE --exit-on-error ~/NOMBRE.pgdump",
        ],
    ),
    (
        "PostgreSQL en texto (.sql.zst.age, cuando el manifiesto dice \"kind\": \"postgres\"):",
        &[
            "createdb -U postgres NOMBRE",
            "age -d -i ~/llave.txt FECHA.sql.zst.age | zstd -d | psql -U postgres -d NOMBRE -v ON_ERROR_STOP=1",
        ],
    ),
    (
        "MariaDB o MySQL (.sql.zst.age, cuando el manifiesto dice \"kind\": \"mysql\"):",
        &[
            "mariadb -e 'CREATE DATABASE NOMBRE CHARACTER SET utf8mb4'",
            "age -d -i ~/llave.txt FECHA.sql.zst.age | zstd -d | mariadb NOMBRE",
        ],
    ),
    (
        "SQLite (.sqlite.zst.age); la segunda orden debe decir: ok",
        &[
            "age -d -i ~/llave.txt FECHA.sqlite.zst.age | zstd -d > ~/datos.sqlite",
            "sqlite3 ~/datos.sqlite 'PRAGMA integrity_check'",
        ],
    ),
    (
        "Sitio web o carpeta (.tar.zst.age); como root, para conservar dueños y permisos:",
        &[
            "mkdir ~/DESTINO",
            "age -d -i ~/llave.txt FECHA.tar.zst.age | zstd -d | tar -x --xattrs --acls -p -C ~/DESTINO",
        ],
    ),
    (
        "Los registros del propio Resguardo (archives/resguardo/registros), en su máquina y como root: primero «systemctl stop \
         resguardo», al final «systemctl start resguardo». Si la copia es .pgdump.zst.age, como PostgreSQL, en una base vacía:",
        &[
            "mkdir ~/antes; mv /var/lib/resguardo/resguardo.db* ~/antes",
            "age -d -i ~/llave.txt FECHA.sqlite.zst.age | zstd -d > /var/lib/resguardo/resguardo.db",
            "chown resguardo: /var/lib/resguardo/resguardo.db",
            "chmod 600 /var/lib/resguardo/resguardo.db",
        ],
    ),
    (
        "Otras: el archivo tal como lo hizo el programa que nombra el manifiesto:",
        &["age -d -i ~/llave.txt FECHA.SUFIJO.zst.age | zstd -d > ~/FECHA.SUFIJO"],
    ),
];

fn restoring(pages: &mut Pages) {
    pages.title("Cómo restaurar con programas comunes de Linux");
    for (what, commands) in STEPS {
        pages.need(24.0 + 12.0 * f32::from(u8::try_from(commands.len()).unwrap_or(u8::MAX)));
        pages.paragraph(what);
        commands.iter().for_each(|command| pages.fixed(command));
        pages.gap(7.0);
    }
    pages.paragraph(
        "Si age dice «no identity matched any of the recipients», la llave no es la de esta copia: compare las llaves \
         públicas de esta hoja con las de FECHA.manifest.json. Si la suma no coincide o age dice que no puede descifrar, la \
         copia está dañada: use la misma FECHA de otro disco, o la FECHA anterior. Las copias sin .age en su nombre no están \
         cifradas: quite entonces «age -d -i ~/llave.txt» y dé el archivo a «zstd -dc».",
    );
    pages.paragraph("Si hay Resguardo en esa máquina, él solo hace todo esto y comprueba cada suma:");
    pages.fixed("resguardo restore --identity ~/llave.txt --to ~/DESTINO ./FECHA.pgdump.zst.age");
    pages.gap(4.0);
    pages.paragraph("Cuando termine, borre ~/llave.txt de esa máquina y devuelva los discos a su lugar.");
}
