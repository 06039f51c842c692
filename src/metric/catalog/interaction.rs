//! Metrics of what was said to customers.

use crate::metric::catalog::{Metric, metrics};

pub(super) const METRICS: &[Metric] = metrics! { Interactions:
    interactions @ 1 "Interactions" Count Up Flow ["type"] true Recorded ["interaction_day"]
        "calls, e-mails, meetings, notes, texts and chats that began in the period";
    follow_ups_pending @ 1 "Follow-ups pending" Count Down Stock [] false Present ["follow_up_day"]
        "conversations that asked for a follow-up after which there was none with that customer yet";
    follow_ups_overdue @ 1 "Follow-ups overdue" Count Down Stock [] false Present ["follow_up_day"]
        "pending follow-ups whose date has passed";
};
