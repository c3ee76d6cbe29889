//! Notifications on the desktop of whoever is logged in. It speaks on the session bus, so it runs in a person's session
//! and never in the daemon. It may not know what is told.

use std::time::Duration;

use notify_rust::{Notification, Timeout, Urgency};
use tokio::time::timeout;

use super::clean;
use super::error::{Cause, Channel, NotifyError};

const PATIENCE: Duration = Duration::from_secs(10);
const SUBJECT_MOST: usize = 120;
const TEXT_MOST_BYTES: usize = 2000;

/// Shows a notification. An urgent one stays until it is clicked away. Of a subject of more than 120 characters and a
/// text of more than 2000 bytes the rest is cut off; neither is read as markup.
///
/// # Errors
///
/// [`NotifyError::DesktopBus`] without a session bus, [`NotifyError::DesktopServer`] if nothing on it shows
/// notifications, [`NotifyError::TimedOut`] after 10 seconds.
pub async fn show(subject: &str, text: &str, urgent: bool) -> Result<(), NotifyError> {
    let mut notification = Notification::new();
    notification.appname("Resguardo").summary(&clean::line(subject, SUBJECT_MOST));
    notification.body(&escaped(&clean::lines(text, TEXT_MOST_BYTES))).icon("drive-harddisk");
    notification.urgency(if urgent { Urgency::Critical } else { Urgency::Normal });
    notification.timeout(if urgent { Timeout::Never } else { Timeout::Default });
    // Not `show`: that one starts a runtime within the runtime and panics.
    match timeout(PATIENCE, notification.show_async()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(refused(&error)),
        Err(_) => {
            let server = "the notification server".to_owned();
            Err(NotifyError::TimedOut { channel: Channel::Desktop, server, after: PATIENCE })
        }
    }
}

/// The library tells its errors apart by their words only: those that came over the bus begin with a D-Bus name.
fn refused(error: &notify_rust::error::Error) -> NotifyError {
    let source = Cause::of(error);
    if error.to_string().starts_with("org.") {
        NotifyError::DesktopServer { source }
    } else {
        NotifyError::DesktopBus { source }
    }
}

/// The body's markup is a small HTML; here it is text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
