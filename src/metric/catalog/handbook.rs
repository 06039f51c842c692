//! The catalog as a machine reads it and as people read it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::metric::catalog::{Catalog, Group, LINEAGE, Metric, PLANNED};
use crate::metric::snapshot::Window;
use crate::metric::table::{Kind, TableMetric, all_tables};

/// The whole catalog, as `GET …/catalog` serves it and `vesper metrics --json` prints it.
pub fn document(catalog: &Catalog) -> Value {
    json!({
        "metrics": catalog.iter().map(entry).collect::<Vec<_>>(),
        "tables": all_tables().map(table_entry).collect::<Vec<_>>(),
        "planned": PLANNED,
        "windows": Window::ALL.map(Window::name),
        "comparisons": ["previous", "year"],
    })
}

/// One metric of it.
pub fn entry(metric: &Metric) -> Value {
    let tables: Vec<String> = metric.star_tables().iter().map(|t| format!("star.{t}")).collect();
    let cubes: Vec<String> = metric.cubes.iter().map(|c| format!("cube.{c}")).collect();
    json!({
        "name": metric.name,
        "version": metric.version,
        "label": metric.label,
        "group": metric.group,
        "unit": metric.unit,
        "direction": metric.direction,
        "nature": metric.nature,
        "grain": metric.grain(),
        "dimensions": metric.dimensions,
        "has_series": metric.has_series,
        "basis": metric.basis,
        "definition": metric.definition,
        "cubes": cubes,
        "star": tables,
        "needs": metric.needs(),
    })
}

/// One metric of it that is a table.
pub fn table_entry(table: &TableMetric) -> Value {
    let column = |(name, label, kind): &(&str, &str, Kind)| json!({"name": name, "label": label, "unit": kind.unit()});
    json!({
        "name": table.name,
        "version": table.version,
        "label": table.label,
        "definition": table.definition,
        "needs": table.needs,
        "windows": table.windows.iter().map(|w| w.name()).collect::<Vec<_>>(),
        "columns": table.columns.iter().map(column).collect::<Vec<_>>(),
    })
}

/// `docs/metrics.md`, whole.
pub fn handbook(catalog: &Catalog) -> String {
    let mut text = String::from(OPENING);
    for group in Group::ALL {
        let metrics: Vec<&Metric> = catalog.iter().filter(|m| m.group == group).collect();
        let planned: Vec<_> = PLANNED.iter().filter(|p| p.group == group).collect();
        if metrics.is_empty() && planned.is_empty() {
            continue;
        }
        write!(text, "\n## {}\n\n", group.heading()).expect(STRING);
        text.push_str("| metric | what it says | unit | kind | by | basis | from |\n|---|---|---|---|---|---|---|\n");
        for metric in metrics {
            text.push_str(&line(metric));
        }
        for metric in planned {
            writeln!(text, "| `{}` | *comes later:* {} | | | | | |", metric.name, metric.definition).expect(STRING);
        }
    }
    text.push_str(TABLES);
    for table in all_tables() {
        let windows: Vec<&str> = table.windows.iter().map(|w| w.name()).collect();
        let columns: Vec<String> = table.columns.iter().map(|(name, ..)| format!("`{name}`")).collect();
        let needs = if table.needs.is_empty() { "–".to_owned() } else { table.needs.join(", ") };
        let (name, label, definition) = (table.versioned(), table.label, table.definition.replace('|', "\\|"));
        let line = format!(
            "| `{name}` **{label}** | {definition} | {} | {} | {needs} |",
            columns.join(", "),
            windows.join(", ")
        );
        writeln!(text, "{line}").expect(STRING);
    }
    text.push_str("\n## What lies under a cube\n\n| cube | one row of the star under it | tables |\n|---|---|---|\n");
    for lineage in LINEAGE {
        let tables: Vec<String> = lineage.star.iter().map(|t| format!("`star.{t}`")).collect();
        writeln!(text, "| `cube.{}` | {} | {} |", lineage.cube, lineage.grain, tables.join(", ")).expect(STRING);
    }
    text
}

fn line(metric: &Metric) -> String {
    let by = if metric.dimensions.is_empty() { "–".to_owned() } else { metric.dimensions.join(", ") };
    let cubes: Vec<String> = metric.cubes.iter().map(|c| format!("`{c}`")).collect();
    format!(
        "| `{}` **{}** | {} | {}, {} | {}{} | {by} | {} | {} |\n",
        metric.versioned(),
        metric.label,
        metric.definition.replace('|', "\\|"),
        metric.unit.name(),
        arrow(metric),
        metric.nature.name(),
        if metric.has_series { ", daily" } else { "" },
        metric.basis.name(),
        cubes.join(", "),
    )
}

fn arrow(metric: &Metric) -> &'static str {
    use crate::metric::Direction::{Down, Neutral, Up};
    match metric.direction {
        Up => "↑ is good",
        Down => "↓ is good",
        Neutral => "neither way is good",
    }
}

const TABLES: &str = "
## Tables

What is not one number: published with the snapshot as typed columns and rows of exact figures (`metric.published_table`).
A metric or table whose entities the source does not deliver is absent (`revenue`: what the source's mode makes it of), never zero. A deployment chooses about them in `[metric]` of its `source.toml`.

| table | what it says | columns | windows | needs |
|---|---|---|---|---|
";

const STRING: &str = "a string takes every text";

const OPENING: &str = "\
# Metrics

<!-- Written by `vesper metrics --markdown`; a test compares the two. Edit src/metric/catalog. -->

Every number Vesper publishes, defined once: a snapshot, a report, a workbook and a route that name a metric show the
same value. `vesper metrics NAME` prints one definition in full,
`vesper explain NAME` a value with the rows under it.

- **Windows** are `all` (up to the business date), and the last complete `week` (ISO), `month`, `quarter` and `year`
  (twelve months). A *flow* counts what happened in the window, a *stock* what there is at its end; *daily* flows are
  published by day as well, so that any span of days can be summed.
- **Units.** Money is whole cents of the reporting currency, a percentage has one decimal, rounded half away from zero
  from exact counts. Where there is nothing to divide by there is no value, which is not zero.
- **Basis.** *recorded*: from stamps the source keeps. *observed*: from changes Vesper saw or was told; what lies before its
  first load is inferred from the rows' own stamps and marked so. *present*: as the rows stand now, published for windows that
  end now and never guessed for the past.
- **Version.** `name@2` says that the meaning changed; numbers of two versions are not compared.

A deployment adds metrics of its own in `jobs/metrics`: [kpis.md](kpis.md).
";

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_handbook_in_docs_is_the_catalog() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
        let text = handbook(&Catalog::built_in());
        if std::env::var_os("VESPER_BLESS").is_some() {
            std::fs::write(&path, &text).expect("a writable tree");
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text, "docs/metrics.md is stale: vesper metrics --markdown > docs/metrics.md");
    }

    #[test]
    fn the_document_names_every_metric_with_its_rows() {
        let document = document(&Catalog::built_in());
        let win_rate = document["metrics"].as_array().expect("a list").iter().find(|m| m["name"] == "win_rate");
        let win_rate = win_rate.expect("a metric");
        assert_eq!(win_rate["cubes"], json!(["cube.deal_flow_day"]));
        assert_eq!(win_rate["star"], json!(["star.fact_deal", "star.dim_customer", "star.dim_sales_rep"]));
        assert_eq!((&win_rate["unit"], &win_rate["direction"]), (&json!("percent"), &json!("up")));
        let tables = document["tables"].as_array().expect("a list");
        let rfm = tables.iter().find(|t| t["name"] == "rfm").expect("a table");
        assert_eq!(rfm["columns"][4], json!({"name": "customers", "label": "Customers", "unit": "count"}));
        assert!(document["planned"].as_array().is_some_and(|planned| !planned.is_empty()));
    }
}
