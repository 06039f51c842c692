//! Cell formats: numbers stay numbers, the format says how they are read.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::report::{Colour, Document, Figure, Locale, Unit};

/// The formats of one workbook.
pub(super) struct Formats {
    /// What every other begins with: the theme's font, which a reader who does not have it sees in another.
    pub plain: Format,
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
    locale: Locale,
    currency: String,
}

pub(super) fn colour(colour: Colour) -> Color {
    Color::RGB(u32::from(colour.0) << 16 | u32::from(colour.1) << 8 | u32::from(colour.2))
}

impl Formats {
    pub(super) fn new(document: &Document) -> Self {
        let plain = match &document.theme.fonts {
            Some(fonts) => Format::new().set_font_name(fonts.regular.family()),
            None => Format::new(),
        };
        let head = plain
            .clone()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(colour(crate::render::palette::NIGHT))
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap();
        let muted = plain
            .clone()
            .set_font_color(colour(crate::render::palette::MUTED))
            .set_align(FormatAlign::Top)
            .set_indent(1);
        Self {
            title: plain
                .clone()
                .set_bold()
                .set_font_size(18)
                .set_font_color(colour(crate::render::palette::legible(document.theme.accent))),
            subtitle: plain.clone().set_font_size(11).set_font_color(colour(crate::render::palette::MUTED)),
            heading: plain.clone().set_bold().set_font_size(12),
            head_right: head.clone().set_align(FormatAlign::Right),
            head,
            text: plain.clone().set_text_wrap().set_align(FormatAlign::Top),
            date: plain.clone().set_num_format("d mmm yyyy").set_align(FormatAlign::Left),
            instant: plain.clone().set_num_format("d mmm yyyy hh:mm \"UTC\"").set_align(FormatAlign::Left),
            integer: plain.clone().set_num_format("#,##0"),
            good: plain.clone().set_bold().set_font_color(colour(crate::render::palette::GOOD)),
            bad: plain.clone().set_bold().set_font_color(colour(crate::render::palette::BAD)),
            total: plain
                .clone()
                .set_bold()
                .set_border_top(FormatBorder::Thin)
                .set_background_color(colour(crate::render::palette::HEAD)),
            link: plain
                .clone()
                .set_font_color(colour(crate::render::palette::legible(document.theme.accent)))
                .set_underline(rust_xlsxwriter::FormatUnderline::Single),
            locale: document.locale,
            currency: document.currency.clone(),
            muted,
            plain,
        }
    }

    /// The number format of a unit; amounts name their currency and keep their cents.
    pub(super) fn number_format(&self, unit: Unit) -> String {
        let words = self.locale.phrases();
        let tenths = |phrase: &str| {
            let (before, after) = phrase.split_once("{0}").unwrap_or(("", phrase));
            format!("{}#,##0.0{}", quoted(before), quoted(after))
        };
        match unit {
            Unit::Count => "#,##0".to_owned(),
            Unit::Money => self.priced("#,##0.00"),
            Unit::Percent => "0.0%".to_owned(),
            Unit::Days => tenths(words.days),
            Unit::Weeks => tenths(words.weeks),
            Unit::Minutes => tenths(words.minutes),
            Unit::Mean => "#,##0.0".to_owned(),
            Unit::Index => "#,##0.00".to_owned(),
        }
    }

    /// The number format of an axis: short, since the cells hold the exact values.
    pub(super) fn axis_format(&self, unit: Unit) -> String {
        let words = self.locale.phrases();
        match unit {
            Unit::Money | Unit::Count => {
                let scaled = |number: &str, word: &str| {
                    let number = format!("{number}{}", quoted(word));
                    if unit == Unit::Money { self.priced(&number) } else { number }
                };
                let (millions, thousands) = (scaled("#,##0.0,,", words.million), scaled("#,##0,", words.thousand));
                format!("[>=1000000]{millions};[>=10000]{thousands};{}", scaled("#,##0", ""))
            }
            Unit::Percent => "0%".to_owned(),
            Unit::Days | Unit::Weeks | Unit::Minutes | Unit::Mean | Unit::Index => "#,##0".to_owned(),
        }
    }

    /// A number format with the currency where the language puts it.
    fn priced(&self, number: &str) -> String {
        let symbol = self.locale.symbol(&self.currency);
        match self.locale.currency_place(&self.currency) {
            (true, false) => format!("{}{number}", quoted(symbol)),
            (true, true) => format!("{}{number}", quoted(&format!("{symbol}\u{a0}"))),
            (false, _) => format!("{number}{}", quoted(&format!("\u{a0}{symbol}"))),
        }
    }

    /// The format of a value's cell.
    pub(super) fn value(&self, unit: Unit) -> Format {
        self.plain.clone().set_num_format(self.number_format(unit))
    }

    /// The format of a total's cell.
    pub(super) fn total_value(&self, unit: Unit) -> Format {
        self.total.clone().set_num_format(self.number_format(unit)).set_align(FormatAlign::Right)
    }
}

/// Literal words inside a number format.
fn quoted(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!("\"{words}\"") }
}

/// What one of the figure's numerator is worth in the cell: amounts are written in whole units with cents.
pub(super) fn numerator(figure: Figure, unit: Unit) -> f64 {
    match unit {
        Unit::Money => figure.numerator as f64 / 100.0,
        Unit::Count | Unit::Percent | Unit::Days | Unit::Weeks | Unit::Minutes | Unit::Mean | Unit::Index => {
            figure.numerator as f64
        }
    }
}

/// The exact value of a cell: a share between 0 and 1 for percentages; `None` without a denominator.
pub(super) fn cell_value(figure: Option<Figure>, unit: Unit) -> Option<f64> {
    let figure = figure.filter(|f| f.denominator != 0)?;
    Some(numerator(figure, unit) / figure.denominator as f64)
}
