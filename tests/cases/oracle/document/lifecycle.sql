-- Of the customers first known in a period, the share that went on; churn of those there at its start. Asked on the first night only:
-- later the stages between are observed, and the source does not keep them · $1 business date
with bucket as (
    select g.grain, b.from_at::date as from_date, (b.from_at + g.step)::date as until_date, row_number() over (partition by g.grain order by b.from_at) - 1 as place
    from (values ('week', interval '7 days'), ('month', interval '1 month'), ('quarter', interval '3 months')) as g (grain, step)
    cross join (
        select least((select min(created_date) from oracle.deal), (select min(oracle.day(created_at)) from oracle.customer), (select min(day) from oracle.interaction), (select min(day) from oracle.placed)) as first_date
    ) as f
    cross join lateral generate_series(date_trunc(g.grain, f.first_date::timestamp), $1::timestamp, g.step) as b (from_at)
),
known as (
    select oracle.day(c.created_at) as created_date, array_position(array['lead', 'prospect', 'customer', 'churned'], c.status) as rank, c.ends_at,
        c.status = 'customer' or (c.status = 'churned' and c.converted_at is not null) as is_customer,
        oracle.day(coalesce(c.converted_at, c.created_at)) as converted, case when c.status = 'churned' then oracle.day(c.churned_at) end as churned
    from oracle.customer as c
),
counted as (
    select b.*,
        count(*) filter (where k.is_new) as leads, count(*) filter (where k.is_new and k.rank >= 2) as prospects, count(*) filter (where k.is_new and k.rank >= 3) as customers,
        count(*) filter (where k.was_there and k.churned >= b.from_date and k.churned < b.until_date) as churned,
        count(*) filter (where k.was_there and coalesce(k.churned >= b.from_date, true) and (k.ends_at is null or k.ends_at >= oracle.midnight(b.from_date))) as at_start
    from bucket as b
    cross join lateral (
        select known.*, created_date >= b.from_date and created_date < b.until_date as is_new, is_customer and converted < b.from_date as was_there from known
    ) as k
    group by b.grain, b.from_date, b.until_date, b.place
)

select 'customers/lifecycle?period=' || c.grain as route, format('/series/%s/%s', c.place, p.field) as pointer, p.value
from counted as c
cross join lateral (
    values
    ('period', to_char(c.from_date, case c.grain when 'week' then 'IYYY-"W"IW' when 'month' then 'YYYY-MM' else 'YYYY-"Q"Q' end)),
    ('lead_to_prospect/n', c.leads::text), ('lead_to_prospect/count', c.prospects::text), ('lead_to_prospect/conversion_rate', round(100.0 * c.prospects / nullif(c.leads, 0), 1)::text),
    ('prospect_to_customer/n', c.prospects::text), ('prospect_to_customer/count', c.customers::text), ('prospect_to_customer/conversion_rate', round(100.0 * c.customers / nullif(c.prospects, 0), 1)::text),
    ('customer_to_churned/n', c.at_start::text), ('customer_to_churned/count', c.churned::text), ('customer_to_churned/churn_rate', round(100.0 * c.churned / nullif(c.at_start, 0), 1)::text)
) as p (field, value)
