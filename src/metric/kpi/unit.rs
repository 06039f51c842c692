//! What an expression is counted in: money / money is a ratio, money + days is nothing. Pure.

use crate::metric::Unit;
use crate::metric::kpi::{Exact, Operator};

/// The unit of `left operator right`, and what the value is to be multiplied by; or why there is none.
///
/// A plain number (a ratio, a number somebody wrote) is [`Unit::Mean`]; in arithmetic a percentage is the fraction it
/// stands for, so that `1 - churn_rate` is the share that stayed.
pub(super) fn combine(operator: Operator, left: Unit, right: Unit) -> Result<(Unit, Option<Exact>), String> {
    use Unit::{Count, Mean, Money, Percent};
    let unit = match (operator, left, right) {
        (Operator::Plus | Operator::Minus, l, r) if l == r => l,
        (Operator::Plus | Operator::Minus, Mean, Percent) | (Operator::Plus | Operator::Minus, Percent, Mean) => {
            Percent
        }
        (Operator::Plus | Operator::Minus, Mean, Count) | (Operator::Plus | Operator::Minus, Count, Mean) => Mean,
        (Operator::Times, Mean | Percent, Count) | (Operator::Times, Count, Mean | Percent) => Mean,
        (Operator::Times, Mean, other) | (Operator::Times, other, Mean) => other,
        (Operator::Times, Percent | Count, other) | (Operator::Times, other, Percent | Count) => other,
        (Operator::Over, l, r) if is_time(l) && is_time(r) => {
            return Ok((Mean, Exact::new(seconds(l), seconds(r))));
        }
        (Operator::Over, l, r) if l == r => Mean,
        (Operator::Over, Count, Mean | Percent) => Mean,
        (Operator::Over, other, Mean | Percent | Count) => other,
        (Operator::Over, Money, time) if is_time(time) => Money,
        (Operator::Over, Count, time) if is_time(time) => Mean,
        (operator, l, r) => return Err(refusal(operator, l, r)),
    };
    Ok((unit, None))
}

fn is_time(unit: Unit) -> bool {
    matches!(unit, Unit::Days | Unit::Weeks | Unit::Minutes)
}

fn seconds(unit: Unit) -> i128 {
    match unit {
        Unit::Weeks => 604_800,
        Unit::Days => 86_400,
        _ => 60,
    }
}

fn refusal(operator: Operator, left: Unit, right: Unit) -> String {
    let (left, right) = (said(left), said(right));
    match operator {
        Operator::Plus => format!("{left} and {right} cannot be added"),
        Operator::Minus => format!("{right} cannot be taken from {left}"),
        Operator::Times => format!("{left} times {right} is nothing that is counted"),
        Operator::Over => format!("{left} by {right} is nothing that is counted"),
    }
}

/// A unit in a sentence.
pub(super) fn said(unit: Unit) -> &'static str {
    match unit {
        Unit::Mean => "a plain number",
        Unit::Count => "a count",
        Unit::Percent => "a percentage",
        other => other.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Operator::{Minus, Over, Plus, Times};

    #[test]
    fn units_combine_as_they_do_on_paper() {
        let unit = |operator, l, r| combine(operator, l, r).map(|(unit, _)| unit);
        assert_eq!(unit(Over, Unit::Money, Unit::Money), Ok(Unit::Mean));
        assert_eq!(unit(Over, Unit::Money, Unit::Days), Ok(Unit::Money));
        assert_eq!(unit(Over, Unit::Money, Unit::Count), Ok(Unit::Money));
        assert_eq!(unit(Over, Unit::Count, Unit::Count), Ok(Unit::Mean));
        assert_eq!(unit(Times, Unit::Percent, Unit::Money), Ok(Unit::Money));
        assert_eq!(unit(Minus, Unit::Mean, Unit::Percent), Ok(Unit::Percent));
        assert_eq!(combine(Over, Unit::Weeks, Unit::Days), Ok((Unit::Mean, Exact::new(604_800, 86_400))));
        assert_eq!(unit(Plus, Unit::Money, Unit::Days), Err("money and days cannot be added".to_owned()));
        assert_eq!(
            unit(Times, Unit::Money, Unit::Money),
            Err("money times money is nothing that is counted".to_owned())
        );
        assert!(unit(Over, Unit::Count, Unit::Money).is_err());
    }
}
