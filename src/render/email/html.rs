//! The HTML part.

use std::fmt::{Arguments, Write};

use crate::render::artifact::Stamp;
use crate::render::chart::chart_alt;
use crate::render::email::grid::{Grid, GridColumn};
use crate::render::email::style::STYLE;
use crate::render::email::{CHART_WIDTH, InlineImage, WARNING_COUNT_MAX};
use crate::render::font::{Weight, measure};
use crate::render::markup::escape;
use crate::render::palette;
use crate::report::{Chart, Document, Judgment, Kpi, KpiRow, Section, Table, Text, say};

const FONT: &str = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const TILES_PER_ROW: usize = 4;

/// A picture and its width and height, as they are shown.
type Logo<'a> = (&'a InlineImage, (f64, f64));

/// A page under construction.
struct Page<'a> {
    html: String,
    document: &'a Document,
}

/// Writes the whole part.
pub(super) fn write_html(
    document: &Document,
    stamp: Stamp,
    (logo, images): (Option<Logo<'_>>, &[InlineImage]),
) -> String {
    let mut page = Page { html: String::new(), document };
    page.head();
    page.band(stamp, logo);
    page.proof();
    let mut images = images.iter();
    for section in document.mailed_sections() {
        match section {
            Section::Kpis(row) => page.kpis(row),
            Section::Chart(chart) => page.chart(chart, &mut images),
            Section::Table(table) => page.table(table),
            Section::Text(text) => page.text(text),
            Section::PageBreak | Section::Appendix { .. } => {}
        }
    }
    if let Some(line) = document.appendix_line() {
        let muted = palette::MUTED.hex();
        page.open_row(20, 0);
        page.line(format_args!(
            "<p class=\"muted\" style=\"margin:0;font-size:13px;color:{muted}\">{}</p>",
            escape(&line)
        ));
        page.close_row();
    }
    page.foot();
    match &document.theme.fonts {
        Some(fonts) => page.html.replace(FONT, &FONT.replace(':', &format!(":'{}',", fonts.regular.family()))),
        None => page.html,
    }
}

fn judgment_class(judgment: Judgment) -> &'static str {
    match judgment {
        Judgment::Good => "good",
        Judgment::Bad => "bad",
        Judgment::Neutral => "muted",
    }
}

impl Page<'_> {
    fn line(&mut self, text: Arguments<'_>) {
        writeln!(self.html, "{text}").expect("a string takes every line");
    }

    /// Opens a row of the sheet with its padding.
    fn open_row(&mut self, top: u32, bottom: u32) {
        self.line(format_args!("<tr><td class=\"pad\" style=\"padding:{top}px 24px {bottom}px 24px;{FONT}\">"));
    }

    fn close_row(&mut self) {
        self.line(format_args!("</td></tr>"));
    }

    fn heading(&mut self, title: &str, span: &str) {
        let (ink, muted) = (palette::INK.hex(), palette::MUTED.hex());
        self.line(format_args!(
            "<h2 class=\"ink\" style=\"margin:0 0 8px 0;font-size:16px;line-height:22px;color:{ink};{FONT}\">{}",
            escape(title)
        ));
        if !span.is_empty() {
            // Dates stay together; a sentence in their place does not.
            let span = if span.chars().count() <= 32 { span.replace(' ', "\u{a0}") } else { span.to_owned() };
            self.line(format_args!(
                "<span class=\"muted\" style=\"font-weight:normal;font-size:12px;color:{muted}\">&nbsp; {}</span>",
                escape(&span)
            ));
        }
        self.line(format_args!("</h2>"));
    }

    /// Why a section shows nothing.
    fn absence(&mut self, words: &str) {
        let (muted, words) = (palette::MUTED.hex(), escape(words));
        self.line(format_args!(
            "<div class=\"muted\" style=\"font-size:13px;line-height:19px;color:{muted}\">{words}</div>"
        ));
    }

    fn head(&mut self) {
        let document = self.document;
        let (lang, title) = (document.locale.tag(), escape(&document.subject));
        let (ground, sheet) = (palette::HEAD.hex(), palette::WHITE.hex());
        self.line(format_args!("<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">"));
        self.line(format_args!("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"));
        self.line(format_args!("<meta name=\"color-scheme\" content=\"light dark\">"));
        self.line(format_args!("<meta name=\"supported-color-schemes\" content=\"light dark\">"));
        self.line(format_args!("<title>{title}</title>\n<style>{STYLE}</style>\n</head>"));
        self.line(format_args!("<body class=\"page\" style=\"margin:0;padding:0;background:{ground}\">"));
        // Blanks that do not collapse keep the body's first words out of the inbox line.
        self.line(format_args!(
            "<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">{}{}</div>",
            escape(&document.preheader),
            "&#847;&zwnj;&nbsp;".repeat(40)
        ));
        self.line(format_args!(
            "<table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" \
             style=\"background:{ground}\">\n<tr><td align=\"center\" style=\"padding:20px 0\">"
        ));
        self.line(format_args!(
            "<table role=\"presentation\" class=\"sheet\" width=\"600\" cellpadding=\"0\" cellspacing=\"0\" \
             style=\"width:100%;max-width:600px;background:{sheet}\">"
        ));
    }

    fn band(&mut self, stamp: Stamp, logo: Option<Logo<'_>>) {
        let document = self.document;
        let (night, text) = (palette::NIGHT.hex(), palette::NIGHT_TEXT.hex());
        let (accent, link) = (document.theme.accent.hex(), palette::NIGHT_LINK.hex());
        self.line(format_args!(
            "<tr><td class=\"pad\" bgcolor=\"{night}\" \
             style=\"padding:22px 24px 18px 24px;background:{night};border-bottom:3px solid {accent};{FONT}\">"
        ));
        if let Some((logo, (width, height))) = logo {
            // On a white card: a dark band would swallow dark letters.
            self.line(format_args!(
                "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" style=\"margin:0 0 12px 0\"><tr>\
                 <td bgcolor=\"#ffffff\" style=\"background:#ffffff;border-radius:6px;padding:5px\">\
                 <img src=\"cid:{}\" width=\"{width:.0}\" height=\"{height:.0}\" alt=\"{}\" style=\"display:block\"></td></tr></table>",
                logo.cid,
                escape(&document.organisation)
            ));
        }
        self.line(format_args!(
            "<h1 style=\"margin:0;font-size:22px;line-height:28px;color:#ffffff;{FONT}\">{}</h1>",
            escape(&document.title)
        ));
        if let Some(subtitle) = &document.subtitle {
            self.line(format_args!(
                "<div style=\"font-size:14px;line-height:21px;color:#ffffff;padding-top:2px\">{}</div>",
                escape(subtitle)
            ));
        }
        let line = format!("{} · {} · {}", document.organisation, document.period_label, document.currency);
        self.line(format_args!(
            "<div style=\"font-size:13px;line-height:20px;color:{text};padding-top:2px\">{}</div>",
            escape(&line)
        ));
        self.line(format_args!("<div style=\"font-size:12px;line-height:18px;color:{text};padding-top:6px\">"));
        let phrases = document.locale.phrases();
        let generated = say(phrases.generated, &[&document.locale.instant(stamp.generated_at)]);
        self.line(format_args!("<span class=\"stamp\">{}&nbsp;&nbsp; </span>", escape(&generated)));
        if let Some(url) = &document.web_url {
            self.line(format_args!(
                "<a href=\"{}\" style=\"color:{link};font-weight:bold;text-decoration:none\">{} &rarr;</a>",
                escape(url),
                phrases.open_web
            ));
        }
        self.line(format_args!("</div>"));
        self.close_row();
    }

    /// The proof and the notes on the data.
    fn proof(&mut self) {
        let document = self.document;
        self.open_row(12, 0);
        let (class, colour) = match document.reconciliation_holds() {
            _ if document.reconciliation.is_empty() => ("muted", palette::MUTED.hex()),
            true => ("good", palette::GOOD.hex()),
            false => ("bad", palette::BAD.hex()),
        };
        self.line(format_args!(
            "<div class=\"{class}\" style=\"font-size:12px;line-height:17px;color:{colour}\">{}</div>",
            escape(&document.reconciliation_line())
        ));
        let alert = palette::ALERT.hex();
        for warning in &document.leading_warnings(WARNING_COUNT_MAX) {
            self.line(format_args!(
                "<div class=\"alert\" style=\"font-size:12px;line-height:17px;color:{alert};padding-top:3px\">{}</div>",
                escape(warning)
            ));
        }
        self.close_row();
    }

    fn kpis(&mut self, row: &KpiRow) {
        self.open_row(14, 0);
        if let Some(title) = &row.title {
            self.heading(title, "");
        }
        self.line(format_args!("<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\">"));
        for tiles in row.tiles.chunks(TILES_PER_ROW) {
            self.line(format_args!("<tr>"));
            tiles.iter().for_each(|tile| self.tile(tile));
            self.line(format_args!("</tr>"));
        }
        self.line(format_args!("</table>"));
        self.close_row();
    }

    fn tile(&mut self, tile: &Kpi) {
        let document = self.document;
        let (ink, muted, grid) = (palette::INK.hex(), palette::MUTED.hex(), palette::GRID.hex());
        let value = document.locale.tile(tile.figure, tile.unit, &document.currency);
        self.line(format_args!("<td class=\"tile\" width=\"25%\" valign=\"top\" style=\"padding:3px\">"));
        self.line(format_args!(
            "<table role=\"presentation\" class=\"tilebox line\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" \
             style=\"border:1px solid {grid};border-radius:8px;border-collapse:separate\">\
             <tr><td style=\"padding:9px 8px;{FONT}\">"
        ));
        self.line(format_args!(
            "<div class=\"muted\" style=\"font-size:11px;line-height:15px;color:{muted}\">{}</div>",
            escape(&tile.label)
        ));
        self.line(format_args!(
            "<div class=\"ink\" style=\"font-size:{}px;line-height:27px;font-weight:bold;color:{ink};white-space:nowrap\">{}</div>",
            value_size(&value),
            escape(&value)
        ));
        self.line(format_args!("<div style=\"font-size:11px;line-height:15px\">"));
        match &tile.change {
            Some(change) => {
                let (class, colour) = (judgment_class(change.judgment), palette::judgment(change.judgment).hex());
                let arrow = match change.tenths.unwrap_or(0).signum() {
                    1 => "&#9650; ",
                    -1 => "&#9660; ",
                    _ => "",
                };
                self.line(format_args!(
                    "<span class=\"{class}\" style=\"color:{colour};font-weight:bold;white-space:nowrap\">{arrow}{}</span>\
                     <br><span class=\"muted\" style=\"color:{muted}\">{}</span>",
                    escape(&document.locale.change(change)),
                    escape(&tile.against(change, document.locale))
                ));
            }
            None => {
                let span = escape(&tile.span);
                self.line(format_args!("<span class=\"muted\" style=\"color:{muted}\">{span}</span>"));
            }
        }
        self.line(format_args!("</div></td></tr></table></td>"));
    }

    /// A chart without a value is a line of words; any other takes the next picture.
    fn chart<'i>(&mut self, chart: &Chart, images: &mut impl Iterator<Item = &'i InlineImage>) {
        let (width, alt) = (CHART_WIDTH, chart_alt(self.document, chart));
        self.open_row(22, 0);
        self.heading(&chart.title, &chart.span);
        let Some(image) = (if chart.is_empty() { None } else { images.next() }) else {
            self.absence(self.document.locale.phrases().no_values);
            self.close_row();
            return;
        };
        // The picture keeps its white ground in the dark: its inks are chosen for it.
        self.line(format_args!(
            "<img src=\"cid:{}\" width=\"{width}\" alt=\"{}\"\n\
             style=\"display:block;width:100%;max-width:{width}px;height:auto;border-radius:6px;background:#ffffff;color:#334155;font-size:12px;{FONT}\">",
            image.cid,
            wrapped(&escape(&alt))
        ));
        self.close_row();
    }

    fn table(&mut self, table: &Table) {
        let grid = Grid::new(self.document, table);
        self.open_row(24, 0);
        self.heading(&table.title, &table.span);
        let (head, text, muted) = (palette::HEAD.hex(), palette::TEXT.hex(), palette::MUTED.hex());
        let (size, blank) = (grid.letters.size, grid.letters.padding / 2.0);
        if grid.rows.is_empty() {
            self.absence(&table.absence(self.document.locale));
            self.close_row();
            return;
        }
        self.line(format_args!(
            "<table class=\"grid\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"font-size:{size}px;{FONT}\">"
        ));
        self.line(format_args!("<tr class=\"head\" style=\"background:{head}\">"));
        for column in &grid.columns {
            let (align, far) = place(column);
            self.line(format_args!(
                "<th class=\"muted{far}\" align=\"{align}\" valign=\"bottom\" \
                 style=\"padding:6px {blank}px;color:{text};font-size:11px;line-height:14px\">{}</th>",
                escape(&column.head)
            ));
        }
        self.line(format_args!("</tr>"));
        for row in &grid.rows {
            self.cells(&grid, row, "normal");
        }
        if let Some(total) = &grid.total {
            self.cells(&grid, total, "bold");
        }
        self.line(format_args!("</table>"));
        let style = format!("font-size:11px;line-height:16px;color:{muted};padding-top:5px");
        if !grid.foot.is_empty() {
            self.line(format_args!("<div class=\"muted\" style=\"{style}\">{}</div>", escape(&grid.foot)));
        }
        if let Some(words) = &grid.far_foot {
            self.line(format_args!(
                "<div class=\"muted narrow\" style=\"display:none;mso-hide:all;{style}\">{}</div>",
                escape(words)
            ));
        }
        self.close_row();
    }

    fn cells(&mut self, grid: &Grid, texts: &[String], weight: &str) {
        let (ink, line, blank) = (palette::INK.hex(), palette::GRID.hex(), grid.letters.padding / 2.0);
        self.line(format_args!("<tr>"));
        for column in &grid.columns {
            let (align, far) = place(column);
            let wrap = if column.is_whole { "white-space:nowrap" } else { "overflow-wrap:anywhere" };
            let name = if column.is_words { " name" } else { "" };
            self.line(format_args!(
                "<td class=\"ink line{name}{far}\" align=\"{align}\" \
                 style=\"padding:6px {blank}px;border-bottom:1px solid {line};color:{ink};font-weight:{weight};{wrap}\">{}</td>",
                escape(&texts[column.at])
            ));
        }
        self.line(format_args!("</tr>"));
    }

    fn text(&mut self, text: &Text) {
        self.open_row(20, 0);
        if let Some(title) = &text.title {
            self.heading(title, "");
        }
        let colour = palette::TEXT.hex();
        for paragraph in &text.paragraphs {
            let (indent, bullet) = if paragraph.is_item { (14, "&bull; ") } else { (0, "") };
            self.line(format_args!(
                "<p class=\"ink\" style=\"margin:0 0 8px {indent}px;font-size:14px;line-height:21px;color:{colour};{FONT}\">{bullet}{}</p>",
                wrapped(&escape(&paragraph.words))
            ));
        }
        self.close_row();
    }

    fn foot(&mut self) {
        let document = self.document;
        let (muted, grid) = (palette::MUTED.hex(), palette::GRID.hex());
        if let Some(url) = &document.web_url {
            let accent = document.theme.accent;
            let (ground, ink) = (accent.hex(), palette::text_on(accent).hex());
            self.open_row(26, 0);
            self.line(format_args!(
                "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\"><tr><td bgcolor=\"{ground}\" \
                 style=\"background:{ground};border-radius:6px;padding:11px 18px;{FONT}\">\
                 <a href=\"{}\" style=\"color:{ink};font-size:14px;font-weight:bold;text-decoration:none\">{}</a>\
                 </td></tr></table>",
                escape(url),
                document.locale.phrases().open_web
            ));
            self.close_row();
        }
        self.open_row(24, 24);
        self.line(format_args!(
            "<div class=\"muted line\" style=\"border-top:1px solid {grid};padding-top:12px;font-size:11px;line-height:16px;color:{muted}\">"
        ));
        self.line(format_args!(
            "{} · {}<br>{}",
            escape(&document.organisation),
            escape(&document.theme.footer),
            escape(&say(
                document.locale.phrases().mail_foot,
                &[&document.snapshot.snapshot_id.to_string(), &document.locale.date(document.business_date)]
            ))
        ));
        self.line(format_args!("</div>"));
        self.close_row();
        self.line(format_args!("</table>\n</td></tr>\n</table>\n</body>\n</html>"));
    }
}

/// Words on the left, figures on the right; a class for what narrow screens leave out.
fn place(column: &GridColumn) -> (&'static str, &'static str) {
    (if column.is_words { "left" } else { "right" }, if column.is_far { " far" } else { "" })
}

/// The size of a tile's value: the largest in which it stays in its quarter of the mail.
fn value_size(value: &str) -> u32 {
    const ROOM: f64 = 92.0;
    [20, 18, 16, 14].into_iter().find(|size| measure(Weight::Bold, f64::from(*size), value) <= ROOM).unwrap_or(12)
}

/// A long text in lines: mail servers break lines beyond 998 bytes wherever they are.
fn wrapped(escaped: &str) -> String {
    let mut wrapped = String::with_capacity(escaped.len());
    let mut length = 0;
    for word in escaped.split(' ') {
        if length > 0 {
            wrapped.push(if length > 400 { '\n' } else { ' ' });
            length = if length > 400 { 0 } else { length + 1 };
        }
        wrapped.push_str(word);
        length += word.len().max(1);
    }
    wrapped
}
