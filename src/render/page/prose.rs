//! Words: commentary in the flow of the page.

use crate::render::font::wrap;
use crate::render::page::card::draw_heading;
use crate::render::page::sheet::{Align, MARGIN, Sheet, Style};
use crate::render::palette;
use crate::report::Text;

const BODY: Style = Style::regular(9.2, palette::TEXT);
const BODY_LINE: f64 = 13.2;

/// A commentary.
pub(super) fn draw_text(sheet: &mut Sheet, text: &Text) {
    // A heading never stands alone: it takes two lines with it.
    sheet.ensure(if text.title.is_some() { 24.0 } else { 0.0 } + 2.0 * BODY_LINE);
    if let Some(title) = &text.title {
        sheet.bookmark(1, title);
        draw_heading(sheet, title, "");
    }
    for paragraph in &text.paragraphs {
        let indent = if paragraph.is_item { 12.0 } else { 0.0 };
        let lines = wrap(BODY.weight, BODY.size, &paragraph.words, sheet.content_width() - indent);
        let bullet = if paragraph.is_item { "•" } else { "" };
        draw_lines(sheet, &lines, (BODY, BODY_LINE), (indent, bullet));
        sheet.y += 3.0;
    }
    sheet.y += 7.0;
}

/// Lines down the page and over its end; each page's part is one mark of the same paragraph.
fn draw_lines(sheet: &mut Sheet, lines: &[String], (style, height): (Style, f64), (indent, bullet): (f64, &str)) {
    sheet.open("P", None);
    let mut rest = lines;
    while !rest.is_empty() {
        sheet.ensure(height);
        let count = ((sheet.room() / height) as usize).clamp(1, rest.len());
        let is_first = rest.len() == lines.len();
        let top = sheet.y;
        sheet.tagged(|ink| {
            if is_first {
                ink.text((MARGIN + 1.0, top + style.size), Align::Left, style, bullet);
            }
            for (at, line) in rest[..count].iter().enumerate() {
                ink.text((MARGIN + indent, top + style.size + height * at as f64), Align::Left, style, line);
            }
        });
        sheet.y = top + height * count as f64;
        rest = &rest[count..];
    }
    sheet.close();
}
