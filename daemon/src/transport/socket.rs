//! A socket that can be shut from outside, because russh gives no way to end a session whose peer does not read. It may
//! not know what runs over it.

use std::io;
use std::net::{Shutdown, TcpStream as Socket};

use tokio::net::TcpStream;

/// Shuts the connection in both directions when dropped, which ends whatever waits for it.
pub(super) struct Hold(Socket);

/// Gives the stream back, without delay for small packets, and a hold on its socket.
///
/// # Errors
/// When the system is out of descriptors.
pub(super) fn hold(stream: TcpStream) -> io::Result<(TcpStream, Hold)> {
    stream.set_nodelay(true)?;
    let socket = stream.into_std()?;
    let second = socket.try_clone()?;
    Ok((TcpStream::from_std(socket)?, Hold(second)))
}

impl Drop for Hold {
    fn drop(&mut self) {
        // A connection that is down already is what was wanted.
        self.0.shutdown(Shutdown::Both).unwrap_or(());
    }
}
