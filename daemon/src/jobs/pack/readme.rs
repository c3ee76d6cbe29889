//! What a pack says of itself: what is in it, and how an auditor checks it on any machine without this program. It may not know how it
//! was made.

use super::Period;
use crate::register::key::PublicKey;

/// The text of `LEEME.txt`.
pub(super) fn text(period: Period, key: &PublicKey, lacks: bool) -> String {
    let lacks = if lacks {
        "ATENCIÓN: FALTANTES.txt dice qué no se pudo incluir y por qué."
    } else {
        "No falta nada: todo lo que el sistema tiene del período está aquí."
    };
    format!(
        "PAQUETE DE AUDITORÍA: {title}
Dirección de Atención y Asistencia al Consumidor -DIACO-, Departamento de Tecnología de la Información

{lacks}

QUÉ CONTIENE
  adjuntos/          los archivos de cada solicitud atendida en el período, tal como están guardados
  firmados/          los registros firmados en papel que se escanearon, tal como están guardados
  formatos/          los formatos en PDF/A: FO-01 de cada solicitud atendida, FO-02 del semestre,
                     FO-03 de cada reprogramación, FO-05 y RP-FO-03 de cada revisión entregada,
                     FO-06 de cada mes, RH-FO-02 de cada evento
  listas/            las listas en CSV (UTF-8, con comas); equipos.csv es el inventario de hoy
  registro/          los asientos del registro FO-06 y su cabeza firmada
  MANIFIESTO.sha256  la huella de cada archivo

CÓMO SE COMPRUEBA
Hacen falta solo sha256sum y openssl (en Linux ya están). Abra una terminal en esta carpeta.

1. Que ningún archivo cambió:

   sha256sum -c --quiet MANIFIESTO.sha256 && echo ARCHIVOS CORRECTOS

2. Que los asientos forman una cadena: cada uno dice la huella del anterior, desde el que precede al
   período hasta el último que firmó la cabeza:

   cat registro/2-periodo.jsonl registro/3-posteriores.jsonl | (
     previo=$(cat registro/1-hash-anterior.txt); roto=0
     while IFS= read -r linea; do
       case \"$linea\" in
         *'\"hash_anterior\":\"'\"$previo\"'\"'*) ;;
         *) roto=1; echo \"ROTA ANTES DE: $linea\"; break ;;
       esac
       previo=$(printf %s \"$linea\" | sha256sum | cut -d' ' -f1)
     done
     grep -q '\"hash\":\"'\"$previo\"'\"' registro/cabeza.firmado || roto=1
     [ $roto = 0 ] && echo CADENA CORRECTA )

3. Que la cabeza está firmada con la clave de este registro:

   openssl pkeyutl -verify -pubin -keyform DER -inkey registro/clave-publica.der -rawin \\
     -in registro/cabeza.firmado -sigfile registro/cabeza.firma

4. Que la clave es la de la institución. Su identificación es

   {fingerprint}

   y debe ser la que imprime «resguardo register key» y la que está en los FO-06 en papel. También se
   obtiene así (los primeros 32 dígitos, de cuatro en cuatro):

   tail -c 32 registro/clave-publica.der | sha256sum | cut -c1-32

QUÉ NO PRUEBA
  - El paquete no trae los asientos anteriores al período: que ellos no cambiaron lo prueba el registro
    entero, que está en cada disco de respaldo («resguardo register verify»).
  - No prueba que después de la cabeza no haya otros asientos, ni que a un respaldo que nunca se asentó
    le corresponda uno.
  - MANIFIESTO.sha256 no está firmado: muestra daños y descuidos, no a quien rehaga el paquete entero.
    Lo que está firmado es la cabeza del registro. Para lo demás, pida el paquete de nuevo: con los mismos
    datos sale idéntico, hasta el último byte.
  - La hora de firma de la cabeza es la del final del período o la del último asiento, la que sea posterior;
    quién hizo cada paquete y cuándo está en la bitácora del sistema.
",
        title = period.title(),
        fingerprint = key.fingerprint(),
    )
}
