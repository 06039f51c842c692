//! A plausible snapshot in memory: names in many scripts, zeros and missing values.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::base::period::minus_days;
use crate::metric::catalog::CATALOG;
use crate::metric::snapshot::Reconciliation;
use crate::metric::{
    Catalog, Cell, Compare, DaySeries, Figure, Member, Metric, Slice, Snapshot, SnapshotHeader, Unit, Window,
};
use crate::report::{Document, Locale, ReportContext, ReportTemplate, build};

mod table;

/// The weekly template the house ships.
pub(crate) const EXECUTIVE_WEEKLY: &str = include_str!("../../templates/reports/executive-weekly.toml");

/// A small generator that gives the same numbers everywhere.
struct Dice(u64);

impl Dice {
    /// A metric's own dice, so that another metric in the catalog changes no number of this one.
    fn of(metric: &str, seed: u64) -> Dice {
        Dice(metric.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    fn roll(&mut self, sides: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as i64) % sides
    }
}

fn member(member: &str, label: &str) -> Member {
    Member { member: member.to_owned(), label: label.to_owned() }
}

fn members() -> BTreeMap<String, Vec<Member>> {
    let reps = [
        "Amélie Dubois-Lefèvre",
        "Björn Ångström",
        "Łukasz Wiśniewski",
        "Ελένη Παπαδοπούλου",
        "Анна Соколова",
        "王小明",
        "佐藤 花子",
        "Maximiliane Freifrau von und zu Hohenlohe-Waldenburg-Schillingsfürst",
        "José Ñáñez",
        "O’Brien & Sons <sales>",
        "Zoë Nobody",
    ];
    let reps = reps.iter().enumerate().map(|(at, label)| member(&format!("rep-{at:02}"), label)).collect();
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(m, l)| member(m, l)).collect::<Vec<_>>();
    BTreeMap::from([
        (
            "stage".to_owned(),
            pairs(&[
                ("lead", "Lead"),
                ("qualified", "Qualified"),
                ("proposal", "Proposal"),
                ("negotiation", "Negotiation"),
                ("closed_won", "Closed won"),
                ("closed_lost", "Closed lost"),
            ]),
        ),
        (
            "tier".to_owned(),
            pairs(&[("free", "Free"), ("basic", "Basic"), ("pro", "Pro"), ("enterprise", "Enterprise")]),
        ),
        (
            "status".to_owned(),
            pairs(&[("lead", "Lead"), ("prospect", "Prospect"), ("customer", "Customer"), ("churned", "Churned")]),
        ),
        ("type".to_owned(), pairs(&[("call", "Call"), ("email", "E-mail"), ("meeting", "Meeting")])),
        ("sales_rep".to_owned(), reps),
    ])
}

fn weight(window: Window) -> i64 {
    match window {
        Window::All => 160,
        Window::Week => 1,
        Window::Month => 4,
        Window::Quarter => 13,
        Window::Year => 52,
    }
}

fn figure(metric: &Metric, weight: i64, dice: &mut Dice) -> Figure {
    let count = weight * 3 + dice.roll(weight + 4);
    match (metric.unit, metric.name) {
        (Unit::Money, "avg_deal_value") => Figure::ratio(count * 812_345, count),
        (Unit::Money, _) => Figure::whole(count * 812_345 + dice.roll(100)),
        (Unit::Percent, _) => Figure::ratio(count, count + weight * 2 + dice.roll(weight + 1)),
        (Unit::Count, _) => Figure::whole(count),
        (Unit::Days | Unit::Weeks | Unit::Minutes | Unit::Mean | Unit::Index, _) => {
            Figure::ratio(count * 31 + dice.roll(count), count)
        }
    }
}

/// A member's figure: the last rep of the list never sold anything, `Free` has no money.
fn member_figure(metric: &Metric, (dimension, at, id): (&str, i64, &str), window: Window, dice: &mut Dice) -> Figure {
    if id == "rep-10" {
        return if matches!(metric.unit, Unit::Percent | Unit::Days) || metric.name == "avg_deal_value" {
            Figure::ratio(0, 0)
        } else {
            Figure::whole(0)
        };
    }
    if metric.name == "stage_reached" {
        return Figure::whole([4_812, 3_120, 1_934, 1_102, 684, 0][at as usize]);
    }
    if metric.name == "active_customers" && dimension == "tier" {
        return Figure::whole([412, 655, 288, 96][at as usize]);
    }
    figure(metric, weight(window).max(13) / 13 * (12 - at).max(1), dice)
}

fn points(members: &BTreeMap<String, Vec<Member>>) -> BTreeMap<String, BTreeMap<Slice, Figure>> {
    let mut points: BTreeMap<String, BTreeMap<Slice, Figure>> = BTreeMap::new();
    for metric in CATALOG.iter() {
        let mut dice = Dice::of(metric.name, 42);
        let of = points.entry(metric.name.to_owned()).or_default();
        for window in Window::ALL {
            of.insert(Slice::of(window), figure(metric, weight(window) * 9, &mut dice));
            for compare in [Compare::Previous, Compare::Year].into_iter().filter(|_| window != Window::All) {
                of.insert(Slice::of(window).compared(compare), figure(metric, weight(window) * 9, &mut dice));
            }
            for dimension in metric.dimensions {
                for (at, m) in members.get(*dimension).into_iter().flatten().enumerate() {
                    let cut = (*dimension, at as i64, m.member.as_str());
                    of.insert(
                        Slice::of(window).at(dimension, &m.member),
                        member_figure(metric, cut, window, &mut dice),
                    );
                }
            }
            if metric.dimensions.contains(&"sales_rep") && metric.name.starts_with("deals_") {
                of.insert(Slice::of(window).at("sales_rep", "unassigned"), Figure::whole(2));
            }
        }
    }
    settle(&mut points);
    // Nobody churned out of nobody: a rate without a denominator, and a tile that was never published.
    points.entry("churn_rate".to_owned()).or_default().insert(Slice::of(Window::Week), Figure::ratio(0, 0));
    points.entry("new_customers".to_owned()).or_default().remove(&Slice::of(Window::Week).compared(Compare::Previous));
    points
}

/// Makes the wholes agree with their parts where a reader would add them up.
fn settle(points: &mut BTreeMap<String, BTreeMap<Slice, Figure>>) {
    for name in ["revenue", "deals_won", "deals_lost", "win_rate", "avg_deal_value", "avg_days_to_close"] {
        let of = points.get_mut(name).expect("published");
        for window in [Window::Quarter, Window::Year] {
            let is_part = |s: &Slice| s.window == window && s.member.as_ref().is_some_and(|m| m.0 == "sales_rep");
            let parts: Vec<Figure> = of.iter().filter(|(s, _)| is_part(s)).map(|(_, f)| *f).collect();
            let is_ratio = parts.iter().any(|f| f.denominator != 1);
            let numerator = parts.iter().map(|f| f.numerator).sum();
            let denominator = if is_ratio { parts.iter().map(|f| f.denominator).sum() } else { 1 };
            of.insert(Slice::of(window), Figure { numerator, denominator });
        }
    }
    let customers = points.get_mut("active_customers").expect("published");
    customers.insert(Slice::of(Window::Week), Figure::whole(1_451));
    customers.insert(Slice::of(Window::Week).compared(Compare::Previous), Figure::whole(1_438));
    customers.remove(&Slice::of(Window::Quarter));
    // What the star holds, so that the proof of the first page has its three sides.
    for (name, value) in [("total_customers", 1_451), ("total_deals", 4_810), ("total_deal_value", 812_345_000)] {
        points.get_mut(name).expect("published").insert(Slice::of(Window::All), Figure::whole(value));
    }
    for window in Window::ALL {
        let value = |name: &str| points[name][&Slice::of(window)].numerator;
        let came = value("mrr_new") + value("mrr_expansion") + value("mrr_reactivation");
        let closing = value("mrr_opening") + came - value("mrr_contraction") - value("mrr_churn");
        points.get_mut("mrr").expect("published").insert(Slice::of(window), Figure::whole(closing));
    }
    settle_pipeline(points);
}

/// One pipeline, whichever window ends now: its stages and its reps sum to it, and what is likely of it is a part of it.
fn settle_pipeline(points: &mut BTreeMap<String, BTreeMap<Slice, Figure>>) {
    const STAGES: [(&str, i64); 4] = [("lead", 31), ("qualified", 29), ("proposal", 24), ("negotiation", 16)];
    for (name, whole, before) in
        [("open_value", 116_083_412, 112_940_077), ("open_deals", 143, 139), ("weighted_value", 49_412_077, 48_018_450)]
    {
        let of = points.get_mut(name).expect("published");
        let reps: Vec<String> = of
            .keys()
            .filter_map(|slice| slice.member.as_ref().filter(|m| m.0 == "sales_rep").map(|m| m.1.clone()))
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect();
        let reps = reps.iter().rev().enumerate().map(|(at, rep)| (rep.as_str(), at as i64)).collect::<Vec<_>>();
        of.retain(|slice, _| slice.member.is_none());
        for window in Window::ALL {
            of.insert(Slice::of(window), Figure::whole(whole));
            if window != Window::All {
                of.insert(Slice::of(window).compared(Compare::Previous), Figure::whole(before));
            }
            for (dimension, parts) in [("stage", STAGES.as_slice()), ("sales_rep", &reps)] {
                let all: i64 = parts.iter().map(|(_, part)| part).sum();
                let mut left = whole;
                for (at, (member, part)) in parts.iter().enumerate() {
                    // What rounding leaves goes to the last.
                    let share = if at + 1 == parts.len() { left } else { whole * part / all };
                    left -= share;
                    of.insert(Slice::of(window).at(dimension, member), Figure::whole(share));
                }
            }
        }
    }
}

fn series(business_date: NaiveDate, first_date: NaiveDate) -> BTreeMap<String, DaySeries> {
    let days = (business_date - first_date).num_days() + 1;
    let daily = |metric: &Metric| {
        let mut dice = Dice::of(metric.name, 7);
        let scale = if metric.unit == Unit::Money { 612_345 } else { 3 };
        let values = (0..days).map(|day| scale * (2 + day / 180) + dice.roll(scale)).collect();
        DaySeries { start_date: first_date, values }
    };
    CATALOG.iter().filter(|m| m.has_series).map(|m| (m.name.to_owned(), daily(m))).collect()
}

/// A snapshot of a business that sells all over the world.
pub(crate) fn snapshot() -> Snapshot {
    let business_date: NaiveDate = "2026-11-22".parse().expect("a date");
    let first_date = minus_days(business_date, 600);
    let members = members();
    let line = |entity: &str, source_rows, quarantined_rows| Reconciliation {
        entity: entity.to_owned(),
        source_rows,
        star_rows: source_rows - quarantined_rows,
        quarantined_rows,
        amount_cents: None,
    };
    Snapshot {
        catalog: Catalog::built_in(),
        header: SnapshotHeader {
            snapshot_id: 317,
            tenant: "main".to_owned(),
            business_date,
            first_date,
            published_at: "2026-11-23T02:04:11Z".parse::<DateTime<Utc>>().expect("an instant"),
            run_id: Some(1_204),
            definition_hash: "9f2c".repeat(16),
            currency: "EUR".to_owned(),
            revenue_mode: "deals".to_owned(),
            watermarks: BTreeMap::from([("crm".to_owned(), "2026-11-23 00:00:00+00".to_owned())]),
            reconciliation: vec![
                line("customer", 1_451, 0),
                Reconciliation { amount_cents: Some(812_345_000), ..line("deal", 4_812, 2) },
                line("interaction", 38_204, 0),
                line("order", 9_127, 0),
            ],
            warnings: vec![
                "12 deals closed before 2025-06-01 have no stage history; their path is inferred from the close date."
                    .to_owned(),
            ],
            checks: Vec::new(),
        },
        points: points(&members),
        series: series(business_date, first_date),
        members,
        documents: BTreeMap::new(),
        tables: table::tables(),
    }
}

/// The shipped template, read.
pub(crate) fn template() -> ReportTemplate {
    let file = "templates/reports/executive-weekly.toml";
    ReportTemplate::parse("executive-weekly", file, EXECUTIVE_WEEKLY).expect("the shipped template is valid")
}

/// The deployment the tests speak of.
pub(crate) fn context() -> ReportContext {
    ReportContext {
        organisation: "Acme Café Group".to_owned(),
        web_url: Some("https://reports.example.com/editions/317".to_owned()),
        ..ReportContext::default()
    }
}

/// The shipped report over the plausible snapshot.
pub(crate) fn document() -> Document {
    build(&template(), &snapshot().into(), &context()).expect("the shipped report can be built")
}

/// A name as long as some registers hold.
pub(crate) const LONG: &str =
    "Vereinigte Gesellschaft für Überseehandel, Schifffahrt und Donaudampfschifffahrtsbeteiligungen mbH & Co. KGaA";

/// How much there is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    Nothing,
    Plausible,
    Huge,
}

pub(crate) const SIZES: [Size; 3] = [Size::Nothing, Size::Plausible, Size::Huge];

/// A snapshot of nothing, of a plausible business, or of a very large one with long names and twelve-digit amounts.
fn sized_snapshot(size: Size) -> Snapshot {
    let mut snapshot = snapshot();
    let scaled = |value: i64| match size {
        Size::Nothing => 0,
        Size::Plausible => value,
        Size::Huge => value.saturating_mul(98_765),
    };
    for (metric, points) in &mut snapshot.points {
        let is_money = snapshot.catalog.find(metric).is_some_and(|m| m.unit == Unit::Money);
        for figure in points.values_mut() {
            match size {
                Size::Nothing => *figure = Figure { numerator: 0, denominator: figure.denominator.min(1) },
                _ if is_money => figure.numerator = scaled(figure.numerator),
                _ => {}
            }
        }
        points.retain(|slice, _| size != Size::Nothing || slice.member.as_ref().is_none_or(|m| m.0 != "sales_rep"));
    }
    for (metric, series) in &mut snapshot.series {
        let is_money = snapshot.catalog.find(metric).is_some_and(|m| m.unit == Unit::Money);
        if size == Size::Nothing {
            series.values.clear();
        } else if is_money {
            series.values.iter_mut().for_each(|value| *value = scaled(*value));
        }
    }
    for table in snapshot.tables.values_mut().flat_map(|of| of.values_mut()) {
        if size == Size::Nothing {
            table.rows.clear();
        }
        for (at, column) in table.columns.iter().enumerate() {
            let is_name = ["sales_rep", "customer", "product", "campaign", "territory"].contains(&column.name.as_str());
            for row in &mut table.rows {
                match &mut row[at] {
                    Cell::Ratio(numerator, _) if column.unit == Some(Unit::Money) => *numerator = scaled(*numerator),
                    Cell::Text(name) if is_name && size == Size::Huge => *name = format!("{name} {LONG}"),
                    _ => {}
                }
            }
        }
    }
    match size {
        Size::Nothing => {
            snapshot.members.insert("sales_rep".to_owned(), Vec::new());
            snapshot.header.reconciliation.clear();
            snapshot.header.warnings.clear();
        }
        Size::Plausible => {}
        Size::Huge => {
            let members = snapshot.members.values_mut().flatten();
            members.for_each(|member| member.label = format!("{} {LONG}", member.label));
        }
    }
    snapshot
}

/// Every report the house ships over every size of business, each with its name.
pub(crate) fn shipped_documents() -> Vec<(String, Document)> {
    shipped_documents_in(Locale::En)
}

/// The same in another language.
pub(crate) fn shipped_documents_in(locale: Locale) -> Vec<(String, Document)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/reports");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("templates").map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy();
        let text = std::fs::read_to_string(path).expect("a template");
        let text = text.lines().filter(|line| !line.starts_with("locale = ")).collect::<Vec<_>>().join("\n");
        let text = format!("locale = \"{}\"\n{text}", locale.name());
        let template = ReportTemplate::parse(&name, &path.display().to_string(), &text);
        template.unwrap_or_else(|problems| panic!("{problems}"))
    };
    let templates: Vec<ReportTemplate> = paths.iter().map(read).collect();
    let mut documents = Vec::new();
    for size in SIZES {
        let snapshot = sized_snapshot(size).into();
        for template in &templates {
            let document = build(template, &snapshot, &context()).unwrap_or_else(|e| panic!("{}: {e}", template.name));
            documents.push((format!("{} over {size:?}", template.name), document));
        }
    }
    documents
}

/// Compares `found` with the file `tests/render/<name>`; with `VESPER_BLESS=1` writes it instead.
pub(crate) fn expect_file(name: &str, found: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render").join(name);
    if std::env::var_os("VESPER_BLESS").is_some() {
        std::fs::write(&path, found).expect("tests/render can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    if expected != found {
        let at = expected.lines().zip(found.lines()).position(|(a, b)| a != b);
        let at = at.unwrap_or_else(|| expected.lines().count().min(found.lines().count()));
        let line = |text: &str| text.lines().nth(at).unwrap_or("(end of file)").to_owned();
        panic!(
            "tests/render/{name} differs at line {}:\n  expected {}\n  found    {}\nVESPER_BLESS=1 writes it anew",
            at + 1,
            line(&expected),
            line(found)
        );
    }
}
