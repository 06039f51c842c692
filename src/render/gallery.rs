//! A document that shows every kind of chart and section, over nothing, over a plausible business, and over a very
//! large one: what the drawings are tested on. `VESPER_GALLERY=DIR` writes it in every format, for the eye.

use crate::report::fixture::{LONG, Size, document};
use crate::report::{
    Attribute, Category, Chart, ChartKind, Column, Document, Figure, Locale, Logo, Row, Section, Series, Table, Unit,
    Width,
};

const LOGO: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 60 24'>\
    <circle cx='12' cy='12' r='11' fill='#0f766e'/><path d='M26 4h30v4H26zM26 11h22v4H26zM26 18h30v4H26z' fill='#134e4a'/></svg>";

struct Maker {
    size: Size,
    sections: Vec<Section>,
}

/// The weekly report's frame around one section of every kind.
pub(super) fn gallery(size: Size, locale: Locale) -> Document {
    let mut maker = Maker { size, sections: Vec::new() };
    let whole = document();
    maker.sections.extend(whole.sections.iter().filter(|s| matches!(s, Section::Kpis(_) | Section::Text(_))).cloned());
    maker.charts();
    maker.sections.push(Section::Appendix { title: locale.phrases().appendix.to_owned() });
    maker.table();
    let mut document = Document { locale, sections: maker.sections, ..whole };
    if size == Size::Huge {
        document.theme.logo = Some(Logo::read(LOGO).expect("a drawing"));
    }
    if size == Size::Huge {
        document.title = format!("Quarterly review of {LONG}");
        document.organisation = LONG.to_owned();
        document.currency = "CHF".to_owned();
    }
    for section in &mut document.sections {
        let Section::Kpis(row) = section else { continue };
        for tile in &mut row.tiles {
            tile.trend = maker_trend(size);
            match size {
                Size::Nothing => (tile.figure, tile.change) = (None, None),
                Size::Plausible => {}
                Size::Huge => {
                    tile.label = format!("{} of {LONG}", tile.label);
                    tile.figure = tile.figure.map(|f| Figure { numerator: f.numerator.saturating_mul(98_765), ..f });
                }
            }
        }
    }
    document
}

fn maker_trend(size: Size) -> Vec<Option<Figure>> {
    match size {
        Size::Nothing => Vec::new(),
        _ => [5, 7, 6, 9, 8, 11, 10, 13].map(|v| Some(Figure::whole(v))).to_vec(),
    }
}

impl Maker {
    fn figure(&self, value: i64) -> Option<Figure> {
        match self.size {
            Size::Nothing => None,
            Size::Plausible => Some(Figure::whole(value)),
            Size::Huge => Some(Figure::whole(value.saturating_mul(34_567_891))),
        }
    }

    fn name(&self, name: &str) -> String {
        if self.size == Size::Huge { format!("{name} {LONG}") } else { name.to_owned() }
    }

    /// A chart; figures without a unit of money are left as they are.
    fn chart(
        &mut self,
        kind: ChartKind,
        title: &str,
        unit: Unit,
        names: &[&str],
        series: &[(&str, &[i64])],
    ) -> &mut Chart {
        let id = format!("s{}", self.sections.len() + 1);
        let is_time = matches!(kind, ChartKind::Line | ChartKind::Area | ChartKind::Sparkline | ChartKind::Heatmap);
        let category = |name: &&str| if is_time { Category::named(*name) } else { Category::named(self.name(name)) };
        let figure = |value: &i64| match unit {
            Unit::Percent => (self.size != Size::Nothing).then_some(Figure::ratio(*value, 100)),
            _ => self.figure(*value),
        };
        let series = series.iter().map(|(name, values)| Series {
            name: self.name(name),
            figures: values.iter().map(figure).chain(std::iter::repeat(None)).take(names.len()).collect(),
        });
        let chart = Chart {
            id,
            title: self.name(title),
            span: "Dec 2025 – Nov 2026".to_owned(),
            kind,
            width: Width::Half,
            unit,
            unit_across: None,
            axis: "Month".to_owned(),
            categories: names.iter().map(category).collect(),
            series: series.collect(),
            target: None,
        };
        self.sections.push(Section::Chart(chart));
        match self.sections.last_mut() {
            Some(Section::Chart(chart)) => chart,
            _ => unreachable!("a chart was pushed last"),
        }
    }

    fn charts(&mut self) {
        const MONTHS: [&str; 12] =
            ["Dec ’25", "Jan ’26", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"];
        const RISING: [i64; 12] = [
            6_100_000, 6_650_000, 7_020_000, 6_910_000, 7_500_000, 8_130_000, 7_990_000, 8_800_000, 9_140_000,
            9_700_000, 10_320_000, 11_180_000,
        ];
        const BEFORE: [i64; 12] = [
            5_200_000, 5_150_000, 5_820_000, 6_010_000, 5_900_000, 6_630_000, 7_090_000, 6_900_000, 7_740_000,
            8_000_000, 8_420_000, 9_080_000,
        ];
        const SMALL: [i64; 12] = [
            1_200_000, 1_350_000, 1_120_000, 1_510_000, 1_400_000, 1_630_000, 1_990_000, 1_800_000, 2_140_000,
            2_000_000, 2_420_000, 2_680_000,
        ];
        let target = self.figure(9_500_000);
        let chart = self.chart(
            ChartKind::Area,
            "Revenue by month",
            Unit::Money,
            &MONTHS,
            &[("Last 12 months", &RISING), ("A year before", &BEFORE)],
        );
        chart.width = Width::Full;
        chart.target = target;
        let three: [(&str, &[i64]); 3] = [("Enterprise", &RISING), ("Business", &BEFORE), ("Starter", &SMALL)];
        self.chart(ChartKind::Line, "Revenue by plan", Unit::Money, &MONTHS, &three);
        self.chart(
            ChartKind::StackedBar,
            "Revenue, stacked",
            Unit::Money,
            &MONTHS[6..],
            &three.map(|(n, v)| (n, &v[6..])),
        );
        self.chart(
            ChartKind::Bar,
            "Revenue and cost",
            Unit::Money,
            &["EMEA", "AMER", "APAC", "LATAM"],
            &[
                ("Revenue", &[41_200_000, 38_000_000, 27_000_000, 9_500_000]),
                ("Cost", &[30_000_000, 34_500_000, 14_800_000, -6_000_000]),
            ],
        );
        let target = self.figure(35_000_000);
        self.chart(
            ChartKind::HorizontalBar,
            "Revenue by sales rep",
            Unit::Money,
            &["Amélie Dubois-Lefèvre", "王小明", "Ελένη Παπαδοπούλου", "Анна Соколова", "José Ñáñez", "Other"],
            &[("Revenue", &[41_200_000, 38_000_000, 27_000_000, 19_500_000, 12_000_000, 7_700_000])],
        )
        .target = target;
        let tiers = ["Enterprise", "Business", "Team", "Starter", "Free"];
        self.chart(
            ChartKind::Donut,
            "Customers by tier",
            Unit::Count,
            &tiers,
            &[("Customers", &[412, 655, 288, 96, 3])],
        );
        self.chart(
            ChartKind::Pie,
            "Revenue by tier",
            Unit::Money,
            &tiers,
            &[("Revenue", &[33_333, 33_333, 33_333, 8_000, 100])],
        );
        self.chart(
            ChartKind::Funnel,
            "How far deals get",
            Unit::Count,
            &["Lead", "Qualified", "Proposal", "Negotiation", "Closed won"],
            &[("Deals", &[48_210, 21_840, 12_980, 5_310, 1_204])],
        );
        let steps = ["Opening", "New", "Expansion", "Contraction", "Churn", "Closing"];
        let bridge = self.chart(
            ChartKind::Waterfall,
            "Recurring revenue, from October to November",
            Unit::Money,
            &steps,
            &[("MRR", &[17_150_000, 1_230_000, 825_000, -310_000, -469_000, 18_426_000])],
        );
        bridge.categories[0].is_total = true;
        bridge.categories[5].is_total = true;
        self.chart(ChartKind::Gauge, "Win rate against target", Unit::Percent, &["Win rate"], &[("Win rate", &[67])])
            .target = Some(Figure::ratio(60, 100));
        self.chart(ChartKind::Sparkline, "Courses", Unit::Money, &MONTHS, &three);
        let cohorts: Vec<(String, Vec<i64>)> = (0..12)
            .map(|c| {
                (
                    MONTHS[c].to_owned(),
                    (0..12 - c as i64).map(|m| 100 - m * (4 + (c as i64 % 3)) - (m > 0) as i64 * 9).collect(),
                )
            })
            .collect();
        let cohorts: Vec<(&str, &[i64])> = cohorts.iter().map(|(n, v)| (n.as_str(), v.as_slice())).collect();
        let ages = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"];
        self.chart(ChartKind::Heatmap, "Retention by cohort", Unit::Percent, &ages, &cohorts).width = Width::Full;
        let names =
            ["Acme", "Globex", "Initech", "Umbrella", "Hooli", "Vehement", "Massive", "Wayne", "Stark", "Wonka"];
        let scatter = self.chart(
            ChartKind::Scatter,
            "Spend and satisfaction",
            Unit::Money,
            &names,
            &[
                ("Interactions", &[3, 9, 12, 14, 20, 22, 25, 31, 36, 40]),
                (
                    "Revenue",
                    &[
                        1_200_000, 1_800_000, 900_000, 3_000_000, 2_800_000, 4_100_000, 2_200_000, 5_200_000,
                        4_900_000, 7_000_000,
                    ],
                ),
            ],
        );
        scatter.unit_across = Some(Unit::Count);
        scatter.width = Width::Full;
    }

    fn table(&mut self) {
        let count = match self.size {
            Size::Nothing => 0,
            Size::Plausible => 40,
            Size::Huge => 1_500,
        };
        let column = |label: &str, unit, is_ratio| Column {
            metric: format!("{label}@1"),
            label: label.to_owned(),
            unit,
            is_ratio,
        };
        let columns = vec![
            column("Revenue", Unit::Money, false),
            column("Open pipeline", Unit::Money, false),
            column("Deals won", Unit::Count, false),
            column("Win rate", Unit::Percent, true),
            column("Days to close", Unit::Days, true),
        ];
        let day = "2026-03-01".parse::<chrono::NaiveDate>().expect("a date");
        let rows: Vec<Row> = (0..count)
            .map(|n: i64| Row {
                member: format!("c{n}"),
                label: self.name(
                    ["Müller & Søn", "東京商事株式会社", "=SUM(A1)", "Łódź Textiles", "Ελληνική Ναυτιλία"]
                        [n as usize % 5],
                ),
                attributes: vec![
                    Attribute::Words(self.name(["Анна Соколова", "José Ñáñez"][n as usize % 2])),
                    if n % 7 == 0 {
                        Attribute::Nothing
                    } else {
                        Attribute::Date(day + chrono::Days::new(n as u64 % 250))
                    },
                ],
                cells: vec![
                    self.figure(123_456 * (n + 1)),
                    self.figure(98_765 * (count - n)),
                    Some(Figure::whole(n % 13)),
                    Some(Figure::ratio(n % 13, n % 13 + 4)),
                    Some(Figure::ratio(n * 31, n % 13)),
                ],
            })
            .collect();
        let sum = |at: usize| {
            let figures = rows.iter().filter_map(|row| row.cells[at]);
            let (n, d) = figures.fold((0i64, 0i64), |(n, d), f| (n.saturating_add(f.numerator), d + f.denominator));
            Some(if columns[at].is_ratio { Figure::ratio(n, d) } else { Figure::whole(n) })
        };
        let totals = (0..columns.len()).map(sum).collect();
        self.sections.push(Section::Table(Table {
            id: "accounts".to_owned(),
            title: self.name("Accounts"),
            span: "Dec 2025 – Nov 2026".to_owned(),
            row_label: "Customer".to_owned(),
            attributes: vec!["Owner".to_owned(), "Last contact".to_owned()],
            columns,
            rows,
            limit: 1_000,
            is_over_time: false,
            sorted_by: Some(0),
            totals: Some(totals),
            notes: Vec::new(),
        }));
    }
}
