//! A refusal of the recipient, and what follows from it for the inbox.

use sqlx::PgPool;

use crate::delivery::DeliveryError;
use crate::delivery::mailer::{Mail, Reply};

/// Codes that say that there is no such inbox or that its host takes no mail (RFC 3463 3.2, RFC 7505 4): unknown
/// mailbox, unknown host, bad address, moved without a new address, a host that takes no mail.
const NO_INBOX: [&str; 5] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"];

/// Notes that a message died because of whom it went to. The inbox is suppressed at once when the server says that it
/// does not exist, and at the third edition in a row that was refused for another reason; what waits for it is held
/// back. Killed before it, the message is dead all the same and the next edition says it again; a second call changes
/// nothing.
pub(super) async fn record_bounce(pool: &PgPool, mail: &Mail, reply: &Reply) -> Result<(), DeliveryError> {
    let inbox = mail.recipient().inbox();
    let is_gone = is_no_inbox(&reply.text);
    let code = reply.code.map_or(String::new(), |code| format!("{code} "));
    let why = if is_gone { "the server knows no such inbox" } else { "three editions in a row were refused" };
    let recorded = sqlx::query(include_str!("record_bounce.sql"))
        .bind(mail.message_id)
        .bind(mail.attempt)
        .bind(inbox)
        .bind(is_gone)
        .bind(format!("{why}: {code}{}", reply.text))
        .execute(pool)
        .await;
    recorded.map(|_| ()).map_err(DeliveryError::ledger("note a bounce"))
}

/// Whether the server's words hold one of the codes, as a word of its own.
fn is_no_inbox(text: &str) -> bool {
    text.split_whitespace().any(|word| NO_INBOX.contains(&word.trim_end_matches([':', ',', '.'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_codes_of_missing_inboxes_say_so() {
        for text in ["permanent error (550): 5.1.1 nobody", "5.1.10 null MX", "5.1.2: unknown host"] {
            assert!(is_no_inbox(text), "{text}");
        }
        for text in ["5.1.8 bad sender", "5.7.1 spam", "5.2.2 mailbox full", "15.1.1", "5.1.11 x", "no such user here"]
        {
            assert!(!is_no_inbox(text), "{text}");
        }
    }
}
