//! One drawing of a chart for every target: the page's draw list, SVG for the web, PNG for the mail.
//!
//! In: a chart of the document, accent, locale. Out: strokes on any plotters backend.
//! Zero is always on the value axis; labels never overlap; nothing is told by colour alone.

mod alt;
mod bars;
mod donut;
mod funnel;
mod pen;
mod scale;
mod svg;
mod time;

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingAreaErrorKind, DrawingBackend};

pub use alt::chart_alt;
pub(super) use pen::{SIZE_SCALE, TOP_TO_BASELINE};
pub(super) use svg::chart_png;
pub use svg::chart_svg;

use crate::render::chart::pen::{Label, Pen};
use crate::render::font::Weight;
use crate::render::palette;
use crate::report::{Chart, ChartKind, Colour, Document, Locale};
use crate::report::{Figure, Unit};

/// Why a backend refused a stroke.
pub(super) type DrawError<DB> = DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>;
type Drawn<DB> = Result<(), DrawError<DB>>;

/// What a drawing needs besides the numbers.
#[derive(Debug, Clone)]
pub(super) struct ChartSpec<'a> {
    pub chart: &'a Chart,
    pub accent: Colour,
    pub currency: &'a str,
    pub locale: Locale,
}

impl<'a> ChartSpec<'a> {
    /// The drawing of `chart` as it stands in `document`.
    pub(super) fn new(document: &'a Document, chart: &'a Chart) -> Self {
        Self { chart, accent: document.theme.accent, currency: &document.currency, locale: document.locale }
    }

    /// A figure on the value axis: whole currency units for amounts.
    fn measure(&self, figure: Option<Figure>) -> Option<f64> {
        let value = figure?.value(self.chart.unit)?;
        Some(if self.chart.unit == Unit::Money { value / 100.0 } else { value })
    }

    /// The values of a series.
    fn values(&self, series: usize) -> Vec<Option<f64>> {
        self.chart.series.get(series).map_or_else(Vec::new, |s| s.figures.iter().map(|f| self.measure(*f)).collect())
    }

    /// A figure as a data label.
    fn label(&self, figure: Option<Figure>) -> String {
        self.locale.tile(figure, self.chart.unit, self.currency)
    }

    /// A tick of the value axis.
    fn tick(&self, value: f64) -> String {
        self.locale.tick(value, self.chart.unit, self.currency)
    }
}

/// Draws a chart over the whole of `area`; `scale` is the backend's units a point.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, area: &DrawingArea<DB, Shift>, scale: f64) -> Drawn<DB> {
    let pen = Pen::new(area, scale);
    if spec.chart.is_empty() {
        let middle = Label::new(9.0, palette::MUTED).centred();
        return pen.text(pen.width / 2.0, pen.height / 2.0, &middle, "No values in this span");
    }
    match spec.chart.kind {
        ChartKind::Line | ChartKind::Area | ChartKind::Heatmap | ChartKind::Scatter | ChartKind::Sparkline => {
            time::draw(spec, &pen)
        }
        ChartKind::Bar | ChartKind::StackedBar | ChartKind::Waterfall | ChartKind::Gauge => {
            bars::draw_upright(spec, &pen)
        }
        ChartKind::HorizontalBar => bars::draw_lying(spec, &pen),
        ChartKind::Donut | ChartKind::Pie => donut::draw(spec, &pen),
        ChartKind::Funnel => funnel::draw(spec, &pen),
    }
}

/// The bold label of a value.
fn value_label(size: f64) -> Label {
    Label { weight: Weight::Bold, ..Label::new(size, palette::INK) }
}
