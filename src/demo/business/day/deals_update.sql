-- grain: one deal a row of the arrays · $9 date · re-run: sets the same values
update customer_deals d
set
    stage = n.stage::deal_stage,
    probability = n.probability,
    value_cents = n.value_cents,
    assigned_to = n.assigned_to::text,
    expected_close_date = n.expected_close_date,
    close_reason = n.close_reason,
    actual_close_date = case when n.stage in ('closed_won', 'closed_lost') then $9::date end,
    updated_at = n.at
from unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::uuid[], $6::date[], $7::text[], $8::timestamptz[])
    as n (id, stage, probability, value_cents, assigned_to, expected_close_date, close_reason, at)
where d.id = n.id::text
