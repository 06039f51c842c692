select
    i.id::text as interaction_id,
    i.customer_id::text as customer_id,
    i.created_by::text as sales_rep_id,
    i.type::text as type,
    i.direction::text as direction,
    i.outcome::text as outcome,
    i.started_at,
    i.duration_sec as duration_seconds,
    i.follow_up_required as is_follow_up_required,
    i.follow_up_date as follow_up_at,
    i.created_at,
    i.updated_at,
    i.deleted_at
from customer_interactions as i
