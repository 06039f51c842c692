//! Customers as numbers: a place in a column is found more quickly than a name.

use polars::prelude::{PlHashMap, PlSmallStr};

/// The numbers of customers, from 0 in the order in which they are met.
#[derive(Debug, Default)]
pub(super) struct Numbers(PlHashMap<PlSmallStr, u32>);

impl Numbers {
    /// The number of a customer, a new one at the first meeting.
    pub(super) fn number(&mut self, customer_id: &str) -> u32 {
        if let Some(number) = self.known(customer_id) {
            return number;
        }
        let number = self.0.len() as u32;
        self.0.insert(customer_id.into(), number);
        number
    }

    /// The number of a customer who was met.
    pub(super) fn known(&self, customer_id: &str) -> Option<u32> {
        self.0.get(customer_id).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_keeps_the_number_of_the_first_meeting() {
        let mut numbers = Numbers::default();
        assert_eq!(["a", "b", "a", "c", "b"].map(|id| numbers.number(id)), [0, 1, 0, 2, 1]);
        assert_eq!(["c", "d"].map(|id| numbers.known(id)), [Some(2), None]);
    }
}
