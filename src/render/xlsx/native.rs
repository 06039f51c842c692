//! Charts as Excel's own: they follow the cells they are drawn from.

use rust_xlsxwriter::{
    Chart as Native, ChartDataLabel, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartPoint,
    ChartSolidFill, ChartType,
};

use crate::render::chart::chart_alt;
use crate::render::palette;
use crate::render::xlsx::format::{Formats, colour};
use crate::report::{Chart, ChartKind, Document};

/// Excel refuses longer alternative texts.
const ALT_LENGTH_MAX: usize = 255;

/// The chart over the data on `sheet`: names in column A, series from column B, heads in row 1.
pub(super) fn native_chart(document: &Document, chart: &Chart, sheet: &str, formats: &Formats) -> Native {
    let mut native = Native::new(match chart.kind {
        ChartKind::Line | ChartKind::Area | ChartKind::Sparkline | ChartKind::Scatter | ChartKind::Heatmap => {
            ChartType::Line
        }
        ChartKind::Bar | ChartKind::StackedBar | ChartKind::Waterfall | ChartKind::Gauge => ChartType::Column,
        ChartKind::HorizontalBar => ChartType::Bar,
        ChartKind::Donut | ChartKind::Pie => ChartType::Doughnut,
        ChartKind::Funnel => ChartType::BarStacked,
    });
    let last = chart.categories.len() as u32;
    let categories = (sheet, 1, 0, last, 0);
    if chart.kind == ChartKind::Funnel {
        let pad = chart.series.len() as u16 + 1;
        let series = native.add_series();
        series.set_categories(categories).set_values((sheet, 1, pad, last, pad));
        series.set_format(ChartFormat::new().set_no_fill());
    }
    for at in 0..chart.series.len() {
        let column = at as u16 + 1;
        let ink = colour(if at == 0 { document.theme.accent } else { palette::MUTED });
        let series = native.add_series();
        series.set_categories(categories).set_values((sheet, 1, column, last, column)).set_name((sheet, 0, column));
        match chart.kind {
            ChartKind::Line | ChartKind::Area | ChartKind::Sparkline | ChartKind::Scatter | ChartKind::Heatmap => {
                let mut line = ChartLine::new();
                line.set_color(ink).set_width(if at == 0 { 2.25 } else { 1.5 });
                if at > 0 {
                    line.set_dash_type(ChartLineDashType::Dash);
                }
                series.set_format(&mut line);
            }
            ChartKind::Bar
            | ChartKind::HorizontalBar
            | ChartKind::StackedBar
            | ChartKind::Waterfall
            | ChartKind::Gauge => {
                series.set_format(ChartSolidFill::new().set_color(ink)).set_gap(60);
            }
            ChartKind::Donut | ChartKind::Pie => {
                let point = |at| {
                    let fill = colour(palette::series(document.theme.accent, at));
                    ChartPoint::new().set_format(ChartSolidFill::new().set_color(fill))
                };
                series.set_points(&(0..chart.categories.len()).map(point).collect::<Vec<_>>());
                series.set_data_label(ChartDataLabel::new().show_percentage());
            }
            ChartKind::Funnel => {
                // Light enough for dark labels, which Excel centres also on bars narrower than they are.
                let light = colour(palette::tint(document.theme.accent, 0.45));
                series.set_format(ChartSolidFill::new().set_color(light)).set_gap(12);
                series.set_data_label(ChartDataLabel::new().show_value());
            }
        }
    }
    set_axes(&mut native, chart, formats);
    native.title().set_name(&chart.title);
    native.set_alt_text(chart_alt(document, chart).chars().take(ALT_LENGTH_MAX).collect::<String>());
    native.set_width(720).set_height(380);
    native
}

/// rust_xlsxwriter's y axis is the one that stands upright, which for lying bars holds the names.
fn set_axes(native: &mut Native, chart: &Chart, formats: &Formats) {
    let mut grid = ChartLine::new();
    grid.set_color(colour(palette::GRID)).set_width(0.75);
    let values = formats.axis_format(chart.unit);
    match chart.kind {
        ChartKind::Donut | ChartKind::Pie => {
            native.set_hole_size(60);
            native.legend().set_position(ChartLegendPosition::Right);
        }
        ChartKind::Funnel => {
            native.y_axis().set_reverse();
            native.x_axis().set_hidden(true).set_major_gridlines(false);
            native.legend().set_hidden();
        }
        ChartKind::HorizontalBar => {
            native.y_axis().set_reverse();
            native.x_axis().set_num_format(values).set_major_gridlines_line(&grid);
            native.legend().set_hidden();
        }
        ChartKind::Bar | ChartKind::StackedBar | ChartKind::Waterfall | ChartKind::Gauge => {
            native.y_axis().set_num_format(values).set_major_gridlines_line(&grid);
            native.legend().set_hidden();
        }
        ChartKind::Line | ChartKind::Area | ChartKind::Sparkline | ChartKind::Scatter | ChartKind::Heatmap => {
            native.y_axis().set_num_format(values).set_major_gridlines_line(&grid);
            native.legend().set_position(ChartLegendPosition::Top);
        }
    }
}
