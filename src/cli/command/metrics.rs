//! `vesper metrics`

use crate::base::Remedy;
use crate::cli::print::{Tone, counted, left_columns, paint};
use crate::cli::{Failure, MetricsArgs};
use crate::config::Settings;
use crate::metric::catalog::{self, Catalog, Group, PLANNED};
use crate::metric::kpi::read_kpis;
use crate::metric::{Direction, Kind, Metric, TableMetric, all_tables, find_table};

/// Prints what one number means, or all.
pub(in crate::cli) fn metrics(settings: &Settings, args: &MetricsArgs) -> Result<(), Failure> {
    if args.markdown {
        print!("{}", catalog::handbook(&Catalog::built_in()));
        return Ok(());
    }
    let known = read_kpis(&settings.jobs()?)?.catalog();
    let Some(name) = &args.metric else {
        return match args.json {
            true => print_json(&catalog::document(&known)),
            false => list(&known),
        };
    };
    if let Some(table) = find_table(name.split('@').next().unwrap_or(name)) {
        return match args.json {
            true => print_json(&catalog::table_entry(table)),
            false => tell_table(table),
        };
    }
    let metric = find_metric(&known, name)?;
    match args.json {
        true => print_json(&catalog::entry(metric)),
        false => tell(metric),
    }
}

/// The metric called `name` (`win_rate` or `win_rate@1`), or what is nearest to it.
pub(in crate::cli) fn find_metric(known: &Catalog, name: &str) -> Result<&'static Metric, Failure> {
    let (plain, version) = name.split_once('@').map_or((name, None), |(plain, version)| (plain, Some(version)));
    let refuse = |message: String, hint: String| Err(Failure::new(Remedy::FixConfig, message).or_hint(hint));
    if let Some(planned) = PLANNED.iter().find(|p| p.name == plain) {
        return refuse(format!("`{plain}` comes later: {}", planned.definition), "`vesper metrics` lists them".into());
    }
    let Some(metric) = known.find(plain) else {
        let near = known.nearest(plain).map(|near| format!("did you mean `{near}`?"));
        return refuse(
            format!("there is no metric `{plain}`"),
            near.unwrap_or_else(|| "`vesper metrics` lists them".into()),
        );
    };
    match version {
        Some(version) if version != metric.version.to_string() => {
            refuse(format!("`{name}` is not defined here"), format!("its version is `{}`", metric.versioned()))
        }
        _ => Ok(metric),
    }
}

fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    println!("{}", serde_json::to_string_pretty(value).expect("names and texts are JSON"));
    Ok(())
}

fn list(known: &Catalog) -> Result<(), Failure> {
    for group in Group::ALL {
        let rows: Vec<Vec<String>> = known.iter().filter(|m| m.group == group).map(row).collect();
        if rows.is_empty() {
            continue;
        }
        println!("{}", paint(Tone::Heading, group.heading()));
        println!("{}\n", left_columns(&["metric", "unit", "good", "kind", "by"], &rows));
    }
    println!("{}", paint(Tone::Heading, "Tables"));
    let rows: Vec<Vec<String>> = all_tables().map(|t| vec![t.versioned(), windows_of(t), t.label.to_owned()]).collect();
    println!("{}\n", left_columns(&["table", "windows", "what"], &rows));
    let planned: Vec<&str> = PLANNED.iter().map(|p| p.name).collect();
    println!("{}", paint(Tone::Faint, &format!("To come: {}", planned.join(", "))));
    println!(
        "{}; `vesper metrics NAME` tells one in full",
        counted(known.iter().count() as u64 + all_tables().count() as u64, "metric")
    );
    Ok(())
}

fn windows_of(table: &TableMetric) -> String {
    table.windows.iter().map(|w| w.name()).collect::<Vec<_>>().join(", ")
}

fn tell_table(table: &TableMetric) -> Result<(), Failure> {
    println!("{}  {}", paint(Tone::Heading, &table.versioned()), table.label);
    println!("{}\n", table.definition);
    println!("  windows {}", windows_of(table));
    if !table.needs.is_empty() {
        println!("  needs   {}", table.needs.join(", "));
    }
    println!();
    let unit = |kind: &Kind| kind.unit().map_or("text", |unit| unit.name()).to_owned();
    let rows =
        table.columns.iter().map(|(name, label, kind)| vec![(*name).to_owned(), unit(kind), (*label).to_owned()]);
    println!("{}", left_columns(&["column", "unit", "heading"], &rows.collect::<Vec<_>>()));
    Ok(())
}

fn row(metric: &Metric) -> Vec<String> {
    let kind = if metric.has_series { format!("{}, daily", metric.nature.name()) } else { metric.nature.name().into() };
    let by = metric.dimensions.join(", ");
    vec![metric.versioned(), metric.unit.name().into(), good(metric).into(), kind, by]
}

fn good(metric: &Metric) -> &'static str {
    match metric.direction {
        Direction::Up => "up",
        Direction::Down => "down",
        Direction::Neutral => "–",
    }
}

fn tell(metric: &Metric) -> Result<(), Failure> {
    println!("{}  {}", paint(Tone::Heading, &metric.versioned()), metric.label);
    println!("{}\n", metric.definition);
    let dimensions = if metric.dimensions.is_empty() { "–".to_owned() } else { metric.dimensions.join(", ") };
    let series = if metric.has_series { "published by day" } else { "by window only" };
    let tables = |schema: &str, names: &[&str]| {
        names.iter().map(|name| format!("{schema}.{name}")).collect::<Vec<_>>().join(", ")
    };
    let rows = [
        ("unit", metric.unit.name().to_owned()),
        ("good", good(metric).to_owned()),
        ("kind", metric.nature.name().to_owned()),
        ("series", series.to_owned()),
        ("by", dimensions),
        ("basis", metric.basis.name().to_owned()),
        ("grain", metric.grain().to_owned()),
        ("cubes", tables("cube", metric.cubes)),
        ("star", tables("star", &metric.star_tables())),
    ];
    for (what, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        println!("  {what:<7} {value}");
    }
    println!("\n`vesper explain {}` tells its value and the rows under it", metric.name);
    Ok(())
}
