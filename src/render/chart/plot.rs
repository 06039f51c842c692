//! The frame inside which values stand: value axis, grid, names below, the target across.

use plotters::prelude::DrawingBackend;

use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::scale::Scale;
use crate::render::chart::{ChartSpec, Drawn};
use crate::render::font::{Weight, breaks_a_word, shorten, wrap};
use crate::render::palette;
use crate::report::{Unit, say};

/// The size of what stands on an axis.
pub(super) const AXIS_SIZE: f64 = 7.0;
const NAME_LINE: f64 = 8.5;
/// What the rhythm of a target's rule is.
const TARGET_DASH: (f64, f64) = (2.0, 2.0);

/// The frame inside which values stand.
pub(super) struct Plot {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub scale: Scale,
}

impl Plot {
    /// Chooses ticks around zero and makes room for their labels, below `top` and above `foot`.
    pub(super) fn new<DB: DrawingBackend>(
        spec: &ChartSpec<'_>,
        pen: &Pen<'_, DB>,
        (top, foot): (f64, f64),
        values: impl Iterator<Item = f64>,
    ) -> Plot {
        let count = Plot::tick_count(pen.height - top - foot);
        let values = values.chain(spec.measure(spec.chart.target));
        Plot::with_scale(spec, pen, (top, foot), Scale::around(values, count, spec.chart.unit == Unit::Count))
    }

    /// The same over a scale that was chosen.
    pub(super) fn with_scale<DB: DrawingBackend>(
        spec: &ChartSpec<'_>,
        pen: &Pen<'_, DB>,
        (top, foot): (f64, f64),
        scale: Scale,
    ) -> Plot {
        let label = Label::new(AXIS_SIZE, palette::MUTED).right();
        let widest = scale.ticks.iter().map(|t| label.width(&spec.tick(*t))).fold(0.0, f64::max);
        Plot { left: widest + 7.0, right: pen.width - 4.0, top, bottom: pen.height - foot, scale }
    }

    /// As many ticks as the height has room for.
    pub(super) fn tick_count(height: f64) -> usize {
        ((height / 26.0) as usize).clamp(2, 6)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * self.scale.place(value)
    }

    /// The width of one of `count` categories.
    pub(super) fn step(&self, count: usize) -> f64 {
        (self.right - self.left) / count.max(1) as f64
    }

    /// Draws grid, axis and the labels of the ticks.
    pub(super) fn draw_grid<DB: DrawingBackend>(&self, spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
        let label = Label::new(AXIS_SIZE, palette::MUTED).right();
        for tick in &self.scale.ticks {
            let y = self.y(*tick);
            let colour = if *tick == 0.0 { palette::AXIS } else { palette::GRID };
            pen.line(&[(self.left, y), (self.right, y)], Stroke { colour, width: 0.6 })?;
            pen.text(self.left - 5.0, y, &label, &spec.tick(*tick))?;
        }
        Ok(())
    }

    /// Draws what should be reached as a rule with its words above its right end.
    pub(super) fn draw_target<DB: DrawingBackend>(&self, spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
        let Some(target) = spec.measure(spec.chart.target) else { return Ok(()) };
        let y = self.y(target);
        let stroke = Stroke { colour: palette::INK, width: 0.9 };
        pen.dashed_line(&[(self.left, y), (self.right, y)], stroke, TARGET_DASH)?;
        let words = say(spec.locale.phrases().target, &[&spec.label(spec.chart.target)]);
        let label = Label { weight: Weight::Bold, ..Label::new(AXIS_SIZE, palette::INK) };
        // Its words stand on the axis' side, where lines begin and bars rarely reach.
        pen.text(self.left + 3.0, y - 6.0, &label, &words)
    }
}

/// The names below upright bars: beside each other on one or two lines, else by turns on an upper and a lower row,
/// else every n-th of a row too narrow for all.
pub(super) struct Names {
    /// The lines of each name and the row its first line stands on.
    names: Vec<(Vec<String>, usize)>,
    every: usize,
    /// The height they take.
    pub height: f64,
}

impl Names {
    pub(super) fn new(spec: &ChartSpec<'_>, width: f64) -> Names {
        // Below a few letters' width a name says nothing: some names in full are worth more.
        const STEP_MIN: f64 = 22.0;
        let categories = &spec.chart.categories;
        let step = width / categories.len().max(1) as f64;
        let every = if step >= STEP_MIN { 1 } else { (STEP_MIN / step).ceil() as usize };
        let room = step * every as f64 - 4.0;
        let wrapped = |name: &String| wrap(Weight::Regular, AXIS_SIZE, name, room);
        let is_whole =
            |name: &String| wrapped(name).len() <= 2 && !breaks_a_word(Weight::Regular, AXIS_SIZE, name, room);
        let stands_apart = categories.iter().step_by(every).all(|c| is_whole(&c.short));
        let place = |at: usize, name: &String| match stands_apart {
            true => (wrapped(name), 0),
            false => {
                // The last name has the picture's edge on its right and moves to the left from it.
                let is_last = at + every >= categories.len();
                let room = if is_last { 1.5 * room } else { 2.0 * room };
                (vec![shorten(Weight::Regular, AXIS_SIZE, name, room)], at / every % 2)
            }
        };
        let names: Vec<(Vec<String>, usize)> =
            categories.iter().enumerate().map(|(at, category)| place(at, &category.short)).collect();
        let tallest = names.iter().step_by(every).map(|(lines, row)| lines.len() + row).max().unwrap_or(1);
        Names { names, every, height: 7.5 + NAME_LINE * tallest as f64 }
    }

    pub(super) fn draw<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, plot: &Plot) -> Drawn<DB> {
        let step = plot.step(self.names.len());
        let label = Label::new(AXIS_SIZE, palette::TEXT).centred();
        for (at, (lines, row)) in self.names.iter().enumerate().step_by(self.every) {
            for (line, text) in lines.iter().enumerate() {
                let half = label.width(text) / 2.0;
                let x = (plot.left + step * (at as f64 + 0.5)).min(pen.width - half);
                pen.text(x.max(half), plot.bottom + 9.0 + NAME_LINE * (line + row) as f64, &label, text)?;
            }
        }
        Ok(())
    }
}
