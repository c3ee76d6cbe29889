//! The operator's manual, as pages and as a book: both say the same, and what is to be typed stands there as it is typed.

use std::collections::BTreeSet;
use std::process::Command;

use system_tests::browser::Answer;

use super::cast::Cast;

/// A text of a page as it was written.
fn read(text: &str) -> String {
    text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&")
}

/// The parts of a page between two marks.
fn between<'a>(page: &'a Answer, from: &str, to: &str) -> Vec<&'a str> {
    page.body.split(from).skip(1).filter_map(|rest| rest.split(to).next()).collect()
}

#[test]
fn the_manual_is_read_by_chapters_and_says_the_same_as_a_book() {
    let cast = Cast::new("");
    let mut ana = cast.of_login("ana");
    ana.get("/ayuda").is(200).says("href=\"/ayuda/manual\"");
    let contents = ana.get("/ayuda/manual").is(200).says("El peor día: restaurar");
    let chapters: Vec<String> = between(&contents, "<li><a href=\"/ayuda/manual/", "\"")
        .into_iter()
        .filter(|path| !path.contains('#'))
        .map(str::to_owned)
        .collect();
    assert!(chapters.len() > 6, "{chapters:?}");

    let book = ana.get("/ayuda/manual/pdf").is(200);
    assert_eq!(book.header("content-type"), "application/pdf");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("manual.pdf");
    std::fs::write(&path, &book.bytes).unwrap();
    let checked = Command::new("qpdf").arg("--check").arg(&path).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let printed = Command::new("pdftotext").arg("-layout").arg(&path).arg("-").output().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let all = squeezed(&printed);
    // Paper keeps no more than one space between words.
    let spaced = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines_on_paper: BTreeSet<String> = printed.lines().map(spaced).collect();

    let mut commands = 0;
    for chapter in &chapters {
        let page = ana.get(&format!("/ayuda/manual/{chapter}")).is(200);
        for heading in between(&page, "<h2 id=\"", "</h2>") {
            let (id, title) = heading.split_once("\">").unwrap();
            contents.clone().says(&format!("href=\"/ayuda/manual/{chapter}#{id}\">{title}<"));
            assert!(all.contains(&squeezed(&read(title))), "{title} is not in the book");
        }
        for lines in between(&page, "<pre tabindex=\"0\" role=\"region\" aria-label=\"Órdenes\"><code>", "</code>") {
            for line in read(lines).lines() {
                commands += 1;
                assert!(lines_on_paper.contains(&spaced(line)), "{line} is not in the book");
            }
        }
        // Every link of the text leads to a section that is there.
        for link in between(&page, "<a href=\"/ayuda/manual/", "\"") {
            if let Some((chapter, section)) = link.split_once('#') {
                ana.get(&format!("/ayuda/manual/{chapter}")).is(200).says(&format!("<h2 id=\"{section}\">"));
            }
        }
    }
    assert!(commands > 30, "{commands}");
    ana.get("/ayuda/manual/nada").is(404);
}
