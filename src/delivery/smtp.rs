//! One SMTP conversation at a time, each phase with its own time-out, the point of no return marked between.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailCommand, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use percent_encoding::percent_decode_str;
use tokio::net::TcpStream;
use url::Url;

use crate::base::chaos;
use crate::delivery::DeliveryError;
use crate::delivery::mailer::{Mail, Reply, Verdict};

/// A mail server and the login for it.
pub struct SmtpServer {
    host: String,
    port: u16,
    security: Security,
    login: Option<Credentials>,
    patience: Patience,
}

/// How the conversation is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// Not at all: it does not leave the machine.
    Loopback,
    /// STARTTLS, or no conversation.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

/// How long each phase may take (RFC 5321 4.5.3.2).
#[derive(Debug, Clone, Copy)]
struct Patience {
    connect: Duration,
    command: Duration,
    data: Duration,
    dot: Duration,
}

const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(30),
    command: Duration::from_secs(300),
    data: Duration::from_secs(120),
    dot: Duration::from_secs(600),
};
/// For courtesies whose answer changes nothing.
const COURTESY: Duration = Duration::from_secs(5);
/// A server's words are kept up to here.
const TEXT_LENGTH_MAX: usize = 500;

impl SmtpServer {
    /// Reads `smtp://user:password@host:port` (587) or `smtps://…` (465). The error never repeats the URL.
    pub(super) fn parse(url: &str) -> Result<Self, DeliveryError> {
        let wrong = |reason: &str| DeliveryError::MailUrl { reason: reason.to_owned() };
        let url = Url::parse(url).map_err(|e| wrong(&e.to_string()))?;
        let is_implicit = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            other => return Err(wrong(&format!("unknown scheme `{other}`"))),
        };
        let host = url.host_str().filter(|h| !h.is_empty()).ok_or_else(|| wrong("it names no host"))?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let decoded = |text: &str| {
            let text = percent_decode_str(text).decode_utf8();
            text.map(|t| t.into_owned()).map_err(|_| wrong("user or password is not UTF-8"))
        };
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) => return Err(wrong("it has a password and no user")),
            (_, None) => return Err(wrong("it has a user and no password")),
            (user, Some(password)) => Some(Credentials::new(decoded(user)?, decoded(password)?)),
        };
        let security = match is_implicit {
            true => Security::Implicit,
            false if is_loopback(&host) => Security::Loopback,
            false => Security::StartTls,
        };
        let port = url.port().unwrap_or(if is_implicit { 465 } else { 587 });
        Ok(Self { host, port, security, login, patience: PATIENCE })
    }

    /// Scheme, host and port.
    pub(super) fn place(&self) -> String {
        let scheme = if self.security == Security::Implicit { "smtps" } else { "smtp" };
        format!("{scheme}://{}:{}", self.host, self.port)
    }

    /// Connects, encrypts, logs in. Whatever fails here is the sender's matter and no message's.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Reply> {
        let opened = tokio::time::timeout(self.patience.connect, async {
            let name = ClientId::default();
            let tls = || TlsParameters::new(self.host.clone());
            let place = (self.host.as_str(), self.port);
            let mut connection = if self.security == Security::Implicit {
                AsyncSmtpConnection::connect_tokio1(place, Some(self.patience.connect), &name, Some(tls()?), None)
                    .await?
            } else {
                AsyncSmtpConnection::connect_with_transport(Box::new(dial(place).await?), &name).await?
            };
            if self.security == Security::StartTls {
                connection.starttls(tls()?, &name).await?;
            }
            if let Some(login) = &self.login {
                connection.auth(&[Mechanism::Plain, Mechanism::Login], login).await?;
            }
            Ok::<_, Reply>(connection)
        });
        match opened.await {
            Ok(answered) => answered,
            Err(_) => Err(silence("connect, TLS and login", self.patience.connect)),
        }
    }
}

/// A connection that sends at once: the composer's body and its final dot are two writes, and a kernel that waits for
/// the acknowledgement of the first delays every message by 40 ms.
async fn dial(place: (&str, u16)) -> Result<TcpStream, Reply> {
    let connected = async {
        let stream = TcpStream::connect(place).await?;
        stream.set_nodelay(true)?;
        Ok::<_, std::io::Error>(stream)
    };
    connected.await.map_err(|e| Reply { code: None, text: tidy(&format!("no connection: {e}")) })
}

impl From<SmtpError> for Reply {
    fn from(error: SmtpError) -> Self {
        reply_of(&error)
    }
}

impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpServer").field("place", &self.place()).field("has_login", &self.login.is_some()).finish()
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A connection, reused while it is well.
pub(super) struct SmtpLane {
    server: Arc<SmtpServer>,
    connection: Option<AsyncSmtpConnection>,
}

impl SmtpLane {
    pub(super) fn new(server: Arc<SmtpServer>) -> Self {
        Self { server, connection: None }
    }

    /// Delivers one message; see [`Verdict`]. A connection that said anything but yes is not used again.
    pub(super) async fn deliver(&mut self, mail: &Mail, mark: impl AsyncFnOnce() -> bool) -> Verdict {
        let mut connection = match self.open().await {
            Ok(connection) => connection,
            Err(reply) => return Verdict::SenderAway(reply),
        };
        chaos::point("mail.connected");
        let patience = self.server.patience;
        if let Err(verdict) = introduce(&mut connection, mail, patience).await {
            part_from(connection, &verdict).await;
            return verdict;
        }
        chaos::point("mail.introduced");
        if !mark().await {
            // Closed without the final dot, the server drops what it was promised.
            return Verdict::Lost;
        }
        chaos::point("mail.marked");
        let parts = [mail.head.as_slice(), mail.body.as_slice()];
        let answering = chaos::at_first_pause("mail.written", connection.message_iter(parts.into_iter()));
        match tokio::time::timeout(patience.dot, answering).await {
            Ok(Ok(response)) => {
                chaos::point("mail.accepted");
                self.connection = Some(connection);
                Verdict::Sent(words_of(&response))
            }
            Ok(Err(error)) if error.is_permanent() => Verdict::Refused(reply_of(&error)),
            Ok(Err(error)) if error.is_transient() => Verdict::Retry(reply_of(&error)),
            Ok(Err(error)) => Verdict::Unknown(reply_of(&error)),
            Err(_) => Verdict::Unknown(silence("the final dot", patience.dot)),
        }
    }

    /// The open connection if it still answers, or a new one.
    async fn open(&mut self) -> Result<AsyncSmtpConnection, Reply> {
        if let Some(mut connection) = self.connection.take()
            && tokio::time::timeout(COURTESY, connection.test_connected()).await == Ok(true)
        {
            return Ok(connection);
        }
        self.server.connect().await
    }

    pub(super) async fn close(self) {
        if let Some(mut connection) = self.connection {
            chaos::point("mail.closing");
            let _ = tokio::time::timeout(COURTESY, connection.quit()).await;
        }
    }
}

/// MAIL, RCPT and DATA up to the server's 354. Until here nothing was handed over.
async fn introduce(connection: &mut AsyncSmtpConnection, mail: &Mail, patience: Patience) -> Result<(), Verdict> {
    let address = |text: &str| {
        let text = text.parse::<Address>();
        text.map_err(|e| Verdict::Refused(Reply { code: None, text: format!("the address cannot be sent to: {e}") }))
    };
    let (from, to) = (address(&mail.mail_from)?, address(&mail.rcpt)?);
    answer(connection.command(MailCommand::new(Some(from), vec![])), "MAIL", patience.command).await?;
    answer(connection.command(Rcpt::new(to, vec![])), "RCPT", patience.command).await?;
    answer(connection.command(Data), "DATA", patience.data).await
}

async fn answer(
    command: impl Future<Output = Result<Response, SmtpError>>,
    phase: &str,
    patience: Duration,
) -> Result<(), Verdict> {
    match tokio::time::timeout(patience, command).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) if error.is_permanent() => Err(Verdict::Refused(reply_of(&error))),
        Ok(Err(error)) => Err(Verdict::Retry(reply_of(&error))),
        Err(_) => Err(Verdict::Retry(silence(phase, patience))),
    }
}

/// A server that answered is told goodbye; one that broke off is left.
async fn part_from(mut connection: AsyncSmtpConnection, verdict: &Verdict) {
    if let Verdict::Refused(Reply { code: Some(_), .. }) | Verdict::Retry(Reply { code: Some(_), .. }) = verdict {
        let _ = tokio::time::timeout(COURTESY, connection.quit()).await;
    }
}

fn words_of(response: &Response) -> Reply {
    let text = response.message().collect::<Vec<_>>().join(" ");
    Reply { code: Some(u16::from(response.code())), text: tidy(&text) }
}

fn reply_of(error: &SmtpError) -> Reply {
    let mut text = error.to_string();
    if let Some(cause) = std::error::Error::source(error)
        && error.status().is_none()
        && !text.contains(&cause.to_string())
    {
        text = format!("{text}: {cause}");
    }
    Reply { code: error.status().map(u16::from), text: tidy(&text) }
}

fn silence(phase: &str, patience: Duration) -> Reply {
    Reply { code: None, text: format!("no answer to {phase} within {} s", patience.as_secs()) }
}

/// One line without control characters, cut to a readable length.
fn tidy(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TEXT_LENGTH_MAX).collect();
    plain.trim().to_owned()
}

#[cfg(test)]
#[path = "smtp_tests.rs"]
mod tests;
