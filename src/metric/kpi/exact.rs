//! Exact arithmetic on published figures. Pure.

use crate::metric::Figure;

/// A fraction; never with a denominator of zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Exact {
    /// `numerator / denominator`; `None` when there is nothing to divide by.
    pub fn new(numerator: i128, denominator: i128) -> Option<Exact> {
        match denominator.signum() {
            0 => None,
            1 => Some(Exact { numerator, denominator }),
            _ => Some(Exact { numerator: numerator.checked_neg()?, denominator: denominator.checked_neg()? }),
        }
    }

    /// A published figure; `None` for one without a value.
    pub fn of(figure: Figure) -> Option<Exact> {
        Exact::new(i128::from(figure.numerator), i128::from(figure.denominator))
    }

    /// A decimal as it is written: `0.25`, `100`.
    pub fn parse(text: &str) -> Option<Exact> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if fraction.len() > DECIMALS_MAX || whole.len() > DECIMALS_MAX {
            return None;
        }
        Exact::new(format!("{whole}{fraction}").parse().ok()?, 10i128.pow(fraction.len() as u32))
    }

    /// The sum.
    pub fn plus(self, other: Exact) -> Option<Exact> {
        let (a, b) = (self.small(), other.small());
        if a.denominator == b.denominator {
            return Exact::new(a.numerator.checked_add(b.numerator)?, a.denominator);
        }
        let left = a.numerator.checked_mul(b.denominator)?;
        let right = b.numerator.checked_mul(a.denominator)?;
        Exact::new(left.checked_add(right)?, a.denominator.checked_mul(b.denominator)?)
    }

    /// The difference.
    pub fn minus(self, other: Exact) -> Option<Exact> {
        self.plus(Exact { numerator: other.numerator.checked_neg()?, ..other })
    }

    /// The product.
    pub fn times(self, other: Exact) -> Option<Exact> {
        let (a, b) = (self.small(), other.small());
        Exact::new(a.numerator.checked_mul(b.numerator)?, a.denominator.checked_mul(b.denominator)?)
    }

    /// The quotient; `None` when there is nothing to divide by.
    pub fn over(self, other: Exact) -> Option<Exact> {
        self.times(Exact::new(other.denominator, other.numerator)?)
    }

    /// The size, without the sign.
    pub fn magnitude(self) -> Exact {
        Exact { numerator: self.numerator.abs(), ..self }
    }

    /// As it is published: the counts as they are while they fit, else the fraction in its lowest terms, else rounded
    /// to what fits, which is exact to eighteen digits.
    pub fn figure(self) -> Figure {
        let mut lowest = self.small();
        while i64::try_from(lowest.numerator).is_err() || i64::try_from(lowest.denominator).is_err() {
            lowest = Exact { numerator: lowest.numerator / 2, denominator: (lowest.denominator / 2).max(1) };
        }
        let fits = "made to fit";
        Figure::ratio(i64::try_from(lowest.numerator).expect(fits), i64::try_from(lowest.denominator).expect(fits))
    }

    /// In its lowest terms, when it would be too large otherwise.
    fn small(self) -> Exact {
        let is_small = |n: i128| i64::try_from(n).is_ok();
        if is_small(self.numerator) && is_small(self.denominator) {
            return self;
        }
        let divisor = gcd(self.numerator.unsigned_abs(), self.denominator.unsigned_abs()) as i128;
        Exact { numerator: self.numerator / divisor, denominator: self.denominator / divisor }
    }
}

/// Digits of a number someone writes: more than this no money has.
const DECIMALS_MAX: usize = 15;

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(n: i64) -> Exact {
        Exact::of(Figure::whole(n)).expect("a denominator")
    }

    #[test]
    fn a_ratio_keeps_its_counts() {
        let rate = whole(20).over(whole(30)).expect("a ratio");
        assert_eq!(rate.figure(), Figure::ratio(20, 30));
        assert_eq!(whole(1).minus(rate).expect("a difference").figure(), Figure::ratio(10, 30));
        assert_eq!(
            Exact::parse("0.25").expect("a decimal").times(whole(4)).expect("a product").figure(),
            Figure::ratio(100, 100)
        );
    }

    #[test]
    fn there_is_no_division_by_nothing_and_no_overflow() {
        assert_eq!(whole(3).over(whole(0)), None);
        assert_eq!(Exact::of(Figure::ratio(3, 0)), None);
        let big = whole(i64::MAX);
        let square = big.times(big).expect("fits 128 bits");
        assert_eq!(square.over(big).expect("a quotient").figure(), Figure::whole(i64::MAX));
        assert!(square.times(big).and_then(|cube| cube.times(big)).is_none());
    }
}
