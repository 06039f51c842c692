//! Legends: one sample a series with its name, in rows as wide as the chart.

use plotters::prelude::DrawingBackend;

use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::{ChartSpec, Drawn};
use crate::render::font::shorten;
use crate::render::palette;

const SIZE: f64 = 7.5;
const ROW: f64 = 12.0;
const BLANK: f64 = 16.0;
/// A name wider than this is shortened; it stands in full in the table and the alternative text.
const NAME_WIDTH_MAX: f64 = 130.0;

/// How a series shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    Line,
    Bar,
}

/// A legend with a place for each entry.
pub(super) struct Legend {
    sample: Sample,
    /// Series, place from the left, row, name as it fits.
    entries: Vec<(usize, f64, usize, String)>,
    /// The height it takes, nothing for a single series.
    pub height: f64,
}

impl Legend {
    pub(super) fn new(spec: &ChartSpec<'_>, sample: Sample, width: f64) -> Legend {
        let label = Label::new(SIZE, palette::TEXT);
        let mut entries = Vec::new();
        let (mut x, mut row) = (0.0, 0);
        if spec.chart.series.len() > 1 {
            for (at, series) in spec.chart.series.iter().enumerate() {
                let name = shorten(label.weight, SIZE, &series.name, NAME_WIDTH_MAX.min(width - sample.width() - 4.0));
                let wide = sample.width() + label.width(&name);
                if x > 0.0 && x + wide > width {
                    (x, row) = (0.0, row + 1);
                }
                entries.push((at, x, row, name));
                x += wide + BLANK;
            }
        }
        let height = if entries.is_empty() { 0.0 } else { ROW * (row as f64 + 1.0) + 4.0 };
        Legend { sample, entries, height }
    }

    pub(super) fn draw<DB: DrawingBackend>(&self, spec: &ChartSpec<'_>, pen: &Pen<'_, DB>, left: f64) -> Drawn<DB> {
        let label = Label::new(SIZE, palette::TEXT);
        for (at, x, row, name) in &self.entries {
            let (x, y) = (left + x, 6.0 + ROW * *row as f64);
            let colour = spec.series_colour(*at);
            match self.sample {
                Sample::Line => {
                    pen.series_line(*at, &[(x, y), (x + 14.0, y)], Stroke { colour, width: spec.line_width(*at) })?;
                }
                Sample::Bar => pen.series_bar(*at, (x, y - 4.0), (x + 10.0, y + 4.0), colour)?,
            }
            pen.text(x + self.sample.width(), y, &label, name)?;
        }
        Ok(())
    }
}

impl Sample {
    fn width(self) -> f64 {
        match self {
            Sample::Line => 18.0,
            Sample::Bar => 14.0,
        }
    }
}
