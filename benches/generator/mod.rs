//! A load of HTTP/1.1 from one thread over kept connections: as fast as answers come, or at a steady rate.
//!
//! Requests of a steady rate are counted from the moment they were due (the correction for coordinated omission of Gil
//! Tene's wrk2), and the thread asks for news instead of sleeping: a client that has to be woken measures its own waking.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use rustix::io::Errno;

/// Connections to one server, all asking for the same.
pub struct Generator {
    address: SocketAddr,
    request: String,
    news: OwnedFd,
    connections: Vec<Connection>,
}

/// What came of a load.
#[derive(Default)]
pub struct Outcome {
    pub answered: u64,
    pub failed: u64,
}

impl Generator {
    pub fn new(address: SocketAddr, path: &str, connection_count: usize) -> Generator {
        let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n");
        let news = epoll::create(epoll::CreateFlags::CLOEXEC).expect("an epoll");
        let mut generator = Generator { address, request, news, connections: Vec::new() };
        generator.connections = (0..connection_count).map(|index| generator.connect(index)).collect();
        generator
    }

    /// Asks on every connection again as soon as it has its answer, until `is_over` of the number asked so far.
    pub fn flood(&mut self, is_over: impl Fn(u64) -> bool) -> Outcome {
        let (mut outcome, mut asked, mut waiting) = (Outcome::default(), 0, 0);
        for connection in &mut self.connections {
            connection.ask(self.request.as_bytes());
            (asked, waiting) = (asked + 1, waiting + 1);
        }
        while waiting > 0 {
            for index in self.heard(None) {
                match self.connections[index].listen() {
                    Heard::Part => continue,
                    Heard::Answer => outcome.answered += 1,
                    Heard::Failure => {
                        outcome.failed += 1;
                        self.connections[index] = self.connect(index);
                    }
                }
                if is_over(asked) {
                    waiting -= 1;
                } else {
                    self.connections[index].ask(self.request.as_bytes());
                    asked += 1;
                }
            }
        }
        outcome
    }

    /// Asks `rate` times a second in all, each connection in its turn; how long each answer took since its request was due.
    pub fn pace(&mut self, rate: f64, span: Duration) -> Vec<Duration> {
        let pause = Duration::from_secs_f64(1.0 / rate);
        let began_at = Instant::now();
        let (mut taken, mut due_at, mut turn) = (Vec::new(), began_at, 0);
        // What each connection is asked for and has not answered yet: the first of it is under way.
        let mut due_of = vec![VecDeque::new(); self.connections.len()];
        while began_at.elapsed() < span || due_of.iter().any(|due| !due.is_empty()) {
            while due_at <= Instant::now() && began_at.elapsed() < span {
                if due_of[turn].is_empty() {
                    self.connections[turn].ask(self.request.as_bytes());
                }
                due_of[turn].push_back(due_at);
                turn = (turn + 1) % due_of.len();
                due_at += pause;
            }
            for index in self.heard(Some(Duration::ZERO)) {
                match self.connections[index].listen() {
                    Heard::Part => continue,
                    Heard::Answer => taken.push(due_of[index].pop_front().expect("it was asked").elapsed()),
                    Heard::Failure => panic!("every request is answered"),
                }
                // What fell due while the connection waited goes out at once, late as it is.
                if !due_of[index].is_empty() {
                    self.connections[index].ask(self.request.as_bytes());
                }
            }
        }
        taken
    }

    /// Asks once; the answer with its head, as it went over the wire.
    pub fn answer(&mut self) -> &[u8] {
        self.connections[0].ask(self.request.as_bytes());
        loop {
            self.heard(None);
            match self.connections[0].listen() {
                Heard::Part => {}
                Heard::Answer => return &self.connections[0].bytes[..self.connections[0].filled],
                Heard::Failure => panic!("it is answered"),
            }
        }
    }

    fn connect(&self, index: usize) -> Connection {
        let stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_nodelay(true).expect("a TCP socket");
        stream.set_nonblocking(true).expect("a TCP socket");
        let data = epoll::EventData::new_u64(index as u64);
        epoll::add(&self.news, &stream, data, epoll::EventFlags::IN).expect("a socket can be waited for");
        Connection { stream, bytes: vec![0; 64 << 10], filled: 0 }
    }

    /// The connections with something to read.
    fn heard(&self, patience: Option<Duration>) -> Vec<usize> {
        let patience = patience.map(|p| p.try_into().expect("a short time"));
        let mut events = Vec::with_capacity(self.connections.len());
        match epoll::wait(&self.news, spare_capacity(&mut events), patience.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => panic!("waiting for an answer: {error}"),
        }
        events.iter().map(|event| event.data.u64() as usize).collect()
    }
}

struct Connection {
    stream: TcpStream,
    bytes: Vec<u8>,
    filled: usize,
}

enum Heard {
    Part,
    Answer,
    Failure,
}

impl Connection {
    /// A request is smaller than a socket's buffer, and the one before was answered: it is written whole.
    fn ask(&mut self, request: &[u8]) {
        self.filled = 0;
        // A connection that broke off says so when it is listened to.
        let _ = self.stream.write_all(request);
    }

    fn listen(&mut self) -> Heard {
        match self.stream.read(&mut self.bytes[self.filled..]) {
            Ok(count @ 1..) => self.filled += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Heard::Part,
            Ok(_) | Err(_) => return Heard::Failure,
        }
        let answer = &self.bytes[..self.filled];
        let Some(head_end) = answer.windows(4).position(|part| part == b"\r\n\r\n") else { return Heard::Part };
        let head = std::str::from_utf8(&answer[..head_end]).expect("a head is text");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map(str::parse::<usize>);
        if self.filled < head_end + 4 + length.expect("a length").expect("a number") {
            Heard::Part
        } else if head.starts_with("HTTP/1.1 200 ") {
            Heard::Answer
        } else {
            Heard::Failure
        }
    }
}
