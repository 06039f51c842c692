//! One SMTP conversation at a time, each phase with its own time-out, the point of no return marked between.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail as MailCommand, Rcpt};
use lettre::transport::smtp::extension::{MailParameter, RcptParameter};
use lettre::transport::smtp::response::Response;

use crate::base::chaos;
use crate::delivery::mailer::{Mail, Reply, Verdict, out_of_bounds};
use crate::delivery::relay::{Patience, SmtpServer};
use crate::delivery::{DeliveryError, DomainList, MailOptions};

/// For courtesies whose answer changes nothing.
const COURTESY: Duration = Duration::from_secs(5);
/// A server's words are kept up to here.
const TEXT_LENGTH_MAX: usize = 500;
/// The service ends this conversation: nothing about the message.
const CLOSING: u16 = 421;
/// An answer to MAIL that asks for a login: the sender's matter.
const LOGIN_NEEDED: u16 = 530;

/// The mail servers of the deployment, in the order they are asked.
pub struct SmtpRelays {
    pub(super) servers: Vec<SmtpServer>,
    domains: DomainList,
}

impl SmtpRelays {
    /// Reads one URL or several, between them spaces or commas.
    pub(super) fn parse(urls: &str, options: &MailOptions<'_>) -> Result<Self, DeliveryError> {
        // A comma may stand in a password; one before a scheme separates.
        let urls = urls.replace(",smtp", " smtp");
        let urls: Vec<&str> =
            urls.split_whitespace().map(|url| url.trim_matches(',')).filter(|url| !url.is_empty()).collect();
        let one = |(at, url): (usize, &&str)| {
            SmtpServer::parse(url, options).map_err(|error| match error {
                DeliveryError::MailUrl { reason } if urls.len() > 1 => {
                    DeliveryError::MailUrl { reason: format!("{reason} (the {}. of {})", at + 1, urls.len()) }
                }
                other => other,
            })
        };
        let servers = urls.iter().enumerate().map(one).collect::<Result<Vec<_>, _>>()?;
        match servers.is_empty() {
            true => Err(DeliveryError::MailUrl { reason: "it names no server".to_owned() }),
            false => Ok(Self { servers, domains: options.domains.cloned().unwrap_or_default() }),
        }
    }

    /// Their places, the first one asked first.
    pub(super) fn place(&self) -> String {
        self.servers.iter().map(SmtpServer::place).collect::<Vec<_>>().join(", then ")
    }

    /// Whether none of them may be asked now.
    pub(super) fn is_resting(&self) -> bool {
        self.servers.iter().all(|server| server.rest.is_resting())
    }
}

impl fmt::Debug for SmtpRelays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.servers).finish()
    }
}

/// A conversation that is open and what its server offers.
pub(super) struct Connection {
    wire: AsyncSmtpConnection,
    /// The largest message it takes (RFC 1870); it may offer SIZE without a limit.
    size_max: Option<Option<usize>>,
    /// Takes wishes about delivery reports (RFC 3461).
    has_dsn: bool,
    /// Takes addresses beyond ASCII (RFC 6531).
    has_utf8: bool,
}

impl Connection {
    /// From the lines of its answer to EHLO.
    pub(super) fn new<'l>(wire: AsyncSmtpConnection, offered: impl Iterator<Item = &'l str>) -> Self {
        let mut connection = Self { wire, size_max: None, has_dsn: false, has_utf8: false };
        for line in offered {
            let mut words = line.split_whitespace();
            match words.next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "SIZE" => {
                    let limit = words.next().and_then(|size| size.parse().ok());
                    connection.size_max = Some(limit.filter(|size| *size > 0));
                }
                "DSN" => connection.has_dsn = true,
                "SMTPUTF8" => connection.has_utf8 = true,
                _ => {}
            }
        }
        connection
    }
}

/// Connections to the servers, reused while they are well.
pub(super) struct SmtpLane {
    relays: Arc<SmtpRelays>,
    connections: Vec<Option<Connection>>,
}

impl SmtpLane {
    pub(super) fn new(relays: Arc<SmtpRelays>) -> Self {
        let connections = relays.servers.iter().map(|_| None).collect();
        Self { relays, connections }
    }

    /// Delivers one message; see [`Verdict`]. The servers are asked in their order: the next one when one refuses the
    /// sender, does not answer or breaks off, and none after the mark.
    pub(super) async fn deliver(&mut self, mail: &Mail, mark: impl AsyncFnOnce() -> bool) -> Verdict {
        let relays = self.relays.clone();
        if !relays.domains.allows(&mail.recipient()) {
            return Verdict::Refused(out_of_bounds(mail));
        }
        // When all rest there is nothing to say; why they rest was said when they began.
        let mut verdict = Verdict::SenderAway(Reply::default());
        for (at, server) in relays.servers.iter().enumerate().filter(|(_, server)| !server.rest.is_resting()) {
            let refusal = match self.converse(at, mail).await {
                Ok(connection) => {
                    chaos::point("mail.introduced");
                    server.rest.end();
                    return self.hand_over(at, connection, mail, mark).await;
                }
                Err(refusal) => refusal,
            };
            match &refusal {
                Verdict::SenderAway(reply) => let_rest(server, reply),
                Verdict::Retry(reply) if has_left(&refusal) && relays.servers.len() > 1 => let_rest(server, reply),
                // One refuses the sender's address, another may not; nothing was handed over.
                Verdict::Refused(Reply { code: Some(_), .. }) if at + 1 < relays.servers.len() => {}
                _ => return refusal,
            }
            verdict = refusal;
        }
        verdict
    }

    /// A conversation in which the server waits for the message. One that was kept from the message before may have
    /// ended since; nothing was handed over in it, so a new one takes its place.
    async fn converse(&mut self, at: usize, mail: &Mail) -> Result<Connection, Verdict> {
        let relays = self.relays.clone();
        let server = &relays.servers[at];
        loop {
            let kept = self.connections[at].take();
            let is_kept = kept.is_some();
            let mut connection = match kept {
                Some(connection) => connection,
                None => server.connect().await.map_err(Verdict::SenderAway)?,
            };
            chaos::point("mail.connected");
            match introduce(&mut connection, mail, server).await {
                Ok(()) => return Ok(connection),
                Err(refusal) if is_kept && has_left(&refusal) => {}
                Err(refusal) => {
                    part_from(connection, &refusal).await;
                    return Err(refusal);
                }
            }
        }
    }

    /// Marks the message and writes it. From here on no other server is asked. A connection that said anything but yes
    /// is not used again.
    async fn hand_over(
        &mut self,
        at: usize,
        mut connection: Connection,
        mail: &Mail,
        mark: impl AsyncFnOnce() -> bool,
    ) -> Verdict {
        let patience = self.relays.servers[at].patience.dot;
        if !mark().await {
            // Closed without the final dot, the server drops what it was promised.
            return Verdict::Lost;
        }
        chaos::point("mail.marked");
        let parts = [&mail.head[..], &mail.body[..]];
        let answering = chaos::at_first_pause("mail.written", connection.wire.message_iter(parts.into_iter()));
        match tokio::time::timeout(patience, answering).await {
            Ok(Ok(response)) => {
                chaos::point("mail.accepted");
                self.connections[at] = Some(connection);
                Verdict::Sent(words_of(&response))
            }
            Ok(Err(error)) if error.is_permanent() => Verdict::Refused(reply_of(&error)),
            Ok(Err(error)) if error.is_transient() => Verdict::Retry(reply_of(&error)),
            Ok(Err(error)) => Verdict::Unknown(reply_of(&error)),
            Err(_) => Verdict::Unknown(silence("the final dot", patience)),
        }
    }

    pub(super) async fn close(self) {
        for mut connection in self.connections.into_iter().flatten() {
            chaos::point("mail.closing");
            let _ = tokio::time::timeout(COURTESY, connection.wire.quit()).await;
        }
    }
}

/// A server that refuses the sender or does not answer is let be for a while.
fn let_rest(server: &SmtpServer, reply: &Reply) {
    let Some(span) = server.rest.begin() else { return };
    let (place, seconds) = (server.place(), span.as_secs());
    tracing::error!(
        mail.place = %place, smtp.code = reply.code,
        "{place} refuses the sender or does not answer; resting {seconds} s"
    );
}

/// MAIL, RCPT and DATA up to the server's 354. Until here nothing was handed over.
async fn introduce(connection: &mut Connection, mail: &Mail, server: &SmtpServer) -> Result<(), Verdict> {
    let address = |text: &str| {
        let text = text.parse::<Address>();
        text.map_err(|e| never(format!("the address cannot be sent to: {e}")))
    };
    let (from, to) = (address(&mail.mail_from)?, address(&mail.rcpt)?);
    let Patience { command, data, .. } = server.patience;
    let on_mail = mail_parameters(connection, mail, &server.host)?;
    let on_rcpt = rcpt_parameters(connection, mail);
    let wire = &mut connection.wire;
    answer(wire.command(MailCommand::new(Some(from), on_mail)), "MAIL", command).await.map_err(
        |refusal| match refusal {
            Verdict::Refused(reply) if reply.code == Some(LOGIN_NEEDED) => Verdict::SenderAway(reply),
            other => other,
        },
    )?;
    answer(wire.command(Rcpt::new(to, on_rcpt)), "RCPT", command).await.map_err(|refusal| match refusal {
        Verdict::Refused(reply) => Verdict::Bounced(reply),
        other => other,
    })?;
    answer(wire.command(Data), "DATA", data).await
}

/// What MAIL says of the message. Fails for a message that this server will never take.
fn mail_parameters(connection: &Connection, mail: &Mail, host: &str) -> Result<Vec<MailParameter>, Verdict> {
    let mut parameters = Vec::new();
    if let Some(limit) = connection.size_max {
        // The library ends the message with a line end of its own.
        let size = mail.head.len() + mail.body.len() + 2;
        if let Some(size_max) = limit.filter(|size_max| size > *size_max) {
            return Err(never(format!("the message has {size} bytes, {host} takes at most {size_max}")));
        }
        parameters.push(MailParameter::Size(size));
    }
    if !mail.rcpt.is_ascii() || !mail.mail_from.is_ascii() {
        if !connection.has_utf8 {
            return Err(never(format!(
                "the address holds letters beyond ASCII, and {host} does not take them (SMTPUTF8)"
            )));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if connection.has_dsn {
        // A report brings the headers, which tell enough, and names the message as `vesper outbox` does.
        parameters.push(other("RET", "HDRS", |keyword, value| MailParameter::Other { keyword, value }));
        let envelope_id = format!("vesper-{}", mail.message_id);
        parameters.push(other("ENVID", &envelope_id, |keyword, value| MailParameter::Other { keyword, value }));
    }
    Ok(parameters)
}

fn rcpt_parameters(connection: &Connection, mail: &Mail) -> Vec<RcptParameter> {
    if !connection.has_dsn {
        return Vec::new();
    }
    let parameter = |keyword, value| RcptParameter::Other { keyword, value };
    let mut parameters = vec![other("NOTIFY", "FAILURE,DELAY", parameter)];
    if mail.rcpt.is_ascii() {
        parameters.push(other("ORCPT", &format!("rfc822;{}", mail.rcpt), parameter));
    }
    parameters
}

fn other<P>(keyword: &str, value: &str, parameter: impl FnOnce(String, Option<String>) -> P) -> P {
    parameter(keyword.to_owned(), Some(value.to_owned()))
}

/// A refusal of ours, for good.
fn never(text: String) -> Verdict {
    Verdict::Refused(Reply { code: None, text })
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

/// Whether the server broke off, fell silent or ended the conversation.
fn has_left(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Retry(Reply { code: None | Some(CLOSING), .. }))
}

/// A server that answered is told goodbye; one that broke off is left.
async fn part_from(mut connection: Connection, verdict: &Verdict) {
    if !has_left(verdict) {
        let _ = tokio::time::timeout(COURTESY, connection.wire.quit()).await;
    }
}

impl From<SmtpError> for Reply {
    fn from(error: SmtpError) -> Self {
        reply_of(&error)
    }
}

fn words_of(response: &Response) -> Reply {
    let text = response.message().collect::<Vec<_>>().join(" ");
    Reply { code: Some(u16::from(response.code())), text: tidy(&text) }
}

fn reply_of(error: &SmtpError) -> Reply {
    let mut text = error.to_string();
    if let Some(cause) = std::error::Error::source(error).map(ToString::to_string) {
        match error.status() {
            // The server's own words; the library's before them repeat the code.
            Some(_) => text = cause,
            None if !text.contains(&cause) => text = format!("{text}: {cause}"),
            None => {}
        }
    }
    Reply { code: error.status().map(u16::from), text: tidy(&text) }
}

pub(super) fn silence(phase: &str, patience: Duration) -> Reply {
    Reply { code: None, text: format!("no answer to {phase} within {} s", patience.as_secs()) }
}

/// One line without control characters, cut to a readable length.
pub(super) fn tidy(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TEXT_LENGTH_MAX).collect();
    plain.trim().to_owned()
}

#[cfg(test)]
#[path = "smtp_tests.rs"]
mod tests;
