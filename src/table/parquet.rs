//! Parquet, through a frame.

use polars::prelude::{Column as FrameColumn, DataFrame, NamedFrom, ParquetWriter, PolarsResult, Series};

use crate::table::{Cells, Table};

pub(super) fn write(table: &Table) -> PolarsResult<Vec<u8>> {
    let columns = table.columns.iter().map(|column| {
        let name = column.name.as_str().into();
        let series = match &column.cells {
            Cells::Integer(cells) => Series::new(name, cells.as_slice()),
            Cells::Decimal(cells) => Series::new(name, cells.as_slice()),
            Cells::Text(cells) => Series::new(name, cells.as_slice()),
        };
        FrameColumn::from(series)
    });
    let mut frame = DataFrame::new(table.row_count(), columns.collect())?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame)?;
    Ok(bytes)
}
