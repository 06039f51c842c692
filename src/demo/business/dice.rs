//! Chance, by seed: the same seed and the same topic give the same throws, on any machine and in any order of work.

use chrono::{DateTime, Utc};
use rand::{Rng, RngCore, SeedableRng};
use rand_distr::{Distribution, LogNormal, Normal, Poisson};
use rand_pcg::Pcg64Mcg;
use uuid::{Builder, Uuid};

/// A stream of throws of its own.
#[derive(Debug, Clone)]
pub(super) struct Dice(Pcg64Mcg);

impl Dice {
    /// The stream of one topic and one of its things: `("customer", 17)`, `("deal on 2026-11-20", its id)`.
    pub(super) fn of(seed: u64, topic: &str, thing: u128) -> Dice {
        // FNV-1a: stable across versions, which the standard library's hasher does not promise to be.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut mix = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        seed.to_le_bytes().into_iter().for_each(&mut mix);
        topic.bytes().for_each(&mut mix);
        thing.to_le_bytes().into_iter().for_each(&mut mix);
        Dice(Pcg64Mcg::seed_from_u64(hash))
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.0.random::<f64>() < probability
    }

    /// Uniform in `0..count`.
    pub(super) fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count)
    }

    /// Uniform between two bounds.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.random::<f64>()
    }

    /// One of these, each as likely.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// One of these, by weight.
    pub(super) fn weighted<T: Copy>(&mut self, from: &[(T, f64)]) -> T {
        let total: f64 = from.iter().map(|(_, weight)| weight).sum();
        let mut left = self.between(0.0, total);
        for (thing, weight) in from {
            left -= weight;
            if left < 0.0 {
                return *thing;
            }
        }
        from[from.len() - 1].0
    }

    /// Log-normal with this median; `sigma` 0.5 keeps nine of ten within a factor of 2.3.
    pub(super) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        let distribution = LogNormal::new(median.ln(), sigma).expect("the median and sigma are positive");
        distribution.sample(&mut self.0)
    }

    /// Normal around 0.
    pub(super) fn normal(&mut self, deviation: f64) -> f64 {
        Normal::new(0.0, deviation).expect("the deviation is positive").sample(&mut self.0)
    }

    /// How many of something that happens `mean` times on average.
    pub(super) fn poisson(&mut self, mean: f64) -> u32 {
        if mean <= 0.0 {
            return 0;
        }
        Poisson::new(mean).expect("the mean is positive").sample(&mut self.0) as u32
    }

    /// A UUID v7 of this instant.
    pub(super) fn id(&mut self, at: DateTime<Utc>) -> Uuid {
        let mut bytes = [0; 10];
        self.0.fill_bytes(&mut bytes);
        Builder::from_unix_timestamp_millis(at.timestamp_millis().unsigned_abs(), &bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn streams_are_repeatable_and_apart() {
        let throws = |seed, topic, thing| {
            let mut dice = Dice::of(seed, topic, thing);
            [dice.below(1_000_000), dice.below(1_000_000), dice.below(1_000_000)]
        };
        assert_eq!(throws(1, "deal", 7), throws(1, "deal", 7));
        assert_ne!(throws(1, "deal", 7), throws(2, "deal", 7));
        assert_ne!(throws(1, "deal", 7), throws(1, "order", 7));
        assert_ne!(throws(1, "deal", 7), throws(1, "deal", 8));
    }

    #[test]
    fn weights_are_respected() {
        let mut dice = Dice::of(1, "weights", 0);
        let often = (0..10_000).filter(|_| dice.weighted(&[(true, 3.0), (false, 1.0)])).count();
        assert!((7_200..7_800).contains(&often), "{often}");
        assert!((0..100).all(|_| dice.weighted(&[(1, 0.0), (2, 1.0)]) == 2));
    }
}
