-- New and churned customers, and the churn rate of those there at the start · $1 business date, $2 unused
select m.metric, p.win, p.cmp, null::text as dim, null::text as member, m.value, 0::numeric as slack
from oracle.period($1::date) as p
cross join lateral (
    select
        count(*) filter (where c.is_customer and c.converted >= p.from_date and c.converted < p.until_date) as new,
        count(*) filter (where c.churned >= p.from_date and c.churned < p.until_date) as churned,
        count(*) filter (where c.is_customer and c.converted < p.from_date and c.churned >= p.from_date and c.churned < p.until_date) as lost,
        count(*) filter (
            where c.is_customer and c.converted < p.from_date and coalesce(c.churned >= p.from_date, true)
                and (c.ends_at is null or c.ends_at >= oracle.midnight(p.from_date))) as at_start
    from (
        select c.ends_at, c.status = 'customer' or (c.status = 'churned' and c.converted_at is not null) as is_customer,
            oracle.day(coalesce(c.converted_at, c.created_at)) as converted,
            case when c.status = 'churned' then oracle.day(c.churned_at) end as churned
        from oracle.customer as c
    ) as c
) as n
cross join lateral (
    -- The demo's customers who churned stay so.
    values ('reactivated_customers', 0), ('new_customers', n.new::numeric), ('churned_customers', n.churned), ('churn_rate', round(100.0 * n.lost / nullif(n.at_start, 0), 1))
) as m (metric, value)
