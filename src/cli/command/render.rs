//! `vesper render REPORT --for DATE --out DIR`

use std::path::Path;
use std::sync::Arc;

use crate::app::{App, check_migrations};
use crate::base::{Remedy, nearest};
use crate::cli::{Failure, RenderArgs};
use crate::config::{Environment, Settings};
use crate::job::recipe::stamp_of;
use crate::metric::{Which, load_snapshot};
use crate::render::{render_email, render_pdf, render_xlsx};
use crate::report::build;

/// Writes a report's files into a folder; nothing is recorded and nothing is mailed.
pub(in crate::cli) async fn render(
    settings: &Settings,
    environment: &Environment,
    args: &RenderArgs,
) -> Result<(), Failure> {
    let (_, recipes, _) = App::read_files(settings, environment)?;
    let Some(template) = recipes.reports.get(&args.report) else {
        let names: Vec<&str> = recipes.reports.keys().map(String::as_str).collect();
        let hint = nearest(&args.report, names.iter().copied())
            .map_or_else(|| format!("reports: {}", names.join(", ")), |n| format!("did you mean `{n}`?"));
        return Err(Failure::new(Remedy::FixConfig, format!("unknown report `{}`", args.report)).or_hint(hint));
    };
    let warehouse = settings.warehouse()?;
    let mut connection = warehouse.connect().await?;
    check_migrations(&mut connection, &warehouse).await?;
    let date = args.business_date;
    let snapshot = load_snapshot(&mut connection, recipes.tenant(), Which::AsOf(date)).await?.ok_or_else(|| {
        Failure::new(Remedy::FixData, format!("no snapshot was published for {date}"))
            .or_hint(format!("run `vesper run nightly --for {date}` first"))
    })?;
    let snapshot = Arc::new(snapshot);
    let document = build(template, &snapshot, &recipes.report_context())?;
    let stamp = stamp_of(&snapshot);
    let (pdf, xlsx, mail) =
        (render_pdf(&document, stamp)?, render_xlsx(&document, stamp)?, render_email(&document, stamp)?);
    write(&args.out_dir, &pdf.name, &pdf.bytes)?;
    write(&args.out_dir, &xlsx.name, &xlsx.bytes)?;
    write(&args.out_dir, &format!("{}-{date}.txt", args.report), mail.text.as_bytes())?;
    // Opened from a folder, `cid:` finds nothing: the page refers to the pictures beside it.
    let mut html = mail.html;
    for image in &mail.images {
        html = html.replace(&format!("cid:{}", image.cid), &image.name);
        write(&args.out_dir, &image.name, &image.bytes)?;
    }
    write(&args.out_dir, &format!("{}-{date}.html", args.report), html.as_bytes())
}

/// Writes one file and says so.
pub(in crate::cli) fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = dir.join(name);
    let written = std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&path, bytes));
    written.map_err(|e| Failure::new(Remedy::FixConfig, format!("{} cannot be written: {e}", path.display())))?;
    println!("{}", path.display());
    Ok(())
}
