//! Who gets in, and what the others are told.

use crate::transport::tests::sshd::{Setup, Sshd};
use crate::transport::tests::{answer, chain};
use crate::transport::{TransportError, Window, connect, generate_key};

#[tokio::test]
async fn every_kind_of_key_logs_in() {
    let sshd = Sshd::start();
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let session = connect(&sshd.target(kind, ""), Window::Lan).await.unwrap();
        assert_eq!(answer(&session, "echo $((6*7))").await, "42", "{kind}");
        assert!(session.host_key_fingerprint().starts_with("SHA256:"));
        assert!(session.round_trip().as_secs() < 1);
        session.close().await;
    }
    assert!(sshd.log().contains("rsa-sha2-512"), "RSA keys sign with SHA-2");
}

#[tokio::test]
async fn an_encrypted_key_opens_with_its_passphrase_and_with_nothing_else() {
    let sshd = Sshd::start();
    let mut target = sshd.target("ed25519", "correct horse");
    target.passphrase = Some("correct horse".to_owned().into());
    connect(&target, Window::Lan).await.unwrap().close().await;
    target.passphrase = Some("wrong horse".to_owned().into());
    let Err(error) = connect(&target, Window::Lan).await else { panic!("it must not log in") };
    assert!(matches!(error, TransportError::PassphraseWrong { .. }), "{error}");
    assert!(!format!("{error:?} {target:?}").contains("horse"), "no secret in messages");
    assert!(!format!("{target:?}").contains("PRIVATE"));
    target.passphrase = None;
    let Err(error) = connect(&target, Window::Lan).await else { panic!("it must not log in") };
    assert!(matches!(error, TransportError::PassphraseMissing { .. }), "{error}");
    assert!(error.to_string().contains("`passphrase`"));
    target.key_pem = "this is no key".to_owned().into();
    let Err(error) = connect(&target, Window::Lan).await else { panic!("it must not log in") };
    assert!(matches!(error, TransportError::Key { .. }), "{error}");
}

#[tokio::test]
async fn a_refused_login_names_the_user_the_key_and_the_remedy() {
    let sshd = Sshd::start();
    let mut target = sshd.target("ed25519", "");
    let (pem, public) = generate_key().unwrap();
    target.key_pem = pem;
    let Err(error) = connect(&target, Window::Lan).await else { panic!("it must not log in") };
    assert!(matches!(error, TransportError::Refused { .. }), "{error}");
    assert!(!error.is_temporary());
    for noun in ["db-1", "root", &crate::transport::fingerprint(&public), "authorized_keys"] {
        assert!(error.to_string().contains(noun), "{noun}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_on_a_refused_login_is_not_a_lost_connection() {
    let sshd = Sshd::start_with(&Setup { host_keys: &["ed25519"], config: "MaxAuthTries 1\n" });
    let mut target = sshd.target("ed25519", "");
    target.key_pem = generate_key().unwrap().0;
    let Err(error) = connect(&target, Window::Lan).await else { panic!("it must not log in") };
    assert!(matches!(error, TransportError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("Too many authentication failures"), "{error}");
}

#[tokio::test]
async fn a_jump_checks_both_hosts_and_says_which_failed() {
    let (hop, end) = (Sshd::start(), Sshd::start());
    let mut target = end.target("ed25519", "");
    let mut jump = hop.target("ed25519", "");
    jump.name = "gate".to_owned();
    target.jump = Some(Box::new(jump.clone()));
    let session = connect(&target, Window::Lan).await.unwrap();
    assert_eq!(answer(&session, "echo through").await, "through");
    assert!(hop.log().contains("direct-tcpip"), "it went through the hop");
    session.close().await;

    let mut strange = jump.clone();
    strange.host_keys = crate::transport::HostKeys::Pinned(vec![end.host_key("ed25519")]);
    target.jump = Some(Box::new(strange));
    let Err(error) = connect(&target, Window::Lan).await else { panic!("the hop's key is another") };
    assert!(error.to_string().contains("gate"), "{error}");
    assert!(chain(&error).contains("HAS CHANGED"), "{}", chain(&error));

    target.jump = Some(Box::new(jump));
    target.port = 1;
    let Err(error) = connect(&target, Window::Lan).await else { panic!("nobody listens there") };
    assert!(matches!(error, TransportError::Forward { .. }), "{}", chain(&error));
    assert!(error.is_temporary());
}

#[tokio::test]
async fn a_jump_that_forwards_nothing_is_told_apart() {
    let hop = Sshd::start_with(&Setup { host_keys: &["ed25519"], config: "AllowTcpForwarding no\n" });
    let mut target = super::target(22);
    target.key_pem = generate_key().unwrap().0;
    target.jump = Some(Box::new(hop.target("ed25519", "")));
    let Err(error) = connect(&target, Window::Lan).await else { panic!("nothing is forwarded") };
    assert!(error.to_string().contains("AllowTcpForwarding"), "{error}");
    assert!(!error.is_temporary());
}
