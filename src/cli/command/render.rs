//! `vesper render REPORT --for DATE --out DIR`

use std::sync::Arc;

use crate::app::{App, check_migrations};
use crate::base::{Remedy, nearest};
use crate::cli::report_files::{Wanted, write_report};
use crate::cli::{Failure, RenderArgs};
use crate::config::{Environment, Settings};
use crate::metric::{Snapshot, Which, load_snapshot};
use crate::report::{ReportContext, ReportTemplate, Scope};

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
    let scope = match (template.scope, args.scope.as_deref()) {
        (Some(dimension), None) => return Err(whose(template, &snapshot, dimension)),
        (_, member) => member.map(|member| scope_of(template, &snapshot, member)).transpose()?,
    };
    let context = ReportContext { scope, ..recipes.report_context() };
    let wanted = Wanted { dir: &args.out_dir, formats: &args.formats, mail: None };
    for path in write_report(template, &Arc::new(snapshot), context, &wanted).await? {
        println!("{}", path.display());
    }
    Ok(())
}

/// A report that is cut by its reader and rendered for nobody would call everybody's numbers "yours".
fn whose(template: &ReportTemplate, snapshot: &Snapshot, dimension: &str) -> Failure {
    const NAMED_COUNT: usize = 5;
    let members = snapshot.members(dimension);
    let mut named: Vec<String> =
        members.iter().take(NAMED_COUNT).map(|m| format!("{} ({})", m.member, m.label)).collect();
    if members.len() > NAMED_COUNT {
        named.push(format!("and {} more", members.len() - NAMED_COUNT));
    }
    let message = format!("report `{}` is cut by its reader: whose numbers is it to show?", template.name);
    let hint = format!("--scope takes a {dimension}: {}", named.join(", "));
    Failure::new(Remedy::FixConfig, message).at("--scope").or_hint(hint)
}

/// The scope of a report that is cut by its reader.
fn scope_of(template: &ReportTemplate, snapshot: &Snapshot, member: &str) -> Result<Scope, Failure> {
    let Some(dimension) = template.scope else {
        let message = format!("report `{}` is not cut by its reader", template.name);
        return Err(Failure::new(Remedy::FixConfig, message)
            .at("--scope")
            .or_hint("leave --scope out, or name a dimension as `scope` in the template"));
    };
    let members = || snapshot.members(dimension).iter().map(|m| m.member.as_str());
    if members().any(|m| m == member) {
        return Ok(Scope::new(dimension, member));
    }
    let hint = nearest(member, members()).map_or_else(
        || format!("it is the id by which the source knows a {dimension}"),
        |n| format!("did you mean `{n}`?"),
    );
    Err(Failure::new(Remedy::FixConfig, format!("there is no {dimension} `{member}`")).at("--scope").or_hint(hint))
}
