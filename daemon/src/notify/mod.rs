//! Telling people: mail, webhooks, health-check pings and the desktop. It may not know how a backup works, nor when
//! something is told again: [`send`] tries once, within bounds, and says how that went.

mod bounded;
mod clean;
pub mod desktop;
mod error;
mod http;
pub mod letter;
mod mail;
pub mod spanish;
mod target;
#[cfg(test)]
mod tests;
pub mod text;
pub mod text_custody;
pub mod text_proofs;
pub mod text_drill;

pub use error::{Address, Cause, Channel, NotifyError};
pub use target::{Email, HealthCheck, Message, Patience, Security, Target, Webhook};

/// Tells one target, once, within [`Patience::USUAL`].
///
/// # Errors
///
/// Whatever stood in the way, without any secret in it; [`NotifyError::may_help`] says whether trying again can help.
pub async fn send(target: &Target, message: &Message) -> Result<(), NotifyError> {
    send_within(target, message, Patience::USUAL).await
}

/// Looks whether a target could be told, and tells it nothing: a mail server is greeted and logged in to, an address of the web is
/// connected to.
///
/// # Errors
///
/// As [`send`].
pub async fn reach(target: &Target, patience: Patience) -> Result<(), NotifyError> {
    match target {
        Target::Email(email) => mail::greet(email, patience).await,
        Target::Webhook(webhook) => http::reach(&webhook.url, Channel::Webhook, patience).await,
        Target::HealthCheck(check) => http::reach(&check.url, Channel::HealthCheck, patience).await,
    }
}

/// Tells one target, once, within these bounds of time.
///
/// # Errors
///
/// As [`send`].
pub async fn send_within(target: &Target, message: &Message, patience: Patience) -> Result<(), NotifyError> {
    match target {
        Target::Email(email) => mail::send(email, message, patience).await,
        Target::Webhook(webhook) => http::post(webhook, message, patience).await,
        Target::HealthCheck(check) => http::ping(check, patience).await,
    }
}
