//! From a document to the files and the mail of an edition, off the runtime's threads.

use std::sync::Arc;

use crate::base::Remedy;
use crate::delivery::{InlineImage, MailBody, OutgoingArtifact};
use crate::job::{Format, RunError};
use crate::metric::Snapshot;
use crate::render::{
    Artifact, ByteOrderMark, EmailBody, RenderError, Stamp, render_csv, render_email, render_html, render_pdf,
    render_xlsx,
};
use crate::report::{Document, ReportContext, ReportTemplate, build};

/// Everything an edition consists of, before it is sealed.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// What it says.
    pub document: Document,
    /// Its files, in the order they are attached.
    pub files: Vec<OutgoingArtifact>,
    /// The mail they are sent with.
    pub body: MailBody,
}

/// The stamp of an edition is the publish of its numbers, so that rendering again gives the same bytes.
pub fn stamp_of(snapshot: &Snapshot) -> Stamp {
    Stamp { generated_at: snapshot.header.published_at }
}

/// Builds and renders one edition on a thread of its own. The same arguments give the same bytes.
pub async fn draw(
    template: &ReportTemplate,
    snapshot: &Arc<Snapshot>,
    context: ReportContext,
    formats: &[Format],
) -> Result<Drawn, RunError> {
    let (template, snapshot, formats) = (template.clone(), Arc::clone(snapshot), formats.to_vec());
    let drawing = tokio::task::spawn_blocking(move || {
        let document = build(&template, &snapshot, &context)?;
        let stamp = stamp_of(&snapshot);
        let files = render_files(&document, stamp, &formats)?.into_iter().map(outgoing).collect();
        let body = mail_body(render_email(&document, stamp)?);
        Ok(Drawn { document, files, body })
    });
    drawing.await.map_err(|_| RunError::new(Remedy::FixCode, "the rendering thread ended early"))?
}

fn render_files(document: &Document, stamp: Stamp, formats: &[Format]) -> Result<Vec<Artifact>, RenderError> {
    let mut files = Vec::new();
    for format in formats {
        match format {
            Format::Pdf => files.push(render_pdf(document, stamp)?),
            Format::Xlsx => files.push(render_xlsx(document, stamp)?),
            Format::Csv => files.extend(render_csv(document, ByteOrderMark::Without)),
            Format::CsvBom => files.extend(render_csv(document, ByteOrderMark::With)),
            Format::Html => files.push(render_html(document, stamp)?),
        }
    }
    Ok(files)
}

fn outgoing(artifact: Artifact) -> OutgoingArtifact {
    OutgoingArtifact { name: artifact.name, media_type: artifact.media_type.to_owned(), bytes: artifact.bytes }
}

/// A rendered body as the outbox takes it.
pub fn mail_body(body: EmailBody) -> MailBody {
    let inline = body.images.into_iter().map(|i| InlineImage {
        content_id: i.cid,
        media_type: "image/png".to_owned(),
        bytes: i.bytes,
    });
    MailBody { subject: body.subject, html: body.html, text: body.text, inline: inline.collect() }
}
