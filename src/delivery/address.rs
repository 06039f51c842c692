//! Who a mail goes to.

use std::fmt;

use lettre::Address;
use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};

/// A mailbox: an address and the name a reader sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// The name, in any script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `name@host`.
    pub address: String,
}

/// Longer ones are a mistake of a file, and no line of a mail holds a word of any length.
const NAME_LENGTH_MAX: usize = 200;
/// The longest address SMTP carries (RFC 5321 4.5.3.1.3, without the angle brackets).
const ADDRESS_LENGTH_MAX: usize = 254;

impl Recipient {
    /// Reads `name@host` or `Name <name@host>`; the error is the reason.
    ///
    /// Refused although a standard allows them: quoted local parts with spaces or commas, which no real inbox has
    /// and which logs and lists get wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().any(char::is_control) {
            return Err("it holds a control character".to_owned());
        }
        let mailbox: Mailbox = text.parse().map_err(|e: lettre::address::AddressError| e.to_string().to_lowercase())?;
        let address = in_ascii_domain(&mailbox.email)?;
        if address.len() > ADDRESS_LENGTH_MAX {
            return Err(format!("it is longer than {ADDRESS_LENGTH_MAX} bytes"));
        }
        if address.chars().any(|c| c.is_whitespace() || "<>,;\"".contains(c)) {
            return Err("it holds a space, quote or separator".to_owned());
        }
        if mailbox.name.as_ref().is_some_and(|name| name.chars().count() > NAME_LENGTH_MAX) {
            return Err(format!("its name is longer than {NAME_LENGTH_MAX} characters"));
        }
        Ok(Self { name: mailbox.name.filter(|n| !n.trim().is_empty()), address })
    }

    /// Whether two recipients share one inbox; case makes no difference to any server in use.
    pub fn is_same_inbox(&self, other: &Recipient) -> bool {
        self.inbox() == other.inbox()
    }

    /// The address as the outbox compares it.
    pub(super) fn inbox(&self) -> String {
        self.address.to_lowercase()
    }

    /// The part after the `@`.
    pub(super) fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// As the composer takes it. Fails for what [`Recipient::parse`] would refuse.
    pub(super) fn mailbox(&self) -> Result<Mailbox, String> {
        let address: Address =
            self.address.parse().map_err(|e: lettre::address::AddressError| e.to_string().to_lowercase())?;
        match &self.name {
            Some(name) if name.chars().any(char::is_control) => Err("its name holds a control character".to_owned()),
            Some(name) if name.chars().count() > NAME_LENGTH_MAX => {
                Err(format!("has a name longer than {NAME_LENGTH_MAX} characters"))
            }
            name => Ok(Mailbox::new(name.clone(), address)),
        }
    }
}

/// The address with a domain of other scripts in the form DNS knows, which every mail server takes.
fn in_ascii_domain(address: &Address) -> Result<String, String> {
    if address.domain().is_ascii() {
        return Ok(address.to_string());
    }
    let domain = url::Host::parse(address.domain()).map_err(|e| e.to_string())?;
    Ok(format!("{}@{domain}", address.user()))
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => f.write_str(&self.address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_with_and_without_names() {
        let named = Recipient::parse("Jürgen Müller <jm@example.com>").expect("an address");
        assert_eq!((named.name.as_deref(), named.address.as_str()), (Some("Jürgen Müller"), "jm@example.com"));
        assert_eq!(Recipient::parse("a@example.com").expect("an address").name, None);
        let beyond = Recipient::parse("jm@Bücher.example").expect("an address");
        assert_eq!(beyond.address, "jm@xn--bcher-kva.example");
    }

    #[test]
    fn what_could_carry_a_second_header_or_recipient_is_refused() {
        for wrong in
            ["", "nobody", "a@", "@b", "a b@c.de", "a@b.c\r\nBcc: x@y.z", "a@b.c, d@e.f", "\"a b\"@c.de", "x\u{0}@b.c"]
        {
            assert!(Recipient::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
