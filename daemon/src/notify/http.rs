//! Webhooks and health-check pings. Their URLs may be secrets, so nothing of them but the host leaves this file, and
//! nothing of an answer but its status. It may not know what is told.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Request, Url};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::clean;
use super::error::{Cause, Channel, NotifyError};
use super::target::{HealthCheck, Message, Patience, Webhook};

const DOCUMENT_MOST_BYTES: usize = 256 * 1024;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Posts the message as JSON.
pub(super) async fn post(webhook: &Webhook, message: &Message, patience: Patience) -> Result<(), NotifyError> {
    let place = Place::of(&webhook.url, Channel::Webhook)?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // A word has nothing but what a header may hold.
    let key = HeaderValue::from_str(&clean::word(&message.id));
    headers.insert(IDEMPOTENCY_KEY, key.unwrap_or(HeaderValue::from_static("-")));
    if let Some(token) = &webhook.token {
        let bearer = Zeroizing::new(format!("Bearer {}", token.as_str()));
        let bearer = HeaderValue::from_str(&bearer);
        let mut bearer = bearer.map_err(|_| NotifyError::Token { server: place.server.clone() })?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
    }
    let body = document(message).to_string();
    if body.len() > DOCUMENT_MOST_BYTES {
        return Err(NotifyError::TooLarge { server: place.server, bytes: body.len() });
    }
    let mut request = Request::new(Method::POST, place.url.clone());
    *request.headers_mut() = headers;
    *request.body_mut() = Some(body.into());
    place.ask(request, patience).await
}

/// Asks for the URL.
pub(super) async fn ping(check: &HealthCheck, patience: Patience) -> Result<(), NotifyError> {
    let place = Place::of(&check.url, Channel::HealthCheck)?;
    let request = Request::new(Method::GET, place.url.clone());
    place.ask(request, patience).await
}

/// What a webhook gets.
fn document(message: &Message) -> serde_json::Value {
    json!({
        "id": message.id,
        "kind": message.data.get("kind").and_then(|kind| kind.as_str()).unwrap_or("notice"),
        "subject": message.subject,
        "text": message.text,
        "at": message.at.to_rfc3339(),
        "data": message.data,
    })
}

/// A URL, and what of it may be shown.
struct Place {
    channel: Channel,
    url: Url,
    server: String,
}

/// Connects to the host of a URL and says nothing.
pub(super) async fn reach(url: &str, channel: Channel, patience: Patience) -> Result<(), NotifyError> {
    let Place { url, server, .. } = Place::of(url, channel)?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    match timeout(patience.connect, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(NotifyError::Unreachable { channel, server, source: Cause::of(&error) }),
        Err(_) => Err(NotifyError::TimedOut { channel, server, after: patience.connect }),
    }
}

impl Place {
    fn of(url: &str, channel: Channel) -> Result<Self, NotifyError> {
        let url = Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or(NotifyError::Url { channel })?;
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        let server = format!("{}{port}", clean::line(url.host_str().unwrap_or_default(), 100));
        Ok(Self { channel, url, server })
    }

    /// Sends the request and looks at nothing of the answer but its status.
    async fn ask(&self, request: Request, patience: Patience) -> Result<(), NotifyError> {
        let (channel, server) = (self.channel, self.server.clone());
        // A redirect would turn a POST into a GET, or carry the token to another host.
        let client = Client::builder()
            .connect_timeout(patience.connect)
            .redirect(Policy::none())
            .referer(false)
            .user_agent(concat!("Resguardo/", env!("CARGO_PKG_VERSION")));
        let client = client.build().map_err(|error| NotifyError::Setup {
            channel,
            server: server.clone(),
            source: Cause::of(&error.without_url()),
        })?;
        let Ok(answer) = timeout(patience.whole, client.execute(request)).await else {
            return Err(NotifyError::TimedOut { channel, server, after: patience.whole });
        };
        let answer = answer.map_err(|error| self.broken(error, patience))?;
        let status = answer.status();
        match status.as_u16() {
            200..300 => Ok(()),
            status @ 300..400 => Err(NotifyError::Redirect { channel, server, status }),
            status => Err(NotifyError::Status { channel, server, status }),
        }
    }

    fn broken(&self, error: reqwest::Error, patience: Patience) -> NotifyError {
        let (channel, server) = (self.channel, self.server.clone());
        let error = error.without_url();
        let source = Cause::of(&error);
        match (error.is_timeout(), error.is_connect()) {
            (true, _) => NotifyError::TimedOut { channel, server, after: patience.connect },
            (_, true) => NotifyError::Unreachable { channel, server, source },
            _ => NotifyError::Broken { channel, server, source },
        }
    }
}
