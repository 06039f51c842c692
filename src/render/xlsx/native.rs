//! Charts as Excel's own: they follow the cells they are drawn from.

use rust_xlsxwriter::{
    Chart as Native, ChartDataLabel, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker,
    ChartMarkerType, ChartPatternFill, ChartPatternFillType, ChartPoint, ChartSolidFill, ChartType,
};

use crate::render::chart::chart_alt;
use crate::render::palette;
use crate::render::xlsx::chart_cells::Helpers;
use crate::render::xlsx::format::{Formats, colour};
use crate::report::{Chart, ChartKind, Colour, Document};

/// Excel refuses longer alternative texts.
const ALT_LENGTH_MAX: usize = 255;

/// What a native chart is drawn from.
pub(super) struct Ground<'a> {
    pub document: &'a Document,
    pub chart: &'a Chart,
    pub sheet: &'a str,
    pub formats: &'a Formats,
    pub helpers: &'a Helpers,
}

impl Ground<'_> {
    /// The cells of a column below its head.
    fn cells(&self, column: u16) -> (&str, u32, u16, u32, u16) {
        (self.sheet, 1, column, self.chart.categories.len() as u32, column)
    }

    fn head(&self, column: u16) -> (&str, u32, u16) {
        (self.sheet, 0, column)
    }

    fn series_colour(&self, at: usize) -> Colour {
        let is_line = matches!(self.chart.kind, ChartKind::Line | ChartKind::Area);
        match at {
            1 if is_line && self.chart.series.len() == 2 => palette::MUTED,
            at => palette::series(self.document.theme.accent, at),
        }
    }
}

/// The chart over the data on its sheet: names in column A, series from column B, helpers behind, heads in row 1.
/// `None` where the cells themselves are the picture.
pub(super) fn native_chart(ground: &Ground<'_>) -> Option<Native> {
    let mut native = match ground.chart.kind {
        ChartKind::Line | ChartKind::Sparkline => lines(ground, 0),
        ChartKind::Area => area(ground),
        ChartKind::Bar => bars(ground, ChartType::Column),
        ChartKind::StackedBar => bars(ground, ChartType::ColumnStacked),
        ChartKind::HorizontalBar => bars(ground, ChartType::Bar),
        ChartKind::Donut => shares(ground, ChartType::Doughnut),
        ChartKind::Pie => shares(ground, ChartType::Pie),
        ChartKind::Funnel => funnel(ground),
        ChartKind::Waterfall => bridge(ground),
        ChartKind::Scatter => scatter(ground),
        ChartKind::Gauge => gauge(ground),
        ChartKind::Heatmap => return None,
    };
    native.title().set_name(&ground.chart.title);
    let alt: String = chart_alt(ground.document, ground.chart).chars().take(ALT_LENGTH_MAX).collect();
    native.set_alt_text(alt);
    native.set_width(720).set_height(380);
    // The helper columns are hidden.
    native.show_hidden_data();
    Some(native)
}

/// Lines in their rhythms from the series `first` on, the target dashed across.
fn lines(ground: &Ground<'_>, first: usize) -> Native {
    const RHYTHMS: [ChartLineDashType; 4] = [
        ChartLineDashType::Dash,
        ChartLineDashType::RoundDot,
        ChartLineDashType::LongDash,
        ChartLineDashType::SquareDot,
    ];
    let mut native = Native::new(ChartType::Line);
    for at in first..ground.chart.series.len() {
        let column = at as u16 + 1;
        let mut line = ChartLine::new();
        line.set_color(colour(ground.series_colour(at))).set_width(if at == 0 { 2.25 } else { 1.5 });
        if at > 0 {
            line.set_dash_type(RHYTHMS[(at - 1) % RHYTHMS.len()]);
        }
        let series = native.add_series();
        series.set_categories(ground.cells(0)).set_values(ground.cells(column)).set_name(ground.head(column));
        series.set_format(&mut line);
    }
    add_target(&mut native, ground);
    upright_axes(&mut native, ground);
    native.legend().set_position(ChartLegendPosition::Top);
    native
}

/// The first series as a light ground under its line, the others as lines before it.
fn area(ground: &Ground<'_>) -> Native {
    let ink = colour(ground.series_colour(0));
    let mut native = Native::new(ChartType::Area);
    let mut fill = ChartSolidFill::new();
    fill.set_color(ink).set_transparency(80);
    let mut line = ChartLine::new();
    line.set_color(ink).set_width(2.25);
    let series = native.add_series();
    series.set_categories(ground.cells(0)).set_values(ground.cells(1)).set_name(ground.head(1));
    series.set_format(ChartFormat::new().set_solid_fill(&fill).set_line(&line));
    if ground.chart.series.len() > 1 || ground.helpers.target.is_some() {
        native.combine(&lines(ground, 1));
    }
    upright_axes(&mut native, ground);
    native.legend().set_position(ChartLegendPosition::Top);
    native
}

/// Bars, hatched from the second series on.
fn bars(ground: &Ground<'_>, kind: ChartType) -> Native {
    let mut native = Native::new(kind);
    for at in 0..ground.chart.series.len() {
        let column = at as u16 + 1;
        let series = native.add_series();
        series.set_categories(ground.cells(0)).set_values(ground.cells(column)).set_name(ground.head(column));
        series.set_format(&mut hatched(ground.series_colour(at), at)).set_gap(60);
        if kind == ChartType::ColumnStacked {
            series.set_overlap(100);
        }
    }
    let is_lying = kind == ChartType::Bar;
    if is_lying {
        native.y_axis().set_reverse();
        let (values, grid) = (ground.formats.axis_format(ground.chart.unit), grid());
        native.x_axis().set_num_format(values).set_major_gridlines_line(&grid);
    } else {
        if ground.helpers.target.is_some() {
            let mut across = Native::new(ChartType::Line);
            add_target(&mut across, ground);
            native.combine(&across);
        }
        upright_axes(&mut native, ground);
    }
    match ground.chart.series.len() > 1 || (ground.helpers.target.is_some() && !is_lying) {
        true => native.legend().set_position(ChartLegendPosition::Top),
        false => native.legend().set_hidden(),
    };
    native
}

/// The n-th series' fill: plain, then each in another hatching.
fn hatched(ink: Colour, at: usize) -> ChartFormat {
    const HATCHINGS: [ChartPatternFillType; 5] = [
        ChartPatternFillType::DiagonalStripesWideUpwards,
        ChartPatternFillType::DiagonalStripesWideDownwards,
        ChartPatternFillType::HorizontalStripesDark,
        ChartPatternFillType::VerticalStripesDark,
        ChartPatternFillType::Trellis,
    ];
    let mut format = ChartFormat::new();
    match at {
        0 => format.set_solid_fill(ChartSolidFill::new().set_color(colour(ink))),
        at => format.set_pattern_fill(
            ChartPatternFill::new()
                .set_pattern(HATCHINGS[(at - 1) % HATCHINGS.len()])
                .set_foreground_color(colour(ink))
                .set_background_color(colour(palette::tint(ink, 0.35))),
        ),
    };
    format
}

fn shares(ground: &Ground<'_>, kind: ChartType) -> Native {
    let mut native = Native::new(kind);
    let series = native.add_series();
    series.set_categories(ground.cells(0)).set_values(ground.cells(1)).set_name(ground.head(1));
    let point = |at| {
        let fill = colour(palette::series(ground.document.theme.accent, at));
        ChartPoint::new().set_format(ChartSolidFill::new().set_color(fill))
    };
    series.set_points(&(0..ground.chart.categories.len()).map(point).collect::<Vec<_>>());
    series.set_data_label(ChartDataLabel::new().show_percentage());
    if kind == ChartType::Doughnut {
        native.set_hole_size(60);
    }
    native.legend().set_position(ChartLegendPosition::Right);
    native
}

/// Stages as centred bars: an invisible bar stands before each.
fn funnel(ground: &Ground<'_>) -> Native {
    let mut native = Native::new(ChartType::BarStacked);
    let pad = native.add_series();
    pad.set_categories(ground.cells(0)).set_values(ground.cells(ground.helpers.first));
    pad.set_format(ChartFormat::new().set_no_fill());
    let series = native.add_series();
    series.set_categories(ground.cells(0)).set_values(ground.cells(1)).set_name(ground.head(1));
    // Light enough for dark labels, which Excel centres also on bars narrower than they are.
    let light = colour(palette::tint(palette::graphic(ground.document.theme.accent), 0.45));
    series.set_format(ChartSolidFill::new().set_color(light)).set_gap(12);
    series.set_data_label(ChartDataLabel::new().show_value());
    native.y_axis().set_reverse();
    native.x_axis().set_hidden(true).set_major_gridlines(false);
    native.legend().set_hidden();
    native
}

/// Steps on an invisible base: totals, rises and falls in helper columns, each above and below zero.
fn bridge(ground: &Ground<'_>) -> Native {
    let mut native = Native::new(ChartType::ColumnStacked);
    let first = ground.helpers.first + 1;
    let accent = palette::graphic(ground.document.theme.accent);
    let looks = [None, Some((accent, 0)), Some((palette::RISE, 0)), Some((palette::FALL, 1))];
    let columns = [first, first + 1, first + 2, first + 4];
    for (look, column) in looks.into_iter().zip(columns) {
        // What reaches below zero stands in the column after.
        let parts = if look.is_some_and(|(ink, _)| ink != accent) { vec![column, column + 1] } else { vec![column] };
        for (at, part) in parts.into_iter().enumerate() {
            let series = native.add_series();
            series.set_categories(ground.cells(0)).set_values(ground.cells(part)).set_name(ground.head(column));
            series.set_gap(40).set_overlap(100);
            match look {
                None => series.set_format(ChartFormat::new().set_no_fill()),
                Some((ink, hatching)) => series.set_format(&mut hatched(ink, hatching)),
            };
            if at > 0 || look.is_none() {
                series.delete_from_legend(true);
            }
        }
    }
    upright_axes(&mut native, ground);
    native.legend().set_position(ChartLegendPosition::Top);
    native
}

fn scatter(ground: &Ground<'_>) -> Native {
    /// More names than this cover the points.
    const NAME_COUNT_MAX: usize = 40;
    let mut native = Native::new(ChartType::Scatter);
    let fill = colour(palette::graphic(ground.document.theme.accent));
    let mut marker = ChartMarker::new();
    marker.set_type(ChartMarkerType::Circle).set_size(7).set_format(ChartSolidFill::new().set_color(fill));
    let series = native.add_series();
    series.set_categories(ground.cells(1)).set_values(ground.cells(2)).set_name(ground.head(2)).set_marker(&marker);
    if ground.chart.categories.len() <= NAME_COUNT_MAX {
        let sheet = ground.sheet.replace('\'', "''");
        let label = |row: usize| {
            let mut label = ChartDataLabel::new();
            label.set_value(format!("='{sheet}'!$A${}", row + 2).as_str());
            label
        };
        let labels: Vec<ChartDataLabel> = (0..ground.chart.categories.len()).map(label).collect();
        series.set_custom_data_labels(&labels);
    }
    let names: Vec<&str> = ground.chart.series.iter().map(|s| s.name.as_str()).collect();
    let grid = grid();
    let across = ground.formats.axis_format(ground.chart.unit_across.unwrap_or(ground.chart.unit));
    native.x_axis().set_num_format(across).set_name(names.first().copied().unwrap_or_default());
    native.x_axis().set_major_gridlines_line(&grid);
    native.y_axis().set_num_format(ground.formats.axis_format(ground.chart.unit));
    native.y_axis().set_name(names.get(1).copied().unwrap_or_default()).set_major_gridlines_line(&grid);
    native.legend().set_hidden();
    native
}

/// The upper half of a ring: the value, what it lacks, and an invisible lower half, from the helper cells.
fn gauge(ground: &Ground<'_>) -> Native {
    let mut native = Native::new(ChartType::Doughnut);
    let column = ground.helpers.first;
    let series = native.add_series();
    series.set_values((ground.sheet, 1, column, 3, column)).set_name(ground.head(1));
    let solid = |ink| ChartPoint::new().set_format(ChartSolidFill::new().set_color(colour(ink)));
    let accent = palette::graphic(ground.document.theme.accent);
    let hidden = ChartPoint::new().set_format(ChartFormat::new().set_no_fill());
    series.set_points(&[solid(accent), solid(palette::GRID), hidden]);
    native.set_rotation(270).set_hole_size(60);
    native.legend().set_hidden();
    native
}

/// The target's column as a dashed line.
fn add_target(native: &mut Native, ground: &Ground<'_>) {
    let Some(column) = ground.helpers.target else { return };
    let mut line = ChartLine::new();
    line.set_color(colour(palette::INK)).set_width(1.25).set_dash_type(ChartLineDashType::SquareDot);
    let series = native.add_series();
    series.set_categories(ground.cells(0)).set_values(ground.cells(column)).set_name(ground.head(column));
    series.set_format(&mut line);
}

fn grid() -> ChartLine {
    let mut grid = ChartLine::new();
    grid.set_color(colour(palette::GRID)).set_width(0.75);
    grid
}

fn upright_axes(native: &mut Native, ground: &Ground<'_>) {
    let (values, grid) = (ground.formats.axis_format(ground.chart.unit), grid());
    native.y_axis().set_num_format(values).set_major_gridlines_line(&grid);
}
