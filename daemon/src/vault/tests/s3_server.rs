//! An S3-compatible server on the loopback: `s3s` checks the signatures, `s3s-fs` keeps the objects in a folder.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use crate::vault::store::{Place, S3};

const BUCKET: &str = "copias";

/// Serves this folder until the test process ends; the place is its bucket.
pub(super) fn serve(folder: &Path) -> S3 {
    std::fs::create_dir(folder.join(BUCKET)).unwrap();
    let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
    builder.set_auth(SimpleAuth::from_single("AKIDRESGUARDO", "correcta"));
    let service = builder.build();
    let (bound, address) = sync_channel(1);
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(accept(service, bound));
    });
    S3 {
        bucket: BUCKET.into(),
        endpoint: format!("http://{}", address.recv().unwrap()),
        region: "us-east-1".into(),
        prefix: "oficina/".into(),
        access_key: "AKIDRESGUARDO".into(),
        secret_key: Zeroizing::new("correcta".into()),
    }
}

async fn accept(service: S3Service, bound: SyncSender<SocketAddr>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    bound.send(listener.local_addr().unwrap()).unwrap();
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = service.clone();
        connections.spawn(async move {
            // A client that hangs up is no concern of the server's.
            drop(Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

#[test]
fn a_wrong_secret_is_refused_by_the_object_store_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let place = serve(folder.path());
    let wrong = Place::S3(S3 { secret_key: Zeroizing::new("equivocada".into()), ..place });
    let error = crate::vault::admit::admit("nube", &wrong, None).unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("PermissionDenied"), "{shown}");
    assert!(!shown.contains("equivocada"), "{shown}");
}
