//! A real SMTP server on a loopback port that answers as a test tells it to and keeps what it accepted.
//! Included by the unit tests of `delivery::smtp` as well.
#![allow(dead_code, reason = "each of the two test binaries uses its part")]

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What the server does at one point of the conversation.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// Says this line.
    Say(&'static str),
    /// Says this line after a while.
    After(Duration, &'static str),
    /// Closes the connection without a word.
    HangUp,
    /// At the final dot: accepts the message and closes the connection without a word.
    AcceptAndHangUp,
    /// Says nothing and keeps the connection open.
    Silence,
}

/// Answers by point (`greeting`, `EHLO`, `STARTTLS`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `dot`), used up in order, then the
/// usual yes.
#[derive(Default)]
pub struct Script {
    answers: BTreeMap<&'static str, VecDeque<Answer>>,
    offers: Vec<&'static str>,
    decide: Option<Decide>,
}

/// Decides by point and recipient (empty before RCPT); `None` leaves it to the script.
pub type Decide = Box<dyn FnMut(&'static str, &str) -> Option<Answer> + Send>;

impl Script {
    /// Adds an answer at a point.
    pub fn at(mut self, point: &'static str, answer: Answer) -> Self {
        self.answers.entry(point).or_default().push_back(answer);
        self
    }

    /// Adds a line to the answers to EHLO: `SIZE 1000`.
    pub fn offering(mut self, line: &'static str) -> Self {
        self.offers.push(line);
        self
    }

    /// Asks `decide` first.
    pub fn by(decide: Decide) -> Self {
        Self { decide: Some(decide), ..Self::default() }
    }
}

/// A message the server took responsibility for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The envelope's recipient.
    pub rcpt: String,
    /// The message with its dots unstuffed.
    pub message: String,
}

/// A word about a recipient that was no yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The envelope's recipient.
    pub rcpt: String,
    /// What was said.
    pub line: &'static str,
}

#[derive(Default)]
struct State {
    script: Script,
    accepted: Vec<Accepted>,
    refused: Vec<Refused>,
    heard: Vec<String>,
    connection_count: usize,
}

/// How the server encrypts.
#[derive(Clone)]
pub enum Tls {
    /// From the first byte.
    Implicit(TlsAcceptor),
    /// After STARTTLS, which it offers.
    Start(TlsAcceptor),
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}
type Stream = BufReader<Box<dyn Wire>>;

/// A running server; it ends with the test's runtime.
pub struct SmtpServer {
    /// Where it listens.
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl SmtpServer {
    /// Starts on a free port.
    pub async fn start(script: Script) -> Self {
        Self::start_with(script, None).await
    }

    /// Starts on a free port, encrypted.
    pub async fn start_with(script: Script, tls: Option<Tls>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let state = Arc::new(Mutex::new(State { script, ..State::default() }));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                locked(&shared).connection_count += 1;
                let (shared, tls) = (shared.clone(), tls.clone());
                tokio::spawn(async move {
                    let (wire, later): (Box<dyn Wire>, _) = match tls {
                        None => (Box::new(stream), None),
                        Some(Tls::Start(acceptor)) => (Box::new(stream), Some(acceptor)),
                        Some(Tls::Implicit(acceptor)) => (Box::new(acceptor.accept(stream).await.ok()?), None),
                    };
                    converse(BufReader::new(wire), shared, later).await
                });
            }
        });
        Self { port, state }
    }

    /// The URL a mailer takes.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Everything accepted so far.
    pub fn accepted(&self) -> Vec<Accepted> {
        locked(&self.state).accepted.clone()
    }

    /// Everything refused so far, for now or for ever.
    pub fn refused(&self) -> Vec<Refused> {
        locked(&self.state).refused.clone()
    }

    /// Every line said to it but those of messages, logins included.
    pub fn heard(&self) -> Vec<String> {
        locked(&self.state).heard.clone()
    }

    /// How often somebody connected.
    pub fn connection_count(&self) -> usize {
        locked(&self.state).connection_count
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no test panics while it holds the lock")
}

async fn converse(mut stream: Stream, state: Arc<Mutex<State>>, mut tls: Option<TlsAcceptor>) -> Option<()> {
    let mut rcpt = String::new();
    reply(&mut stream, &state, ("greeting", ""), "220 test ESMTP").await?;
    loop {
        let line = hear(&mut stream, &state).await?;
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        match verb.as_str() {
            "EHLO" => {
                let mut offers = ["250-test", "250-8BITMIME"].join("\r\n");
                for offer in &locked(&state).script.offers {
                    offers += &format!("\r\n250-{offer}");
                }
                if tls.is_some() {
                    offers += "\r\n250-STARTTLS";
                }
                let auth = locked(&state).script.offers.iter().any(|offer| offer.starts_with("AUTH"));
                offers += if auth { "\r\n250 HELP" } else { "\r\n250 AUTH PLAIN LOGIN" };
                reply(&mut stream, &state, ("EHLO", ""), &offers).await?;
            }
            "STARTTLS" => {
                reply(&mut stream, &state, ("STARTTLS", ""), "220 go ahead").await?;
                let encrypted = tls.take()?.accept(stream.into_inner()).await.ok()?;
                stream = BufReader::new(Box::new(encrypted));
            }
            "AUTH" => log_in(&mut stream, &state, &line).await?,
            "MAIL" => reply(&mut stream, &state, ("MAIL", ""), "250 sender ok").await?,
            "RCPT" => {
                rcpt = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                reply(&mut stream, &state, ("RCPT", &rcpt), "250 recipient ok").await?;
            }
            "DATA" => {
                reply(&mut stream, &state, ("DATA", &rcpt), "354 go ahead").await?;
                let message = read_message(&mut stream).await?;
                let accepted = Accepted { rcpt: rcpt.clone(), message };
                let answer = next_answer(&state, ("dot", &rcpt)).unwrap_or(Answer::Say("250 2.0.0 queued as 1"));
                let is_taken = match answer {
                    Answer::Say(line) | Answer::After(_, line) => line.starts_with('2'),
                    Answer::AcceptAndHangUp => true,
                    Answer::HangUp | Answer::Silence => false,
                };
                if is_taken {
                    locked(&state).accepted.push(accepted);
                }
                act(&mut stream, answer).await?;
            }
            "QUIT" => {
                say(&mut stream, "221 bye").await?;
                return None;
            }
            _ => say(&mut stream, "250 ok").await?,
        }
    }
}

/// The server's half of a login; PLAIN and XOAUTH2 bring theirs at once, LOGIN is asked twice.
async fn log_in(stream: &mut Stream, state: &Mutex<State>, line: &str) -> Option<()> {
    if line.eq_ignore_ascii_case("AUTH LOGIN") {
        // "Username:" and "Password:" in base64.
        for challenge in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
            say(stream, challenge).await?;
            hear(stream, state).await?;
        }
    }
    match next_answer(state, ("AUTH", "")).unwrap_or(Answer::Say("235 welcome")) {
        // As XOAUTH2 refuses: details as a challenge, then an empty line, then the code.
        Answer::Say(challenge) if challenge.starts_with("334") => {
            say(stream, challenge).await?;
            hear(stream, state).await?;
            say(stream, "535 5.7.8 token expired").await
        }
        answer => act(stream, answer).await,
    }
}

async fn reply(stream: &mut Stream, state: &Mutex<State>, place: (&'static str, &str), usual: &str) -> Option<()> {
    match next_answer(state, place) {
        Some(answer) => act(stream, answer).await,
        None => say(stream, usual).await,
    }
}

/// `None` ends the conversation.
async fn act(stream: &mut Stream, answer: Answer) -> Option<()> {
    match answer {
        Answer::Say(line) => say(stream, line).await,
        Answer::After(pause, line) => {
            tokio::time::sleep(pause).await;
            say(stream, line).await
        }
        Answer::HangUp | Answer::AcceptAndHangUp => None,
        Answer::Silence => std::future::pending().await,
    }
}

/// The answer at a point of the conversation with a recipient; a no is remembered.
fn next_answer(state: &Mutex<State>, (point, rcpt): (&'static str, &str)) -> Option<Answer> {
    let mut state = locked(state);
    let decided = state.script.decide.as_mut().and_then(|decide| decide(point, rcpt));
    let answer = decided.or_else(|| state.script.answers.get_mut(point)?.pop_front())?;
    if let Answer::Say(line) | Answer::After(_, line) = answer
        && line.starts_with(['4', '5'])
    {
        state.refused.push(Refused { rcpt: rcpt.to_owned(), line });
    }
    Some(answer)
}

async fn say(stream: &mut Stream, line: &str) -> Option<()> {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
    stream.get_mut().flush().await.ok()
}

async fn hear(stream: &mut Stream, state: &Mutex<State>) -> Option<String> {
    let line = read_line(stream).await?;
    locked(state).heard.push(line.clone());
    Some(line)
}

async fn read_line(stream: &mut Stream) -> Option<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await {
        Ok(length) if length > 0 => Some(line.trim_end().to_owned()),
        _ => None,
    }
}

/// Up to the lone dot; `None` when the client left before it.
async fn read_message(stream: &mut Stream) -> Option<String> {
    let mut message = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == ".\r\n" {
            return Some(message);
        }
        message.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
