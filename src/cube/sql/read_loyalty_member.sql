-- grain: one row per membership of the loyalty programme · $1 tenant_key · re-run: pure read
select m.customer_id, m.joined_date, m.left_date
from star.fact_loyalty_member as m
where m.tenant_key = $1::int and m.deleted_at is null and m.customer_id is not null
