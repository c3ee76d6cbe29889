//! The server: it listens, speaks HTTP/1.1, with TLS where the configuration has a certificate, and ends when the service does.
//! Whatever fails here is logged and tried again; the service goes on. It may not know what is asked.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsAcceptor;
use hyper_util::rt::TokioTimer;

use super::app::App;
use super::certificate::{self, CertificateError};
use super::room::Room;
use super::routes;
use crate::jobs::error::chain;

/// Connections at once.
const CONNECTIONS: usize = 256;
/// Connections of one address at once: an office may share one, and a browser opens a few.
const CONNECTIONS_EACH: usize = 128;
/// How long the head of a request may take to come, and a connection may stay open without one.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// How large the head of a request may be.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// How long connections may stay open after the service was told to end.
const LEAVE_TIME: Duration = Duration::from_secs(3);
/// How soon it is tried again after it could not listen.
const RETRY: Duration = Duration::from_secs(30);

/// Why the pages cannot be served.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    /// It cannot listen.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// There is no certificate.
    #[error("cannot speak TLS")]
    Certificate(#[source] CertificateError),
    /// It ended by itself.
    #[error("the server has ended")]
    Ended(#[source] io::Error),
}

/// Runs a server of whichever acceptor until the service ends. A function would have to name what hides in the acceptor's
/// bounds.
macro_rules! run {
    ($app:expr, $server:expr) => {{
        let handle = Handle::new();
        let mut server = $server.handle(handle.clone()).http1_only();
        let mut http = server.http_builder().http1();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_BYTES_MAX);
        let service = routes::router($app).into_make_service_with_connect_info::<SocketAddr>();
        let ending = async {
            $app.stopping.cancelled().await;
            handle.graceful_shutdown(Some(LEAVE_TIME));
            std::future::pending::<io::Result<()>>().await
        };
        tokio::select! {
            served = server.serve(service) => served,
            served = ending => served,
        }
        .map_err(ServeError::Ended)
    }};
}

/// Serves the pages until the service ends.
pub async fn serve(app: Arc<App>) {
    while !app.stopping.is_cancelled() {
        let Err(error) = Box::pin(serve_once(&app)).await else { return };
        tracing::error!(error = chain(&error), "the pages are not served; it is tried again in {} s", RETRY.as_secs());
        tokio::select! {
            () = tokio::time::sleep(RETRY) => {}
            () = app.stopping.cancelled() => {}
        }
    }
}

async fn serve_once(app: &Arc<App>) -> Result<(), ServeError> {
    let address = app.web.listen;
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let plain = axum_server::from_tcp(listener).map_err(failed)?;
    let room = Room::new(CONNECTIONS, CONNECTIONS_EACH, &app.web.trusted_proxies);
    match &app.web.tls {
        None => {
            tracing::info!(%address, "the pages are served without TLS, for this machine or the proxy before it");
            run!(app, plain.acceptor(room))
        }
        Some(tls) => {
            let certificate = certificate::load(tls).await.map_err(ServeError::Certificate)?;
            let acceptor = RustlsAcceptor::new(certificate.shown.clone()).acceptor(room);
            tracing::info!(%address, "the pages are served");
            let served = async { run!(app, plain.acceptor(acceptor)) };
            tokio::select! {
                served = served => served,
                // It ends with the service, whose connections may still be closing.
                () = certificate::follow(app, tls, certificate) => std::future::pending().await,
            }
        }
    }
}
