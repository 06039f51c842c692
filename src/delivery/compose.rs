//! Mail as MIME: one body shared by all recipients, one head each. Pure; the date is an argument.
//!
//! ```text
//! multipart/mixed
//! ├─ multipart/alternative
//! │  ├─ text/plain
//! │  └─ multipart/related
//! │     ├─ text/html
//! │     └─ images, by content id
//! └─ attachments, base64
//! ```

use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Attachment, Body, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use crate::delivery::edition::escape;
use crate::delivery::{DeliveryError, Recipient};

/// A file to attach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingArtifact {
    /// The name a reader saves it under, in any script.
    pub name: String,
    /// `application/pdf`.
    pub media_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// An image the HTML shows by `cid:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineImage {
    /// What stands after `cid:`.
    pub content_id: String,
    /// `image/png`.
    pub media_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// What a reader reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailBody {
    /// The subject line.
    pub subject: String,
    /// The body for readers with HTML.
    pub html: String,
    /// The same numbers for readers without.
    pub text: String,
    /// The images of the HTML.
    pub inline: Vec<InlineImage>,
}

/// A mail without its recipients.
#[derive(Debug, Clone)]
pub struct ComposedMail {
    label: String,
    sender: Recipient,
    subject: String,
    sent_date: DateTime<Utc>,
    boundary: String,
    /// Everything after the head.
    pub body: Vec<u8>,
}

/// The largest message: what the common providers take (25 MB) less a tenth for their own headers.
const MAIL_SIZE_MAX: usize = 25_000_000 / 10 * 9;

/// A mail about to be composed.
#[derive(Debug, Clone)]
pub struct MailDraft<'a> {
    /// What it is, in messages and in the unsubscribe subject: `2026-11-22-executive-weekly`.
    pub label: &'a str,
    /// Whom it comes from.
    pub sender: &'a Recipient,
    /// The `Date` header.
    pub sent_date: DateTime<Utc>,
    /// What a reader reads.
    pub body: &'a MailBody,
    /// What is attached.
    pub attachments: &'a [OutgoingArtifact],
}

/// Composes the body that all recipients share. The same draft gives the same bytes: the boundaries come from the
/// content.
pub fn compose_mail(draft: &MailDraft<'_>) -> Result<ComposedMail, DeliveryError> {
    let MailDraft { label, sender, sent_date, body, attachments } = *draft;
    let refused = |field, reason: String| DeliveryError::Header { label: label.to_owned(), field, reason };
    let is_label = !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if !is_label {
        return Err(refused("label", "holds more than letters, digits, `.`, `_`, `-`".to_owned()));
    }
    refuse_control(&body.subject).map_err(|r| refused("subject", r))?;
    let digest = content_digest(body, attachments);
    let boundary = |level: &str| format!("vesper_{level}_{digest}");
    let mut related =
        MultiPart::related().boundary(boundary("related")).singlepart(SinglePart::html(body.html.clone()));
    for image in &body.inline {
        let is_id = !image.content_id.is_empty()
            && image.content_id.chars().all(|c| c.is_ascii_alphanumeric() || "._-@".contains(c));
        if !is_id {
            return Err(refused("content id", "holds more than a-z, 0-9, `.`, `_`, `-`, `@`".to_owned()));
        }
        let part = Attachment::new_inline(image.content_id.clone());
        let content_type = media_type(&image.media_type).map_err(|r| refused("image type", r))?;
        related = related.singlepart(part.body(base64(&image.bytes), content_type));
    }
    let alternative = MultiPart::alternative()
        .boundary(boundary("alternative"))
        .singlepart(SinglePart::plain(body.text.clone()))
        .multipart(related);
    let mut mixed = MultiPart::mixed().boundary(boundary("mixed")).multipart(alternative);
    for file in attachments {
        refuse_control(&file.name).map_err(|r| refused("attachment name", r))?;
        let content_type = media_type(&file.media_type).map_err(|r| refused("attachment type", r))?;
        mixed = mixed.singlepart(Attachment::new(file.name.clone()).body(base64(&file.bytes), content_type));
    }
    let body_bytes = without_head(mixed.formatted());
    if body_bytes.len() > MAIL_SIZE_MAX {
        return Err(DeliveryError::TooLarge {
            label: label.to_owned(),
            size: body_bytes.len(),
            size_max: MAIL_SIZE_MAX,
        });
    }
    let (label, subject) = (label.to_owned(), body.subject.clone());
    let boundary = boundary("mixed");
    Ok(ComposedMail { label, sender: sender.clone(), subject, sent_date, boundary, body: body_bytes })
}

impl ComposedMail {
    /// The Message-ID for a dedupe key: the same on every resend, so that receivers can drop a double.
    pub fn rfc_message_id(&self, dedupe_key: &str) -> String {
        format!("<{}@{}>", hex::encode(Sha256::digest(dedupe_key)), self.sender.domain())
    }

    /// The subject line, as it was written.
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    /// The header block of one recipient's message with its closing empty line.
    pub fn head(&self, recipient: &Recipient, rfc_message_id: &str) -> Result<Vec<u8>, DeliveryError> {
        let refused = |field| {
            let label = self.label.clone();
            move |reason| DeliveryError::Header { label, field, reason }
        };
        let from = self.sender.mailbox().map_err(refused("sender"))?;
        let to = recipient.mailbox().map_err(refused("recipient"))?;
        let (local, domain) = self.sender.address.rsplit_once('@').unwrap_or_default();
        let unsubscribe = format!("<mailto:{}@{domain}?subject=unsubscribe%20{}>", escape(local), self.label);
        let content_type = format!("multipart/mixed; boundary=\"{}\"", self.boundary);
        let message = Message::builder()
            .from(from)
            .to(to)
            .raw_header(subject_header(&self.subject))
            .date(self.sent_date.into())
            .message_id(Some(rfc_message_id.to_owned()))
            .header(MIME_VERSION_1_0)
            .header(ContentType::parse(&content_type).expect("a boundary of letters and digits"))
            .raw_header(raw_header("Auto-Submitted", "auto-generated".to_owned()))
            .raw_header(raw_header("List-Unsubscribe", unsubscribe))
            // The body is stored once and joined when the message is sent; this one only closes the head.
            .body(String::new())
            .map_err(|source| DeliveryError::Compose { label: self.label.clone(), source })?;
        Ok(message.formatted())
    }
}

/// The library folds at spaces alone: a word that no line can hold is cut into encoded words (RFC 2047 4.2), which
/// readers put together again.
fn subject_header(subject: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Subject");
    let is_foldable = subject.split(' ').all(|word| word.len() <= WORD_LENGTH_MAX);
    if is_foldable || !subject.is_ascii() {
        return HeaderValue::new(name, subject.to_owned());
    }
    let letter = |b: &u8| if b.is_ascii_alphanumeric() { char::from(*b).to_string() } else { format!("={b:02X}") };
    let word = |part: &[u8]| format!("=?utf-8?Q?{}?=", part.iter().map(letter).collect::<String>());
    let words: Vec<String> = subject.as_bytes().chunks(20).map(word).collect();
    HeaderValue::dangerous_new_pre_encoded(name, subject.to_owned(), words.join("\r\n "))
}

/// A line holds 998 octets, with the header's name and what the library puts around a word.
const WORD_LENGTH_MAX: usize = 900;

fn raw_header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

/// Anything may be in an attachment; base64 is the one encoding no relay rewrites.
fn base64(bytes: &[u8]) -> Body {
    Body::new_with_encoding(bytes.to_vec(), ContentTransferEncoding::Base64).expect("base64 takes any bytes")
}

fn media_type(text: &str) -> Result<ContentType, String> {
    ContentType::parse(text).map_err(|_| format!("`{text}` is no media type"))
}

fn refuse_control(text: &str) -> Result<(), String> {
    match text.chars().any(char::is_control) {
        true => Err("holds a control character".to_owned()),
        false => Ok(()),
    }
}

/// For boundaries: no part can hold one by chance, because it depends on every part. The level stands before it, since
/// parsers compare the beginning of a line (RFC 2046 5.1.2) and no boundary may be another's beginning.
fn content_digest(body: &MailBody, attachments: &[OutgoingArtifact]) -> String {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update(bytes.len().to_le_bytes());
        hash.update(bytes);
    };
    add(body.html.as_bytes());
    add(body.text.as_bytes());
    body.inline.iter().for_each(|image| add(&image.bytes));
    attachments.iter().for_each(|file| add(&file.bytes));
    hex::encode(&hash.finalize()[..16])
}

/// What follows the first empty line.
fn without_head(mut formatted: Vec<u8>) -> Vec<u8> {
    let end = formatted.windows(4).position(|w| w == b"\r\n\r\n").expect("a multipart has a head");
    formatted.drain(..end + 4);
    formatted
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;
