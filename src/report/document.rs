//! The document: what a report says, in typed sections, before anything has a font or a place.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::base::Period;
use crate::metric::snapshot::Reconciliation;
use crate::metric::{Direction, Figure, Unit};
use crate::report::locale::Locale;
use crate::report::phrase::say;
use crate::report::reconciliation::Counted;
use crate::report::theme::{Layout, Theme};

mod table;

pub use table::{Attribute, Column, Row, Table};

/// A whole report, ready to be rendered in any format.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// The template's name; file names begin with it.
    pub report: String,
    /// The headline.
    pub title: String,
    /// One line under the headline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// Who the numbers belong to.
    pub organisation: String,
    /// The mail's subject.
    pub subject: String,
    /// The line an inbox shows after the subject.
    pub preheader: String,
    /// The report's main period, in words.
    pub period_label: String,
    /// The report's main period.
    pub period: Period,
    /// The last complete day inside.
    pub business_date: NaiveDate,
    /// ISO 4217.
    pub currency: String,
    /// How numbers and dates are written.
    pub locale: Locale,
    /// Sheet and its orientation.
    pub layout: Layout,
    /// White-label colours and words.
    pub theme: Theme,
    /// The snapshot every number comes from.
    pub snapshot: SnapshotMark,
    /// Source rows = star rows, per entity, as checked at publish.
    pub reconciliation: Vec<Reconciliation>,
    /// What the report's own numbers say of those entities: the third side of the proof.
    pub counted: Vec<Counted>,
    /// Sentences a reader must know about the data.
    pub warnings: Vec<String>,
    /// Every metric the report uses, in the catalog's order.
    pub definitions: Vec<Definition>,
    /// Where the same report stands on the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_url: Option<String>,
    /// SHA-256 of the template, hex.
    pub template_hash: String,
    /// What the report says, in order.
    pub sections: Vec<Section>,
}

impl Document {
    /// The sections a mail shows: all before the appendix.
    pub fn mailed_sections(&self) -> &[Section] {
        let appendix = self.sections.iter().position(|section| matches!(section, Section::Appendix { .. }));
        &self.sections[..appendix.unwrap_or(self.sections.len())]
    }

    /// What a mail says of the parts it leaves out, if it leaves out any.
    pub fn appendix_line(&self) -> Option<String> {
        let titles: Vec<&str> = self
            .sections
            .iter()
            .filter_map(|section| if let Section::Appendix { title } = section { Some(title.as_str()) } else { None })
            .collect();
        (!titles.is_empty()).then(|| say(self.locale.phrases().in_appendix, &[&titles.join(", ")]))
    }

    /// The first `count` warnings, and a line for the rest: a mail has no room for a list of them.
    pub fn leading_warnings(&self, count: usize) -> Vec<String> {
        let mut lines: Vec<String> = self.warnings.iter().take(count).cloned().collect();
        let rest = self.warnings.len().saturating_sub(count);
        if rest > 0 {
            lines.push(say(self.locale.phrases().more_notes, &[&rest.to_string()]));
        }
        lines
    }
}

/// The snapshot a document was built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SnapshotMark {
    /// Its number.
    pub snapshot_id: i64,
    /// When it became current.
    pub published_at: DateTime<Utc>,
    /// SHA-256 of the metric definitions, hex.
    pub definition_hash: String,
    /// Source → high-water mark.
    pub watermarks: BTreeMap<String, String>,
}

/// What a metric means, for the last page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// `win_rate@1`: what the manifest and the workbook hold it by.
    pub metric: String,
    /// Which of its meanings this is, counted from 1.
    pub version: u16,
    /// The reader's name for it.
    pub label: String,
    /// The meaning in words.
    pub words: String,
}

impl Definition {
    /// The meaning, and which one it is where there was another before.
    pub fn told(&self, locale: Locale) -> String {
        match self.version {
            0 | 1 => self.words.clone(),
            version => format!("{} ({})", self.words, say(locale.phrases().definition_of, &[&version.to_string()])),
        }
    }
}

/// One thing the report says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Tiles.
    Kpis(KpiRow),
    /// A picture of numbers.
    Chart(Chart),
    /// Rows by a dimension's member.
    Table(Table),
    /// Words over the numbers.
    Text(Text),
    /// What follows begins on a new page.
    PageBreak,
    /// What follows stands behind the report: on new pages under this title, and not in the mail.
    Appendix {
        /// `Appendix`, or the template's word for it.
        title: String,
    },
}

/// Tiles that stand together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KpiRow {
    /// Stable within the report.
    pub id: String,
    /// The heading, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The tiles.
    pub tiles: Vec<Kpi>,
}

/// One number with what it is compared to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kpi {
    /// The metric's name.
    pub metric: String,
    /// The reader's name for it.
    pub label: String,
    /// Which span, in words.
    pub span: String,
    /// What it is counted in.
    pub unit: Unit,
    /// The value.
    pub figure: Option<Figure>,
    /// What it is compared with, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Whether the span is another than the report's, so that the tile has to name it beside what it is compared with.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_apart: bool,
    /// The way here, oldest first and ending with the value: a small line in the tile. Empty: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trend: Vec<Option<Figure>>,
}

impl Kpi {
    /// Against what a change is: `vs prior month`, and of which dates where they are not the report's.
    pub fn against(&self, change: &Change, locale: Locale) -> String {
        let against = say(locale.phrases().versus, &[&change.against]);
        if self.is_apart { format!("{}, {against}", self.span) } else { against }
    }
}

/// A comparison and whether it is good news.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The earlier value.
    pub figure: Option<Figure>,
    /// Tenths of a percent, or tenths of a percentage point; `None` when it cannot be said.
    pub tenths: Option<i64>,
    /// Percentages differ by points, everything else relatively.
    pub in_points: bool,
    /// Good, bad or neither.
    pub judgment: Judgment,
    /// `prior week`.
    pub against: String,
    /// The dates compared with.
    pub period: Period,
}

/// Whether a change is welcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Judgment {
    /// The metric moved its good way.
    Good,
    /// The metric moved its bad way.
    Bad,
    /// It did not move, has no good way, or cannot be said.
    Neutral,
}

impl Judgment {
    /// Judges a signed change by the metric's good direction.
    pub fn of(direction: Direction, tenths: Option<i64>) -> Judgment {
        match (direction, tenths.unwrap_or(0).signum()) {
            (Direction::Up, 1) | (Direction::Down, -1) => Judgment::Good,
            (Direction::Up, -1) | (Direction::Down, 1) => Judgment::Bad,
            _ => Judgment::Neutral,
        }
    }
}

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// A line over time.
    Line,
    /// A line over time with the space under it filled.
    Area,
    /// Upright bars.
    Bar,
    /// Lying bars: for long names.
    HorizontalBar,
    /// Shares of a whole.
    Donut,
    /// Stages, each a part of the one before.
    Funnel,
    /// Upright bars, the series on top of each other: parts of a sum.
    StackedBar,
    /// Shares of a whole, without the ring's hole.
    Pie,
    /// A grid of shades: one row a series, one column a category (cohorts). `None` leaves its field blank.
    Heatmap,
    /// One point a category: the first series across ([`Chart::unit_across`]), the second upwards.
    Scatter,
    /// One value against a target: the first figure of the first series.
    Gauge,
    /// Lines without axes, one row a series, the newest value beside each.
    Sparkline,
    /// A bridge: totals stand on zero ([`Category::is_total`]), what lies between are signed movements.
    Waterfall,
}

/// How much of the page's width a chart takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Width {
    /// All of it.
    Full,
    /// Half; two halves that follow each other stand side by side.
    Half,
}

/// A picture of numbers, not yet drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// Stable within the report.
    pub id: String,
    /// The heading.
    pub title: String,
    /// Which span, in words.
    pub span: String,
    /// How it is drawn.
    pub kind: ChartKind,
    /// Full or half.
    pub width: Width,
    /// What the values are counted in.
    pub unit: Unit,
    /// What the first series of a scatter is counted in; `None` for every other kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_across: Option<Unit>,
    /// What stands on the category axis: `Month`, `Stage`.
    pub axis: String,
    /// The categories, in order.
    pub categories: Vec<Category>,
    /// One value a category each; the first series is the one spoken of.
    pub series: Vec<Series>,
    /// What the values should reach: the mark of a gauge, a rule across lines and bars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Figure>,
}

/// One place on the category axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Category {
    /// In full: `Oct 2026`.
    pub label: String,
    /// Where space is short: `Oct`.
    pub short: String,
    /// Whether it holds everything beyond the largest n.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_rest: bool,
    /// Whether the bar of a waterfall stands on zero: opening, closing, a sum on the way.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_total: bool,
}

impl Category {
    /// A category that needs no short form.
    pub fn named(label: impl Into<String>) -> Category {
        let label = label.into();
        Category { short: label.clone(), label, is_rest: false, is_total: false }
    }
}

/// One line, or one set of bars.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// The legend's word.
    pub name: String,
    /// One figure a category; `None` where nothing is known.
    pub figures: Vec<Option<Figure>>,
}

impl Chart {
    /// Whether no series holds a value other than zero; a gauge that stands at zero says something.
    pub fn is_empty(&self) -> bool {
        let says_zero = self.kind == ChartKind::Gauge;
        let known = |f: &Option<Figure>| f.is_some_and(|f| (says_zero || f.numerator != 0) && f.denominator != 0);
        !self.series.iter().any(|s| s.figures.iter().any(known))
    }
}

/// Words over the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Stable within the report.
    pub id: String,
    /// The heading, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The paragraphs.
    pub paragraphs: Vec<Paragraph>,
}

/// One paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paragraph {
    /// Its words, on one line.
    pub words: String,
    /// Whether it is an item of a list.
    pub is_item: bool,
}
