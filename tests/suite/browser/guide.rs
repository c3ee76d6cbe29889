//! The pictures of the guide: they are made here, of the pages as they are, and held against the pages each time after.

use serde_json::Value;
use system_tests::chromium::unbase64;

use crate::look::weighs_little;
use crate::scene::Scene;

/// The pictures as they were stored, in the order of the guide.
const STORED: [(&str, &[u8]); 5] = [
    ("entrada", include_bytes!("../../../daemon/assets/guide/entrada.png")),
    ("inicio", include_bytes!("../../../daemon/assets/guide/inicio.png")),
    ("crear", include_bytes!("../../../daemon/assets/guide/crear.png")),
    ("solicitud", include_bytes!("../../../daemon/assets/guide/solicitud.png")),
    ("calificar", include_bytes!("../../../daemon/assets/guide/calificar.png")),
];
/// How wide the pages of the pictures are.
const WIDTH: u32 = 720;
/// How much a stored picture may differ from its page, as the mean of the differences of their greys in squares of eight pixels, of
/// 255. A word that changes makes 0.1, all that moves by two pixels 2, a field that comes or goes 4 and more.
const DIFFERENCE_MAX: f64 = 3.0;
/// What makes the pictures anew.
const REMEDY: &str = "look at the page, and if it is as it should be, make the pictures anew: \
    RESGUARDO_PICTURES=\"$PWD/daemon/assets/guide\" tests/run the_guide_shows_the_pages_as_they_are";

#[test]
fn the_guide_shows_the_pages_as_they_are() {
    let mut scene = Scene::new(true);
    let made = pictures(&mut scene);
    let folder = std::env::var_os("RESGUARDO_PICTURES").map(std::path::PathBuf::from);
    // What is compared would be no proof if it could not fail.
    scene.go("/solicitudes/nueva");
    let page = picture(&scene, "form.card");
    scene.window.script("document.querySelector('label[for=subject]').textContent = 'Tema'; return null");
    let word = picture(&scene, "form.card");
    scene.window.script("document.querySelector('#subject').closest('.field').remove(); return null");
    let field = picture(&scene, "form.card");
    scene.window.go("data:text/html,<title>pictures</title>");
    let differ = |other: &str| difference(&grey(&scene, &page), &grey(&scene, other));
    let (word, field) = (differ(&word), differ(&field));
    assert!(word > 0.0 && word < DIFFERENCE_MAX / 2.0, "another word makes {word}");
    assert!(field > DIFFERENCE_MAX, "a field less makes {field}");
    let mut faults = Vec::new();
    for (picture, (name, stored)) in made.iter().zip(STORED) {
        if let Some(folder) = &folder {
            std::fs::write(folder.join(format!("{name}.png")), few_colours(&scene, picture)).unwrap();
            continue;
        }
        let difference = difference(&grey(&scene, picture), &grey(&scene, &base64(stored)));
        println!("{name}: {difference:.2}");
        if difference > DIFFERENCE_MAX {
            faults.push(format!("{name}.png no longer shows its page: they differ by {difference:.1} of 255"));
        }
    }
    assert!(faults.is_empty(), "{}; {REMEDY}", faults.join("; "));
}

#[test]
fn the_guide_weighs_little_until_somebody_comes_to_its_pictures() {
    let mut scene = Scene::new(true);
    scene.sits_down("ana");
    scene.window.wide(1280);
    scene.go("/ayuda").shows("Crear el ticket");
    let pictures = "return [...document.querySelectorAll('main img')].map(i => [i.complete && i.naturalWidth > 0, i.loading, \
        i.width > 0 && Math.abs(i.width / i.height - i.getAttribute('width') / i.getAttribute('height')) < 0.02, i.alt.length > 40])";
    let seen = scene.window.script(pictures);
    let all = seen.as_array().unwrap();
    assert_eq!(all.len(), STORED.len());
    assert!(all.iter().all(|one| one[1] == "lazy" && one[2] == true && one[3] == true), "{seen}");
    assert_eq!(all.last().unwrap()[0], false, "the last picture waits until somebody comes near: {seen}");
    weighs_little(&scene.window);
    scene.window.script("document.querySelector('#palabras').scrollIntoView(); return null");
    system_tests::command::until("the last picture is there", || {
        scene.window.script(pictures).as_array().is_some_and(|all| all.last().is_some_and(|one| one[0] == true))
    });
    scene.look("ayuda-guía");
    scene.is_good();
}

/// What a ticket goes through, with a picture of each page that the guide shows, in base 64.
fn pictures(scene: &mut Scene) -> Vec<String> {
    let mut made = Vec::new();
    let window = scene.go("/entrar");
    window.wide(WIDTH);
    window.fill("Usuario", "ana").fill("Contraseña", "123456789012");
    made.push(picture(scene, "main form"));
    scene.sits_down("ana");
    scene.go("/");
    made.push(picture(scene, ".doors"));
    let files = scene.files();
    scene.go("/solicitudes/nueva").choose("Categoría", "Hardware").fill("Asunto", "La impresora no imprime");
    let description = "Desde esta mañana la impresora de la ventanilla no imprime.\nLa pantalla dice «atasco de papel», pero no hay papel atascado.";
    scene.window.fill("Descripción", description).fill("Ubicación", "Segundo nivel, ventanilla 3");
    scene.window.fill("Teléfono", "1234").fill("Equipo", "INV-00451, impresora láser").attach("Archivos", &files[..1]);
    made.push(picture(scene, "form.card"));
    scene.window.click("crear ticket").shows("ST-2026-000001");
    scene.clock.set("2026-01-05T10:20:00-06:00");
    scene.sits_down("carlos");
    scene.go("/solicitudes/ST-2026-000001").click("Tomar la solicitud").shows("La tomó");
    scene.window.click("Escribir el análisis previo").fill("Análisis previo", "El sensor de papel está sucio.");
    scene.window.click("Escribir el análisis previo").shows("Quedó registrado.");
    scene.clock.set("2026-01-06T09:00:00-06:00");
    scene.sits_down("ana");
    scene.go("/solicitudes/ST-2026-000001").shows("Quedan 2 de 3 días hábiles");
    made.push(picture(scene, ".columns"));
    scene.sits_down("carlos");
    scene.go("/solicitudes/ST-2026-000001/dictamen").click("presencial").fill("Hallazgos", "El sensor estaba sucio.");
    scene.window.fill("Acciones realizadas", "Se limpió.").click("Emitir el dictamen").shows("Quedó registrado.");
    scene.window.click("Finalizar la solicitud").shows("Quedó registrado.");
    scene.sits_down("ana");
    scene.go("/solicitudes/ST-2026-000001/calificar").click("conforme").fill("Comentario", "Gracias, ya imprime.");
    made.push(picture(scene, "form.card"));
    made
}

/// A picture of the page from its top to the end of something, in base 64. The tests' browser speaks English on its own button for
/// files; here it says what a browser in Spanish says.
fn picture(scene: &Scene, end: &str) -> String {
    scene.window.wide(WIDTH);
    let prepare = format!(
        "const s = new CSSStyleSheet(); s.replaceSync(\"input[type=file] {{ font-size: 0; min-height: 2.4rem; }} \
         input::file-selector-button {{ display: none; }} .field:has(> input[type=file]) {{ position: relative; }} \
         .field:has(> input[type=file])::after {{ content: 'Elegir archivos   pantalla.jpg'; white-space: pre; position: absolute; \
         left: .7rem; bottom: .45rem; }}\"); document.adoptedStyleSheets = [s]; document.activeElement.blur(); scrollTo(0, 0); \
         return Math.ceil(document.querySelector('{end}').getBoundingClientRect().bottom + 12)"
    );
    let height = u32::try_from(scene.window.script(&prepare).as_u64().unwrap()).unwrap();
    base64(&scene.window.part(WIDTH, height))
}

/// Bytes in base 64.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, n| bits << 8 | u32::from(three.get(n).copied().unwrap_or(0)));
        for n in 0..4 {
            let letter = usize::try_from(bits >> (18 - 6 * n) & 63).unwrap();
            text.push(if n <= three.len() { char::from(LETTERS[letter]) } else { '=' });
        }
    }
    text
}

/// Draws a picture and works on what it has; `work` is given `width`, `height` and `all`, four bytes a pixel.
fn on_pixels(scene: &Scene, picture: &str, work: &str) -> Value {
    let script = format!(
        "const done = arguments[arguments.length - 1]; (async () => {{ const i = new Image(); \
         i.src = 'data:image/png;base64,{picture}'; await i.decode(); const width = i.naturalWidth, height = i.naturalHeight; \
         const c = Object.assign(document.createElement('canvas'), {{ width, height }}); const d = c.getContext('2d'); \
         d.drawImage(i, 0, 0); const all = d.getImageData(0, 0, width, height).data; {work} }})().then(done, e => done('' + e))"
    );
    scene.window.script_later(&script)
}

/// The greys of a picture in squares of eight pixels: how many stand in a row, and all of them.
fn grey(scene: &Scene, picture: &str) -> (usize, Vec<f64>) {
    let work = "const w = Math.floor(width / 8), h = Math.floor(height / 8), sum = new Array(w * h).fill(0); \
        for (let y = 0; y < h * 8; y++) for (let x = 0; x < w * 8; x++) { const p = 4 * (y * width + x); \
        sum[(y >> 3) * w + (x >> 3)] += (all[p] + all[p + 1] + all[p + 2]) / 192; } return [w, sum];";
    let found = on_pixels(scene, picture, work);
    let sums = found[1].as_array().unwrap_or_else(|| panic!("the picture cannot be read: {found}"));
    (usize::try_from(found[0].as_u64().unwrap()).unwrap(), sums.iter().map(|one| one.as_f64().unwrap()).collect())
}

/// How much two pictures differ; what only one of them has differs wholly.
fn difference((width, one): &(usize, Vec<f64>), (other_width, other): &(usize, Vec<f64>)) -> f64 {
    if width != other_width {
        return 255.0;
    }
    let both: f64 = one.iter().zip(other).map(|(a, b)| (a - b).abs()).sum();
    let (longer, shorter) = (one.len().max(other.len()), one.len().min(other.len()));
    let count = |number: usize| f64::from(u32::try_from(number).unwrap());
    // A row of squares more or less comes of rounding.
    let alone = (longer - shorter).saturating_sub(*width);
    (both + 255.0 * count(alone)) / count(longer)
}

/// The picture as a PNG of few colours, which is a third as large: a page has hardly more.
fn few_colours(scene: &Scene, picture: &str) -> Vec<u8> {
    let work = "const colours = new Map(); const key = p => (all[p] & 252) << 16 | (all[p + 1] & 252) << 8 | all[p + 2] & 252; \
        for (let p = 0; p < all.length; p += 4) { const k = key(p), c = colours.get(k) || [0, all[p], all[p + 1], all[p + 2]]; c[0]++; colours.set(k, c); } \
        const kept = [...colours.values()].sort((a, b) => b[0] - a[0]).slice(0, 64); const nearest = new Map(); \
        const find = p => { const k = key(p); if (!nearest.has(k)) { let best = 0, least = 1e9; kept.forEach((c, n) => { \
        const d = (c[1] - all[p]) ** 2 + (c[2] - all[p + 1]) ** 2 + (c[3] - all[p + 2]) ** 2; if (d < least) { least = d; best = n; } }); \
        nearest.set(k, best); } return nearest.get(k); }; \
        const rows = new Uint8Array((width + 1) * height); for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) \
        rows[y * (width + 1) + 1 + x] = find(4 * (y * width + x)); \
        const table = new Uint32Array(256).map((_, n) => { for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ n >>> 1 : n >>> 1; return n >>> 0; }); \
        const part = (name, bytes) => { const out = new Uint8Array(bytes.length + 12), v = new DataView(out.buffer); v.setUint32(0, bytes.length); \
        [...name].forEach((l, n) => out[4 + n] = l.charCodeAt(0)); out.set(bytes, 8); let c = 0xffffffff; \
        for (const b of out.subarray(4, 8 + bytes.length)) c = table[(c ^ b) & 255] ^ c >>> 8; v.setUint32(8 + bytes.length, (c ^ 0xffffffff) >>> 0); return out; }; \
        const head = new Uint8Array(13), h = new DataView(head.buffer); h.setUint32(0, width); h.setUint32(4, height); head.set([8, 3, 0, 0, 0], 8); \
        const packed = new Uint8Array(await new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate'))).arrayBuffer()); \
        const parts = [new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]), part('IHDR', head), \
        part('PLTE', new Uint8Array(kept.flatMap(c => c.slice(1)))), part('IDAT', packed), part('IEND', new Uint8Array())]; \
        let text = ''; for (const one of parts) for (const byte of one) text += String.fromCharCode(byte); return btoa(text);";
    let made = on_pixels(scene, picture, work);
    let png = unbase64(made.as_str().unwrap());
    assert!(png.starts_with(b"\x89PNG"), "{made}");
    png
}
