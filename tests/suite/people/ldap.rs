//! A directory that says whose a password is.

use std::path::{Path, PathBuf};

use resguardo::jobs::people::LoginError;
use resguardo::people::directory::{self, DirectoryError, Place};
use serde_json::json;
use system_tests::authority::Authority;
use system_tests::daemon::Daemon;
use system_tests::ldap::{BASE, Ldap, SEARCH, SEARCH_PASSWORD};

use crate::{Desk, GOOD, told, world};

fn place(url: String, ca: Option<&Path>) -> Place {
    let filter = "(uid={login})".to_owned();
    Place { url, bind_dn: SEARCH.to_owned(), base: BASE.to_owned(), filter, ca: ca.map(PathBuf::from) }
}

#[test]
fn a_directory_is_asked_over_tls_and_says_whose_a_password_is() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, other) = (Authority::new(&folder.path().join("ca")), Authority::new(&folder.path().join("other")));
    let ldap = Ldap::start(&folder.path().join("ldap"), &authority, &[("ana", GOOD), ("luis", "otra clave larga")]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ask = |place: &Place, login: &str, password: &str| {
        runtime.block_on(directory::is_right(place, SEARCH_PASSWORD, login, password))
    };
    let (plain, tls) = (format!("ldap://127.0.0.1:{}", ldap.port), format!("ldaps://127.0.0.1:{}", ldap.tls_port));
    let ca = Some(authority.root.as_path());
    for place in [place(plain.clone(), None), place(plain.clone(), ca), place(tls.clone(), ca)] {
        assert!(ask(&place, "ana", GOOD).unwrap(), "{place:?}");
        for (login, password) in [("ana", "otra"), ("ana", ""), ("luis", GOOD), ("nadie", GOOD), ("", GOOD)] {
            assert!(!ask(&place, login, password).unwrap(), "{login:?} {password:?}");
        }
        // One entry only, which any filter that is not escaped would find.
        let narrow = Place { base: format!("uid=ana,ou=personal,{BASE}"), ..place.clone() };
        assert!(ask(&narrow, "ana", GOOD).unwrap());
        for login in ["*", "a*", "*)(uid=*))(|(uid=*", "ana)(uid=*", "ana)(|(uid=*)", "\\2a", "ana\0"] {
            assert!(!ask(&narrow, login, GOOD).unwrap(), "{login:?}");
        }
    }
    // Who finds two finds nobody.
    let both = Place { filter: "(|(uid={login})(uid=luis))".to_owned(), ..place(tls.clone(), ca) };
    assert!(!ask(&both, "ana", GOOD).unwrap());

    for wrong in [place(tls.clone(), Some(&other.root)), place(plain, Some(&other.root)), place(tls.clone(), None)] {
        let error = ask(&wrong, "ana", GOOD).unwrap_err();
        assert!(matches!(error, DirectoryError::Reach { .. }), "{wrong:?}: {error:?}");
    }
    let error = runtime.block_on(directory::is_right(&place(tls, ca), "no es esta", "ana", GOOD)).unwrap_err();
    assert!(matches!(error, DirectoryError::Account { code: 49, .. }), "{error:?}");
}

#[test]
fn whoever_is_marked_so_logs_in_with_the_password_of_the_directory() {
    let mut world = world();
    let authority = Authority::new(&world.path("ca"));
    let ldap = Ldap::start(&world.path("ldap"), &authority, &[("ana", GOOD)]);
    std::fs::write(world.path("busca"), SEARCH_PASSWORD).unwrap();
    system_tests::command::sh("chmod 600 \"$1\"", &[&world.at("busca")]);
    world.config["desk"] = json!({ "directory": {
        "url": format!("ldaps://127.0.0.1:{}", ldap.tls_port), "bind_dn": SEARCH, "base": BASE, "ca": authority.root,
        "bind_password": { "file": world.path("busca") },
    }});
    let _daemon = Daemon::start(&world, None);
    let made = told(&world, &["user", "add", "ana", "--name", "Ana", "--directory"]);
    assert!(made["password"].is_null(), "{made}");
    told(&world, &["user", "add", "luis", "--name", "Luis", "--directory"]);
    let desk = Desk::of(&world);
    let begun = desk.log_in("ana", GOOD).unwrap();
    assert!(!begun.session.must_change);
    for (login, password) in [("ana", "otra"), ("ana", ""), ("luis", GOOD), ("*)(uid=*))(|(uid=*", GOOD)] {
        assert!(matches!(desk.log_in(login, password), Err(LoginError::Wrong)), "{login:?}");
    }
    world.run(&["user", "password", "ana"]).exits(2).says("directorio");
    drop(ldap);
    for _ in 0..10 {
        let error = desk.log_in("ana", GOOD).unwrap_err();
        assert!(matches!(error, LoginError::Check(_)), "what nobody knows counts as a failure: {error:?}");
    }
}
