//! Signatures by the Standard Webhooks scheme: HMAC-SHA256 over `id.timestamp.body`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A key that receiver and sender share. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey(Vec<u8>);

/// The scheme asks for 24 to 64 bytes; a text that people made up may be shorter, but not guessable.
const KEY_LENGTH_MIN: usize = 16;

impl SigningKey {
    /// Reads `whsec_<base64>`, as most receivers hand it out, or any other text as the key itself. The error never
    /// repeats the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let key = match text.strip_prefix("whsec_") {
            Some(encoded) => STANDARD.decode(encoded).map_err(|_| "what follows whsec_ is not base64")?,
            None => text.as_bytes().to_vec(),
        };
        if key.len() < KEY_LENGTH_MIN {
            return Err("it is shorter than 16 bytes");
        }
        Ok(Self(key))
    }

    fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// The value of `webhook-signature`: one signature a key, so that a receiver that knows either accepts the call.
pub(super) fn signature_header(keys: &[SigningKey], id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
    let signatures: Vec<String> = keys.iter().map(|key| key.sign(id, timestamp, body)).collect();
    (!signatures.is_empty()).then(|| signatures.join(" "))
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(<secret>)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_the_standard_is_signed_as_the_standard_says() {
        let key = SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a key");
        let signed = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_keys_sign_side_by_side_and_a_plain_text_is_a_key() {
        let keys = ["0123456789abcdef", "fedcba9876543210"].map(|text| SigningKey::parse(text).expect("a key"));
        // python: base64.b64encode(hmac.digest(b"0123456789abcdef", b"msg_1.1700000000.{}", "sha256"))
        assert_eq!(
            signature_header(&keys, "msg_1", 1_700_000_000, b"{}").as_deref(),
            Some("v1,3uojc/2kvL+KpJkw4ZNrA/5YjEs9cdfKdc3lXIvRjkk= v1,wTdLt8XCJKOQ0jtBkmOY3r3d59vrapVH4YnSlhoh0uE=")
        );
        assert_eq!(signature_header(&[], "msg_1", 1_700_000_000, b"{}"), None);
    }

    #[test]
    fn a_short_or_broken_key_is_refused_without_being_repeated() {
        assert!(SigningKey::parse("hunter2").is_err_and(|e| !e.contains("hunter2")));
        assert!(SigningKey::parse("whsec_not base64!").is_err());
        assert!(SigningKey::parse("whsec_").is_err());
        let key = SigningKey::parse("0123456789abcdef").expect("a key");
        assert_eq!(format!("{key:?}"), "SigningKey(<secret>)");
    }
}
