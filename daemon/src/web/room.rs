//! Room for so many connections and no more, and for fewer from any one address: those beyond are closed at once, so that nobody
//! can take all that the service has. Who reads too slowly is let go too. It may not know what is said on them.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

/// How long somebody may take nothing of what they are given.
const STALLED: Duration = Duration::from_secs(30);

/// The room.
#[derive(Debug, Clone)]
pub(super) struct Room {
    places: Arc<Semaphore>,
    /// Places that one address may have.
    each: usize,
    /// Those who speak for many: the proxies.
    many: Arc<[IpAddr]>,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Room {
    /// Room for so many, of whom so many may come from one address, unless it speaks for many.
    pub(super) fn new(places: usize, each: usize, many: &[IpAddr]) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), each, many: many.into(), taken: Arc::default() }
    }

    /// A place for whoever comes from an address.
    fn place(&self, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let room = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let has = taken.entry(address).or_default();
        if *has >= self.each && !self.many.contains(&address) {
            return None;
        }
        *has += 1;
        Some(Place { address, taken: Arc::clone(&self.taken), _room: room })
    }
}

/// A place, until it is left.
struct Place {
    address: IpAddr,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    _room: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let left = taken.get(&self.address).copied().unwrap_or_default().saturating_sub(1);
        if left == 0 {
            taken.remove(&self.address);
        } else {
            taken.insert(self.address, left);
        }
    }
}

impl<S> Accept<TcpStream, S> for Room {
    type Stream = Placed<TcpStream>;
    type Service = S;
    type Future = std::future::Ready<io::Result<(Placed<TcpStream>, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let placed = stream.peer_addr().and_then(|peer| {
            self.place(peer.ip()).ok_or_else(|| {
                tracing::warn!(address = %peer.ip(), "as many connections to the pages are open as may be; one was turned away");
                io::Error::other("no room for another connection")
            })
        });
        std::future::ready(placed.map(|place| (Placed { stream, stalled: None, _place: place }, service)))
    }
}

/// A connection in its place.
pub(super) struct Placed<I> {
    stream: I,
    /// When it is let go, while it takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
    _place: Place,
}

impl<I> Placed<I> {
    /// What became of a write, or an error where nothing was taken for too long.
    fn watched<T>(&mut self, wrote: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if wrote.is_ready() {
            self.stalled = None;
            return wrote;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(STALLED)));
        stalled.as_mut().poll(context).map(|()| Err(io::Error::from(io::ErrorKind::TimedOut)))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Placed<I> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Placed<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watched(wrote, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.watched(flushed, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_its_places_and_leaves_the_others_theirs() {
        let [one, other, proxy]: [IpAddr; 3] =
            ["10.0.0.1", "10.0.0.2", "127.0.0.1"].map(|address| address.parse().unwrap());
        let room = Room::new(6, 2, &[proxy]);
        let held = [room.place(one).unwrap(), room.place("::ffff:10.0.0.1".parse().unwrap()).unwrap()];
        assert!(room.place(one).is_none(), "two of one address");
        let more: Vec<Place> = [proxy, proxy, proxy, other].iter().map(|from| room.place(*from).unwrap()).collect();
        assert!(room.place(other).is_none(), "six in all");
        drop(held);
        assert!(room.place(one).is_some());
        drop(more);
        assert!(room.taken.lock().unwrap().is_empty(), "who is gone is forgotten");
        assert_eq!(room.places.available_permits(), 6);
    }
}
