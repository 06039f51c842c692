//! The page: band, proof, contents, sections, how to read it.

use std::fmt::{Arguments, Write};

use crate::render::artifact::Stamp;
use crate::render::chart::{chart_alt, chart_height, chart_svg};
use crate::render::error::RenderError;
use crate::render::logo::picture;
use crate::render::markup::{data_url, escape};
use crate::render::table_text::{row_texts, total_texts};
use crate::render::web::style::style_sheet;
use crate::report::{Chart, Document, Judgment, Kpi, KpiRow, Section, Table, Text, Unit, Width, say};

/// Points a chart is drawn at; shown larger, so that its words are read at arm's length. On a phone a full one is drawn
/// as a half one is: made smaller, its words could not be read.
const FULL: (u32, u32) = (620, 210);
const HALF: (u32, u32) = (310, 180);
const HEIGHT_MAX: u32 = 420;

struct Page<'a> {
    html: String,
    document: &'a Document,
}

pub(super) fn write_page(document: &Document, stamp: Stamp) -> Result<String, RenderError> {
    let mut page = Page { html: String::new(), document };
    page.head(stamp)?;
    page.proof();
    page.contents();
    let mut rest = document.sections.as_slice();
    while let Some((section, after)) = rest.split_first() {
        rest = after;
        match section {
            Section::Kpis(row) => page.kpis(row),
            Section::Chart(_) => {
                let count = 1 + after.iter().take_while(|s| matches!(s, Section::Chart(_))).count();
                let all = &document.sections[document.sections.len() - after.len() - 1..];
                page.charts(&all[..count])?;
                rest = &all[count..];
            }
            Section::Table(table) => page.table(table),
            Section::Text(text) => page.text(text),
            Section::PageBreak => {}
            Section::Appendix { title } => page.line(format_args!("<h2 class=\"part\">{}</h2>", escape(title))),
        }
    }
    page.guide();
    Ok(page.html)
}

impl Page<'_> {
    fn line(&mut self, text: Arguments<'_>) {
        writeln!(self.html, "{text}").expect("a string takes every line");
    }

    fn head(&mut self, stamp: Stamp) -> Result<(), RenderError> {
        let document = self.document;
        let (phrases, style) = (document.locale.phrases(), style_sheet(&document.theme));
        let (tag, title) = (document.locale.tag(), escape(&format!("{} · {}", document.title, document.period_label)));
        self.line(format_args!("<!DOCTYPE html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">"));
        self.line(format_args!("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"));
        self.line(format_args!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        ));
        self.line(format_args!("<meta name=\"color-scheme\" content=\"light dark\">"));
        self.line(format_args!("<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>"));
        self.line(format_args!("<header><div class=\"wide\">"));
        match picture(document)? {
            Some(logo) => {
                let (url, name) = (data_url("image/png", &logo.png), escape(&document.organisation));
                self.line(format_args!("<img src=\"{url}\" alt=\"{name}\">"));
            }
            None => {
                let letter =
                    document.organisation.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().to_string());
                self.line(format_args!(
                    "<div class=\"emblem\" aria-hidden=\"true\">{}</div>",
                    letter.unwrap_or_default()
                ));
            }
        }
        let mut line = format!("{} · {} · {}", document.organisation, document.period_label, document.currency);
        if let Some(subtitle) = &document.subtitle {
            line = format!("{subtitle} · {line}");
        }
        let generated = say(phrases.generated, &[&document.locale.instant(stamp.generated_at)]);
        self.line(format_args!(
            "<div><h1>{}</h1><p>{}<br>{}</p></div></div></header>\n<main class=\"wide\">",
            escape(&document.title),
            escape(&line),
            escape(&generated)
        ));
        Ok(())
    }

    fn proof(&mut self) {
        let document = self.document;
        let class = match document.reconciliation_holds() {
            _ if document.reconciliation.is_empty() => "proof muted",
            true => "proof",
            false => "proof bad",
        };
        self.line(format_args!("<p class=\"{class}\">{}</p>", escape(&document.reconciliation_line())));
        for warning in &document.warnings {
            self.line(format_args!("<p class=\"note\">{}</p>", escape(warning)));
        }
    }

    fn contents(&mut self) {
        let mut links = String::new();
        for section in &self.document.sections {
            let (id, title) = match section {
                Section::Kpis(row) => (&row.id, row.title.as_deref()),
                Section::Table(table) => (&table.id, Some(table.title.as_str())),
                Section::Chart(chart) => (&chart.id, Some(chart.title.as_str())),
                Section::Text(text) => (&text.id, text.title.as_deref()),
                Section::PageBreak | Section::Appendix { .. } => continue,
            };
            if let Some(title) = title {
                links.push_str(&format!("<a href=\"#{}\">{}</a> ", escape(id), escape(title)));
            }
        }
        let label = self.document.locale.phrases().table_of_contents;
        self.line(format_args!("<nav aria-label=\"{}\">{links}</nav>", escape(label)));
    }

    fn heading(&mut self, title: &str, span: &str) {
        let span = if span.is_empty() { String::new() } else { format!(" <small>{}</small>", escape(span)) };
        self.line(format_args!("<h2>{}{span}</h2>", escape(title)));
    }

    fn kpis(&mut self, row: &KpiRow) {
        self.line(format_args!("<section id=\"{}\">", escape(&row.id)));
        if let Some(title) = &row.title {
            self.heading(title, "");
        }
        self.line(format_args!("<div class=\"tiles\">"));
        row.tiles.iter().for_each(|tile| self.tile(tile));
        self.line(format_args!("</div></section>"));
    }

    fn tile(&mut self, tile: &Kpi) {
        let locale = self.document.locale;
        let value = locale.tile(tile.figure, tile.unit, &self.document.currency);
        let below = match &tile.change {
            Some(change) => {
                let class = match change.judgment {
                    Judgment::Good => "good",
                    Judgment::Bad => "bad",
                    Judgment::Neutral => "muted",
                };
                let arrow = ["▼ ", "", "▲ "][(change.tenths.unwrap_or(0).signum() + 1) as usize];
                let against = tile.against(change, locale);
                format!(
                    "<strong class=\"{class}\">{arrow}{}</strong> {}",
                    escape(&locale.change(change)),
                    escape(&against)
                )
            }
            None => escape(&tile.span),
        };
        let full = locale.full(tile.figure, tile.unit, &self.document.currency);
        self.line(format_args!(
            "<div class=\"tile\"><div>{}</div><b title=\"{}\">{}</b><div>{below}</div></div>",
            escape(&tile.label),
            escape(&full),
            escape(&value)
        ));
    }

    fn charts(&mut self, sections: &[Section]) -> Result<(), RenderError> {
        self.line(format_args!("<section class=\"charts\">"));
        for (at, section) in sections.iter().enumerate() {
            let Section::Chart(chart) = section else { continue };
            let next = sections.get(at + 1).is_some_and(|s| matches!(s, Section::Chart(c) if c.width == Width::Half));
            let before =
                sections[..at].iter().rev().take_while(|s| matches!(s, Section::Chart(c) if c.width == Width::Half));
            // A half without a partner takes the whole width, as on paper.
            let is_second = before.count() % 2 == 1;
            let is_full = chart.width == Width::Full || (!next && !is_second);
            self.chart(chart, is_full)?;
        }
        self.line(format_args!("</section>"));
        Ok(())
    }

    fn chart(&mut self, chart: &Chart, is_full: bool) -> Result<(), RenderError> {
        let class = if is_full { "card full" } else { "card" };
        self.line(format_args!("<figure class=\"{class}\" id=\"{}\" style=\"margin:0\">", escape(&chart.id)));
        self.heading(&chart.title, &chart.span);
        if chart.is_empty() {
            let words = escape(self.document.locale.phrases().no_values);
            self.line(format_args!("<p class=\"muted\">{words}</p>"));
        }
        match is_full {
            _ if chart.is_empty() => {}
            true => {
                self.picture(chart, "picture broad", FULL)?;
                self.picture(chart, "picture slim", HALF)?;
            }
            false => self.picture(chart, "picture", HALF)?,
        }
        if !chart.categories.is_empty() {
            self.numbers(chart);
        }
        self.line(format_args!("</figure>"));
        Ok(())
    }

    fn picture(&mut self, chart: &Chart, class: &str, (width, height): (u32, u32)) -> Result<(), RenderError> {
        let svg = chart_svg(self.document, chart, width, chart_height(chart, height, HEIGHT_MAX))?;
        let named = format!("<svg role=\"img\" aria-label=\"{}\" ", escape(&chart_alt(self.document, chart)));
        self.line(format_args!("<div class=\"{class}\">{}</div>", svg.replacen("<svg ", &named, 1).trim_end()));
        Ok(())
    }

    /// The numbers of a chart as a table that opens below it.
    fn numbers(&mut self, chart: &Chart) {
        let document = self.document;
        let unit = |at: usize| -> Unit { if at == 0 { chart.unit_across.unwrap_or(chart.unit) } else { chart.unit } };
        self.line(format_args!(
            "<details><summary>{}</summary><div class=\"scroll\"><table>",
            document.locale.phrases().numbers
        ));
        let heads: String = chart.series.iter().map(|s| format!("<th class=\"n\">{}</th>", escape(&s.name))).collect();
        self.line(format_args!("<thead><tr><th>{}</th>{heads}</tr></thead><tbody>", escape(&chart.axis)));
        for (row, category) in chart.categories.iter().enumerate() {
            let mut cells = String::new();
            for (at, series) in chart.series.iter().enumerate() {
                let text = document.locale.full(series.figures[row], unit(at), &document.currency);
                cells.push_str(&format!("<td class=\"n\">{}</td>", escape(&text)));
            }
            self.line(format_args!("<tr><td>{}</td>{cells}</tr>", escape(&category.label)));
        }
        self.line(format_args!("</tbody></table></div></details>"));
    }

    fn table(&mut self, table: &Table) {
        let document = self.document;
        let table = &*table.told(document.locale);
        self.line(format_args!("<section id=\"{}\">", escape(&table.id)));
        self.heading(&table.title, &table.span);
        let class = |at: usize| if at < table.first_figure() { "" } else { " class=\"n\"" };
        let row = |tag: &str, texts: &mut dyn Iterator<Item = &str>| {
            let cells = texts.enumerate().map(|(at, text)| format!("<{tag}{}>{}</{tag}>", class(at), escape(text)));
            format!("<tr>{}</tr>", cells.collect::<String>())
        };
        self.line(format_args!(
            "<div class=\"card scroll\"><table>\n<thead>{}</thead>\n<tbody>",
            row("th", &mut table.heads())
        ));
        for shown in table.shown() {
            let mut texts = row_texts(document, table, shown);
            // Dates and short names stay on one line.
            if let Some(name) = texts.first_mut().filter(|name| name.chars().count() <= 10) {
                *name = name.replace(' ', "\u{a0}");
            }
            self.line(format_args!("{}", row("td", &mut texts.iter().map(String::as_str))));
        }
        if table.rows.is_empty() {
            let count = table.first_figure() + table.columns.len();
            let words = escape(&table.absence(document.locale));
            self.line(format_args!("<tr><td colspan=\"{count}\">{words}</td></tr>"));
        }
        self.line(format_args!("</tbody>"));
        if let Some(totals) = table.totals.as_ref().filter(|_| !table.rows.is_empty()) {
            let texts = total_texts(document, table, totals);
            self.line(format_args!("<tfoot>{}</tfoot>", row("td", &mut texts.iter().map(String::as_str))));
        }
        let foot = escape(&table.foot(table.shown().len(), document.locale));
        let foot = if foot.is_empty() { foot } else { format!("<p class=\"foot\">{foot}</p>") };
        self.line(format_args!("</table></div>{foot}</section>"));
    }

    fn text(&mut self, text: &Text) {
        self.line(format_args!("<section id=\"{}\">", escape(&text.id)));
        if let Some(title) = &text.title {
            self.heading(title, "");
        }
        let mut is_list = false;
        for paragraph in &text.paragraphs {
            if paragraph.is_item != is_list {
                self.line(format_args!("{}", if paragraph.is_item { "<ul>" } else { "</ul>" }));
                is_list = paragraph.is_item;
            }
            let tag = if paragraph.is_item { "li" } else { "p" };
            self.line(format_args!("<{tag}>{}</{tag}>", escape(&paragraph.words)));
        }
        if is_list {
            self.line(format_args!("</ul>"));
        }
        self.line(format_args!("</section>"));
    }

    fn guide(&mut self) {
        let (document, phrases) = (self.document, self.document.locale.phrases());
        self.line(format_args!("<section>"));
        self.heading(phrases.how_to_read, "");
        self.line(format_args!("<dl>"));
        for definition in &document.definitions {
            let (term, words) = (escape(&definition.label), escape(&definition.told(document.locale)));
            self.line(format_args!("<dt>{term}</dt><dd>{words}</dd>"));
        }
        self.line(format_args!("</dl></section>"));
        let mark = &document.snapshot;
        let until = document.locale.date(document.business_date);
        let published = document.locale.instant(mark.published_at);
        let origin = say(phrases.snapshot, &[&mark.snapshot_id.to_string(), &published, &until]);
        self.line(format_args!(
            "<footer>{} · {}<br>{}</footer>\n</main>\n</body>\n</html>",
            escape(&document.organisation),
            escape(&document.theme.footer),
            escape(&origin)
        ));
    }
}
