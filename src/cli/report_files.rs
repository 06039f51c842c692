//! A report as files in a folder, for looking: nothing of it is recorded or mailed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::base::Remedy;
use crate::cli::{Failure, RenderFormat};
use crate::delivery::{MailBody, MailDraft, OutgoingArtifact, Recipient, compose_mail};
use crate::job::Format;
use crate::job::recipe::{Drawn, draw, stamp_of};
use crate::metric::{Slice, Snapshot};
use crate::report::{ReportContext, ReportTemplate, Scope, SectionTemplate};

/// Where files go, and what is written.
pub(super) struct Wanted<'a> {
    pub dir: &'a Path,
    pub formats: &'a [RenderFormat],
    /// Writes the mail too, as a mail program opens it: from whom, to whom.
    pub mail: Option<(&'a Recipient, &'a Recipient)>,
}

/// Renders one report and writes its files; returns their paths.
pub(super) async fn write_report(
    template: &ReportTemplate,
    snapshot: &Arc<Snapshot>,
    context: ReportContext,
    wanted: &Wanted<'_>,
) -> Result<Vec<PathBuf>, Failure> {
    let name = format!("{}-{}", template.name, snapshot.header.business_date);
    let formats: Vec<Format> = wanted.formats.iter().filter_map(|format| format.of_job()).collect();
    let failed = |error| Failure::of_run(format!("report `{}` cannot be rendered", template.name), error);
    let drawn: Drawn = draw(template, snapshot, context, &formats).await.map_err(failed)?;
    let mut paths = Vec::new();
    for file in &drawn.files {
        paths.push(write(wanted.dir, &file.name, &file.bytes)?);
    }
    if wanted.formats.contains(&RenderFormat::Mail) {
        paths.push(write(wanted.dir, &format!("{name}-mail.html"), page_of(&drawn.body).as_bytes())?);
        paths.push(write(wanted.dir, &format!("{name}-mail.txt"), drawn.body.text.as_bytes())?);
    }
    if let Some((sender, recipient)) = wanted.mail {
        let sent_date = stamp_of(snapshot).generated_at;
        // What the shipped jobs attach; the other files stand beside it.
        let attached = |file: &&OutgoingArtifact| [".pdf", ".xlsx"].iter().any(|end| file.name.ends_with(end));
        let attachments: Vec<OutgoingArtifact> = drawn.files.iter().filter(attached).cloned().collect();
        let draft = MailDraft { label: &name, sender, sent_date, body: &drawn.body, attachments: &attachments };
        let mail = compose_mail(&draft)?;
        let head = mail.head(recipient, &mail.rfc_message_id(&name))?;
        paths.push(write(wanted.dir, &format!("{name}.eml"), &[head, mail.body].concat())?);
    }
    Ok(paths)
}

/// The member of a report's scope with the largest first tile: the one whose edition has the most to show. Nothing for a
/// report that is not cut by its reader.
pub(super) fn busiest_scope(template: &ReportTemplate, snapshot: &Snapshot) -> Option<Scope> {
    let dimension = template.scope?;
    let tile = template.sections.iter().find_map(|section| match section {
        SectionTemplate::Kpis(kpis) => kpis.tiles.first(),
        _ => None,
    });
    let size = |member: &str| {
        let measure = &tile?.measure;
        snapshot
            .figure(measure.metric.name, &Slice::of(measure.window).at(dimension, member))?
            .value(measure.metric.unit)
    };
    let members = snapshot.members(dimension).iter().map(|m| m.member.as_str());
    let busiest = members.max_by(|a, b| size(a).unwrap_or(0.0).total_cmp(&size(b).unwrap_or(0.0)))?;
    Some(Scope::new(dimension, busiest))
}

impl RenderFormat {
    /// The format of a job's attachments; the mail is none.
    fn of_job(self) -> Option<Format> {
        match self {
            RenderFormat::Pdf => Some(Format::Pdf),
            RenderFormat::Xlsx => Some(Format::Xlsx),
            RenderFormat::Csv => Some(Format::Csv),
            RenderFormat::CsvBom => Some(Format::CsvBom),
            RenderFormat::Html => Some(Format::Html),
            RenderFormat::Mail => None,
        }
    }
}

/// The mail as one file that a browser opens: its pictures stand in the page itself.
fn page_of(body: &MailBody) -> String {
    let mut html = body.html.clone();
    for image in &body.inline {
        let data = format!("data:{};base64,{}", image.media_type, STANDARD.encode(&image.bytes));
        html = html.replace(&format!("cid:{}", image.content_id), &data);
    }
    html
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let path = dir.join(name);
    let written = std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&path, bytes));
    written.map_err(|e| Failure::new(Remedy::FixConfig, format!("{} cannot be written: {e}", path.display())))?;
    Ok(path)
}
