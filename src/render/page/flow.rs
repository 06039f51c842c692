//! The order of things on paper: sections flow down the pages, halves stand side by side.

use crate::render::artifact::Stamp;
use crate::render::error::RenderError;
use crate::render::logo::{Picture, picture};
use crate::render::page::Pages;
use crate::render::page::card::{draw_appendix, draw_charts, draw_kpis};
use crate::render::page::frame::{draw_band, draw_frames, draw_proof};
use crate::render::page::guide::draw_guide;
use crate::render::page::prose::draw_text;
use crate::render::page::sheet::Sheet;
use crate::render::page::table::{Grid, draw_table};
use crate::render::typeface::in_fonts_of;
use crate::report::{Chart, Document, Section, Width};

/// Gives everything in `document` its place.
pub fn lay_out(document: &Document, stamp: Stamp) -> Result<Pages, RenderError> {
    in_fonts_of(&document.theme, || place_sections(document, stamp))
}

fn place_sections(document: &Document, stamp: Stamp) -> Result<Pages, RenderError> {
    let logo = picture(document)?;
    let width = Sheet::rehearsal(document.layout, 1.0).content_width();
    let grid = |section: &Section| match section {
        Section::Table(table) => Some(Grid::new(document, &table.told(document.locale), width)),
        _ => None,
    };
    let manuscript =
        Manuscript { document, stamp, logo: logo.as_ref(), grids: document.sections.iter().map(grid).collect() };
    let plan = rehearse(&manuscript)?.plan();
    let mut sheet = Sheet::new(document.layout, plan);
    fill(&mut sheet, &manuscript)?;
    Ok(sheet.finish())
}

/// A document with what both passes need of it.
struct Manuscript<'a> {
    document: &'a Document,
    stamp: Stamp,
    logo: Option<&'a Picture>,
    /// One a section; tables have one.
    grids: Vec<Option<Grid>>,
}

/// Finds where everything stands. A last page of a few lines is not worth its paper: lower pictures may save it.
fn rehearse(manuscript: &Manuscript<'_>) -> Result<Sheet, RenderError> {
    const TIGHTER_PACES: [f64; 2] = [0.92, 0.84];
    let mut chosen = rehearse_at(manuscript, 1.0)?;
    let mut is_worth_it = is_worth_its_paper(&chosen);
    for pace in TIGHTER_PACES {
        if is_worth_it {
            break;
        }
        let sheet = rehearse_at(manuscript, pace)?;
        is_worth_it = is_worth_its_paper(&sheet);
        if sheet.page_count() < chosen.page_count() {
            chosen = sheet;
        }
    }
    Ok(chosen)
}

fn rehearse_at(manuscript: &Manuscript<'_>, pace: f64) -> Result<Sheet, RenderError> {
    let mut sheet = Sheet::rehearsal(manuscript.document.layout, pace);
    fill(&mut sheet, manuscript)?;
    Ok(sheet)
}

/// Whether the last page is filled well enough to be turned to.
fn is_worth_its_paper(sheet: &Sheet) -> bool {
    const FILL_MIN: f64 = 0.3;
    sheet.page_count() == 1 || sheet.last_fill() >= FILL_MIN
}

fn fill(sheet: &mut Sheet, manuscript: &Manuscript<'_>) -> Result<(), RenderError> {
    let document = manuscript.document;
    draw_band(sheet, document, (manuscript.stamp, manuscript.logo));
    draw_proof(sheet, document);
    let mut rest = document.sections.as_slice();
    while let Some((section, after)) = rest.split_first() {
        let at = document.sections.len() - rest.len();
        rest = after;
        match section {
            Section::Kpis(row) => draw_kpis(sheet, document, row),
            Section::Chart(chart) => {
                let partner = partner(chart, after);
                rest = if partner.is_some() { &after[1..] } else { after };
                let side_by_side: Vec<&Chart> = std::iter::once(chart).chain(partner).collect();
                draw_charts(sheet, document, &side_by_side)?;
            }
            Section::Table(table) => {
                if let Some(grid) = &manuscript.grids[at] {
                    draw_table(sheet, document, table, grid);
                }
            }
            Section::Text(text) => draw_text(sheet, text),
            Section::PageBreak => sheet.break_page(),
            Section::Appendix { title } => draw_appendix(sheet, title),
        }
    }
    draw_guide(sheet, document);
    draw_frames(sheet, document);
    Ok(())
}

/// The half chart that stands beside a half chart.
fn partner<'a>(chart: &Chart, after: &'a [Section]) -> Option<&'a Chart> {
    match after.first() {
        Some(Section::Chart(next)) if chart.width == Width::Half && next.width == Width::Half => Some(next),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::page::{Mark, Shape, draw_list};
    use crate::report::Orientation;
    use crate::report::fixture::{document, expect_file};

    fn stamp() -> Stamp {
        Stamp { generated_at: "2026-11-23T06:00:00Z".parse().expect("an instant") }
    }

    fn texts(pages: &Pages) -> Vec<(usize, f64, f64, f64, String)> {
        let mut texts = Vec::new();
        for (at, page) in pages.pages.iter().enumerate() {
            for shape in page.marks.iter().flat_map(|(_, shapes)| shapes) {
                if let Shape::Text { x, y, size, weight, text, .. } = shape {
                    texts.push((at, *x, *y, *x + crate::render::font::measure(*weight, *size, text), text.clone()));
                }
            }
        }
        texts
    }

    #[test]
    fn the_draw_list_of_the_weekly_report_is_the_one_on_file() {
        let pages = lay_out(&document(), stamp()).expect("pages");
        expect_file("executive-weekly.drawlist.txt", &draw_list(&pages));
    }

    #[test]
    fn nothing_stands_outside_the_margins_on_any_paper() {
        for orientation in [Orientation::Portrait, Orientation::Landscape] {
            let mut document = document();
            document.layout.orientation = orientation;
            let pages = lay_out(&document, stamp()).expect("pages");
            for (page, left, y, right, text) in texts(&pages) {
                assert!(left >= 41.0 && right <= pages.width - 41.0, "page {page}: {left}–{right} {text}");
                assert!(y > 10.0 && y < pages.height - 10.0, "page {page}: {y} {text}");
            }
        }
    }

    #[test]
    fn a_long_table_repeats_its_head_and_ends_with_its_total() {
        let mut document = document();
        for section in &mut document.sections {
            if let Section::Table(table) = section {
                let rows = table.rows.clone();
                table.rows = rows.iter().cycle().take(150).cloned().collect();
                table.limit = 120;
            }
        }
        let pages = lay_out(&document, stamp()).expect("pages");
        let texts = texts(&pages);
        let heads: Vec<usize> = texts.iter().filter(|t| t.4 == "Sales rep").map(|t| t.0).collect();
        assert!(heads.len() >= 3, "{heads:?}");
        assert!(heads.windows(2).all(|pair| pair[0] < pair[1]), "one head a page: {heads:?}");
        assert!(texts.iter().any(|t| t.4.starts_with("Rows shown: 120 of 150")));
        let total = texts.iter().rposition(|t| t.4 == "Total").expect("a total");
        assert!(texts[total..].iter().any(|t| t.4.starts_with("Rows shown")));
    }

    #[test]
    fn no_heading_stands_alone_and_no_content_runs_into_the_foot_however_the_pages_break() {
        for count in (0..45).step_by(3) {
            let mut document = document();
            for section in &mut document.sections {
                if let Section::Text(text) = section {
                    text.paragraphs = text.paragraphs.iter().cycle().take(count).cloned().collect();
                }
            }
            let pages = lay_out(&document, stamp()).expect("pages");
            for page in &pages.pages {
                let content = page.marks.iter().filter_map(|(mark, shapes)| match mark {
                    Mark::Node(node) => Some((pages.nodes[*node].role, shapes)),
                    Mark::Artifact => None,
                });
                let last = content.clone().next_back().map(|(role, _)| role);
                assert!(!matches!(last, None | Some("H1" | "H2")), "with {count} paragraphs a page ends with {last:?}");
                for shape in content.flat_map(|(_, shapes)| shapes) {
                    if let Shape::Text { y, text, .. } = shape {
                        assert!(*y < pages.height - 44.0, "with {count} paragraphs: {text} at {y}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_tagged_mark_has_its_one_place_in_the_structure() {
        let pages = lay_out(&document(), stamp()).expect("pages");
        let tagged = |page: &crate::render::page::Page| page.marks.iter().filter(|(m, _)| *m != Mark::Artifact).count();
        let marks: usize = pages.pages.iter().map(tagged).sum();
        let is_content = |kid: &&crate::render::page::Kid| matches!(kid, crate::render::page::Kid::Content { .. });
        let kids: usize = pages.nodes.iter().map(|n| n.kids.iter().filter(is_content).count()).sum();
        assert_eq!(marks, kids);
        let figures = pages.nodes.iter().filter(|n| n.role == "Figure");
        assert!(figures.clone().count() == 5 && figures.clone().all(|n| n.alt.as_ref().is_some_and(|a| a.len() > 20)));
    }
}
