//! One drawing of a chart for every target: the page's draw list, SVG for the web, PNG for the mail.
//!
//! In: a chart of the document, accent, locale. Out: strokes on any plotters backend.
//! Zero is always on the value axis; labels never overlap; nothing is told by colour alone.

mod alt;
mod bars;
mod donut;
mod funnel;
mod gauge;
mod heatmap;
mod legend;
mod pen;
mod plot;
mod raster;
mod scale;
mod scatter;
mod sparkline;
mod stacked;
mod svg;
mod time;
mod waterfall;

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingAreaErrorKind, DrawingBackend};

pub use alt::chart_alt;
pub(super) use pen::{SIZE_SCALE, TOP_TO_BASELINE};
#[cfg(test)]
pub(super) use raster::paint;
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

/// How the data labels of a chart are written.
#[derive(Clone, Copy)]
struct LabelForm {
    label: Label,
    wording: Wording,
    width: f64,
    /// Whether the labels of a row stand together or not at all: some of them would look like values that are missing.
    is_row: bool,
    /// Whether each of them fits.
    has_room: bool,
}

/// How much of a figure a data label tells.
#[derive(Clone, Copy)]
enum Wording {
    /// As on a tile.
    Whole,
    /// In three digits.
    Brief,
    /// Without its currency, which stands on the axis.
    Bare,
}

impl<'a> ChartSpec<'a> {
    /// The drawing of `chart` as it stands in `document`.
    pub(super) fn new(document: &'a Document, chart: &'a Chart) -> Self {
        Self {
            chart,
            accent: palette::graphic(document.theme.accent),
            currency: &document.currency,
            locale: document.locale,
        }
    }

    /// A figure on the value axis: whole currency units for amounts.
    fn measure(&self, figure: Option<Figure>) -> Option<f64> {
        self.measure_as(figure, self.chart.unit)
    }

    /// The same in a unit other than the chart's.
    fn measure_as(&self, figure: Option<Figure>, unit: Unit) -> Option<f64> {
        let value = figure?.value(unit)?;
        Some(if unit == Unit::Money { value / 100.0 } else { value })
    }

    /// The colour of the n-th series; what a single line is compared with steps back.
    fn series_colour(&self, at: usize) -> Colour {
        let is_line = matches!(self.chart.kind, ChartKind::Line | ChartKind::Area);
        match at {
            1 if is_line && self.chart.series.len() == 2 => palette::MUTED,
            at => palette::series(self.accent, at),
        }
    }

    /// The width of the n-th line; the first is the one spoken of.
    fn line_width(&self, at: usize) -> f64 {
        if at == 0 { 1.8 } else { 1.3 }
    }

    /// The values of a series.
    fn values(&self, series: usize) -> Vec<Option<f64>> {
        self.chart.series.get(series).map_or_else(Vec::new, |s| s.figures.iter().map(|f| self.measure(*f)).collect())
    }

    /// A figure as a data label.
    fn label(&self, figure: Option<Figure>) -> String {
        self.locale.tile(figure, self.chart.unit, self.currency)
    }

    /// How data labels no wider than `width` are written: all in the same way, since one label of a row that lacks what
    /// the others have would read as another unit.
    fn label_form(&self, figures: impl Iterator<Item = Option<Figure>> + Clone, label: Label, width: f64) -> LabelForm {
        const SIZES: [f64; 2] = [6.4, 5.2];
        let [smaller, smallest] = SIZES.map(|size| Label { size: size.min(label.size), ..label });
        let forms = [
            (label, Wording::Whole),
            (label, Wording::Brief),
            (smaller, Wording::Brief),
            (label, Wording::Bare),
            (smallest, Wording::Brief),
            (smallest, Wording::Bare),
        ];
        let forms = forms.map(|(label, wording)| LabelForm { label, wording, width, is_row: true, has_room: true });
        let fits =
            |form: &LabelForm| figures.clone().all(|f| form.label.width(&self.written(f, form.wording)) <= width);
        forms.into_iter().find(fits).unwrap_or(LabelForm { has_room: false, ..forms[forms.len() - 1] })
    }

    fn written(&self, figure: Option<Figure>, wording: Wording) -> String {
        match wording {
            Wording::Whole => self.label(figure),
            Wording::Brief => self.locale.brief(figure, self.chart.unit, self.currency),
            Wording::Bare => self.locale.bare(figure, self.chart.unit),
        }
    }

    /// A figure as a data label; nothing where it would not be read.
    fn formed(&self, sign: &str, figure: Option<Figure>, form: &LabelForm) -> Option<(Label, String)> {
        if form.is_row && !form.has_room && figure.is_some() {
            return None;
        }
        let text = format!("{sign}{}", self.written(figure, form.wording));
        (form.label.width(&text) <= form.width).then_some((form.label, text))
    }

    /// A tick of the value axis.
    fn tick(&self, value: f64) -> String {
        self.locale.tick(value, self.chart.unit, self.currency)
    }
}

/// The height of a picture whose rows need more than the `plain` one, up to `most`.
pub(super) fn chart_height(chart: &Chart, plain: u32, most: u32) -> u32 {
    let rows = match chart.kind {
        _ if chart.is_empty() => 0,
        ChartKind::Heatmap => 14 + 15 * chart.series.len(),
        ChartKind::HorizontalBar => 18 * chart.series.len() * chart.categories.len(),
        ChartKind::Sparkline => 22 * chart.series.len(),
        _ => 0,
    };
    plain.max(u32::try_from(rows).unwrap_or(most).min(most))
}

/// Draws a chart over the whole of `area`; `scale` is the backend's units a point.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, area: &DrawingArea<DB, Shift>, scale: f64) -> Drawn<DB> {
    let pen = Pen::new(area, scale);
    if spec.chart.is_empty() {
        let middle = Label::new(9.0, palette::MUTED).centred();
        return pen.text(pen.width / 2.0, pen.height / 2.0, &middle, spec.locale.phrases().no_values);
    }
    match spec.chart.kind {
        ChartKind::Line | ChartKind::Area => time::draw(spec, &pen),
        ChartKind::Bar => bars::draw_upright(spec, &pen),
        ChartKind::HorizontalBar => bars::draw_lying(spec, &pen),
        ChartKind::StackedBar => stacked::draw(spec, &pen),
        ChartKind::Waterfall => waterfall::draw(spec, &pen),
        ChartKind::Donut | ChartKind::Pie => donut::draw(spec, &pen),
        ChartKind::Funnel => funnel::draw(spec, &pen),
        ChartKind::Heatmap => heatmap::draw(spec, &pen),
        ChartKind::Scatter => scatter::draw(spec, &pen),
        ChartKind::Gauge => gauge::draw(spec, &pen),
        ChartKind::Sparkline => sparkline::draw(spec, &pen),
    }
}

/// The bold label of a value.
fn value_label(size: f64) -> Label {
    Label { weight: Weight::Bold, ..Label::new(size, palette::INK) }
}
