//! What is stored of people: accounts, units, roles, sessions, keys, and the audit log.

use chrono::{DateTime, Utc};
use resguardo::desk::people::{Grant, Role, UnitKind};
use resguardo::people::chain;
use resguardo::store::people_change::{PeopleApplied, PeopleChange};
use resguardo::store::people_rows::{
    ApiToken, AuditDraft, AuditFilter, LoginFailure, PasswordRow, PeopleFilter, RoleRow, SessionRow, Unit, User,
};

use crate::place::Place;
use crate::{moment, on_both};

on_both!(
    people_come_back_as_they_were_stored_and_only_over_the_version_that_was_read,
    people_are_found_by_words_unit_role_and_state,
    nobody_is_left_without_somebody_who_keeps_accounts,
    sessions_failures_and_keys_come_back_and_go,
    the_audit_log_is_a_chain_that_the_database_does_not_let_anybody_change,
);

fn at() -> DateTime<Utc> {
    moment("2026-11-22T02:00:00.000007Z")
}

fn user(login: &str) -> User {
    User {
        id: 0,
        login: login.to_owned(),
        name: format!("Ána {login} ñ"),
        post: String::new(),
        email: None,
        unit: None,
        superior: None,
        directory: false,
        active: true,
        must_change: true,
        last_login: None,
        version: 1,
        created: at(),
        created_by: "unix:root".to_owned(),
    }
}

fn role(role: Role, from: &str, until: Option<&str>) -> RoleRow {
    let grant = Grant { role, from: from.parse().unwrap(), until: until.map(|until| until.parse().unwrap()) };
    RoleRow { user: 0, grant, granted: at(), granted_by: "unix:root".to_owned() }
}

fn draft(object: &str) -> AuditDraft {
    let object = object.to_owned();
    AuditDraft {
        at: at(),
        actor: "ána".to_owned(),
        address: String::new(),
        action: "probar",
        object,
        detail: "\"\0\n".to_owned(),
    }
}

async fn people_come_back_as_they_were_stored_and_only_over_the_version_that_was_read(place: Place) {
    let store = place.open().await;
    let unit = Unit {
        id: 0,
        name: "Informática".to_owned(),
        kind: UnitKind::Department,
        head: None,
        active: true,
        version: 1,
        created: at(),
        created_by: "x".to_owned(),
    };
    let password = PasswordRow { hash: "$argon2id$".to_owned(), until: None };
    let change = PeopleChange {
        units: vec![unit.clone()],
        users: vec![user("ana"), user("luis")],
        superiors: vec![("luis".to_owned(), "ana".to_owned()), ("ana".to_owned(), "nadie".to_owned())],
        passwords: vec![("ana".to_owned(), password.clone())],
        audit: vec![draft("user ana")],
        ..PeopleChange::default()
    };
    assert_eq!(store.apply_people(&change).await.unwrap(), PeopleApplied::Stored(vec![]));
    assert_eq!(store.units().await.unwrap(), [Unit { id: 1, ..unit.clone() }]);
    let ana = store.user_of_login("ana").await.unwrap().unwrap();
    assert_eq!(ana, User { id: 1, version: 2, must_change: false, ..user("ana") });
    assert_eq!(store.user(2).await.unwrap().unwrap().superior, Some(1));
    assert_eq!(store.password_of(1).await.unwrap(), Some(password));
    assert_eq!(store.password_of(2).await.unwrap(), None);

    let changed = User { unit: Some(1), email: Some("a@b.gt".to_owned()), active: false, ..ana.clone() };
    let head = Unit { id: 1, head: Some(1), ..unit };
    let change = PeopleChange {
        users: vec![changed.clone()],
        units: vec![head],
        audit: vec![draft("x")],
        ..PeopleChange::default()
    };
    assert_eq!(store.apply_people(&change).await.unwrap(), PeopleApplied::Stored(vec![]));
    assert_eq!(store.apply_people(&change).await.unwrap(), PeopleApplied::Stale, "an old version was stored");
    assert_eq!(store.user(1).await.unwrap().unwrap(), User { version: 3, ..changed });
    assert_eq!(store.headed_by(1).await.unwrap(), [1]);
    for stale in [
        PeopleChange { users: vec![user("nueva"), user("ana")], audit: vec![draft("x")], ..PeopleChange::default() },
        PeopleChange { unchanged: vec![(1, 2)], users: vec![user("nueva")], ..PeopleChange::default() },
    ] {
        assert_eq!(store.apply_people(&stale).await.unwrap(), PeopleApplied::Stale);
    }
    assert_eq!(store.user_of_login("nueva").await.unwrap(), None, "half of a change was stored");
    assert_eq!(store.audit_given().await.unwrap(), 2);

    let first = PasswordRow { hash: "$argon2id$1".to_owned(), until: Some(at()) };
    let change = PeopleChange { passwords: vec![("ana".to_owned(), first.clone())], ..PeopleChange::default() };
    store.apply_people(&change).await.unwrap();
    assert_eq!(store.password_of(1).await.unwrap(), Some(first));
    assert!(store.user(1).await.unwrap().unwrap().must_change);
}

async fn people_are_found_by_words_unit_role_and_state(place: Place) {
    let store = place.open().await;
    let people = ["ana", "luis", "eva_x"].map(user).to_vec();
    let roles = vec![("luis".to_owned(), role(Role::Technician, "2026-11-01", Some("2026-11-30")))];
    let mut change = PeopleChange { users: people, roles, ..PeopleChange::default() };
    change.users[2].active = false;
    store.apply_people(&change).await.unwrap();
    let found = async |filter: PeopleFilter, after, limit| {
        let users = store.users(&filter, after, limit).await.unwrap();
        users.into_iter().map(|user| user.login).collect::<Vec<_>>().join(" ")
    };
    let all = PeopleFilter::default;
    assert_eq!(found(all(), None, 10).await, "ana eva_x luis");
    // A page goes on behind the login of the last one, also where that one is gone.
    assert_eq!(found(all(), Some("ana"), 1).await, "eva_x");
    assert_eq!(found(all(), Some("eva"), 10).await, "eva_x luis");
    assert_eq!(found(all(), Some("luis"), 10).await, "");
    assert_eq!(found(PeopleFilter { active: Some(false), ..all() }, None, 10).await, "eva_x");
    let words = |words: &str| PeopleFilter { words: Some(words.to_owned()), ..all() };
    assert_eq!(found(words("ANA"), None, 10).await, "ana eva_x luis");
    assert_eq!(found(words("aná luis"), None, 10).await, "luis");
    assert_eq!(found(words("ana"), Some("ana"), 1).await, "eva_x", "the words and the key hold together");
    assert_eq!(found(all(), Some("' OR 1=1--"), 10).await, "ana eva_x luis", "a key is text alone");
    for none in ["%", "' OR 1=1--", "1) OR (SELECT pg_sleep(5))--"] {
        let users = found(words(none), None, 10).await;
        assert!(none == "%" || users.is_empty(), "{none}: {users}");
    }
    let on = |day: &str| PeopleFilter { role: Some((Role::Technician, day.parse().unwrap())), ..all() };
    assert_eq!(found(on("2026-11-30"), None, 10).await, "luis");
    assert_eq!(found(on("2026-12-01"), None, 10).await, "");
}

async fn nobody_is_left_without_somebody_who_keeps_accounts(place: Place) {
    let store = place.open().await;
    let today = "2026-11-22".parse().unwrap();
    let roles = ["ana", "luis"].map(|login| (login.to_owned(), role(Role::Administrator, "2026-11-22", None)));
    let users = ["ana", "luis"].map(user).to_vec();
    store.apply_people(&PeopleChange { users, roles: roles.to_vec(), ..PeopleChange::default() }).await.unwrap();
    let disable = async |id| {
        let user = User { active: false, ..store.user(id).await.unwrap().unwrap() };
        let change = PeopleChange { users: vec![user], administrator_on: Some(today), ..PeopleChange::default() };
        store.apply_people(&change).await.unwrap()
    };
    assert_eq!(disable(1).await, PeopleApplied::Stored(vec![]));
    assert_eq!(disable(2).await, PeopleApplied::NoAdministrator);
    assert!(store.user(2).await.unwrap().unwrap().active);
    let ended = role(Role::Administrator, "2026-11-22", Some("2026-12-01"));
    let change = PeopleChange { roles: vec![("luis".to_owned(), ended.clone())], ..PeopleChange::default() };
    store.apply_people(&change).await.unwrap();
    assert_eq!(store.roles(Some(2)).await.unwrap(), [RoleRow { user: 2, ..ended.clone() }]);
    let removed =
        PeopleChange { roles_removed: vec![(2, Role::Administrator, ended.grant.from)], ..PeopleChange::default() };
    store.apply_people(&removed).await.unwrap();
    assert_eq!(store.roles(None).await.unwrap().len(), 1);
}

async fn sessions_failures_and_keys_come_back_and_go(place: Place) {
    let store = place.open().await;
    let later = moment("2026-11-22T10:00:00Z");
    let session = |token: u8| SessionRow {
        token: vec![token; 32],
        user: 1,
        form_key: vec![7; 32],
        address: "10.0.0.1".to_owned(),
        agent: "Prueba".to_owned(),
        created: at(),
        last_used: at(),
        expires: later,
    };
    let failure = LoginFailure { key: "login ána".to_owned(), count: 1, last: at(), until: at() };
    let token = ApiToken {
        id: 0,
        name: "tablero".to_owned(),
        user: 1,
        scopes: vec!["tickets:read".to_owned()],
        expires: Some(later),
        revoked: None,
        last_used: None,
        created: at(),
        created_by: "x".to_owned(),
    };
    let change = PeopleChange {
        users: vec![user("ana")],
        sessions: (1..=4).map(session).collect(),
        failures: vec![(failure.clone(), 0)],
        tokens: vec![(token.clone(), vec![9; 32])],
        logged_in: Some((1, later)),
        ..PeopleChange::default()
    };
    assert_eq!(store.apply_people(&change).await.unwrap(), PeopleApplied::Stored(vec![1]));
    assert_eq!(store.session(&[1; 32]).await.unwrap(), Some(session(1)));
    assert_eq!(store.user(1).await.unwrap().unwrap().last_login, Some(later));
    assert_eq!(store.api_token(&[9; 32]).await.unwrap(), Some(ApiToken { id: 1, ..token }));

    let counted = |count, read| PeopleChange {
        failures: vec![(LoginFailure { count, ..failure.clone() }, read)],
        ..PeopleChange::default()
    };
    assert_eq!(store.apply_people(&counted(2, 1)).await.unwrap(), PeopleApplied::Stored(vec![]));
    assert_eq!(store.apply_people(&counted(2, 1)).await.unwrap(), PeopleApplied::Stale, "one attempt was not counted");
    let back = PeopleChange { taken_back: vec![(failure.key.clone(), later)], ..PeopleChange::default() };
    store.apply_people(&back).await.unwrap();
    let known = store.login_failure(&failure.key).await.unwrap().unwrap();
    assert_eq!((known.count, known.until), (1, later));

    let ends = PeopleChange {
        ended: vec![vec![1; 32]],
        ended_of: vec![(1, vec![2; 32])],
        forgotten: vec![failure.key.clone()],
        tokens_revoked: vec![(1, later)],
        ..PeopleChange::default()
    };
    store.apply_people(&ends).await.unwrap();
    store.touch_session(&[2; 32], later).await.unwrap();
    store.touch_token(1, later).await.unwrap();
    assert_eq!(store.session(&[1; 32]).await.unwrap(), None);
    assert_eq!(store.session(&[3; 32]).await.unwrap(), None);
    assert_eq!(store.session(&[2; 32]).await.unwrap().unwrap().last_used, later);
    assert_eq!(store.login_failure(&failure.key).await.unwrap(), None);
    let token = &store.api_tokens().await.unwrap()[0];
    assert_eq!((token.revoked, token.last_used), (Some(later), Some(later)));
    assert_eq!(store.apply_people(&ends).await.unwrap(), PeopleApplied::Stale, "a key was revoked twice");
    let over = PeopleChange { over: Some((later, at())), forgotten_before: Some(later), ..PeopleChange::default() };
    store.apply_people(&over).await.unwrap();
    assert_eq!(store.session(&[2; 32]).await.unwrap(), None);
}

async fn the_audit_log_is_a_chain_that_the_database_does_not_let_anybody_change(place: Place) {
    let store = place.open().await;
    for part in 0..3 {
        let audit = (0..2).map(|number| draft(&format!("user {part}{number}"))).collect();
        store.apply_people(&PeopleChange { audit, ..PeopleChange::default() }).await.unwrap();
    }
    let lines = store.audit_after(0, 100).await.unwrap();
    assert_eq!((lines.len(), store.audit_given().await.unwrap()), (6, 6));
    let mut before = (0, chain::FIRST.to_owned());
    for line in &lines {
        chain::follows((before.0, &before.1), &line.line(), &line.hash).unwrap();
        before = (line.n, line.hash.clone());
    }
    assert_eq!(lines[0].detail, "\"\u{fffd}\n");
    let filter = AuditFilter { before: Some(6), object: Some("user 10".to_owned()), ..AuditFilter::default() };
    assert_eq!(store.audit(&filter, 10).await.unwrap(), [lines[2].clone()]);
    assert_eq!(store.audit(&AuditFilter::default(), 1).await.unwrap(), [lines[5].clone()]);
    let around = if place.url.starts_with("sqlite:") {
        "INSERT OR REPLACE INTO audit SELECT n, \"at\", 'otra', address, action, object, detail, previous, hash FROM audit"
    } else {
        "TRUNCATE audit"
    };
    for act in ["UPDATE audit SET detail = 'x' WHERE n = 1", "DELETE FROM audit WHERE n = 6", around] {
        let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| place.sql(act)));
        assert!(refused.is_err(), "{act} was allowed");
    }
    assert_eq!(store.audit_after(0, 100).await.unwrap(), lines);
}
