//! Who may ask: bearer tokens `id.secret`, of which only the secret's SHA-256 is kept.
//!
//! The book of tokens lies in memory and is replaced whole when the warehouse says that one changed; no request asks.

mod rate;
mod scope;
mod store;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub(super) use rate::Rate;
pub use scope::Scope;
pub use store::{
    NewToken, TOKEN_CHANNEL, TokenError, TokenLine, create_token, known_tenants, list_tokens, revoke_token,
};

/// Every token there is, for all routes. Clones share it.
#[derive(Clone, Default)]
pub struct TokenBook(Arc<RwLock<Arc<Grants>>>);

/// What each token grants, by its id.
type Grants = HashMap<String, Arc<Grant>>;

/// What one token opens.
#[derive(Debug)]
pub(super) struct Grant {
    token: TokenLine,
    pub(super) scopes: Vec<Scope>,
    pub(super) rate: Rate,
}

/// Why a token opens nothing. A stranger is told no more than this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// No `Authorization: Bearer` at all.
    Missing,
    /// Unknown, wrong or revoked.
    Invalid,
    /// It was right, and its time is over.
    Expired,
}

impl TokenBook {
    /// Puts `tokens` in the place of those known so far. What a token has used of its rate stays used.
    pub fn replace(&self, tokens: Vec<TokenLine>) {
        let known = self.grants();
        let keep = |token: TokenLine| {
            let grant = match known.get(&token.token_id).filter(|grant| grant.token == token) {
                Some(grant) => grant.clone(),
                None => Arc::new(Grant::of(token)),
            };
            (grant.token.token_id.clone(), grant)
        };
        let grants = Arc::new(tokens.into_iter().map(keep).collect());
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = grants;
    }

    /// Whether a token was ever made. From then on every request needs one, also when all are revoked.
    pub fn is_in_use(&self) -> bool {
        !self.grants().is_empty()
    }

    /// The grant of the token in an `Authorization` header. Takes as long for a wrong secret as for a right one.
    pub(super) fn admit(&self, authorization: Option<&str>, now: DateTime<Utc>) -> Result<Arc<Grant>, Denied> {
        let (scheme, token) = authorization.and_then(|text| text.split_once(' ')).ok_or(Denied::Missing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Denied::Missing);
        }
        let (id, secret) = token.trim().split_once('.').ok_or(Denied::Invalid)?;
        let digest: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        let grants = self.grants();
        let grant = grants.get(id);
        // An unknown id is compared too, so that the time tells nothing about which ids there are.
        let held = grant.map_or([0; 32], |grant| grant.token.secret_sha256);
        let is_right = bool::from(held.ct_eq(&digest));
        let grant = grant.filter(|grant| is_right && grant.token.revoked_at.is_none()).ok_or(Denied::Invalid)?;
        match grant.token.expires_at {
            Some(at) if at <= now => Err(Denied::Expired),
            _ => Ok(grant.clone()),
        }
    }

    fn grants(&self) -> Arc<HashMap<String, Arc<Grant>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Grant {
    fn of(token: TokenLine) -> Self {
        // A scope that this version does not know opens nothing here.
        let scopes = token.scopes.iter().filter_map(|text| Scope::parse(text)).collect();
        Self { scopes, rate: Rate::new(u32::try_from(token.rate_per_s).unwrap_or(1)), token }
    }

    pub(super) fn tenant(&self) -> &str {
        &self.token.tenant
    }

    pub(super) fn token_id(&self) -> &str {
        &self.token.token_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn line(id: &str, secret: &str) -> TokenLine {
        TokenLine {
            token_id: id.to_owned(),
            tenant: "main".to_owned(),
            secret_sha256: Sha256::digest(secret.as_bytes()).into(),
            scopes: vec!["metrics".to_owned()],
            note: String::new(),
            rate_per_s: 50,
            created_at: at("2025-01-01T00:00:00Z"),
            expires_at: Some(at("2025-06-01T00:00:00Z")),
            revoked_at: None,
        }
    }

    #[test]
    fn a_token_opens_with_its_own_secret_until_it_ends_or_is_revoked() {
        let book = TokenBook::default();
        assert!(!book.is_in_use());
        let revoked = TokenLine { revoked_at: Some(at("2025-02-01T00:00:00Z")), ..line("bbb", "two") };
        book.replace(vec![line("aaa", "one"), revoked]);
        assert!(book.is_in_use());
        let now = at("2025-03-01T00:00:00Z");
        let admit = |header: &str| book.admit(Some(header), now).map(|grant| grant.tenant().to_owned());
        assert_eq!(admit("Bearer aaa.one"), Ok("main".to_owned()));
        assert_eq!(admit("bearer  aaa.one"), Ok("main".to_owned()));
        for wrong in ["Bearer aaa.two", "Bearer aaa.", "Bearer .one", "Bearer aaa", "Bearer ccc.one", "Bearer bbb.two"]
        {
            assert_eq!(admit(wrong), Err(Denied::Invalid), "{wrong}");
        }
        for missing in ["", "aaa.one", "Basic YTpi"] {
            assert_eq!(admit(missing), Err(Denied::Missing), "{missing}");
        }
        assert_eq!(book.admit(None, now).map(drop), Err(Denied::Missing));
        let end = at("2025-06-01T00:00:00Z");
        assert_eq!(book.admit(Some("Bearer aaa.one"), end).map(drop), Err(Denied::Expired));
    }

    #[test]
    fn reading_the_tokens_again_does_not_give_back_what_was_used() {
        let book = TokenBook::default();
        let slow = TokenLine { rate_per_s: 1, ..line("aaa", "one") };
        book.replace(vec![slow.clone()]);
        let now = at("2025-03-01T00:00:00Z");
        let first = book.admit(Some("Bearer aaa.one"), now).expect("admitted");
        book.replace(vec![slow]);
        let second = book.admit(Some("Bearer aaa.one"), now).expect("admitted");
        assert!(Arc::ptr_eq(&first, &second));
    }
}
