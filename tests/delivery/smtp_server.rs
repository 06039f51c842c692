//! A real SMTP server on a loopback port that answers as a test tells it to and keeps what it accepted.
//! Included by the unit tests of `delivery::smtp` as well.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

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
}

/// Answers by point (`greeting`, `EHLO`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `dot`), used up in order, then the usual yes.
#[derive(Default)]
pub struct Script {
    answers: BTreeMap<&'static str, VecDeque<Answer>>,
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
    connection_count: usize,
}

/// A running server; it ends with the test's runtime.
pub struct SmtpServer {
    /// Where it listens.
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl SmtpServer {
    /// Starts on a free port.
    pub async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let state = Arc::new(Mutex::new(State { script, ..State::default() }));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                locked(&shared).connection_count += 1;
                tokio::spawn(converse(stream, shared.clone()));
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

    /// How often somebody connected.
    pub fn connection_count(&self) -> usize {
        locked(&self.state).connection_count
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no test panics while it holds the lock")
}

async fn converse(stream: TcpStream, state: Arc<Mutex<State>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut rcpt = String::new();
    reply(&mut stream, &state, ("greeting", ""), "220 test ESMTP").await?;
    loop {
        let line = read_line(&mut stream).await?;
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        match verb.as_str() {
            "EHLO" => {
                reply(&mut stream, &state, ("EHLO", ""), "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN").await?
            }
            "AUTH" => reply(&mut stream, &state, ("AUTH", ""), "235 welcome").await?,
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
                    Answer::HangUp => false,
                };
                if is_taken {
                    locked(&state).accepted.push(accepted);
                }
                match answer {
                    Answer::Say(line) => say(&mut stream, line).await?,
                    Answer::After(pause, line) => {
                        tokio::time::sleep(pause).await;
                        say(&mut stream, line).await?;
                    }
                    Answer::HangUp | Answer::AcceptAndHangUp => return None,
                }
            }
            "QUIT" => {
                say(&mut stream, "221 bye").await?;
                return None;
            }
            _ => say(&mut stream, "250 ok").await?,
        }
    }
}

async fn reply(
    stream: &mut BufReader<TcpStream>,
    state: &Mutex<State>,
    place: (&'static str, &str),
    usual: &'static str,
) -> Option<()> {
    match next_answer(state, place).unwrap_or(Answer::Say(usual)) {
        Answer::Say(line) => say(stream, line).await,
        Answer::After(pause, line) => {
            tokio::time::sleep(pause).await;
            say(stream, line).await
        }
        Answer::HangUp | Answer::AcceptAndHangUp => None,
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

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> Option<()> {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.ok()
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await {
        Ok(length) if length > 0 => Some(line.trim_end().to_owned()),
        _ => None,
    }
}

/// Up to the lone dot; `None` when the client left before it.
async fn read_message(stream: &mut BufReader<TcpStream>) -> Option<String> {
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
