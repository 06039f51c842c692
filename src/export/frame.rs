//! Rows of the server as typed frames.

use polars::prelude::*;
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::export::column::{Kind, PRECISION};
use crate::export::{Dataset, ExportError};

/// Rows of a frame: a Parquet row group, large enough to compress well, small enough to hold.
const FRAME_ROWS: usize = 65_536;

/// Rows that wait to become a frame.
pub(super) struct RowBuffer {
    columns: Vec<(String, Kind, DataType, Values)>,
    row_count: usize,
}

enum Values {
    Bool(Vec<Option<bool>>),
    Int(Vec<Option<i32>>),
    Long(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
    Decimal(Vec<Option<i128>>),
    Text(Vec<Option<String>>),
}

impl RowBuffer {
    pub(super) fn new(dataset: &Dataset) -> Self {
        let column = |c: &crate::export::column::Column| (c.name.clone(), c.kind, c.dtype(), Values::of(c.kind));
        Self { columns: dataset.columns.iter().map(column).collect(), row_count: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.row_count == 0
    }

    pub(super) fn is_full(&self) -> bool {
        self.row_count == FRAME_ROWS
    }

    /// Takes a row whose first column names its file.
    pub(super) fn push(&mut self, row: &PgRow) -> Result<(), ExportError> {
        for (i, (name, _, _, values)) in self.columns.iter_mut().enumerate() {
            let at = i + 1;
            let read = || ExportError::warehouse(format!("reading column `{name}`"));
            match values {
                Values::Bool(values) => values.push(row.try_get(at).map_err(read())?),
                Values::Int(values) => values.push(row.try_get(at).map_err(read())?),
                Values::Long(values) => values.push(row.try_get(at).map_err(read())?),
                Values::Real(values) => values.push(row.try_get(at).map_err(read())?),
                Values::Text(values) => values.push(row.try_get(at).map_err(read())?),
                Values::Decimal(values) => {
                    let text: Option<&str> = row.try_get(at).map_err(read())?;
                    values.push(text.map(|text| decimal(name, text)).transpose()?);
                }
            }
        }
        self.row_count += 1;
        Ok(())
    }

    /// What waits, as a frame; nothing waits any more.
    pub(super) fn take_frame(&mut self) -> Result<DataFrame, ExportError> {
        let height = std::mem::take(&mut self.row_count);
        let mut columns = Vec::with_capacity(self.columns.len());
        for (name, kind, dtype, values) in &mut self.columns {
            let taken = std::mem::replace(values, Values::of(*kind));
            let series = taken.into_series(name.as_str().into(), dtype);
            columns.push(series.expect("the dtype follows from the kind").into_column());
        }
        Ok(DataFrame::new(height, columns).expect("every column got one value a row and names are the table's"))
    }
}

/// An integer of at most 38 digits, as the server rounded it.
fn decimal(column: &str, text: &str) -> Result<i128, ExportError> {
    let value = text.parse::<i128>().ok().filter(|v| v.unsigned_abs() < 10u128.pow(PRECISION as u32));
    value.ok_or_else(|| ExportError::Value { column: column.to_owned(), value: text.to_owned() })
}

impl Values {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Bool => Values::Bool(Vec::new()),
            Kind::Int | Kind::Date => Values::Int(Vec::new()),
            Kind::Long | Kind::Instant => Values::Long(Vec::new()),
            Kind::Real => Values::Real(Vec::new()),
            Kind::Decimal { .. } => Values::Decimal(Vec::new()),
            Kind::Text => Values::Text(Vec::new()),
        }
    }

    fn into_series(self, name: PlSmallStr, dtype: &DataType) -> PolarsResult<Series> {
        let series = match self {
            Values::Bool(values) => Series::new(name, values),
            Values::Int(values) => Series::new(name, values),
            Values::Long(values) => Series::new(name, values),
            Values::Real(values) => Series::new(name, values),
            Values::Text(values) => Series::new(name, values),
            Values::Decimal(values) => {
                let DataType::Decimal(precision, scale) = dtype else { polars_bail!(ComputeError: "not a decimal") };
                let digits = Int128Chunked::from_iter_options(name, values.into_iter());
                return Ok(digits.into_decimal_unchecked(*precision, *scale).into_series());
            }
        };
        series.cast(dtype)
    }
}
