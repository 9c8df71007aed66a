//! The image server of the scenarios behind a real socket on this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use fixtures::scenario::ServerFault;
use fixtures::server::{Answer, BodyEnd, ImageServer, Reply};

/// Most bytes of the head of a request.
const HEAD_BYTES_MAX: u64 = 16 * 1024;
/// Longest wait for a request on an open connection.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// A server on a port of this machine; it ends with the value.
pub struct LoopbackServer {
    address: SocketAddr,
    /// The request lines and fields that came, one text a request.
    requests: Arc<Mutex<Vec<String>>>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl LoopbackServer {
    /// Serves `image`, with these faults.
    ///
    /// # Panics
    /// When this machine has no port to give.
    #[must_use]
    pub fn start(image: Vec<u8>, faults: Vec<ServerFault>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("it has an address");
        let ends = Arc::new(AtomicBool::new(false));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let mut server = ImageServer::new(Arc::new(image), faults);
        let (stop, seen) = (Arc::clone(&ends), Arc::clone(&requests));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                serve(stream, &mut server, &seen);
            }
        });
        Self {
            address,
            requests,
            ends,
            thread: Some(thread),
        }
    }

    /// The address of `path`, in plain http.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The heads of all requests so far.
    ///
    /// # Panics
    /// When the server has.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic").clone()
    }
}

impl Drop for LoopbackServer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        // Wakes the thread; it may have ended by itself.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One request, one reply; whoever does not ask, or does not listen, is let go.
fn serve(mut stream: TcpStream, server: &mut ImageServer, seen: &Mutex<Vec<String>>) {
    let _ = stream.set_read_timeout(Some(REQUEST_TIME));
    let Some(request) = request(&stream) else {
        return;
    };
    let range = range(&request);
    if let Ok(mut seen) = seen.lock() {
        seen.push(request);
    }
    if let Answer::Reply(reply) = server.answer(range) {
        let _ = stream.write_all(&bytes(&reply));
        if reply.end == BodyEnd::Stalls {
            // Until the other end gives up.
            let _ = stream.read(&mut [0]);
        }
    }
}

fn request(stream: &TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut reader = BufReader::new(stream.take(HEAD_BYTES_MAX));
    while !text.ends_with("\r\n\r\n") {
        if reader.read_line(&mut text).ok()? == 0 {
            return None;
        }
    }
    Some(text)
}

fn range(request: &str) -> Option<(u32, u32)> {
    let said = request.split("range: bytes=").nth(1)?;
    let (first, last) = said.split("\r\n").next()?.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

fn bytes(reply: &Reply) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {} x\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.fields {
        text += &format!("{name}: {value}\r\n");
    }
    [text.as_bytes(), b"\r\n", &reply.body].concat()
}
