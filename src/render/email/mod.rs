//! The body of a mail: the same document as tables a mail program shows, and as plain text.
//!
//! In: a document. Out: subject, preheader, HTML of 600 px with charts by content id, plain text with the same numbers.
//!
//! Tables and inline styles, because mail programs know little else; colours that hold in the dark;
//! the whole below 100 kB, beyond which Gmail cuts a mail off.
//!
//! Never here: addresses, attachments, sending.

mod grid;
mod html;
mod style;
mod text;

#[cfg(test)]
pub(super) use grid::Grid as MailGrid;

use sha2::{Digest, Sha256};

use crate::render::artifact::Stamp;
use crate::render::chart::{chart_height, chart_png};
use crate::render::error::RenderError;
use crate::render::logo::picture;
use crate::render::typeface::in_fonts_of;
use crate::report::{Chart, Document, Section};

/// A mail shows this many rows of a table, a year of months; the attachments hold the rest.
const ROW_COUNT_MAX: usize = 12;
/// A mail shows this many notes on the data; the report holds all.
const WARNING_COUNT_MAX: usize = 3;
/// The width a chart is shown at, in CSS pixels.
const CHART_WIDTH: u32 = 552;
/// Drawn smaller than shown, so that its words can be read on a phone …
const CHART_SIZE: (u32, u32) = (340, 146);
/// … and with twice the pixels, for sharp screens.
const CHART_ZOOM: f32 = 2.0 * CHART_WIDTH as f32 / CHART_SIZE.0 as f32;
/// A picture of many rows is higher, but no higher than a screen.
const CHART_HEIGHT_MAX: u32 = 300;

/// What a logo may cover, in CSS pixels.
const LOGO: (f64, f64) = (180.0, 44.0);

/// The body of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailBody {
    /// The subject.
    pub subject: String,
    /// What an inbox shows after the subject.
    pub preheader: String,
    /// The HTML part; pictures by `cid:`.
    pub html: String,
    /// The plain-text part with the same numbers.
    pub text: String,
    /// The pictures the HTML part shows.
    pub images: Vec<InlineImage>,
}

/// A picture shown inside the HTML part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineImage {
    /// The content id, without angle brackets.
    pub cid: String,
    /// A file name.
    pub name: String,
    /// PNG.
    pub bytes: Vec<u8>,
}

/// Renders `document` as a mail's body. The same document and stamp give the same body.
pub fn render_email(document: &Document, stamp: Stamp) -> Result<EmailBody, RenderError> {
    in_fonts_of(&document.theme, || write_body(document, stamp))
}

fn write_body(document: &Document, stamp: Stamp) -> Result<EmailBody, RenderError> {
    let charts: Vec<&Chart> = document
        .mailed_sections()
        .iter()
        .filter_map(|s| if let Section::Chart(chart) = s { Some(chart) } else { None })
        .filter(|chart| !chart.is_empty())
        .collect();
    let logo = picture(document)?;
    let mut images = charts.iter().map(|chart| draw_image(document, chart)).collect::<Result<Vec<_>, _>>()?;
    let size = logo.as_ref().map(|logo| logo.fit(LOGO.0, LOGO.1));
    let logo = logo.map(|logo| inline("logo", logo.png.to_vec()));
    let html = html::write_html(document, stamp, (logo.as_ref().zip(size), &images));
    images.extend(logo);
    Ok(EmailBody {
        subject: document.subject.clone(),
        preheader: document.preheader.clone(),
        html,
        text: text::write_text(document, stamp),
        images,
    })
}

/// Draws a chart; its id is made from its content, so that an equal body has equal ids.
fn draw_image(document: &Document, chart: &Chart) -> Result<InlineImage, RenderError> {
    let (width, height) = CHART_SIZE;
    let height = chart_height(chart, height, CHART_HEIGHT_MAX);
    let bytes = chart_png(document, chart, (width, height), CHART_ZOOM)?;
    Ok(inline(&chart.id, bytes))
}

fn inline(id: &str, bytes: Vec<u8>) -> InlineImage {
    let digest = hex::encode(&Sha256::digest(&bytes)[..8]);
    InlineImage { cid: format!("{id}.{digest}@vesper"), name: format!("{id}.png"), bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::document;

    fn stamp() -> Stamp {
        Stamp { generated_at: "2026-11-23T06:00:00Z".parse().expect("an instant") }
    }

    /// Drawing five pictures is most of a test's time: one body serves all.
    fn body() -> &'static EmailBody {
        static BODY: std::sync::OnceLock<EmailBody> = std::sync::OnceLock::new();
        BODY.get_or_init(|| render_email(&document(), stamp()).expect("a body"))
    }

    #[test]
    fn html_and_plain_text_carry_the_same_numbers() {
        let document = document();
        let body = body();
        let (mut checked, locale) = (0, document.locale);
        for section in document.mailed_sections() {
            let mut numbers = Vec::new();
            match section {
                Section::Kpis(row) => {
                    numbers.extend(row.tiles.iter().map(|t| locale.tile(t.figure, t.unit, &document.currency)));
                    numbers.extend(row.tiles.iter().filter_map(|t| t.change.as_ref()).map(|c| locale.change(c)));
                }
                Section::Table(table) => {
                    let rows = table.shown_at_most(ROW_COUNT_MAX).iter().map(|r| &r.cells).chain(&table.totals);
                    for cells in rows {
                        let cell =
                            |(f, c): (&Option<_>, &crate::report::Column)| locale.cell(*f, c.unit, &document.currency);
                        numbers.extend(cells.iter().zip(&table.columns).map(cell));
                    }
                }
                Section::Chart(_) | Section::Text(_) | Section::PageBreak | Section::Appendix { .. } => {}
            }
            for number in numbers {
                assert!(body.html.contains(&number), "{number} is not in the HTML part");
                assert!(body.text.contains(&number), "{number} is not in the plain text");
                checked += 1;
            }
        }
        assert!(checked > 80, "{checked}");
    }

    #[test]
    fn every_picture_is_shown_once_and_has_words() {
        let body = body();
        assert_eq!(body.images.len(), 5);
        for image in &body.images {
            assert_eq!(body.html.matches(&format!("src=\"cid:{}\"", image.cid)).count(), 1);
            assert!(image.bytes.starts_with(b"\x89PNG") && image.bytes.len() < 80_000, "{}", image.bytes.len());
        }
        assert!(!body.html.contains("alt=\"\""));
    }

    #[test]
    fn a_body_is_small_repeatable_and_takes_no_markup_from_names() {
        let body = body();
        assert!(body.html.len() < 100_000, "{}", body.html.len());
        assert!(!body.html.contains("<sales>") && body.html.contains("&lt;sales&gt;"));
        assert!(body.text.contains("<sales>"));
        assert_eq!(*body, render_email(&document(), stamp()).expect("a body"));
        assert!(!body.subject.contains('\n'));
    }

    #[test]
    fn a_mail_says_how_many_notes_it_leaves_out() {
        let mut document = document();
        document.warnings = (1..=5).map(|n| format!("note number {n}")).collect();
        document.sections.retain(|section| !matches!(section, Section::Chart(_)));
        let body = render_email(&document, stamp()).expect("a body");
        for part in [&body.html, &body.text] {
            assert!(part.contains("note number 3") && !part.contains("note number 4"));
            assert!(part.contains("More notes on the data, in the attached report: 2"));
        }
    }

    #[test]
    fn no_line_of_the_html_is_too_long_for_a_mail_server() {
        let body = body();
        let longest = body.html.lines().map(str::len).max();
        assert!(longest < Some(998), "{longest:?}");
    }
}
