-- Weeks as a customer, until churn, deletion or now, over all who ever were · $1 business date, $2 unused
select 'avg_lifetime_weeks' as metric, p.win, p.cmp, m.dim, m.member,
    round((sum(extract(epoch from least(case when c.status = 'churned' then c.churned_at end, c.ends_at, p.until_at) - coalesce(c.converted_at, c.created_at))) / count(*) / 604800)::numeric, 1) as value,
    0::numeric as slack
from oracle.customer as c
cross join oracle.period($1::date) as p
cross join lateral (values (null, null), ('tier', c.tier)) as m (dim, member)
where p.cmp is null and p.until_date = $1::date + 1 and (c.status = 'customer' or (c.status = 'churned' and c.converted_at is not null))
group by 1, 2, 3, 4, 5
