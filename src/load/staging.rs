//! From the source's stream through frames into staging.

use bytes::Bytes;
use polars::frame::DataFrame;
use sqlx::PgConnection;
use tokio::sync::mpsc;

use crate::load::encode::write_rows;
use crate::load::frame::{Decoder, Field};
use crate::load::violation::mark_violations;
use crate::load::{LoadError, warehouse};
use crate::source::copy::{write_header, write_trailer};
use crate::source::{ColumnType, Entity, Extraction, Input, Reach};

/// What came into staging.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Staged {
    /// Rows read from the source.
    pub read: i64,
}

/// Streams one entity from the source into its staging table.
///
/// Re-run: staging was emptied by the load.
pub(super) async fn stage_entity(
    tx: &mut PgConnection,
    extraction: &mut Extraction,
    input: Input<'_>,
    reach: &Reach,
) -> Result<Staged, LoadError> {
    stage_stream(tx, input.entity(), |chunks| async {
        extraction.read(input, reach, chunks).await.map_err(LoadError::Source)
    })
    .await
}

/// Streams rows of an entity into its staging table.
///
/// Reader, decoder and writer run side by side with two chunks between them, so memory does not grow with the table.
/// The trailer is sent only after the whole stream was decoded: anything else makes the server roll the COPY back.
pub(super) async fn stage_stream<R: Future<Output = Result<(), LoadError>>>(
    tx: &mut PgConnection,
    entity: &'static Entity,
    read: impl FnOnce(mpsc::Sender<Bytes>) -> R,
) -> Result<Staged, LoadError> {
    let (raw_in, raw_out) = mpsc::channel::<Bytes>(IN_FLIGHT);
    let (coded_in, mut coded_out) = mpsc::channel::<Vec<u8>>(IN_FLIGHT);
    let decoding = tokio::task::spawn_blocking(move || transcode(entity, raw_out, coded_in));

    let names: Vec<String> = entity.columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
    let statement =
        format!("copy staging.\"{}\" ({}, violation) from stdin (format binary)", entity.name, names.join(", "));
    let writing = async {
        let mut copy =
            tx.copy_in_raw(&statement).await.map_err(warehouse(format!("opening staging.{}", entity.name)))?;
        let mut has_ended = false;
        while let Some(bytes) = coded_out.recv().await {
            has_ended = bytes.ends_with(&(-1i16).to_be_bytes()) && bytes.len() == 2;
            copy.send(bytes).await.map_err(warehouse(format!("writing staging.{}", entity.name)))?;
        }
        if !has_ended {
            let _ = copy.abort("the source's stream was not decoded to its end").await;
            return Ok(0);
        }
        copy.finish().await.map_err(warehouse(format!("closing staging.{}", entity.name)))
    };
    let (read, written) = tokio::join!(read(raw_in), writing);
    // The source's reason comes first: a stream that broke off there makes the decoder complain as well.
    read?;
    let decoded = decoding.await.map_err(|_| LoadError::Thread { entity: entity.name })??;
    written?;
    Ok(Staged { read: decoded as i64 })
}

/// Decodes, checks and encodes until the stream ends; the trailer is a message of its own.
fn transcode(
    entity: &'static Entity,
    mut raw: mpsc::Receiver<Bytes>,
    coded: mpsc::Sender<Vec<u8>>,
) -> Result<u64, LoadError> {
    let fields: Vec<Field> = entity.columns.iter().map(|c| (c.name, c.column_type)).collect();
    let staged_fields: Vec<Field> = fields.iter().copied().chain([("violation", ColumnType::Text)]).collect();
    let mut decoder = Decoder::new(fields);
    let mut frames: Vec<DataFrame> = Vec::new();
    let mut header = Vec::new();
    write_header(&mut header);
    // A closed channel means that the writer failed and tells why itself.
    let _ = coded.blocking_send(header);
    let send = |frames: &mut Vec<DataFrame>| -> Result<(), LoadError> {
        for mut frame in frames.drain(..) {
            let mut bytes = Vec::with_capacity(frame.height() * ROW_BYTES);
            mark_violations(&mut frame, entity)
                .and_then(|_| write_rows(&frame, &staged_fields, &mut bytes))
                .map_err(|source| LoadError::Frame { entity: entity.name, source })?;
            let _ = coded.blocking_send(bytes);
        }
        Ok(())
    };
    let decode_error = |source| LoadError::Decode { entity: entity.name, source };
    while let Some(chunk) = raw.blocking_recv() {
        decoder.feed(&chunk, &mut frames).map_err(decode_error)?;
        send(&mut frames)?;
    }
    let rows = decoder.finish(&mut frames).map_err(decode_error)?;
    send(&mut frames)?;
    let mut trailer = Vec::new();
    write_trailer(&mut trailer);
    let _ = coded.blocking_send(trailer);
    Ok(rows)
}

/// Chunks in flight on each side of the decoder.
pub(super) const IN_FLIGHT: usize = 2;
/// A guess at a row's size, to reserve once.
const ROW_BYTES: usize = 192;
