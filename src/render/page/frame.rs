//! What frames the content: the band of page 1 with the proof below it, running heads, page feet.

use crate::render::artifact::Stamp;
use crate::render::font::shorten;
use crate::render::logo::Picture;
use crate::render::page::Shape;
use crate::render::page::sheet::{Align, MARGIN, Sheet, Style};
use crate::render::palette;
use crate::report::{Document, say};

const BAND_HEIGHT: f64 = 92.0;
const BAND_EDGE: f64 = 3.0;
const EMBLEM: f64 = 40.0;

/// The dark band: emblem, title, organisation and period, stamp, link.
pub(super) fn draw_band(sheet: &mut Sheet, document: &Document, (stamp, logo): (Stamp, Option<&Picture>)) {
    let (width, accent) = (sheet.width, document.theme.accent);
    sheet.y = 0.0;
    sheet.bookmark(0, &document.title);
    sheet.artifact(|ink| {
        ink.fill((0.0, 0.0), (width, BAND_HEIGHT), palette::NIGHT);
        ink.fill((0.0, BAND_HEIGHT), (width, BAND_EDGE), accent);
        if logo.is_none() {
            draw_emblem(ink, document);
        }
    });
    let emblem = logo.map_or(EMBLEM, |logo| draw_logo(sheet, document, logo));
    let left = MARGIN + emblem + 14.0;
    let right = width - MARGIN;
    let phrases = document.locale.phrases();
    let small = Style::regular(8.5, palette::NIGHT_TEXT);
    let generated = say(phrases.generated, &[&document.locale.instant(stamp.generated_at)]);
    let mut title = Style::bold(18.0, palette::WHITE);
    let room = right - left - small.width(&generated) - 16.0;
    if title.width(&document.title) > room {
        title.size = 14.0;
    }
    // A title for which that is still too long takes two lines.
    let is_long = title.width(&document.title) > room;
    let lines = if is_long { title_lines(&mut title, &document.title, room) } else { vec![document.title.clone()] };
    sheet.element("H1", |ink| {
        for (at, line) in lines.iter().enumerate() {
            let y = 44.0 + 14.0 * at as f64 - if is_long { 12.0 } else { 0.0 };
            ink.text((left, y), Align::Left, title, line);
        }
    });
    let link = Style::bold(8.5, palette::NIGHT_LINK);
    let words = format!("{} →", phrases.open_web);
    let words = words.as_str();
    let mut line = format!("{} · {} · {}", document.organisation, document.period_label, document.currency);
    if let Some(subtitle) = &document.subtitle {
        line = format!("{subtitle} · {line}");
    }
    let taken = if document.web_url.is_some() { link.width(words) + 16.0 } else { 0.0 };
    let sub = Style::regular(9.5, palette::NIGHT_TEXT);
    sheet.element("P", |ink| {
        let line = shorten(sub.weight, sub.size, &line, right - left - taken);
        ink.text((left, 61.5), Align::Left, sub, &line);
    });
    sheet.element("P", |ink| ink.text((right, 44.0), Align::Right, small, &generated));
    if let Some(url) = &document.web_url {
        let size = link.width(words);
        sheet.element("Link", |ink| {
            ink.text((right, 61.5), Align::Right, link, words);
            ink.0.push(Shape::Link { x: right - size, y: 52.0, width: size, height: 13.0, url: url.clone() });
        });
    }
    sheet.y = BAND_HEIGHT + BAND_EDGE + 11.0;
}

/// The house's picture on a white card, which every picture can be seen on; gives the width it takes.
fn draw_logo(sheet: &mut Sheet, document: &Document, picture: &Picture) -> f64 {
    const PADDING: f64 = 4.0;
    const WIDTH_MAX: f64 = 130.0;
    let (width, height) = picture.fit(WIDTH_MAX - 2.0 * PADDING, EMBLEM - 2.0 * PADDING);
    let (x, y, card) = (MARGIN, 26.0, width + 2.0 * PADDING);
    let fill = Some(palette::WHITE);
    sheet.artifact(|ink| ink.0.push(Shape::Box { x, y, width: card, height: EMBLEM, radius: 6.0, fill, stroke: None }));
    let top = y + (EMBLEM - height) / 2.0;
    sheet.open("Figure", Some(document.organisation.clone()));
    sheet.tagged(|ink| ink.0.push(Shape::Image { x: x + PADDING, y: top, width, height, picture: picture.clone() }));
    sheet.close();
    card
}

/// A long title in two smaller lines, the second shortened if it must be.
fn title_lines(style: &mut Style, title: &str, room: f64) -> Vec<String> {
    style.size = 12.0;
    let mut lines = crate::render::font::wrap(style.weight, style.size, title, room);
    if lines.len() > 2 {
        let rest = lines.split_off(1).join(" ");
        lines.push(shorten(style.weight, style.size, &rest, room));
    }
    lines
}

/// A tile of the accent with the organisation's first letter: white-label without a picture.
fn draw_emblem(ink: &mut super::sheet::Ink, document: &Document) {
    let (x, y, accent) = (MARGIN, 26.0, document.theme.accent);
    let (width, height) = (EMBLEM, EMBLEM);
    ink.0.push(Shape::Box { x, y, width, height, radius: 9.0, fill: Some(accent), stroke: None });
    let letter: String = document.organisation.chars().find(|c| c.is_alphanumeric()).into_iter().collect();
    let style = Style::bold(22.0, palette::text_on(accent));
    let letter = letter.to_uppercase();
    ink.text((x + (EMBLEM - style.width(&letter)) / 2.0, y + 28.0), Align::Left, style, &letter);
}

/// The proof of page 1: what the source held is what the star holds, per entity.
pub(super) fn draw_proof(sheet: &mut Sheet, document: &Document) {
    let (left, right) = (MARGIN, sheet.width - MARGIN);
    let colour = match document.reconciliation_holds() {
        true if document.reconciliation.is_empty() => palette::MUTED,
        true => palette::GOOD,
        false => palette::BAD,
    };
    let notes_on = |page: usize| match document.warnings.len() {
        0 => String::new(),
        count => say(document.locale.phrases().notes_on_page, &[&count.to_string(), &page.to_string()]),
    };
    // Only a rehearsal tells the page; until then the line is as long as it may become.
    let notes = notes_on(sheet.notes_page().map_or(88, |page| page + 1));
    let note = Style::regular(7.5, palette::ALERT);
    let style = Style::regular(7.5, colour);
    let room = right - left - if notes.is_empty() { 0.0 } else { note.width(&notes_on(88)) + 12.0 };
    let wrapped = crate::render::font::wrap(style.weight, style.size, &document.reconciliation_line(), room);
    let top = sheet.y;
    sheet.element("P", |ink| {
        for (at, line) in wrapped.iter().enumerate() {
            ink.text((left, top + 7.5 + 10.0 * at as f64), Align::Left, style, line);
        }
    });
    if !notes.is_empty() {
        sheet.element("P", |ink| ink.text((right, top + 7.5), Align::Right, note, &notes));
    }
    sheet.y = top + 10.0 * wrapped.len().max(1) as f64 + 8.0;
}

/// Running heads from page 2 on, and a foot with the page's number on all: only the eye needs them.
pub(super) fn draw_frames(sheet: &mut Sheet, document: &Document) {
    let (width, height, count) = (sheet.width, sheet.height, sheet.page_count());
    let right = width - MARGIN;
    let muted = Style::regular(7.5, palette::MUTED);
    for page in 0..count {
        sheet.artifact_on(page, |ink| {
            if page > 0 {
                let period = Style::regular(8.5, palette::MUTED);
                let room = width - 2.0 * MARGIN - period.width(&document.period_label) - 16.0;
                let title = Style::bold(8.5, palette::INK);
                let words = shorten(title.weight, title.size, &document.title, room);
                ink.text((MARGIN, 36.0), Align::Left, title, &words);
                ink.text((right, 36.0), Align::Right, period, &document.period_label);
                ink.rule((MARGIN, 44.0), width - 2.0 * MARGIN, palette::GRID, 0.8);
            }
            let number = say(document.locale.phrases().page, &[&(page + 1).to_string(), &count.to_string()]);
            let foot = format!("{} · {}", document.organisation, document.theme.footer);
            let room = width - 2.0 * MARGIN - muted.width(&number) - 16.0;
            ink.rule((MARGIN, height - 40.0), width - 2.0 * MARGIN, palette::GRID, 0.8);
            ink.text((MARGIN, height - 26.0), Align::Left, muted, &shorten(muted.weight, muted.size, &foot, room));
            ink.text((right, height - 26.0), Align::Right, muted, &number);
        });
    }
}
