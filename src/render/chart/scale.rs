//! The value axis: zero on it, round ticks, room for every value.

/// Ticks of a value axis, from the lowest to the highest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub ticks: Vec<f64>,
}

impl Scale {
    /// A scale that holds zero and every value, with about `count` steps of 1, 2, 2.5 or 5 times a power of ten;
    /// whole steps only where half a thing makes no sense.
    pub(super) fn around(values: impl Iterator<Item = f64>, count: usize, is_whole: bool) -> Scale {
        Scale::over(values.fold((0.0, 0.0), |(low, high): (f64, f64), v| (low.min(v), high.max(v))), count, is_whole)
    }

    /// A scale for lines and points, which need no zero: when all values lie in the upper third, it begins below the
    /// lowest one, so that their ups and downs can be seen.
    pub(super) fn near(values: impl Iterator<Item = f64> + Clone, count: usize, is_whole: bool) -> Scale {
        let bounds = values.clone().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
        match bounds {
            (low, high) if low > 0.0 && low >= high * 0.67 && high > low => {
                let span = high - low;
                Scale::over(((low - span * 0.15).max(0.0), high), count, is_whole)
            }
            _ => Scale::around(values, count, is_whole),
        }
    }

    fn over((low, high): (f64, f64), count: usize, is_whole: bool) -> Scale {
        let span = if high > low { high - low } else { 1.0 };
        let raw = span / count.max(1) as f64;
        let magnitude = 10f64.powf(raw.log10().floor());
        let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|k| k * magnitude);
        let fits = |step: &&f64| **step >= raw * 0.999 && (!is_whole || (**step >= 1.0 && step.fract() == 0.0));
        let step = steps.iter().find(fits).copied().unwrap_or(if is_whole { 1.0 } else { 10.0 * magnitude });
        let first = (low / step).floor() as i64;
        let last = ((high / step).ceil() as i64).max(first + 1);
        Scale { ticks: (first..=last).map(|k| k as f64 * step).collect() }
    }

    /// Where a value stands between the lowest tick (0) and the highest (1).
    pub(super) fn place(&self, value: f64) -> f64 {
        let (low, high) = (self.ticks[0], self.ticks[self.ticks.len() - 1]);
        (value - low) / (high - low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round_and_hold_zero() {
        assert_eq!(Scale::around([183.0, 90.0].into_iter(), 4, true).ticks, [0.0, 50.0, 100.0, 150.0, 200.0]);
        assert_eq!(Scale::around([3.0].into_iter(), 4, true).ticks, [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(Scale::around([-30.0, 60.0].into_iter(), 4, false).ticks, [-50.0, -25.0, 0.0, 25.0, 50.0, 75.0]);
        assert_eq!(Scale::around([].into_iter(), 4, true).ticks, [0.0, 1.0]);
    }

    proptest! {
        #[test]
        fn every_value_has_its_place(values in prop::collection::vec(-1e9f64..1e12, 1..20), is_whole: bool) {
            let scale = Scale::around(values.iter().copied(), 4, is_whole);
            prop_assert!(scale.ticks.len() <= 12, "{:?}", scale.ticks);
            prop_assert!(scale.ticks.contains(&0.0));
            for value in values {
                let place = scale.place(value);
                prop_assert!((-1e-9..=1.0 + 1e-9).contains(&place), "{value} at {place}");
            }
        }
    }
}
