use std::fs;

use super::*;

fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Folder) {
    let dir = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(dir.path().join("metrics")).expect("a folder");
    for (name, text) in files {
        fs::write(dir.path().join("metrics").join(format!("{name}.toml")), text).expect("a file");
    }
    let folder = Folder::open(dir.path()).expect("a folder");
    (dir, folder)
}

fn problems(files: &[(&str, &str)]) -> String {
    let (_dir, folder) = folder(files);
    read_kpis(&folder).expect_err("problems").to_string()
}

fn expression(text: &str) -> String {
    format!("label = \"L\"\ndefinition = \"d\"\nexpression = \"{text}\"\n")
}

#[test]
fn an_expression_takes_its_unit_kind_basis_and_cubes_from_its_metrics() {
    let (_dir, folder) = folder(&[
        (
            "deal_velocity",
            "label = \"Deal velocity\"\ndefinition = \"won value a day\"\nversion = 3\ndirection = \"up\"\nby = [\"sales_rep\"]\n\
             expression = \"avg_deal_value / avg_days_to_close\"\n",
        ),
        ("net_deals", &expression("deals_won - deals_lost")),
        ("a_share", &format!("unit = \"percent\"\n{}", expression("net_deals / deals_created"))),
    ]);
    let kpis = read_kpis(&folder).expect("no problems");
    let catalog = kpis.catalog();
    let velocity = catalog.find("deal_velocity").expect("known");
    assert_eq!(velocity.versioned(), "deal_velocity@3");
    assert_eq!((velocity.unit, velocity.nature, velocity.group), (Unit::Money, Nature::Flow, Group::Custom));
    assert_eq!((velocity.dimensions, velocity.cubes), (&["sales_rep"][..], &["deal_flow_day"][..]));
    let net = catalog.find("net_deals").expect("known");
    assert_eq!((net.unit, net.has_series), (Unit::Count, true));
    assert_eq!(catalog.find("a_share").expect("known").unit, Unit::Percent);
    let order: Vec<&str> = kpis.list.iter().map(|k| k.metric.name).collect();
    assert!(order.iter().position(|n| *n == "net_deals") < order.iter().position(|n| *n == "a_share"), "{order:?}");
}

#[test]
fn every_problem_comes_at_once_with_its_place_and_the_nearest_name() {
    let found = problems(&[
        ("a", &expression("revenu / deals_won")),
        ("b", &expression("revenue + avg_days_to_close")),
        ("c", &expression("revenue / ")),
        ("d", &expression("revenue[teir = pro]")),
        ("e", &expression("revenue[window = mont]")),
        ("f", &format!("by = [\"stage\"]\n{}", expression("revenue / deals_won"))),
        ("g", &format!("unit = \"days\"\n{}", expression("revenue / deals_won"))),
        ("h", "labl = \"L\"\ndefinition = \"d\"\nexpression = \"revenue\"\n"),
        ("i", "label = \"L\"\ndefinition = \"d\"\n"),
        ("revenue", &expression("deals_won")),
        ("Bad-name", &expression("deals_won")),
        ("mrr_forecastish", &expression("3 * 4")),
        ("q", "label = \"L\"\ndefinition = \"d\"\nsql = \"select 1 as numerator where :form < now()\"\n"),
    ]);
    for expected in [
        "metrics/a.toml:3:15: unknown metric `revenu` (did you mean `revenue`?)",
        "metrics/b.toml:3:15: money and days cannot be added",
        "metrics/c.toml:3:25: ends where a metric, a number or `(` is expected",
        "metrics/d.toml:3:23: unknown filter of revenue `teir` (did you mean `tier`?)",
        "metrics/e.toml:3:32: unknown window `mont` (did you mean `month`?)",
        "metrics/f.toml:1:7: not every metric of the expression is cut by `stage` (valid: tier, sales_rep)",
        "metrics/g.toml:1:8: `unit` is days, but the expression is money",
        "metrics/h.toml:1:1: unknown key `labl` (did you mean `label`?)",
        "metrics/i.toml:1:1: has neither an `expression` nor a `sql`",
        "metrics/revenue.toml:1:1: `revenue` is the name of a metric of the house",
        "metrics/Bad-name.toml:1:1: `Bad-name` is no metric's name",
        "metrics/mrr_forecastish.toml:3:14: names no metric",
        "metrics/q.toml:3:7: a query needs a `unit`",
        "metrics/q.toml:3:37: unknown parameter `form` (did you mean `from`?)",
    ] {
        assert!(found.contains(expected), "{expected} in:\n{found}");
    }
    assert_eq!(found.lines().count(), 14, "{found}");
}

#[test]
fn a_circle_is_told_with_everyone_in_it() {
    let found = problems(&[
        ("a", &expression("b + revenue")),
        ("b", &expression("c / deals_won")),
        ("c", &expression("deals_won * a")),
        ("d", &expression("d")),
        ("e", &expression("a")),
    ]);
    assert!(found.contains("metrics/c.toml:3:27: goes round in a circle: a → b → c → a"), "{found}");
    assert!(found.contains("metrics/d.toml:3:15: goes round in a circle: d → d"), "{found}");
    assert_eq!(found.lines().count(), 2, "{found}");
}

#[test]
fn a_query_names_its_parameters_and_keeps_casts_and_texts() {
    let sql = "label = \"L\"\ndefinition = \"d\"\nunit = \"count\"\nwindows = [\"month\", \"all\"]\nsql = \"\"\"\n\
               select count(*)::bigint as numerator from star.fact_deal\n\
               where tenant_key = :tenant_key and created_date >= :from and created_date < :until and name <> ':x'\n\"\"\"\n";
    let (_dir, folder) = folder(&[("deals_seen", sql)]);
    let kpis = read_kpis(&folder).expect("no problems");
    let KpiBody::Query { statement, parameters, windows, .. } = &kpis.list[0].body else { panic!("a query") };
    assert!(statement.contains("$1::int and created_date >= $2::date and created_date < $3::date"), "{statement}");
    assert!(statement.contains("count(*)::bigint") && statement.contains("':x'"), "{statement}");
    assert_eq!((parameters.len(), windows.as_slice()), (3, &[Window::Month, Window::All][..]));
}

#[test]
fn the_shipped_metrics_read() {
    let folder = Folder::open(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs")).expect("the folder");
    let kpis = read_kpis(&folder).expect("no problems");
    assert!(kpis.catalog().find("deal_velocity").is_some() && !kpis.has_query());
}
