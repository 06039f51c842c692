//! `make bench NAME=reports`: what a report costs, on one core and without a database.
//!
//! One line a figure: `name | ours | baseline | ratio | goal | ok or short`; exit 1 when one falls short. The report is
//! of the weekly one's size: eight tiles, five charts (all five also as pictures of the mail), a table, definitions.
//! The baseline is `benches/reports.py`, run by `python3`; where its packages are missing those lines are left out.

mod line;

use std::process::{Command, ExitCode};
use std::time::Instant;

use vesper::base::Period;
use vesper::render::{Stamp, render_email, render_pdf, render_xlsx};
use vesper::report::{
    Attribute, Category, Chart, ChartKind, Column, Definition, Document, Figure, Kpi, KpiRow, Layout, Locale,
    Orientation, Paper, Paragraph, Row, Section, Series, SnapshotMark, Table, Text, Theme, Unit, Width,
};

use line::Line;

const EDITION_COUNT: usize = 1_000;

fn main() -> ExitCode {
    println!("name | ours | baseline | ratio | goal | ok or short");
    let weekly = document("Weekly business review", 20);
    let all = milliseconds(20, || {
        render_pdf(&weekly, stamp()).expect("a PDF");
        render_xlsx(&weekly, stamp()).expect("a workbook");
        render_email(&weekly, stamp()).expect("a body");
    });
    let peak = status("VmHWM");
    let pdf = milliseconds(20, || drop(render_pdf(&weekly, stamp()).expect("a PDF")));
    let xlsx = milliseconds(20, || drop(render_xlsx(&weekly, stamp()).expect("a workbook")));
    let mail = milliseconds(20, || drop(render_email(&weekly, stamp()).expect("a body")));
    let (burst, grown) = burst();
    let large = document("All customers", 100_000);
    let workbook = milliseconds(3, || drop(render_xlsx(&large, stamp()).expect("a workbook")));
    let python = baseline();
    let of = |name: &str, factor: f64| python.as_ref().map(|lines| lines[name] * 1_000.0 / factor);
    let line = |name, ours, baseline, goal, unit| Line { name, ours, baseline, goal, unit };
    let mut lines = vec![
        line("PDF, workbook and mail", all, None, Some(120.0), "ms"),
        line("memory at its peak", peak, None, Some(60.0), "MB"),
        line("of these the workbook", xlsx, None, None, "ms"),
        line("of these the mail", mail, None, None, "ms"),
        line("1,000 editions on two cores", burst, None, Some(60.0), "s"),
        line("memory grown from the 100th to the last", grown, None, Some(16.0), "MB"),
    ];
    lines.push(line("of these the PDF", pdf, of("pdf", 1.0), of("pdf", 20.0), "ms"));
    lines.push(line("workbook of 100,000 rows", workbook, of("xlsx", 1.0), of("xlsx", 4.0), "ms"));
    let short_count = lines.iter().filter(|line| !line.print()).count();
    if short_count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn stamp() -> Stamp {
    Stamp { generated_at: "2026-11-23T06:00:00Z".parse().expect("an instant") }
}

/// The median of some runs, after one that warms up.
fn milliseconds(times: usize, mut work: impl FnMut()) -> f64 {
    work();
    let mut elapsed: Vec<f64> = (0..times)
        .map(|_| {
            let since = Instant::now();
            work();
            since.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    elapsed.sort_by(f64::total_cmp);
    elapsed[elapsed.len() / 2]
}

/// A line of `/proc/self/status` in MB; zero where there is none.
fn status(name: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok()).unwrap_or(0.0) / 1_024.0
}

/// Seconds for all editions on two threads, each reader's own, and the MB by which the process grew meanwhile.
fn burst() -> (f64, f64) {
    let edition = |number: usize| {
        let edition = document(&format!("Weekly review of reader {number}"), 20);
        render_pdf(&edition, stamp()).expect("a PDF");
        render_xlsx(&edition, stamp()).expect("a workbook");
        render_email(&edition, stamp()).expect("a body");
    };
    let both = |from: usize, until: usize| {
        std::thread::scope(|scope| {
            for half in 0..2 {
                scope.spawn(move || (from..until).filter(|n| n % 2 == half).for_each(edition));
            }
        });
    };
    let since = Instant::now();
    both(0, 100);
    let before = status("VmRSS");
    both(100, EDITION_COUNT);
    (since.elapsed().as_secs_f64(), (status("VmRSS") - before).max(0.0))
}

/// What the Python side took, in seconds by name.
fn baseline() -> Option<std::collections::BTreeMap<String, f64>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/reports.py");
    let output = Command::new("python3").arg(script).output();
    let text = match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        _ => {
            println!("no comparison: python3 with matplotlib, reportlab and xlsxwriter is not there");
            return None;
        }
    };
    let pair = |line: &str| line.split_once(' ').and_then(|(name, value)| Some((name.to_owned(), value.parse().ok()?)));
    Some(text.lines().filter_map(pair).collect())
}

fn document(title: &str, row_count: i64) -> Document {
    let day = |text: &str| text.parse().expect("a date");
    let mut sections =
        vec![Section::Kpis(KpiRow { id: "s1".to_owned(), title: None, tiles: (0..8).map(tile).collect() })];
    let words = "The week brought more than the one before, most of it through two large renewals. ".repeat(6);
    let paragraphs = vec![Paragraph { words, is_item: false }];
    sections.push(Section::Text(Text { id: "s2".to_owned(), title: Some("In short".to_owned()), paragraphs }));
    sections.extend(charts().into_iter().map(Section::Chart));
    sections.push(Section::Table(table(row_count)));
    let definition = |n: i64| Definition {
        version: 1,
        metric: format!("metric_{n}@1"),
        label: format!("Metric {n}"),
        words: "what is counted, over which rows, at which date, and what is left out".to_owned(),
    };
    Document {
        report: "executive-weekly".to_owned(),
        title: title.to_owned(),
        subtitle: None,
        organisation: "Acme Café Group".to_owned(),
        subject: title.to_owned(),
        preheader: "Revenue up 13.8%".to_owned(),
        period_label: "Week 47 · 16–22 Nov 2026".to_owned(),
        period: Period { from: day("2026-11-16"), until: day("2026-11-23") },
        business_date: day("2026-11-22"),
        currency: "EUR".to_owned(),
        locale: Locale::En,
        layout: Layout { paper: Paper::A4, orientation: Orientation::Portrait },
        theme: Theme::house(),
        snapshot: SnapshotMark {
            snapshot_id: 317,
            published_at: stamp().generated_at,
            definition_hash: "9f2c".repeat(16),
            watermarks: std::collections::BTreeMap::new(),
        },
        reconciliation: Vec::new(),
        counted: Vec::new(),
        warnings: Vec::new(),
        definitions: (0..12).map(definition).collect(),
        web_url: Some("https://reports.example.com/editions/317".to_owned()),
        template_hash: "4b4b".repeat(16),
        sections,
    }
}

fn tile(number: i64) -> Kpi {
    Kpi {
        metric: format!("metric_{number}@1"),
        label: format!("Metric {number}"),
        span: "16–22 Nov 2026".to_owned(),
        unit: Unit::Money,
        figure: Some(Figure::whole(26_812_345 + number)),
        change: None,
        is_apart: false,
        trend: (0..12).map(|n| Some(Figure::whole(n * n % 17 + n))).collect(),
    }
}

fn charts() -> Vec<Chart> {
    let months = ["Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"];
    let stages = ["Lead", "Qualified", "Proposal", "Negotiation", "Closed won"];
    let reps = ["Amélie Dubois-Lefèvre", "王小明", "Ελένη Παπαδοπούλου", "Анна Соколова", "José Ñáñez", "Other"];
    let chart = |id: &str, kind, unit, names: &[&str], width| Chart {
        id: id.to_owned(),
        title: "Revenue by month".to_owned(),
        span: "Dec 2025 – Nov 2026".to_owned(),
        kind,
        width,
        unit,
        unit_across: None,
        axis: "Month".to_owned(),
        categories: names.iter().copied().map(Category::named).collect(),
        series: vec![Series {
            name: "Last 12 months".to_owned(),
            figures: (0..names.len() as i64).map(|n| Some(Figure::whole(9_000_000 / (n + 1) + n * 80_000))).collect(),
        }],
        target: None,
    };
    vec![
        chart("s3", ChartKind::Area, Unit::Money, &months, Width::Full),
        chart("s4", ChartKind::Funnel, Unit::Count, &stages, Width::Half),
        chart("s5", ChartKind::Donut, Unit::Count, &stages, Width::Half),
        chart("s6", ChartKind::Bar, Unit::Money, &stages, Width::Half),
        chart("s7", ChartKind::HorizontalBar, Unit::Money, &reps, Width::Half),
    ]
}

/// A name, two attributes and five figures a row: eight columns.
fn table(row_count: i64) -> Table {
    let column =
        |label: &str, unit| Column { metric: label.to_owned(), label: label.to_owned(), unit, is_ratio: false };
    let first = "2026-03-01".parse::<chrono::NaiveDate>().expect("a date");
    let row = |n: i64| Row {
        member: n.to_string(),
        label: format!("Customer {n}"),
        attributes: vec![
            Attribute::Words("Owner".to_owned()),
            Attribute::Date(first + chrono::Days::new(n as u64 % 250)),
        ],
        cells: vec![
            Some(Figure::whole(n * 1_234)),
            Some(Figure::whole(n * 567)),
            Some(Figure::whole(n % 13)),
            Some(Figure::ratio(n % 13, 17)),
            Some(Figure::whole(n % 31)),
        ],
    };
    Table {
        id: "s8".to_owned(),
        title: "Customers".to_owned(),
        span: "16–22 Nov 2026".to_owned(),
        row_label: "Customer".to_owned(),
        attributes: vec!["Owner".to_owned(), "Last contact".to_owned()],
        columns: vec![
            column("Revenue", Unit::Money),
            column("Open pipeline", Unit::Money),
            column("Deals won", Unit::Count),
            column("Win rate", Unit::Percent),
            column("Interactions", Unit::Count),
        ],
        rows: (0..row_count).map(row).collect(),
        limit: 1_000,
        is_over_time: false,
        sorted_by: Some(0),
        totals: Some(vec![Some(Figure::whole(1)); 5]),
        notes: Vec::new(),
    }
}
