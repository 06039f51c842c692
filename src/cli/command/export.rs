//! `vesper export DATASET --out DIR`

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::app::check_migrations;
use crate::cli::print::{counted, grouped, left_columns, table};
use crate::cli::{ExportArgs, Failure};
use crate::config::Settings;
use crate::export::{ExportOrder, Exported, export as write_export, find_dataset, list_datasets};

/// Writes a dataset's files into a folder, or lists the datasets. A second run replaces what the first wrote.
pub(in crate::cli) async fn export(settings: &Settings, args: &ExportArgs) -> Result<(), Failure> {
    let warehouse = settings.warehouse()?;
    let mut connection = warehouse.connect().await?;
    check_migrations(&mut connection, &warehouse).await?;
    let (Some(name), Some(out_dir)) = (&args.dataset, &args.out_dir) else {
        let datasets = list_datasets(&mut connection).await?;
        if args.json {
            let lines: Vec<_> = datasets
                .iter()
                .map(|(name, comment)| serde_json::json!({"dataset": name, "comment": comment}))
                .collect();
            println!("{}", serde_json::to_string_pretty(&lines).expect("texts are JSON"));
            return Ok(());
        }
        let rows: Vec<Vec<String>> = datasets.into_iter().map(|(name, comment)| vec![name, comment]).collect();
        println!("{}", left_columns(&["dataset", "what it holds"], &rows));
        return Ok(());
    };
    let dataset = find_dataset(&mut connection, name).await?;
    let (format, grain) = (args.format.format(), args.partition.grain());
    let (by, tenant) = (args.by.as_deref(), args.tenant.as_deref());
    let order = ExportOrder { dataset: &dataset, format, grain, by, tenant, out_dir };
    let spinner = spinner(name);
    let written = write_export(&mut connection, &order, |row_count| {
        if let Some(spinner) = &spinner {
            spinner.set_position(row_count);
        }
    })
    .await;
    if let Some(spinner) = spinner {
        spinner.finish_and_clear();
    }
    print(&written?, args.json)
}

/// On a terminal the rows as they are written.
fn spinner(name: &str) -> Option<ProgressBar> {
    if !std::io::stderr().is_terminal() {
        return None;
    }
    let spinner = ProgressBar::no_length().with_message(name.to_owned());
    let style = ProgressStyle::with_template("{spinner} {msg}: {human_pos} rows ({elapsed}, {per_sec})");
    spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    spinner.enable_steady_tick(Duration::from_millis(120));
    Some(spinner)
}

fn print(exported: &Exported, is_json: bool) -> Result<(), Failure> {
    let Exported { folder, manifest } = exported;
    if is_json {
        println!("{}", serde_json::to_string_pretty(manifest).expect("a manifest is JSON"));
        return Ok(());
    }
    let row = |file: &crate::export::ExportedFile| {
        vec![file.name.clone(), grouped(file.row_count as i64), grouped(file.byte_count as i64)]
    };
    let rows: Vec<Vec<String>> = manifest.files.iter().map(row).collect();
    println!("{}", table(&["file", "rows", "bytes"], 1, &rows).join("\n"));
    println!("{} in {}", counted(manifest.row_count, "row"), folder.display());
    Ok(())
}
