-- grain: one row per deal that is about to be written with another value, owner, probability or expected close: what held until then · $1 tenant_key, $2 extracted_at, $3 noticed_at, $4 known_until · re-run: empty
insert into star.fact_deal_version (tenant_key, deal_id, valid_until, value_cents, currency, sales_rep_key, probability, expected_close_date)
select
    $1::int, f.deal_id,
    -- The row's last update if that is news, else the night; never before the version before it.
    greatest(
        case when s.updated_at > coalesce($4::timestamptz, '-infinity') then least(s.updated_at, $2::timestamptz) else $3::timestamptz end,
        f.created_at, last_version.valid_until),
    f.value_cents, f.currency, f.sales_rep_key, f.probability, f.expected_close_date
from staging.changed_deal as c
join star.fact_deal as f on f.tenant_key = $1::int and f.deal_id = c.deal_id
join star.dim_sales_rep as had on had.sales_rep_key = f.sales_rep_key
join star.dim_sales_rep as has on has.sales_rep_key = c.sales_rep_key
left join staging.deal as s on s.deal_id = c.deal_id
left join lateral (
    select max(v.valid_until) as valid_until from star.fact_deal_version as v where v.tenant_key = $1::int and v.deal_id = c.deal_id
) as last_version on true
-- Another version of the owner is no other owner.
where (f.value_cents, f.currency, had.durable_key, f.probability, f.expected_close_date)
    is distinct from (c.value_cents, c.currency, has.durable_key, c.probability, c.expected_close_date)
on conflict do nothing
