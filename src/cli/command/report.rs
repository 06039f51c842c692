//! `vesper report new NAME`

use std::io::Write;
use std::path::Path;

use crate::base::{Folder, Remedy};
use crate::cli::{Failure, ReportArgs, ReportCommand, ReportNewArgs};
use crate::config::{BUILT_IN_TEMPLATES, Settings};
use crate::report::EXAMPLE;

/// Commands about report templates.
pub(in crate::cli) fn report(settings: &Settings, args: &ReportArgs) -> Result<(), Failure> {
    match &args.command {
        ReportCommand::New(args) => new(settings, args),
    }
}

/// Writes a template to start from. A file of that name stays as it is. A folder takes the place of the templates in the
/// program as a whole, so that a new one begins with theirs: the jobs that send them still find them.
fn new(settings: &Settings, ReportNewArgs { name }: &ReportNewArgs) -> Result<(), Failure> {
    let root = settings.templates_dir();
    let path = root.join("reports").join(format!("{name}.toml"));
    let is_new = !root.exists();
    let shipped = Folder::built_in(&BUILT_IN_TEMPLATES, "templates");
    let shipped_paths = if is_new { shipped.list("reports", "toml")? } else { Vec::new() };
    if path.exists() || shipped_paths.iter().any(|shipped| root.join(shipped) == path) {
        let message = match path.exists() {
            true => format!("{} is there already", path.display()),
            false => format!("{name} is a report of the house"),
        };
        return Err(Failure::new(Remedy::FixConfig, message).or_hint("choose another name; nothing was written"));
    }
    for of in &shipped_paths {
        write_new(&root.join(of), &shipped.read(of)?)?;
    }
    write_new(&path, EXAMPLE)?;
    println!("{}", path.display());
    if is_new {
        println!("The shipped reports stand beside it: {} takes the place of those in the program.", root.display());
    }
    println!("Change it, then: vesper check && vesper render {name} --for DATE --out out");
    Ok(())
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let failed =
        |e: std::io::Error| Failure::new(Remedy::FixConfig, format!("{} cannot be written: {e}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
}
