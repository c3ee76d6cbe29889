//! Other ways through the pages: by the keyboard alone, and without scripts.

use system_tests::chromium::{ENTER, TAB};

use crate::scene::Scene;

/// Presses the tabulator until the focus is on what has this as its label or text.
#[track_caller]
fn tab_to(scene: &Scene, wanted: &str) {
    let focus = "const e = document.activeElement; const l = e.labels && e.labels[0]; return (l || e).innerText || ''";
    let mut passed = Vec::new();
    for _ in 0..40 {
        scene.window.press(TAB);
        let now = scene.window.script(focus).as_str().unwrap().trim().to_owned();
        if now.starts_with(wanted) {
            let seen = "const e = document.activeElement; const s = getComputedStyle(e); return s.outlineStyle != 'none' && \
                 parseFloat(s.outlineWidth) >= 2";
            assert_eq!(scene.window.script(seen), true, "the focus on {wanted} cannot be seen");
            return;
        }
        passed.push(now);
    }
    panic!("the focus never comes to {wanted:?}; it came to {passed:?}");
}

#[test]
fn a_ticket_is_created_by_the_keyboard_alone() {
    let mut scene = Scene::new(true);
    scene.sits_down("ana");
    scene.go("/");
    scene.window.press(TAB);
    assert_eq!(scene.window.script("return document.activeElement.innerText"), "Ir al contenido");
    scene.window.press(ENTER);
    tab_to(&scene, "Crear ticket");
    scene.window.press(ENTER).shows("Categoría");
    for (field, words) in [
        ("Categoría", "Red"),
        ("Asunto", "No hay red"),
        ("Descripción", "Desde la mañana, en todo el nivel."),
        ("Ubicación", "Tercer nivel"),
    ] {
        tab_to(&scene, field);
        scene.window.press(words);
    }
    tab_to(&scene, "crear ticket");
    scene.window.press(ENTER).shows("Su solicitud quedó registrada con el número ST-2026-000001.");
    tab_to(&scene, "¿Por qué esta fecha?");
    scene.window.press(ENTER).shows("07-01-2026");
}

#[test]
fn everything_works_without_scripts() {
    let mut scene = Scene::new(false);
    // A page whose only script would change its title.
    scene.window.go("data:text/html,<title>sin</title><script>document.title='con'</script>sin guiones");
    scene.window.shows("sin guiones");
    assert!(scene.window.has("//title[.='sin']"), "the browser runs scripts");
    scene.sits_down("ana");
    scene.go("/solicitudes/nueva").choose("Categoría", "Software").fill("Asunto", "Instalar un programa");
    scene.window.fill("Descripción", "El lector de PDF.").fill("Ubicación", "Primer nivel").click("crear ticket");
    scene.window.shows("ST-2026-000001").click("¿Por qué esta fecha?").shows("07-01-2026");
    scene.window.click("Anular la solicitud").fill("Motivo", "Ya lo tiene.").click("Anular la solicitud");
    scene.window.shows("Ya lo tiene.");
}
