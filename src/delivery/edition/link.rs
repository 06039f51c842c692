//! Links to files of editions that are too large for a mail: signed, so that only whom we wrote to can follow them,
//! and only for a while.

use std::fmt;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;
use sqlx::PgPool;
use uuid::Uuid;

use crate::delivery::DeliveryError;

/// The key that signs links. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct LinkKey(Vec<u8>);

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLink<'a> {
    /// SHA-256 of the file, hex.
    pub digest: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Followed until then, in seconds since 1970.
    pub expires: i64,
}

/// The name under which the key lies in the warehouse.
const SECRET_NAME: &str = "link";
const KEPT: &str = "select bytes from vesper.secret where name = $1";
/// What a path or a header parameter may hold as it is.
const UNESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl LinkKey {
    /// The key of the setting `link.key`.
    pub fn of_setting(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }

    /// The key of the warehouse, made when there is none yet: every process of a deployment has the same one. A second
    /// call reads the first one's.
    pub async fn of_warehouse(pool: &PgPool) -> Result<Self, DeliveryError> {
        let failed = || DeliveryError::ledger("read the key of the links");
        // Whoever may only read does not try to write.
        let kept = sqlx::query_scalar(KEPT).bind(SECRET_NAME).fetch_optional(pool).await.map_err(failed())?;
        if let Some(bytes) = kept {
            return Ok(Self(bytes));
        }
        // Two random UUIDs: 244 bits of the system's own randomness.
        let fresh = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        sqlx::query(include_str!("make_secret.sql"))
            .bind(SECRET_NAME)
            .bind(fresh)
            .execute(pool)
            .await
            .map_err(failed())?;
        sqlx::query_scalar(KEPT).bind(SECRET_NAME).fetch_one(pool).await.map(Self).map_err(failed())
    }

    /// The path and query of a link.
    pub fn path(&self, link: &FileLink<'_>) -> String {
        let FileLink { digest, name, expires } = link;
        let signature = hex::encode(self.mac(link).finalize().into_bytes());
        format!("/files/{digest}/{}?expires={expires}&signature={signature}", escape(name))
    }

    /// Whether we signed this link; takes as long for a near miss as for any other.
    pub fn has_signed(&self, link: &FileLink<'_>, signature: &str) -> bool {
        hex::decode(signature).is_ok_and(|signature| self.mac(link).verify_slice(&signature).is_ok())
    }

    fn mac(&self, link: &FileLink<'_>) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length is one");
        // Neither a digest nor a number nor a name holds a line end, so no two links have one text.
        mac.update(format!("vesper file\n{}\n{}\n{}", link.digest, link.expires, link.name).as_bytes());
        mac
    }
}

impl FileLink<'_> {
    /// Until when it is followed.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.expires, 0)
    }
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey")
    }
}

/// A text in percent encoding, as paths and RFC 5987 want it.
pub fn escape(text: &str) -> String {
    utf8_percent_encode(text, UNESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_holds_for_its_own_file_name_and_time_and_no_other() {
        let key = LinkKey::of_setting("0123456789abcdef0123456789abcdef");
        let link = FileLink { digest: "ab", name: "Umsatz März.xlsx", expires: 1_764_000_000 };
        let path = key.path(&link);
        // Computed with python: hmac.new(key, b"vesper file\nab\n1764000000\n" + name.encode(), "sha256").
        let signature = path.rsplit('=').next().expect("a signature");
        assert!(path.starts_with("/files/ab/Umsatz%20M%C3%A4rz.xlsx?expires=1764000000&signature="), "{path}");
        assert_eq!(signature, "9c0637428cd8c2f34ade47b4a325c2ae62241f972ea98d2fa9f22b7eaa0a9d24");
        assert!(key.has_signed(&link, signature));
        for other in [
            FileLink { digest: "ac", ..link.clone() },
            FileLink { name: "Umsatz.xlsx", ..link.clone() },
            FileLink { expires: 1_764_000_001, ..link.clone() },
        ] {
            assert!(!key.has_signed(&other, signature), "{other:?}");
        }
        for wrong in ["", "zz", "00", &signature[..62], &signature.replace(&signature[..1], "g")] {
            assert!(!key.has_signed(&link, wrong), "{wrong}");
        }
        assert!(!LinkKey::of_setting("another key of at least 32 bytes!").has_signed(&link, signature));
        assert_eq!(format!("{key:?}"), "LinkKey");
    }
}
