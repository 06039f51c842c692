//! A report template as read: every name in it already points at a metric, a window, a dimension.

use std::collections::BTreeMap;

use crate::base::Grain;
use crate::metric::{Compare, Metric, Window};
use crate::report::document::{ChartKind, Width};
use crate::report::extract::{ExtractChart, ExtractTable};
use crate::report::theme::{Layout, Theme};
use crate::report::{Locale, Scope};

/// A template to start from: every kind of section with every key, explained.
pub const EXAMPLE: &str = include_str!("example.toml");

/// A report template.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportTemplate {
    /// The file's stem: `executive-weekly`.
    pub name: String,
    /// The headline.
    pub title: String,
    /// One line under it.
    pub subtitle: Option<String>,
    /// Who reads it, for the operator's eyes.
    pub audience: Option<String>,
    /// The mail's subject, over the numbers.
    pub subject: String,
    /// The line an inbox shows after the subject, over the numbers.
    pub preheader: String,
    /// The organisation's name where the deployment's is not wanted.
    pub organisation: Option<String>,
    /// The window the report is about.
    pub window: Window,
    /// The dimension it may be cut by, one edition a member; every number of it has this dimension.
    pub scope: Option<&'static str>,
    /// How numbers and dates are written.
    pub locale: Locale,
    /// The sheet.
    pub layout: Layout,
    /// Colours and words.
    pub theme: Theme,
    /// Texts that sentences and filters may name, and a job may set otherwise.
    pub parameters: BTreeMap<String, String>,
    /// What the report says, in order.
    pub sections: Vec<SectionTemplate>,
    /// SHA-256 of the file, hex: part of an edition's manifest.
    pub hash: String,
}

impl ReportTemplate {
    /// The same template with its parameters set: members that begin with `$` are what they stand for.
    pub fn bound(&self, set: &BTreeMap<String, String>) -> ReportTemplate {
        let mut bound = self.clone();
        let known = self.parameters.keys().filter_map(|name| Some((name.clone(), set.get(name)?.clone())));
        bound.parameters.extend(known.collect::<Vec<_>>());
        let values = bound.parameters.clone();
        let bind = |member: &mut String| {
            if let Some(value) = member.strip_prefix('$').and_then(|name| values.get(name)) {
                *member = value.clone();
            }
        };
        for section in &mut bound.sections {
            match section {
                SectionTemplate::Kpis(kpis) => {
                    let filters = kpis.tiles.iter_mut().filter_map(|tile| tile.measure.filter.as_mut());
                    filters.for_each(|filter| bind(&mut filter.member));
                }
                SectionTemplate::Chart(chart) => {
                    let measures = chart.measures.iter_mut().chain(&mut chart.across);
                    measures.filter_map(|m| m.filter.as_mut()).for_each(|filter| bind(&mut filter.member));
                    if let By::Dimension { members, .. } = &mut chart.by {
                        members.iter_mut().for_each(bind);
                    }
                }
                SectionTemplate::Table(table) => table.members.iter_mut().for_each(bind),
                SectionTemplate::ExtractChart(chart) => chart.extract.bind(&bind),
                SectionTemplate::ExtractTable(table) => table.extract.bind(&bind),
                SectionTemplate::Text(_) | SectionTemplate::PageBreak | SectionTemplate::Appendix { .. } => {}
            }
        }
        bound
    }
}

/// One section of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum SectionTemplate {
    /// Tiles.
    Kpis(KpisTemplate),
    /// A chart.
    Chart(ChartTemplate),
    /// A table.
    Table(TableTemplate),
    /// A chart over a published table.
    ExtractChart(ExtractChart),
    /// A table over a published table.
    ExtractTable(ExtractTable),
    /// Words.
    Text(TextTemplate),
    /// A new page.
    PageBreak,
    /// What follows stands behind the report and not in the mail.
    Appendix {
        /// Its heading.
        title: String,
    },
}

/// A metric over a window, under a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// What is measured.
    pub metric: &'static Metric,
    /// Over which span.
    pub window: Window,
    /// A name other than the catalog's.
    pub label: Option<String>,
    /// One member of one of its dimensions instead of the whole.
    pub filter: Option<Scope>,
}

impl Measure {
    /// The name a reader sees.
    pub fn label(&self, locale: Locale) -> String {
        self.label.clone().unwrap_or_else(|| locale.term(self.metric.label))
    }
}

/// Tiles that stand together.
#[derive(Debug, Clone, PartialEq)]
pub struct KpisTemplate {
    /// The heading, if any.
    pub title: Option<String>,
    /// The tiles.
    pub tiles: Vec<KpiTemplate>,
}

/// One tile.
#[derive(Debug, Clone, PartialEq)]
pub struct KpiTemplate {
    /// The number.
    pub measure: Measure,
    /// What it is compared with.
    pub compare: Option<Compare>,
    /// From how large a change on, in tenths of a percent or of a point, the next edition corrects it.
    pub restate_tenths: i64,
    /// Whether the way to the value is drawn too.
    pub has_trend: bool,
}

/// A chart of one metric, or of several in one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartTemplate {
    /// The heading.
    pub title: String,
    /// How it is drawn.
    pub kind: ChartKind,
    /// Full or half.
    pub width: Width,
    /// What is measured, over which span; the first is the one spoken of.
    pub measures: Vec<Measure>,
    /// Along what it is cut.
    pub by: By,
    /// What runs along the horizontal axis of a scatter.
    pub across: Option<Measure>,
    /// What the values should reach.
    pub target: Option<Target>,
}

impl ChartTemplate {
    /// The metric the chart is about.
    pub fn measure(&self) -> &Measure {
        self.measures.first().expect("a chart without a metric is not read")
    }
}

/// What values should reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A number in thousandths of the unit people read: whole things, currency units, percent, days.
    Thousandths(i64),
    /// Another metric over the same window.
    Metric(&'static Metric),
}

/// Along what a chart is cut.
#[derive(Debug, Clone, PartialEq)]
pub enum By {
    /// Complete buckets of time up to the business date.
    Time {
        /// Their grain.
        grain: Grain,
        /// How many.
        last: usize,
        /// Whether the same buckets a year before are drawn too.
        with_year_before: bool,
    },
    /// A dimension's members.
    Dimension {
        /// Its name.
        name: &'static str,
        /// Only these, in this order; all when empty.
        members: Vec<String>,
        /// The largest n, the rest together as "Other".
        top: Option<usize>,
        /// Largest first instead of the dimension's own order.
        by_value: bool,
    },
    /// From where it was by what came and went to where it is: the chart's metric is the end.
    Bridge {
        /// Where it begins; the value of the window before when no metric is named.
        opening: Option<&'static Metric>,
        /// What happens on the way, and whether it is taken away.
        steps: Vec<(&'static Metric, bool)>,
    },
    /// Not cut: one value.
    Nothing,
}

/// A table by a dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct TableTemplate {
    /// The heading.
    pub title: String,
    /// The dimension whose members are the rows.
    pub by: &'static str,
    /// Only these members, in this order unless sorted; all when empty.
    pub members: Vec<String>,
    /// The first column's heading.
    pub row_label: String,
    /// The columns after the first.
    pub columns: Vec<Measure>,
    /// How the rows are ordered.
    pub sort: Sort,
    /// Pages and mails show this many rows.
    pub limit: usize,
    /// Whether a total stands below.
    pub has_total: bool,
}

/// How rows are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// As the dimension lists its members.
    Member,
    /// By a column, largest first.
    Largest(usize),
    /// By a column, smallest first.
    Smallest(usize),
}

/// Words over the numbers (minijinja).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextTemplate {
    /// The heading, if any.
    pub title: Option<String>,
    /// Paragraphs, parted by blank lines; `- ` begins an item.
    pub body: String,
}
