//! The cells under a native chart: the data as the document has it, and helper columns that Excel's charts need.

use rust_xlsxwriter::{ConditionalFormat2ColorScale, Formula, Sparkline, Worksheet, XlsxError};

use crate::render::palette;
use crate::render::xlsx::format::{Formats, cell_value, colour};
use crate::render::xlsx::native::{Ground, native_chart};
use crate::render::xlsx::sheet::{column_width, frame_sheet, text_height};
use crate::report::{Chart, ChartKind, Document, Unit};

/// What a native chart covers of the sheet.
const CHART_ROW_COUNT: u32 = 22;
const CHART_COLUMN_COUNT: u16 = 12;

/// Where the helper columns stand: hidden, right of the chart.
pub(super) struct Helpers {
    /// The first of them.
    pub first: u16,
    /// The column that repeats the target.
    pub target: Option<u16>,
    /// The first column that is free.
    next: u16,
}

/// A chart's data with the native chart beside it.
pub(super) fn write_chart(
    sheet: &mut Worksheet,
    document: &Document,
    chart: &Chart,
    (name, formats): (&str, &Formats),
) -> Result<(), XlsxError> {
    if chart.kind == ChartKind::Heatmap {
        return write_grid(sheet, document, chart, formats);
    }
    write_data(sheet, document, chart, formats)?;
    let beside = chart.series.len() as u16 + 2;
    let helpers = write_helpers(sheet, document, chart, (beside + CHART_COLUMN_COUNT + 1, formats))?;
    (helpers.first..helpers.next).try_for_each(|column| sheet.set_column_hidden(column).map(drop))?;
    frame_sheet(sheet, document, 0)?;
    // The print area holds the chart, which is higher than a few rows of data.
    let last_row = (chart.categories.len() as u32 + 2).max(CHART_ROW_COUNT + 1);
    sheet.set_print_area(0, 0, last_row, beside + CHART_COLUMN_COUNT - 1)?;
    if chart.is_empty() {
        sheet.write_string_with_format(1, beside, document.locale.phrases().no_values, &formats.muted)?;
    } else if let Some(native) = native_chart(&Ground { document, chart, sheet: name, formats, helpers: &helpers }) {
        sheet.insert_chart(1, beside, &native)?;
    }
    Ok(())
}

/// Names in column A, one series a column.
fn write_data(sheet: &mut Worksheet, document: &Document, chart: &Chart, formats: &Formats) -> Result<(), XlsxError> {
    let widest = chart.categories.iter().map(|c| c.label.chars().count()).max().unwrap_or(0);
    sheet.set_column_width(0, (widest as f64 + 3.0).clamp(14.0, 48.0))?;
    sheet.write_string_with_format(0, 0, &chart.axis, &formats.head)?;
    let mut head_height: f64 = 32.0;
    for (at, series) in chart.series.iter().enumerate() {
        let column = at as u16 + 1;
        let unit = series_unit(chart, at);
        let width = column_width(document, series.figures.iter(), unit, 15.0);
        head_height = head_height.max(text_height(&series.name, width - 2.0));
        sheet.set_column_width(column, width)?.set_row_height(0, head_height)?;
        sheet.write_string_with_format(0, column, &series.name, &formats.head_right)?;
        let format = formats.value(unit);
        for (row, figure) in series.figures.iter().enumerate() {
            if let Some(value) = cell_value(*figure, unit) {
                sheet.write_number_with_format(row as u32 + 1, column, value, &format)?;
            }
        }
    }
    for (at, category) in chart.categories.iter().enumerate() {
        sheet.write_string(at as u32 + 1, 0, &category.label)?;
    }
    Ok(())
}

/// What a series is counted in: the first of a scatter has a unit of its own.
fn series_unit(chart: &Chart, at: usize) -> Unit {
    if at == 0 { chart.unit_across.unwrap_or(chart.unit) } else { chart.unit }
}

fn write_helpers(
    sheet: &mut Worksheet,
    document: &Document,
    chart: &Chart,
    (first, formats): (u16, &Formats),
) -> Result<Helpers, XlsxError> {
    let mut helpers = Helpers { first, target: None, next: first };
    match chart.kind {
        ChartKind::Funnel => helpers.next += write_centring(sheet, document, chart, (first, formats))?,
        ChartKind::Waterfall => helpers.next += write_steps(sheet, document, chart, (first, formats))?,
        ChartKind::Gauge => helpers.next += write_gauge(sheet, document, chart, (first, formats))?,
        ChartKind::Sparkline => write_sparklines(sheet, document, chart)?,
        _ => {}
    }
    let target = cell_value(chart.target, chart.unit).filter(|_| chart.kind != ChartKind::Gauge);
    if let Some(target) = target {
        let column = helpers.next;
        let head = document.locale.phrases().target.replace("{0}", "");
        sheet.write_string_with_format(0, column, head.trim(), &formats.head_right)?;
        for row in 1..=chart.categories.len() as u32 {
            sheet.write_number_with_format(row, column, target, &formats.value(chart.unit))?;
        }
        helpers.target = Some(column);
        helpers.next += 1;
    }
    Ok(helpers)
}

/// The invisible bar that centres a stage: half of what it lacks to the widest.
fn write_centring(
    sheet: &mut Worksheet,
    document: &Document,
    chart: &Chart,
    (column, formats): (u16, &Formats),
) -> Result<u16, XlsxError> {
    sheet.write_string_with_format(0, column, document.locale.phrases().centring, &formats.head_right)?;
    let value = |at: usize| cell_value(chart.series[0].figures[at], chart.unit).unwrap_or(0.0);
    let widest = (0..chart.categories.len()).map(value).fold(0.0, f64::max);
    let last = chart.categories.len() + 1;
    for at in 0..chart.categories.len() {
        let formula = format!("=(MAX($B$2:$B${last})-B{})/2", at + 2);
        let formula = Formula::new(formula).set_result(((widest - value(at)) / 2.0).to_string());
        sheet.write_formula_with_format(at as u32 + 1, column, formula, &formats.muted)?;
    }
    Ok(1)
}

/// Level after each step, the invisible base, and totals, rises and falls above and below zero; all of it live.
fn write_steps(
    sheet: &mut Worksheet,
    document: &Document,
    chart: &Chart,
    (first, formats): (u16, &Formats),
) -> Result<u16, XlsxError> {
    let words = document.locale.phrases();
    let below = |word: &str| format!("{word} < 0");
    let heads = [
        words.value.to_owned(),
        words.base.to_owned(),
        words.total.to_owned(),
        words.increase.to_owned(),
        below(words.increase),
        words.decrease.to_owned(),
        below(words.decrease),
    ];
    for (at, head) in heads.iter().enumerate() {
        sheet.write_string_with_format(0, first + at as u16, head, &formats.head_right)?;
    }
    let level = rust_xlsxwriter::column_number_to_name(first);
    let format = formats.value(chart.unit);
    let mut before = 0.0;
    for (at, category) in chart.categories.iter().enumerate() {
        let row = at + 2;
        let value = cell_value(chart.series[0].figures[at], chart.unit).unwrap_or(0.0);
        let (old, new) =
            (if at == 0 { "0".to_owned() } else { format!("{level}{}", row - 1) }, format!("{level}{row}"));
        let from = if category.is_total { 0.0 } else { before };
        let to = from + value;
        let (high, low) = (from.max(to), from.min(to));
        let (above, under) = (high.max(0.0) - low.max(0.0), low.min(0.0) - high.min(0.0));
        let rises = to >= from;
        let part = |is_wanted: bool, value: f64| if is_wanted { value } else { 0.0 };
        let cells: [(String, f64); 7] = if category.is_total {
            let zero = || ("=0".to_owned(), 0.0);
            [(format!("=B{row}"), to), zero(), (format!("=B{row}"), to), zero(), zero(), zero(), zero()]
        } else {
            let upper = format!("MAX(0,MAX({old},{new}))-MAX(0,MIN({old},{new}))");
            let lower = format!("MIN(0,MIN({old},{new}))-MIN(0,MAX({old},{new}))");
            let rise = |part: &str| format!("=IF({new}>={old},{part},0)");
            let fall = |part: &str| format!("=IF({new}<{old},{part},0)");
            [
                (format!("={old}+B{row}"), to),
                (format!("=MAX(0,MIN({old},{new}))+MIN(0,MAX({old},{new}))"), low.max(0.0) + high.min(0.0)),
                ("=0".to_owned(), 0.0),
                (rise(&upper), part(rises, above)),
                (rise(&lower), part(rises, under)),
                (fall(&upper), part(!rises, above)),
                (fall(&lower), part(!rises, under)),
            ]
        };
        for (column, (formula, result)) in cells.into_iter().enumerate() {
            let formula = Formula::new(formula).set_result(result.to_string());
            sheet.write_formula_with_format(at as u32 + 1, first + column as u16, formula, &format)?;
        }
        before = to;
    }
    Ok(heads.len() as u16)
}

/// Three cells below the head: the value, what it lacks to the end of the scale, the invisible half.
fn write_gauge(
    sheet: &mut Worksheet,
    document: &Document,
    chart: &Chart,
    (column, formats): (u16, &Formats),
) -> Result<u16, XlsxError> {
    let words = document.locale.phrases();
    let value = cell_value(chart.series[0].figures.first().copied().flatten(), chart.unit).unwrap_or(0.0);
    let target = cell_value(chart.target, chart.unit);
    let format = formats.value(chart.unit);
    sheet.write_string_with_format(0, column, words.gauge, &formats.head_right)?;
    let head = words.target.replace("{0}", "");
    sheet.write_string_with_format(0, column + 1, head.trim(), &formats.head_right)?;
    let full: f64 = if chart.unit == Unit::Percent { 1.0 } else { 0.0 };
    if let Some(target) = target {
        sheet.write_number_with_format(1, column + 1, target, &format)?;
    }
    let goal = format!("{}2", rust_xlsxwriter::column_number_to_name(column + 1));
    let end = format!("MAX({full},B2,{goal}*1.1)");
    let reach = full.max(value).max(target.unwrap_or(0.0) * 1.1);
    let cells = [("=B2".to_owned(), value), (format!("={end}-B2"), reach - value), (format!("={end}"), reach)];
    for (at, (formula, result)) in cells.into_iter().enumerate() {
        let formula = Formula::new(formula).set_result(result.to_string());
        sheet.write_formula_with_format(at as u32 + 1, column, formula, &format)?;
    }
    Ok(2)
}

/// Excel's own small lines below each series.
fn write_sparklines(sheet: &mut Worksheet, document: &Document, chart: &Chart) -> Result<(), XlsxError> {
    let last = chart.categories.len() as u32;
    if last == 0 {
        return Ok(());
    }
    let name = sheet.name();
    let ink = colour(palette::graphic(document.theme.accent));
    sheet.set_row_height(last + 1, 28)?;
    for column in 1..=chart.series.len() as u16 {
        let line = Sparkline::new().set_range((name.as_str(), 1, column, last, column)).set_sparkline_color(ink);
        sheet.add_sparkline(last + 1, column, &line)?;
    }
    Ok(())
}

/// A heat map is its cells: one row a series, one column a category, a live scale of shades.
fn write_grid(sheet: &mut Worksheet, document: &Document, chart: &Chart, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 30)?.set_row_height(0, 32)?;
    sheet.write_string_with_format(0, 0, &chart.axis, &formats.head)?;
    for (at, category) in chart.categories.iter().enumerate() {
        sheet.write_string_with_format(0, at as u16 + 1, &category.label, &formats.head_right)?;
    }
    let format = formats.value(chart.unit);
    for (at, series) in chart.series.iter().enumerate() {
        let row = at as u32 + 1;
        sheet.write_string(row, 0, &series.name)?;
        for (at, figure) in series.figures.iter().enumerate() {
            if let Some(value) = cell_value(*figure, chart.unit) {
                sheet.write_number_with_format(row, at as u16 + 1, value, &format)?;
            }
        }
    }
    if chart.is_empty() {
        let row = chart.series.len() as u32 + 2;
        sheet.write_string_with_format(row, 0, document.locale.phrases().no_values, &formats.muted)?;
    } else {
        // Half of the accent at most: the numbers on it stay dark.
        let shade = palette::tint(palette::graphic(document.theme.accent), 0.55);
        let scale = ConditionalFormat2ColorScale::new().set_minimum_color("FFFFFF").set_maximum_color(colour(shade));
        let (rows, columns) = (chart.series.len() as u32, chart.categories.len() as u16);
        sheet.add_conditional_format(1, 1, rows, columns, &scale)?;
    }
    frame_sheet(sheet, document, 0)
}
