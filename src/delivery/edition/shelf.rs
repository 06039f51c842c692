//! Sealed files, handed out in pieces: a file may be larger than what a process should hold.

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::try_unfold;
use sqlx::{FromRow, PgPool};

use crate::delivery::DeliveryError;
use crate::delivery::edition::LinkKey;

/// Where sealed files are handed out from, and the key of the links to them.
#[derive(Debug, Clone)]
pub struct FileShelf {
    /// The warehouse.
    pub pool: PgPool,
    /// Signs the links.
    pub key: LinkKey,
}

/// What is told of a file before its content.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct FileHead {
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub size: i64,
}

/// One piece: a few network round trips a megabyte, and little memory however many read at once.
const PIECE_SIZE: i64 = 256 << 10;

impl FileShelf {
    /// The file with this digest that an edition lists under this name.
    pub async fn find(&self, digest: &[u8; 32], name: &str) -> Result<Option<FileHead>, DeliveryError> {
        let found = sqlx::query_as(include_str!("file_head.sql")).bind(digest.as_slice()).bind(name);
        found.fetch_optional(&self.pool).await.map_err(DeliveryError::ledger("find a sealed file"))
    }

    /// Its content, a piece at a time. No connection is held between two pieces, so a slow reader holds none.
    pub fn content(
        &self,
        digest: [u8; 32],
        size: i64,
    ) -> impl Stream<Item = Result<Bytes, DeliveryError>> + Send + use<> {
        let pool = self.pool.clone();
        try_unfold(0, move |done: i64| {
            let pool = pool.clone();
            async move {
                if done >= size {
                    return Ok(None);
                }
                let piece = sqlx::query_scalar(include_str!("file_piece.sql"))
                    .bind(digest.as_slice())
                    .bind(done + 1)
                    .bind(PIECE_SIZE);
                let piece: Vec<u8> =
                    piece.fetch_one(&pool).await.map_err(DeliveryError::ledger("read a sealed file"))?;
                Ok(Some((Bytes::from(piece), done + PIECE_SIZE)))
            }
        })
    }
}
