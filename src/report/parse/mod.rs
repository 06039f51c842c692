//! Reads a report template: strictly, every problem at once, each with its place and the nearest name.

mod chart;
pub(super) mod name;
pub(super) mod said;
mod section;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::base::Problems;
use crate::base::strict_toml::{Placed, Table, TomlFile};
use crate::metric::{Catalog, Compare, Window};
use crate::report::locale::Locale;
use crate::report::parse::chart::read_chart;
use crate::report::parse::name::{read_compare, read_restate, read_scope};
use crate::report::parse::said::{said, said_opt, said_words};
use crate::report::parse::section::{ROW_LIMIT_MAX, read_kpis, read_table, read_text};
use crate::report::template::{ReportTemplate, SectionTemplate};
use crate::report::theme::{Colour, Layout, Logo, Orientation, Paper, Theme};
use crate::report::typeface::{Fonts, Typeface};

const WINDOWS: &[(&str, Window)] = &[
    ("all", Window::All),
    ("week", Window::Week),
    ("month", Window::Month),
    ("quarter", Window::Quarter),
    ("year", Window::Year),
];
const COMPARES: &[(&str, Option<Compare>)] =
    &[("previous", Some(Compare::Previous)), ("year", Some(Compare::Year)), ("none", None)];
const KINDS: &[&str] = &["kpis", "chart", "table", "text", "page_break", "appendix"];
/// What a later edition corrects when its template says nothing: a change of one percent, or of one point.
const RESTATE_TENTHS: i64 = 10;

/// What a section inherits from the top of the file.
#[derive(Clone, Copy)]
pub(super) struct Defaults<'a> {
    pub(super) window: Window,
    compare: Option<Compare>,
    pub(super) scope: Option<&'static str>,
    restate_tenths: i64,
    /// The language the report is told in.
    pub(super) locale: Locale,
    /// The metrics a template may name.
    catalog: &'a Catalog,
    /// What the file calls `$name`.
    parameters: &'a BTreeMap<String, String>,
}

impl ReportTemplate {
    /// Reads the template `name` (a file's stem) from `text`, over the metrics of the house; `file_name` stands before
    /// every problem.
    pub fn parse(name: &str, file_name: &str, text: &str) -> Result<ReportTemplate, Problems> {
        ReportTemplate::parse_with(name, file_name, text, &Catalog::built_in())
    }

    /// The same over the metrics a deployment knows.
    pub fn parse_with(name: &str, file_name: &str, text: &str, catalog: &Catalog) -> Result<ReportTemplate, Problems> {
        let nothing = |_: &str| Err("there is no folder to read it from".to_owned());
        let surroundings = Surroundings { catalog, picture: &nothing, font: &nothing };
        ReportTemplate::parse_in(name, file_name, text, &surroundings)
    }

    /// The same with the pictures and fonts of the template's folder.
    pub fn parse_in(
        name: &str,
        file_name: &str,
        text: &str,
        surroundings: &Surroundings<'_>,
    ) -> Result<ReportTemplate, Problems> {
        let file = TomlFile::parse(file_name, text);
        let template = read_template(&file, name, text, surroundings);
        file.finish()?;
        Ok(template)
    }
}

/// What a template may name besides itself.
pub struct Surroundings<'a> {
    /// The metrics.
    pub catalog: &'a Catalog,
    /// Reads a picture by its path from the template's folder, or says why it cannot.
    pub picture: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
    /// The same of a font.
    pub font: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
}

fn read_template(file: &TomlFile<'_>, name: &str, text: &str, surroundings: &Surroundings<'_>) -> ReportTemplate {
    let catalog = surroundings.catalog;
    let top = file.top();
    let locale = top.choice("locale", Locale::CHOICES, Locale::En);
    let title = said(&top, "title", locale).map(|t| t.value).unwrap_or_default();
    let window = top.choice("window", WINDOWS, Window::Week);
    let compare = read_compare(&top, window, if window == Window::All { None } else { Some(Compare::Previous) });
    let scope = read_scope(&top, catalog);
    let restate_tenths = read_restate(&top, RESTATE_TENTHS);
    let parameters = read_parameters(&top);
    let defaults = Defaults { window, compare, scope, restate_tenths, locale, catalog, parameters: &parameters };
    let words_or = |key: &str, default: &str| {
        said_words(&top, key, defaults).map_or_else(|| default.to_owned(), |words| words.value)
    };
    let theme = read_theme(&top, surroundings, locale);
    let mut hash = Sha256::new_with_prefix(text.as_bytes());
    if let Some(logo) = &theme.logo {
        hash.update(logo.bytes());
    }
    if let Some(fonts) = &theme.fonts {
        hash.update(fonts.regular.bytes());
        hash.update(fonts.bold.bytes());
    }
    let template = ReportTemplate {
        name: name.to_owned(),
        subtitle: said_opt(&top, "subtitle", locale).map(|t| t.value),
        audience: top.text_opt("audience").map(|t| t.value),
        subject: words_or("subject", "{{ title }} · {{ period }}"),
        preheader: words_or("preheader", "{{ organisation }}: {{ period }}"),
        organisation: said_opt(&top, "organisation", locale).map(|t| t.value),
        window,
        scope,
        locale,
        layout: Layout {
            paper: top.choice("paper", &[("a4", Paper::A4), ("letter", Paper::Letter)], Paper::A4),
            orientation: top.choice(
                "orientation",
                &[("portrait", Orientation::Portrait), ("landscape", Orientation::Landscape)],
                Orientation::Portrait,
            ),
        },
        theme,
        sections: top.tables("section").iter().filter_map(|s| read_section(s, defaults)).collect(),
        hash: hex::encode(hash.finalize()),
        parameters: parameters.clone(),
        title,
    };
    if !top.has("section") {
        file.problem(&(0..0), "no `[[section]]`: the report would say nothing", None);
    }
    top.finish();
    template
}

/// `[parameters]`: texts that a job may set otherwise.
fn read_parameters(top: &Table<'_, '_>) -> BTreeMap<String, String> {
    let Some(table) = top.table("parameters") else { return BTreeMap::new() };
    let keys = table.keys();
    let read = keys.iter().filter_map(|key| Some((key.clone(), table.text(key)?.value)));
    let parameters = read.collect();
    table.finish();
    parameters
}

fn read_theme(top: &Table<'_, '_>, surroundings: &Surroundings<'_>, locale: Locale) -> Theme {
    let mut theme = Theme::house();
    let Some(table) = top.table("theme") else { return theme };
    if let Some(accent) = table.text_opt("accent") {
        match Colour::parse(&accent.value) {
            Some(colour) => theme.accent = colour,
            None => {
                let message = format!("`accent` is `{}`, expected a colour such as \"#1D4ED8\"", accent.value);
                table.file().problem(&accent.span, message, None);
            }
        }
    }
    if let Some(footer) = said_opt(&table, "footer", locale) {
        theme.footer = footer.value;
    }
    if let Some(path) = table.text_opt("logo") {
        match (surroundings.picture)(&path.value).and_then(|bytes| Logo::read(&bytes)) {
            Ok(logo) => theme.logo = Some(logo),
            Err(reason) => {
                let hint = "name a PNG or SVG picture beside the template, such as \"logo.svg\"".to_owned();
                table.file().problem(&path.span, format!("`logo` {:?}: {reason}", path.value), Some(hint));
            }
        }
    }
    theme.fonts = table.table("fonts").and_then(|fonts| read_fonts(&fonts, surroundings));
    table.finish();
    theme
}

/// `fonts`: a file of each weight; one alone stands for both.
fn read_fonts(table: &Table<'_, '_>, surroundings: &Surroundings<'_>) -> Option<Fonts> {
    let read = |path: Placed<String>| match (surroundings.font)(&path.value).and_then(|b| Typeface::read(&b)) {
        Ok(typeface) => Some(typeface),
        Err(reason) => {
            let hint = "name a TTF or OTF font beside the template, such as \"fonts/house.ttf\"".to_owned();
            table.file().problem(&path.span, format!("font {:?}: {reason}", path.value), Some(hint));
            None
        }
    };
    let regular = table.text("regular").and_then(read);
    let bold = table.text_opt("bold").map(read);
    table.finish();
    let regular = regular?;
    Some(Fonts { bold: bold.unwrap_or_else(|| Some(regular.clone()))?, regular })
}

fn read_section(section: &Table<'_, '_>, defaults: Defaults<'_>) -> Option<SectionTemplate> {
    let kind = section.text("kind")?;
    let read = match kind.value.as_str() {
        "kpis" => read_kpis(section, defaults).map(SectionTemplate::Kpis),
        // Over what was published as a table, or over metrics.
        "chart" if section.has("table") => {
            crate::report::extract::read_chart(section, defaults).map(SectionTemplate::ExtractChart)
        }
        "table" if section.has("table") => {
            crate::report::extract::read_table(section, defaults, ROW_LIMIT_MAX).map(SectionTemplate::ExtractTable)
        }
        "chart" => read_chart(section, defaults).map(SectionTemplate::Chart),
        "table" => read_table(section, defaults).map(SectionTemplate::Table),
        "text" => read_text(section, defaults).map(SectionTemplate::Text),
        "page_break" => Some(SectionTemplate::PageBreak),
        "appendix" => {
            let title = said_opt(section, "title", defaults.locale).map(|t| t.value);
            Some(SectionTemplate::Appendix {
                title: title.unwrap_or_else(|| defaults.locale.phrases().appendix.to_owned()),
            })
        }
        unknown => {
            section.file().unknown_name(&kind.span, "kind", unknown, KINDS.iter().copied());
            return None;
        }
    };
    section.finish();
    read
}
