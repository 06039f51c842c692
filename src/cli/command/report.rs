//! `vesper report new NAME`

use std::io::Write;

use crate::base::Remedy;
use crate::cli::{Failure, ReportArgs, ReportCommand, ReportNewArgs};
use crate::config::Settings;
use crate::report::EXAMPLE;

/// Commands about report templates.
pub(in crate::cli) fn report(settings: &Settings, args: &ReportArgs) -> Result<(), Failure> {
    match &args.command {
        ReportCommand::New(args) => new(settings, args),
    }
}

/// Writes a template to start from. A file of that name stays as it is.
fn new(settings: &Settings, ReportNewArgs { name }: &ReportNewArgs) -> Result<(), Failure> {
    let folder = settings.templates_dir().join("reports");
    let path = folder.join(format!("{name}.toml"));
    let failed =
        |e: std::io::Error| Failure::new(Remedy::FixConfig, format!("{} cannot be written: {e}", path.display()));
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let mut file = std::fs::File::create_new(&path).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::new(Remedy::FixConfig, format!("{} is there already", path.display()))
                .or_hint("choose another name; nothing was written")
        }
        _ => failed(e),
    })?;
    file.write_all(EXAMPLE.as_bytes()).map_err(failed)?;
    println!("{}", path.display());
    println!("Change it, then: vesper check && vesper render {name} --for DATE --out out");
    Ok(())
}
