//! A line of any length on one machine: a relay that holds back every byte for half a round trip and never limits the
//! rate.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Bytes of one piece, and how many may be on their way: 64 MiB each way.
const PIECE_BYTES: usize = 64 * 1024;
const PIECES: usize = 1024;

/// Starts a relay to a port of this machine that lives as long as the process. Returns its own port.
pub(crate) fn start(to: u16, each_way: Duration) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            // Whoever connects sees the end of the connection when the far side cannot be had.
            if let Ok(far) = TcpStream::connect(("127.0.0.1", to)) {
                let _refused = join(near, far, each_way);
            }
        }
    });
    Ok(port)
}

fn join(near: TcpStream, far: TcpStream, delay: Duration) -> std::io::Result<()> {
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    one_way(near.try_clone()?, far.try_clone()?, delay);
    one_way(far, near, delay);
    Ok(())
}

fn one_way(from: TcpStream, to: TcpStream, delay: Duration) {
    let (sender, receiver) = sync_channel(PIECES);
    thread::spawn(move || take(from, &sender));
    thread::spawn(move || give(to, &receiver, delay));
}

fn take(mut from: TcpStream, line: &SyncSender<(Instant, Vec<u8>)>) {
    let mut buffer = vec![0; PIECE_BYTES];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let piece = buffer.get(..read).unwrap_or_default().to_vec();
        if line.send((Instant::now(), piece)).is_err() {
            return;
        }
    }
}

fn give(mut to: TcpStream, line: &Receiver<(Instant, Vec<u8>)>, delay: Duration) {
    for (came, piece) in line {
        thread::sleep((came + delay).saturating_duration_since(Instant::now()));
        if to.write_all(&piece).is_err() {
            break;
        }
    }
    let _closed = to.shutdown(Shutdown::Write);
}
