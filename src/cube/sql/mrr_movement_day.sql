-- grain: one row per customer and day with a movement, all days · $1 tenant_key · re-run: after the tenant's rows were deleted, the same rows
-- A subscription that is seen late may be what makes a later one an expansion: no day stands for itself.
insert into cube.mrr_movement_day (tenant_key, day, customer_id, movement, paying_since, net_cents, closing_cents)
select $1::int, m.day, coalesce(m.customer_id, ''), m.movement,
    max(m.day) filter (where m.movement in ('new', 'reactivation')) over (partition by m.customer_id order by m.day),
    m.closing_cents - m.opening_cents, m.closing_cents
from star.fact_mrr_movement as m
where m.tenant_key = $1::int
