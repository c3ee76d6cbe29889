//! `LEEME.txt`: what a disk is and how to restore from it with nothing but plain tools. Spanish, for whoever holds the
//! disk on the worst day.

use super::marker::Marker;

/// The text for a disk.
pub fn text(marker: &Marker) -> String {
    let custody = marker.custody.as_deref().unwrap_or("(sin anotar)");
    TEXT.replace("{label}", &marker.label)
        .replace("{id}", &marker.id.to_string())
        .replace("{prepared}", &marker.prepared)
        .replace("{by}", &marker.prepared_by)
        .replace("{custody}", custody)
}

const TEXT: &str = "\
ESTE DISCO CONTIENE COPIAS DE SEGURIDAD. NO LO FORMATEE NI BORRE NADA.

Etiqueta:            {label}
Identificador:       {id}
Preparado:           {prepared} por {by}
Lugar de custodia:   {custody}


QUÉ HAY AQUÍ

  resguardo-disk.json                     identifica este disco; no lo cambie
  LEEME.txt                               este texto
  archives/SERVIDOR/DATOS/                las copias, por servidor y conjunto de datos
      FECHA.pgdump.zst                    base de datos PostgreSQL (o .sql.zst, .sqlite.zst, .tar.zst ...)
      FECHA.roles.sql.zst                 usuarios y permisos de PostgreSQL
      FECHA.members.zst                   lista de archivos de un .tar.zst (se ve con zstdcat)
      (con .age al final: cifrado; hace falta la llave privada, vea abajo)
      FECHA.sha256                        sumas de verificación
      FECHA.manifest.json                 qué es la copia, cuándo y cómo se hizo, y qué la prueba
  register/FO-06-AÑO.jsonl                el registro DIACO-IN-FO-06, un asiento por línea
  register/head.json                      hasta dónde llega el registro, con firma
  unfinished/                             restos sin terminar: NO son copias

Una copia existe solamente si tiene su archivo FECHA.manifest.json.


CÓMO RESTAURAR SIN RESGUARDO

Bastan programas comunes de Linux: zstd, sha256sum, age y el de cada base de datos (Debian o Ubuntu:
apt-get install age zstd postgresql-client mariadb-client sqlite3 tar).

1. Elija la copia: la FECHA más reciente que tenga su .manifest.json, y entre en su carpeta:
       cd archives/SERVIDOR/DATOS

2. Compruebe que está intacta (debe decir «La suma coincide» u «OK» en cada línea):
       sha256sum -c FECHA.sha256

3. Si los archivos terminan en .age, están cifrados, y sin la llave privada nadie los lee: es un archivo de texto con una
   línea que empieza con AGE-SECRET-KEY-1, y la hoja de recuperación que está en la caja fuerte dice cuál. El manifiesto
   dice en \"recipients\" las llaves públicas que le corresponden. Con la llave en ~/llave.txt escriba
       set -o pipefail
   y después, en lo que sigue, en lugar de
       zstd -dc FECHA.SUFIJO.zst | ...
   escriba
       age -d -i ~/llave.txt FECHA.SUFIJO.zst.age | zstd -dc | ...
   y para tener el archivo sin cifrar ni comprimir, fuera de este disco:
       age -d -i ~/llave.txt FECHA.SUFIJO.zst.age | zstd -dc > ~/FECHA.SUFIJO

4. Restaure según su clase. Hágalo primero en un servidor vacío o de prueba.

   PostgreSQL (.pgdump.zst); los usuarios van primero:
       zstd -dc FECHA.roles.sql.zst | psql -U postgres -d postgres
       createdb -U postgres NOMBRE
       zstd -dc FECHA.pgdump.zst | pg_restore -U postgres -d NOMBRE --exit-on-error

   PostgreSQL en texto (.sql.zst, cuando el manifiesto dice \"kind\": \"postgres\"):
       createdb -U postgres NOMBRE
       zstd -dc FECHA.sql.zst | psql -U postgres -d NOMBRE -v ON_ERROR_STOP=1

   MariaDB o MySQL (.sql.zst, cuando el manifiesto dice \"kind\": \"mysql\"):
       mariadb -e 'CREATE DATABASE NOMBRE CHARACTER SET utf8mb4'
       zstd -dc FECHA.sql.zst | mariadb NOMBRE

   SQLite (.sqlite.zst):
       zstd -d FECHA.sqlite.zst -o datos.sqlite
       sqlite3 datos.sqlite 'PRAGMA integrity_check'        (debe decir: ok)

   Sitio web o carpeta (.tar.zst); como root, para conservar dueños y permisos:
       mkdir DESTINO
       zstd -dc FECHA.tar.zst | tar -x --xattrs --acls -p -C DESTINO
     Un solo archivo (su nombre está en la lista: zstdcat FECHA.members.zst | cut -f 5):
       zstd -dc FECHA.tar.zst | tar -x -p -C DESTINO './CARPETA/ARCHIVO'

   Los registros del propio Resguardo (archives/resguardo/registros), en la máquina de Resguardo, como root. Deténgalo
   primero con «systemctl stop resguardo», y arránquelo al final con «systemctl start resguardo»:
       mkdir ~/antes; mv /var/lib/resguardo/resguardo.db* ~/antes
       zstd -dc FECHA.sqlite.zst > /var/lib/resguardo/resguardo.db
       chown resguardo: /var/lib/resguardo/resguardo.db
       chmod 600 /var/lib/resguardo/resguardo.db
     Si la copia es .pgdump.zst, en lugar de eso (la base vacía, del usuario que nombra la configuración):
       zstd -dc FECHA.pgdump.zst | pg_restore -U postgres -d NOMBRE --exit-on-error

   Otras: zstd -d FECHA.SUFIJO.zst da el archivo tal como lo hizo el programa que nombra el manifiesto.

5. Si `sha256sum` dice que una copia está dañada, use la misma FECHA de otro disco, o la FECHA anterior.
   `zstd -d` puede a veces leer lo que está antes del daño; lo cifrado, `age` lo da hasta donde empieza el daño.


CÓMO COMPROBAR EL REGISTRO SIN RESGUARDO

Cada línea dice en \"hash_anterior\" la suma SHA-256 de la línea anterior, sin su salto de línea. La suma de la línea 12
       sed -n 12p register/FO-06-AÑO.jsonl | tr -d '\n' | sha256sum
debe ser la que dice la línea 13; la de la última línea, el \"hash\" de register/head.json. La cadena sigue de un año al
siguiente en el orden de \"secuencia\", y la primera línea de todas dice 64 ceros. Nunca corrija una línea: una corrección
es un asiento nuevo. Compare head.json con el de otro disco: en \"discos\" dice qué asientos recibió cada disco.
";
