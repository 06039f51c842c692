//! `vesper explain METRIC`

use serde_json::json;

use crate::app::{App, check_migrations};
use crate::base::{Remedy, nearest};
use crate::cli::command::metrics::find_metric;
use crate::cli::print::{Tone, grouped, paint, second};
use crate::cli::{ExplainArgs, Failure};
use crate::config::{Environment, Settings};
use crate::metric::explain::{Explanation, explain as explain_number, ratio_in_words};
use crate::metric::{Compare, Metric, Slice, Snapshot, Unit, Which, Window, load_snapshot, tenant_key_of};

/// Tells a published number with everything under it; nothing is recomputed and nothing is written.
pub(in crate::cli) async fn explain(
    settings: &Settings,
    environment: &Environment,
    args: &ExplainArgs,
) -> Result<(), Failure> {
    let (tenant, kpis) = App::read_definitions(settings, environment)?;
    let warehouse = settings.warehouse()?;
    let mut connection = warehouse.connect().await?;
    check_migrations(&mut connection, &warehouse).await?;
    let which = args.business_date.map_or(Which::Current, Which::AsOf);
    let Some(snapshot) = load_snapshot(&mut connection, &tenant, which).await? else {
        let what = args.business_date.map_or_else(
            || "nothing was published yet".to_owned(),
            |date| format!("no snapshot was published for {date}"),
        );
        return Err(Failure::new(Remedy::FixData, what).or_hint("run `vesper run nightly` first".to_owned()));
    };
    let metric = find_metric(&snapshot.catalog, &args.metric)?;
    let slice = read_slice(args.slice.as_deref().unwrap_or_default(), metric, &snapshot)?;
    let tenant_key = tenant_key_of(&mut connection, &tenant).await?;
    let explanation = explain_number(&snapshot, &kpis, tenant_key, metric, &slice);
    if args.json {
        let header = &snapshot.header;
        let told = json!({"explanation": explanation, "snapshot": header});
        println!("{}", serde_json::to_string_pretty(&told).expect("texts and numbers are JSON"));
        return Ok(());
    }
    tell(&explanation, &snapshot, args.business_date.is_some());
    Ok(())
}

/// `window=month,tier=pro`
fn read_slice(text: &str, metric: &Metric, snapshot: &Snapshot) -> Result<Slice, Failure> {
    let mut slice = Slice::of(Window::All);
    let refuse = |message: String, name: &str, valid: Vec<&str>| {
        let near = nearest(name, valid.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        Failure::new(Remedy::FixConfig, message).or_hint(near.unwrap_or_else(|| format!("valid: {}", valid.join(", "))))
    };
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').map_or((part, ""), |(key, value)| (key.trim(), value.trim()));
        match key {
            "window" => {
                let valid = || Window::ALL.map(Window::name).to_vec();
                let found = Window::parse(value);
                slice.window = found.ok_or_else(|| refuse(format!("unknown window `{value}`"), value, valid()))?;
            }
            "compare" => {
                let valid = || Compare::ALL.map(Compare::name).to_vec();
                let found = Compare::parse(value);
                slice.compare =
                    Some(found.ok_or_else(|| refuse(format!("unknown comparison `{value}`"), value, valid()))?);
            }
            dimension if metric.dimensions.contains(&dimension) => {
                let members = snapshot.members(dimension);
                let found = members.iter().find(|m| m.member == value || m.label == value);
                let valid = || members.iter().map(|m| m.member.as_str()).collect();
                let found =
                    found.ok_or_else(|| refuse(format!("there is no {dimension} `{value}`"), value, valid()))?;
                slice.member = Some((dimension.to_owned(), found.member.clone()));
            }
            _ => {
                let valid = ["window", "compare"].into_iter().chain(metric.dimensions.iter().copied()).collect();
                return Err(refuse(format!("`{}` is not cut by `{key}`", metric.name), key, valid));
            }
        }
    }
    Ok(slice)
}

fn tell(explanation: &Explanation, snapshot: &Snapshot, is_of_the_past: bool) {
    let header = &snapshot.header;
    tell_value(explanation, &header.currency);
    println!("{}\n", explanation.metric.definition);
    let run = header.run_id.map_or_else(|| "none".to_owned(), |run| format!("{run} (`vesper runs show {run}`)"));
    let published = second(header.published_at);
    println!("  snapshot  {} of {}, published {published}", header.snapshot_id, header.business_date);
    println!("  run       {run}");
    println!("  basis     {}", explanation.metric.basis.name());
    for (source, mark) in &header.watermarks {
        println!("  source    {source}, read up to mark {mark}");
    }
    for line in &header.reconciliation {
        let (source, star) = (grouped(line.source_rows), grouped(line.star_rows));
        println!("  checked   {}: {source} rows in the source, {star} in the star", line.entity);
    }
    for check in &header.checks {
        println!("  checked   {} ({})", check.identity, grouped(check.count as i64));
    }
    for warning in &header.warnings {
        println!("  beware    {warning}");
    }
    tell_rows(explanation, &header.currency);
    if is_of_the_past {
        println!("\n-- the star may have learned more since {}", header.business_date);
    }
}

fn tell_value(explanation: &Explanation, currency: &str) {
    let Explanation { metric, slice, period, .. } = explanation;
    let mut place = format!("{} ({} to {})", slice.window.name(), period.from, period.last());
    if let Some(compare) = slice.compare {
        place.push_str(&format!(", compared: {}", compare.name()));
    }
    if let Some((dimension, member)) = &slice.member {
        place.push_str(&format!(", {dimension} {member}"));
    }
    println!("{}  {}", paint(Tone::Heading, &metric.versioned()), place);
    let Some(figure) = explanation.figure else {
        println!("not published there");
        return;
    };
    let value = match (explanation.value, metric.unit) {
        (None, _) => "no value".to_owned(),
        (Some(cents), Unit::Money) => format!("{:.2} {currency}", cents / 100.0),
        (Some(value), Unit::Count) => grouped(value as i64),
        (Some(value), Unit::Percent) => format!("{value:.1} %"),
        (Some(value), Unit::Mean) => format!("{value:.1}"),
        (Some(value), unit) => format!("{value:.1} {}", unit.name()),
    };
    println!("{value} = {}", ratio_in_words(figure, metric.unit));
}

fn tell_rows(explanation: &Explanation, currency: &str) {
    if let Some(formula) = &explanation.formula {
        println!("\n{} = {formula}", explanation.metric.name);
    }
    for part in &explanation.parts {
        println!();
        tell_value(part, currency);
        tell_rows(part, currency);
    }
    if let Some(sql) = &explanation.cube_sql {
        println!("\n{}\n{sql}", paint(Tone::Faint, "-- from the cubes"));
    }
    if let Some(sql) = &explanation.star_sql {
        println!("\n{}\n{sql}", paint(Tone::Faint, "-- from the rows of the star"));
    }
}
