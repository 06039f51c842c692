//! The web edition: one page that needs nothing else, with the charts as vectors and the numbers behind them as tables.
//!
//! In: a document. Out: an artifact of HTML without a script, a font or an address of its own.
//!
//! Light and dark, wide and narrow, on paper too. Every row a page of the PDF would show stands here.
//!
//! Never here: what is said; it is the document's.

mod page;
mod style;

use crate::render::artifact::{Artifact, Stamp};
use crate::render::error::RenderError;
use crate::render::typeface::in_fonts_of;
use crate::report::Document;

/// Renders `document` as one HTML page. The same document and stamp give the same bytes.
pub fn render_html(document: &Document, stamp: Stamp) -> Result<Artifact, RenderError> {
    let html = in_fonts_of(&document.theme, || page::write_page(document, stamp))?;
    Ok(Artifact::seal(document, "html", "text/html; charset=utf-8", html.into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::gallery::gallery;
    use crate::report::fixture::Size;
    use crate::report::{Locale, Section};

    fn page(size: Size, locale: Locale) -> String {
        let stamp = Stamp { generated_at: "2026-11-23T06:00:00Z".parse().expect("an instant") };
        let bytes = render_html(&gallery(size, locale), stamp).expect("a page").bytes;
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn the_page_needs_nothing_but_itself() {
        let html = page(Size::Plausible, Locale::En);
        for foreign in ["<script", "<link", "@import", "url(http", "src=\"http", "cid:"] {
            assert!(!html.contains(foreign), "{foreign}");
        }
        assert!(html.contains("default-src 'none'"));
    }

    #[test]
    fn every_chart_is_a_picture_with_words_and_a_table_of_its_numbers() {
        let html = page(Size::Plausible, Locale::De);
        let document = gallery(Size::Plausible, Locale::De);
        let count = document.sections.iter().filter(|s| matches!(s, Section::Chart(_))).count();
        assert_eq!(html.matches("<figure ").count(), count);
        let full_count = html.matches("class=\"picture slim\"").count();
        assert_eq!(html.matches("<svg ").count(), count + full_count);
        assert_eq!(html.matches("role=\"img\"").count(), count + full_count);
        assert_eq!(html.matches("<details>").count(), count);
        assert!(html.contains("lang=\"de-DE\"") && html.contains("111.800"));
    }

    #[test]
    fn every_number_of_a_table_stands_on_the_page() {
        let (html, document) = (page(Size::Plausible, Locale::Uk), gallery(Size::Plausible, Locale::Uk));
        for section in &document.sections {
            let Section::Table(table) = section else { continue };
            for (figure, column) in table.rows.iter().flat_map(|row| row.cells.iter().zip(&table.columns)) {
                let number = document.locale.cell(*figure, column.unit, &document.currency);
                assert!(html.contains(&number), "{number}");
            }
        }
    }

    #[test]
    fn names_stay_names() {
        let html = page(Size::Plausible, Locale::En);
        assert!(html.contains("Müller &amp; Søn") && !html.contains("<sales>"));
    }
}
