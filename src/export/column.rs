//! A column on its way out: how it is asked for, held in a frame and named in the manifest.

use polars::prelude::{DataType, TimeUnit, TimeZone};

/// A column of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The server's type, as people write it: `numeric(19,4)`.
    pub sql_type: String,
    pub(super) kind: Kind,
}

/// How the values travel and what they become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int,
    Long,
    Real,
    /// Exact, with so many decimals; travels as the integer × 10^scale.
    Decimal {
        scale: usize,
    },
    Date,
    /// Microseconds, UTC.
    Instant,
    Text,
}

/// Decimals kept of a numeric that declares none.
const SCALE_UNDECLARED: usize = 10;

/// Digits of a decimal in a file.
pub(super) const PRECISION: usize = 38;

impl Column {
    /// From the catalogue: the type's name and, for a declared numeric, its scale.
    pub(super) fn new(name: String, type_name: &str, sql_type: String, scale: Option<i32>) -> Self {
        let kind = match type_name {
            "bool" => Kind::Bool,
            "int2" | "int4" => Kind::Int,
            "int8" => Kind::Long,
            "float4" | "float8" => Kind::Real,
            "numeric" => {
                Kind::Decimal { scale: scale.and_then(|s| usize::try_from(s).ok()).unwrap_or(SCALE_UNDECLARED) }
            }
            "date" => Kind::Date,
            "timestamptz" | "timestamp" => Kind::Instant,
            _ => Kind::Text,
        };
        Self { name, sql_type, kind }
    }

    /// Whether its values fall on days.
    pub(super) fn has_day(&self) -> bool {
        matches!(self.kind, Kind::Date | Kind::Instant)
    }

    /// The name as SQL wants it.
    pub(super) fn quoted(&self) -> String {
        format!("\"{}\"", self.name.replace('"', "\"\""))
    }

    /// The UTC day of a value.
    pub(super) fn day(&self) -> String {
        match (self.kind, self.sql_type.as_str()) {
            (Kind::Instant, "timestamp with time zone") => format!("({} at time zone 'UTC')::date", self.quoted()),
            _ => format!("{}::date", self.quoted()),
        }
    }

    /// The expression that is selected: a value of a type that needs no decoding of its own. ±infinity, which no file
    /// format knows, is null.
    pub(super) fn expression(&self) -> String {
        let name = self.quoted();
        match self.kind {
            Kind::Bool | Kind::Long => name,
            Kind::Int => format!("{name}::int4"),
            Kind::Real => format!("{name}::float8"),
            Kind::Decimal { scale } => format!("round({name} * 1e{scale}::numeric)::text"),
            Kind::Date => format!("case when isfinite({name}) then {name} - date '1970-01-01' end"),
            Kind::Instant => {
                format!("case when isfinite({name}) then (extract(epoch from {name}) * 1000000)::int8 end")
            }
            Kind::Text => format!("{name}::text"),
        }
    }

    /// The type in a frame and in a Parquet file.
    pub(super) fn dtype(&self) -> DataType {
        match self.kind {
            Kind::Bool => DataType::Boolean,
            Kind::Int => DataType::Int32,
            Kind::Long => DataType::Int64,
            Kind::Real => DataType::Float64,
            Kind::Decimal { scale } => DataType::Decimal(PRECISION, scale),
            Kind::Date => DataType::Date,
            Kind::Instant => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
            Kind::Text => DataType::String,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(type_name: &str, sql_type: &str, scale: Option<i32>) -> Column {
        Column::new("a\"b".to_owned(), type_name, sql_type.to_owned(), scale)
    }

    #[test]
    fn names_are_quoted_and_infinity_is_null() {
        assert_eq!(column("int8", "bigint", None).expression(), "\"a\"\"b\"");
        assert!(column("date", "date", None).expression().starts_with("case when isfinite(\"a\"\"b\")"));
        let instant = column("timestamptz", "timestamp with time zone", None);
        assert_eq!(instant.day(), "(\"a\"\"b\" at time zone 'UTC')::date");
    }

    #[test]
    fn a_numeric_keeps_its_declared_decimals_and_ten_when_it_declares_none() {
        assert_eq!(column("numeric", "numeric(19,4)", Some(4)).dtype(), DataType::Decimal(38, 4));
        assert_eq!(column("numeric", "numeric", None).dtype(), DataType::Decimal(38, 10));
        assert_eq!(column("numeric", "numeric(20,0)", Some(0)).dtype(), DataType::Decimal(38, 0));
    }
}
