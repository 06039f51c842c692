//! Tokens in the warehouse: made, listed, revoked.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::base::pg::remedy_of;
use crate::base::{Remedied, Remedy, nearest};
use crate::http::token::Scope;

/// The channel on which a change of the tokens is announced.
pub const TOKEN_CHANNEL: &str = "vesper_token";

/// Why a token cannot be made, listed or revoked.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// There is no such tenant.
    #[error("unknown tenant {tenant:?}")]
    Tenant {
        /// As asked for.
        tenant: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// Nobody said which of several tenants, or there is none yet.
    #[error("no tenant is named")]
    WhichTenant {
        /// Those there are.
        known: Vec<String>,
    },
    /// There is no such token.
    #[error("unknown token {token_id:?}")]
    Token {
        /// As asked for.
        token_id: String,
    },
    /// The warehouse refused or is away.
    #[error("the tokens: cannot {action}")]
    Warehouse {
        /// What was being done.
        action: &'static str,
        /// The driver's reason.
        #[source]
        source: sqlx::Error,
    },
}

impl Remedied for TokenError {
    fn remedy(&self) -> Remedy {
        match self {
            TokenError::Tenant { .. } | TokenError::WhichTenant { .. } | TokenError::Token { .. } => Remedy::FixConfig,
            TokenError::Warehouse { source, .. } => remedy_of(source),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            TokenError::Tenant { known, .. } | TokenError::WhichTenant { known } if known.is_empty() => {
                Some("a tenant is known from its first night on: `vesper run nightly`".to_owned())
            }
            TokenError::Tenant { tenant, known } => Some(match nearest(tenant, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("tenants: {}", known.join(", ")),
            }),
            TokenError::WhichTenant { known } => Some(format!("--tenant: one of {}", known.join(", "))),
            TokenError::Token { .. } => Some("`vesper token list` shows what there is".to_owned()),
            TokenError::Warehouse { .. } => None,
        }
    }
}

fn failed(action: &'static str) -> impl FnOnce(sqlx::Error) -> TokenError {
    move |source| TokenError::Warehouse { action, source }
}

/// A token about to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Whose numbers; the only tenant there is when nobody is named.
    pub tenant: Option<String>,
    /// What it opens; at least one.
    pub scopes: Vec<Scope>,
    /// Who holds it.
    pub note: String,
    /// Requests a second in the long run.
    pub rate_per_s: i32,
    /// From then on it opens nothing.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A token as the warehouse holds it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct TokenLine {
    /// The public half.
    pub token_id: String,
    /// Whose numbers it opens.
    pub tenant: String,
    /// SHA-256 of the secret half.
    pub(in crate::http) secret_sha256: [u8; 32],
    /// What it opens, as written.
    pub scopes: Vec<String>,
    /// Who holds it.
    pub note: String,
    /// Requests a second in the long run.
    pub rate_per_s: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From then on it opens nothing.
    pub expires_at: Option<DateTime<Utc>>,
    /// From then on it opens nothing.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Makes a token and returns it whole, `id.secret`: the only time it is seen. A second call makes another.
pub async fn create_token(pool: &PgPool, new: &NewToken) -> Result<(TokenLine, String), TokenError> {
    let known = known_tenants(pool).await?;
    let tenant = match (&new.tenant, known.as_slice()) {
        (Some(tenant), _) if known.contains(tenant) => tenant.clone(),
        (Some(tenant), _) => return Err(TokenError::Tenant { tenant: tenant.clone(), known }),
        (None, [only]) => only.clone(),
        (None, _) => return Err(TokenError::WhichTenant { known }),
    };
    let token_id = hex::encode(&Uuid::new_v4().into_bytes()[..6]);
    // Two random UUIDs: 244 bits of the system's own randomness.
    let secret = hex::encode([Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat());
    let scopes: Vec<String> = new.scopes.iter().map(ToString::to_string).collect();
    let insert = sqlx::query(include_str!("insert_token.sql"))
        .bind(&token_id)
        .bind(tenant)
        .bind(Sha256::digest(secret.as_bytes()).as_slice())
        .bind(scopes)
        .bind(&new.note)
        .bind(new.rate_per_s)
        .bind(new.expires_at);
    insert.execute(pool).await.map_err(failed("make one"))?;
    let lines = list_tokens(pool).await?;
    let line = lines.into_iter().find(|line| line.token_id == token_id).ok_or(TokenError::Token { token_id })?;
    let token = format!("{}.{secret}", line.token_id);
    Ok((line, token))
}

/// Every token, newest first, revoked and expired ones too.
pub async fn list_tokens(pool: &PgPool) -> Result<Vec<TokenLine>, TokenError> {
    sqlx::query_as(include_str!("tokens.sql")).fetch_all(pool).await.map_err(failed("be read"))
}

/// Revokes a token; serving processes hear of it at once. A second call changes nothing.
pub async fn revoke_token(pool: &PgPool, token_id: &str) -> Result<(), TokenError> {
    let revoked = sqlx::query(include_str!("revoke_token.sql")).bind(token_id).execute(pool).await;
    let count = revoked.map_err(failed("revoke one"))?.rows_affected();
    if count == 0 { Err(TokenError::Token { token_id: token_id.to_owned() }) } else { Ok(()) }
}

/// The tenants that have had a night.
pub async fn known_tenants(pool: &PgPool) -> Result<Vec<String>, TokenError> {
    sqlx::query_scalar(include_str!("tenants.sql")).fetch_all(pool).await.map_err(failed("be told whose they are"))
}
