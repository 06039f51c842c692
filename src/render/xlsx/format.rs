//! Cell formats: numbers stay numbers, the format says how they are read.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::report::{Colour, Document};
use crate::report::{Figure, Unit};

/// The formats of one workbook.
pub(super) struct Formats {
    pub title: Format,
    pub subtitle: Format,
    pub heading: Format,
    pub head: Format,
    pub head_right: Format,
    pub text: Format,
    pub muted: Format,
    pub date: Format,
    pub instant: Format,
    pub integer: Format,
    pub good: Format,
    pub bad: Format,
    pub total: Format,
    pub link: Format,
    symbol: String,
}

pub(super) fn colour(colour: Colour) -> Color {
    Color::RGB(u32::from(colour.0) << 16 | u32::from(colour.1) << 8 | u32::from(colour.2))
}

impl Formats {
    pub(super) fn new(document: &Document) -> Self {
        let head = Format::new()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(colour(crate::render::palette::NIGHT))
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap();
        let muted = Format::new().set_font_color(colour(crate::render::palette::MUTED)).set_indent(1);
        Self {
            title: Format::new().set_bold().set_font_size(18).set_font_color(colour(document.theme.accent)),
            subtitle: Format::new().set_font_size(11).set_font_color(colour(crate::render::palette::MUTED)),
            heading: Format::new().set_bold().set_font_size(12),
            head_right: head.clone().set_align(FormatAlign::Right),
            head,
            text: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            date: Format::new().set_num_format("d mmm yyyy").set_align(FormatAlign::Left),
            instant: Format::new().set_num_format("d mmm yyyy hh:mm \"UTC\"").set_align(FormatAlign::Left),
            integer: Format::new().set_num_format("#,##0"),
            good: Format::new().set_bold().set_font_color(colour(crate::render::palette::GOOD)),
            bad: Format::new().set_bold().set_font_color(colour(crate::render::palette::BAD)),
            total: Format::new()
                .set_bold()
                .set_border_top(FormatBorder::Thin)
                .set_background_color(colour(crate::render::palette::HEAD)),
            link: Format::new()
                .set_font_color(colour(document.theme.accent))
                .set_underline(rust_xlsxwriter::FormatUnderline::Single),
            symbol: document.locale.symbol(&document.currency),
            muted,
        }
    }

    /// The number format of a unit; amounts name their currency and keep their cents.
    pub(super) fn number_format(&self, unit: Unit) -> String {
        match unit {
            Unit::Count => "#,##0".to_owned(),
            Unit::Money => format!("\"{}\"#,##0.00", self.symbol),
            Unit::Percent => "0.0%".to_owned(),
            Unit::Days => "#,##0.0 \"days\"".to_owned(),
            Unit::Weeks => "#,##0.0 \"weeks\"".to_owned(),
            Unit::Minutes => "#,##0.0 \"min\"".to_owned(),
            Unit::Mean => "#,##0.0".to_owned(),
        }
    }

    /// The number format of an axis: short, since the cells hold the exact values.
    pub(super) fn axis_format(&self, unit: Unit) -> String {
        match unit {
            Unit::Money => {
                let s = format!("\"{}\"", self.symbol);
                format!("[>=1000000]{s}0.0#,,\"M\";[>=1000]{s}#,##0,\"k\";{s}0")
            }
            Unit::Percent => "0%".to_owned(),
            Unit::Count | Unit::Days | Unit::Weeks | Unit::Minutes | Unit::Mean => "#,##0".to_owned(),
        }
    }

    /// The format of a value's cell.
    pub(super) fn value(&self, unit: Unit) -> Format {
        Format::new().set_num_format(self.number_format(unit))
    }

    /// The format of a total's cell.
    pub(super) fn total_value(&self, unit: Unit) -> Format {
        self.total.clone().set_num_format(self.number_format(unit))
    }
}

/// What one of the figure's numerator is worth in the cell: amounts are written in whole units with cents.
pub(super) fn numerator(figure: Figure, unit: Unit) -> f64 {
    match unit {
        Unit::Money => figure.numerator as f64 / 100.0,
        Unit::Count | Unit::Percent | Unit::Days | Unit::Weeks | Unit::Minutes | Unit::Mean => figure.numerator as f64,
    }
}

/// The exact value of a cell: a share between 0 and 1 for percentages; `None` without a denominator.
pub(super) fn cell_value(figure: Option<Figure>, unit: Unit) -> Option<f64> {
    let figure = figure.filter(|f| f.denominator != 0)?;
    Some(numerator(figure, unit) / figure.denominator as f64)
}
