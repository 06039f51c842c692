//! Integer money and exact rates. No float ever holds an amount.

use serde::{Deserialize, Serialize};

/// An amount in integer cents of one currency (ISO 4217). Amounts of two currencies are never added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; negative for a reversal.
    pub cents: i64,
    /// ISO 4217 code.
    pub currency: String,
}

impl Money {
    /// `cents` of `currency`.
    pub fn new(cents: i64, currency: &str) -> Self {
        Self { cents, currency: currency.to_owned() }
    }
}

/// `numerator / denominator`, rounded half away from zero; `None` for a zero denominator.
pub fn divide_round(numerator: i128, denominator: i128) -> Option<i128> {
    if denominator == 0 {
        return None;
    }
    let (n, d) = if denominator < 0 { (-numerator, -denominator) } else { (numerator, denominator) };
    let twice = 2 * n.abs() + d;
    let magnitude = twice / (2 * d);
    Some(if n < 0 { -magnitude } else { magnitude })
}

/// `numerator / denominator` to one decimal, half away from zero, from exact counts.
pub fn tenths(numerator: i64, denominator: i64) -> Option<f64> {
    divide_round(i128::from(numerator) * 10, i128::from(denominator)).map(|t| t as f64 / 10.0)
}

/// A share as a percentage, 0–100 with one decimal, half away from zero; `None` for a zero denominator.
///
/// 20 of 30 is 66.7.
pub fn percent(part: i64, whole: i64) -> Option<f64> {
    divide_round(i128::from(part) * 1000, i128::from(whole)).map(|t| t as f64 / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_contracts_own_rates_hold() {
        assert_eq!(percent(20, 30), Some(66.7));
        assert_eq!(percent(330, 450), Some(73.3));
        assert_eq!(percent(250, 330), Some(75.8));
        assert_eq!(percent(20, 250), Some(8.0));
        assert_eq!(percent(1, 0), None);
    }

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(divide_round(5, 10), Some(1));
        assert_eq!(divide_round(-5, 10), Some(-1));
        assert_eq!(divide_round(5, -10), Some(-1));
        assert_eq!(divide_round(4, 10), Some(0));
        assert_eq!(percent(1, 2000), Some(0.1));
    }

    proptest! {
        #[test]
        fn rounding_is_within_half_and_odd(n in -1_000_000_000_000i128..1_000_000_000_000, d in 1i128..1_000_000) {
            let r = divide_round(n, d).expect("a denominator");
            prop_assert!((2 * (n - r * d)).abs() <= d);
            prop_assert_eq!(divide_round(-n, d), Some(-r));
        }
    }
}
