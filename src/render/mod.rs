//! How it looks: a [`Document`](crate::report::Document) becomes bytes in every format.
//!
//! In: a document and a [`Stamp`] (when it was rendered, as data).
//! Out: artifacts (PDF, workbook, CSV files, web edition) with their digests, and the body of a mail.
//!
//! One chart drawing serves page, mail and web; one draw list stands between layout and PDF, plain
//! enough to be compared as text. The same document and stamp give the same bytes.
//!
//! Never here: a metric's meaning, a database, the clock, a font of the machine.

mod artifact;
mod chart;
mod csv;
mod email;
mod error;
mod font;
mod logo;
mod markup;
mod page;
mod palette;
mod pdf;
mod table_text;
mod typeface;
mod web;
mod xlsx;

pub use artifact::{Artifact, RENDERER, Stamp};
pub use chart::{chart_alt, chart_svg};
pub use csv::{ByteOrderMark, render_csv};
pub use email::{EmailBody, InlineImage, render_email};
pub use error::RenderError;
pub use logo::check_logo;
pub use page::{Pages, draw_list, lay_out};
pub use pdf::{check_typeface, render_pdf};
pub use web::render_html;
pub use xlsx::render_xlsx;

#[cfg(test)]
mod doc_picture;
#[cfg(test)]
mod gallery;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod walk;
