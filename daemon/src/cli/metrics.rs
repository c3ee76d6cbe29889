//! `resguardo metrics`: what is measured, as the service tells it to Prometheus.

use std::path::Path;

use super::exit::{Failure, code};
use super::{print, socket};
use crate::service::client;
use crate::service::protocol::{Line, Request};

pub(super) fn run(config: &Path) -> Result<u8, Failure> {
    let mut text = String::new();
    let conversation = client::ask(&socket::of(config)?, Request::Metrics)?;
    conversation.answer::<()>(|line| {
        if let Line::Text(line) = line {
            text.push_str(&line);
            text.push('\n');
        }
    })?;
    print::out(&text)?;
    Ok(code::DONE)
}
