//! Whether the pages answer and the database does, for whoever watches. It tells nothing else.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};

use crate::jobs::people;
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::routes::{Access, Routes};

/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::Public, "/salud", health);
}

async fn health(State(app): State<Arc<App>>) -> Result<Response, Failure> {
    // A session that nobody has is looked for, by its key.
    let nobody = "0".repeat(64);
    let asked = people::session(app.office(), &nobody, IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map(|_| "bien\n".into_response()).map_err(Failure::from),
        Err(_) => Err(Failure::OutOfTime),
    }
}
