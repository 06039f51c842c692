//! What is said: a report template and a published snapshot become a [`Document`].
//!
//! In: `templates/reports/<name>.toml` (read strictly, every problem at once) and one snapshot.
//! Out: a document of typed sections: tiles, charts, tables, words. Its numbers are figures with a
//! unit, never text, so that a workbook gets numbers and a page gets them in the reader's locale.
//!
//! The document is the last place with meaning. Everything that compares, totals, sorts or names
//! happens here, once, so that the PDF, the workbook, the mail and the web edition cannot disagree.
//!
//! Never here: fonts, coordinates, file formats, a database, the clock.

mod bridge;
mod build;
mod chart;
mod date;
mod document;
mod entity;
mod error;
mod extract;
mod facts;
#[cfg(test)]
pub(crate) mod fixture;
mod kpi;
mod locale;
mod meaning;
mod meaning_table;
mod parse;
mod phrase;
mod phrase_de;
mod phrase_en;
mod phrase_uk;
mod proof;
mod reconciliation;
mod restate;
mod scope;
mod speech;
mod table;
mod template;
mod term;
mod term_table;
mod theme;
mod typeface;
mod warning;
mod words;

pub use crate::metric::{Figure, Unit};
pub use build::{ReportContext, build};
pub use document::{
    Attribute, Category, Change, Chart, ChartKind, Column, Definition, Document, Judgment, Kpi, KpiRow, Paragraph, Row,
    Section, Series, SnapshotMark, Table, Text, Width,
};
pub use error::ReportError;
pub use extract::{Extract, ExtractChart, ExtractTable, FigurePick, Pick, Test};
pub use locale::{Locale, NOTHING};
pub use parse::Surroundings;
pub use phrase::{Phrases, say};
pub use proof::{Proof, is_blank};
pub use reconciliation::Counted;
pub use restate::{Restatement, restatements};
pub use scope::Scope;
pub use template::{
    By, ChartTemplate, EXAMPLE, KpiTemplate, KpisTemplate, Measure, ReportTemplate, SectionTemplate, Sort,
    TableTemplate, Target, TextTemplate,
};
pub use theme::{Colour, Layout, Logo, LogoKind, Orientation, Paper, Theme};
pub use typeface::{Fonts, Typeface};
