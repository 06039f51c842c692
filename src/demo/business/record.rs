//! Rows on their way into the operational tables, as the text form of COPY.

use std::fmt::Write;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::demo::DemoError;

/// A value as COPY writes it.
pub(super) trait Cell {
    fn write(&self, out: &mut String);
}

/// A row of one table; its fields are the columns, by name.
pub(super) trait Record {
    const TABLE: &'static str;
    /// The field names, each followed by `, `.
    const FIELDS: &'static str;
    fn write(&self, out: &mut String);
}

/// Declares a row type whose fields are columns of a table.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident in $table:literal { $($field:ident: $kind:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub(in crate::demo::business) struct $name { $(pub(in crate::demo::business) $field: $kind),+ }

        impl $crate::demo::business::record::Record for $name {
            const TABLE: &'static str = $table;
            const FIELDS: &'static str = concat!($(stringify!($field), ", "),+);
            fn write(&self, out: &mut String) {
                $($crate::demo::business::record::Cell::write(&self.$field, out); out.push('\t');)+
                out.pop();
                out.push('\n');
            }
        }
    };
}
pub(super) use record;

/// Rows of one kind, waiting to be copied.
#[derive(Debug)]
pub(super) struct Rows<R> {
    text: String,
    kind: std::marker::PhantomData<R>,
}

impl<R> Default for Rows<R> {
    fn default() -> Self {
        Rows { text: String::new(), kind: std::marker::PhantomData }
    }
}

impl<R: Record> Rows<R> {
    /// Adds a row.
    pub(super) fn push(&mut self, row: &R) {
        row.write(&mut self.text);
    }

    /// Copies what waits into its table, and forgets it.
    pub(super) async fn copy(&mut self, connection: &mut PgConnection) -> Result<(), DemoError> {
        if self.text.is_empty() {
            return Ok(());
        }
        let fail = |source| DemoError::Statement { action: format!("copy rows into {}", R::TABLE), source };
        let columns = R::FIELDS.trim_end_matches(", ").replace("r#", "");
        let statement = format!("copy {} ({columns}) from stdin", R::TABLE);
        let mut copy = connection.copy_in_raw(&statement).await.map_err(fail)?;
        // Postgres wants frames well under a gigabyte; this size also bounds the driver's copy of it.
        for chunk in self.text.as_bytes().chunks(FRAME_BYTES) {
            copy.send(chunk).await.map_err(fail)?;
        }
        copy.finish().await.map_err(fail)?;
        self.text.clear();
        Ok(())
    }
}

const FRAME_BYTES: usize = 256 * 1024;

/// Integer cents in a `numeric(15,2)` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal(pub(super) i64);

/// A jsonb array of words.
#[derive(Debug, Clone, Default)]
pub(super) struct Tags(pub(super) Vec<&'static str>);

impl Cell for str {
    fn write(&self, out: &mut String) {
        for c in self.chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '\t' => out.push_str("\\t"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                _ => out.push(c),
            }
        }
    }
}

impl Cell for &str {
    fn write(&self, out: &mut String) {
        Cell::write(*self, out);
    }
}

impl Cell for String {
    fn write(&self, out: &mut String) {
        Cell::write(self.as_str(), out);
    }
}

impl<C: Cell> Cell for Option<C> {
    fn write(&self, out: &mut String) {
        match self {
            Some(cell) => cell.write(out),
            None => out.push_str("\\N"),
        }
    }
}

impl Cell for DateTime<Utc> {
    /// A column without zone ignores the zone, which is UTC by convention.
    fn write(&self, out: &mut String) {
        write_shown(self.format("%Y-%m-%d %H:%M:%S+00"), out);
    }
}

impl Cell for Decimal {
    fn write(&self, out: &mut String) {
        write_shown(format_args!("{}.{:02}", self.0 / 100, self.0 % 100), out);
    }
}

impl Cell for Tags {
    fn write(&self, out: &mut String) {
        let words: Vec<String> = self.0.iter().map(|word| format!("\"{word}\"")).collect();
        write_shown(format_args!("[{}]", words.join(", ")), out);
    }
}

macro_rules! shown {
    ($($kind:ty),+) => {
        $(impl Cell for $kind {
            fn write(&self, out: &mut String) {
                write_shown(self, out);
            }
        })+
    };
}
shown!(bool, i32, i64, u32, NaiveDate, Uuid);

fn write_shown(value: impl std::fmt::Display, out: &mut String) {
    write!(out, "{value}").expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    record! {
        /// A row of nothing.
        Sample in "sample" { id: i64, r#type: &'static str, price: Decimal, note: Option<String> }
    }

    #[test]
    fn cells_are_written_as_copy_reads_them() {
        let mut rows = Rows::default();
        rows.push(&Sample { id: 1, r#type: "a\tb\\", price: Decimal(1_205), note: None });
        rows.push(&Sample { id: 2, r#type: "", price: Decimal(7), note: Some("中\n文".to_owned()) });
        assert_eq!(rows.text, "1\ta\\tb\\\\\t12.05\t\\N\n2\t\t0.07\t中\\n文\n");
        assert_eq!(Sample::FIELDS, "id, r#type, price, note, ");
    }
}
