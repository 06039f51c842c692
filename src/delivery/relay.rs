//! A mail server of the deployment: how it is written, reached, encrypted and logged in to.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Auth, Ehlo};
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use url::Url;

use crate::base::nearest;
use crate::delivery::mailer::Reply;
use crate::delivery::rest::Rest;
use crate::delivery::smtp::{Connection, silence, tidy};
use crate::delivery::trust::{Secured, Trust};
use crate::delivery::{DeliveryError, MailOptions};

/// A mail server and the login for it.
pub struct SmtpServer {
    pub(super) host: String,
    port: u16,
    pub(super) security: Security,
    login: Login,
    hello: ClientId,
    /// For TLS from the first byte.
    trust: Trust,
    /// The same for STARTTLS, which the mail library does.
    starttls: TlsParameters,
    pub(super) patience: Patience,
    /// After it refused the sender or did not answer.
    pub(super) rest: Rest,
}

/// How the conversation is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// Not at all: it does not leave the machine.
    Loopback,
    /// STARTTLS, or no conversation.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

/// How the sender proves who it is. No `Debug`: it holds secrets.
enum Login {
    None,
    Password(&'static [Mechanism], Credentials),
    /// XOAUTH2: whoever renews the token writes it into the file.
    Token {
        user: String,
        file: PathBuf,
    },
}

/// How long each phase may take (RFC 5321 4.5.3.2).
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) connect: Duration,
    pub(super) command: Duration,
    pub(super) data: Duration,
    pub(super) dot: Duration,
}

const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(30),
    command: Duration::from_secs(300),
    data: Duration::from_secs(120),
    dot: Duration::from_secs(600),
};

impl SmtpServer {
    /// Reads `smtp://user:password@host:port` (587) or `smtps://…` (465). The error never repeats the URL.
    pub(super) fn parse(url: &str, options: &MailOptions<'_>) -> Result<Self, DeliveryError> {
        let wrong = |reason: &str| DeliveryError::MailUrl { reason: reason.to_owned() };
        let url = Url::parse(url).map_err(|e| wrong(&e.to_string()))?;
        let is_implicit = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            other => return Err(wrong(&format!("unknown scheme `{other}`"))),
        };
        let host = url.host_str().filter(|h| !h.is_empty()).ok_or_else(|| wrong("it names no host"))?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let login = read_login(&url).map_err(|reason| wrong(&reason))?;
        let security = match is_implicit {
            true => Security::Implicit,
            false if is_loopback(&host) => Security::Loopback,
            false => Security::StartTls,
        };
        let port = url.port().unwrap_or(if is_implicit { 465 } else { 587 });
        let (trust, starttls) = tls_for(&host, options.ca_file)?;
        let hello = options.hello.map_or_else(ClientId::default, |name| ClientId::Domain(name.to_owned()));
        Ok(Self { host, port, security, login, hello, trust, starttls, patience: PATIENCE, rest: Rest::default() })
    }

    /// Scheme, host and port.
    pub(super) fn place(&self) -> String {
        let scheme = if self.security == Security::Implicit { "smtps" } else { "smtp" };
        format!("{scheme}://{}:{}", self.host, self.port)
    }

    /// Connects, encrypts, logs in. Whatever fails here is the sender's matter and no message's.
    pub(super) async fn connect(&self) -> Result<Connection, Reply> {
        let opened = tokio::time::timeout(self.patience.connect, async {
            let place = (self.host.as_str(), self.port);
            let name = &self.hello;
            let stream = dial(place).await?;
            let stream: Box<dyn AsyncTokioStream> = match self.security {
                Security::Implicit => Box::new(self.secure(stream).await?),
                Security::StartTls | Security::Loopback => Box::new(stream),
            };
            let mut wire = AsyncSmtpConnection::connect_with_transport(stream, name).await?;
            if self.security == Security::StartTls {
                // Without the offer this is an error: there is no falling back to the clear.
                wire.starttls(self.starttls.clone(), name).await?;
            }
            self.log_in(&mut wire).await?;
            // Asked once more, because what is offered may differ after the login, and because of the first answer
            // the library keeps neither SIZE nor DSN.
            let offered = wire.command(Ehlo::new(name.clone())).await?;
            Ok::<_, Reply>(Connection::new(wire, offered.message()))
        });
        match opened.await {
            Ok(answered) => answered,
            Err(_) => Err(silence("connect, TLS and login", self.patience.connect)),
        }
    }

    /// TLS from the first byte, on a connection of our own: the library's would wait for acknowledgements; see [`dial`].
    async fn secure(&self, stream: TcpStream) -> Result<Secured, Reply> {
        let no_tls = |e: &dyn fmt::Display| Reply { code: None, text: tidy(&format!("no TLS: {e}")) };
        let name = ServerName::try_from(self.host.clone()).map_err(|e| no_tls(&e))?;
        self.trust.secure(name, stream).await.map_err(|e| no_tls(&e))
    }

    async fn log_in(&self, wire: &mut AsyncSmtpConnection) -> Result<(), Reply> {
        match &self.login {
            Login::None => Ok(()),
            Login::Password(mechanisms, credentials) => Ok(wire.auth(mechanisms, credentials).await.map(|_| ())?),
            Login::Token { user, file } => {
                let unreadable = |e| Reply { code: None, text: tidy(&format!("{}: {e}", file.display())) };
                let token = tokio::fs::read_to_string(file).await.map_err(unreadable)?;
                let credentials = Credentials::new(user.clone(), token.trim().to_owned());
                let answer = wire.command(Auth::new(Mechanism::Xoauth2, credentials, None)?).await?;
                if answer.has_code(334) {
                    // A refusal in two parts: the details as a challenge, the code after an empty answer.
                    wire.command("\r\n").await?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_login = !matches!(self.login, Login::None);
        f.debug_struct("SmtpServer").field("place", &self.place()).field("has_login", &has_login).finish()
    }
}

/// The parameters a URL may carry.
const PARAMETERS: [&str; 2] = ["auth", "token_file"];

fn read_login(url: &Url) -> Result<Login, String> {
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8();
        text.map(|t| t.into_owned()).map_err(|_| "user or password is not UTF-8".to_owned())
    };
    let (mut auth, mut token_file) = (None, None);
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "auth" => auth = Some(value.to_lowercase()),
            "token_file" => token_file = Some(PathBuf::from(value.as_ref())),
            other => {
                let near = nearest(other, PARAMETERS).map_or(String::new(), |near| format!(", did you mean `{near}`?"));
                return Err(format!("unknown parameter `{other}`{near}"));
            }
        }
    }
    let user = decoded(url.username())?;
    let password = url.password().map(decoded).transpose()?;
    let mechanisms: &[Mechanism] = match (auth.as_deref(), token_file) {
        (Some("xoauth2"), Some(file)) if password.is_none() && !user.is_empty() => {
            return Ok(Login::Token { user, file });
        }
        (Some("xoauth2"), Some(_)) if user.is_empty() => return Err("auth=xoauth2 needs a user".to_owned()),
        (Some("xoauth2"), Some(_)) => return Err("it has a password beside token_file: keep one".to_owned()),
        (Some("xoauth2"), None) => return Err("auth=xoauth2 needs token_file=PATH".to_owned()),
        (_, Some(_)) => return Err("token_file needs auth=xoauth2".to_owned()),
        (None, None) => &[Mechanism::Plain, Mechanism::Login],
        (Some("plain"), None) => &[Mechanism::Plain],
        (Some("login"), None) => &[Mechanism::Login],
        (Some(other), None) => return Err(format!("unknown auth `{other}`: plain, login or xoauth2")),
    };
    match (user.as_str(), password) {
        ("", None) => Ok(Login::None),
        ("", Some(_)) => Err("it has a password and no user".to_owned()),
        (_, None) => Err("it has a user and no password".to_owned()),
        (_, Some(password)) => Ok(Login::Password(mechanisms, Credentials::new(user, password))),
    }
}

fn tls_for(host: &str, ca_file: Option<&Path>) -> Result<(Trust, TlsParameters), DeliveryError> {
    let mut trust = Trust::default();
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca_file {
        let refused = |reason: String| DeliveryError::CaFile { file: path.display().to_string(), reason };
        let pem = std::fs::read(path).map_err(|e| refused(e.to_string()))?;
        trust.add(&pem).map_err(refused)?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|e| refused(e.to_string()))?);
    }
    let unusable = |e: SmtpError| DeliveryError::MailUrl { reason: e.to_string() };
    Ok((trust, builder.build().map_err(unusable)?))
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

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
