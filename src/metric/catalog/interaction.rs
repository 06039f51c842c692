//! Metrics of what was said to customers.

use crate::metric::catalog::{Metric, metrics};

pub(super) const METRICS: &[Metric] = metrics! { Interactions:
    interactions @ 1 "Interactions" Count Up Flow ["type"] true Recorded ["interaction_day"]
        "calls, e-mails, meetings, notes, texts and chats started in the window";
    follow_ups_pending @ 1 "Follow-ups pending" Count Down Stock [] false Present ["follow_up_day"]
        "interactions that asked for a follow-up and had no later interaction with that customer";
    follow_ups_overdue @ 1 "Follow-ups overdue" Count Down Stock [] false Present ["follow_up_day"]
        "pending follow-ups whose date has passed";
};
