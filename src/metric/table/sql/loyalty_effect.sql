-- grain: one row: members of the loyalty programme against customers like them · $1 tenant_key, $2 until, $3 from · re-run: pure read
-- Members joined before the window began and had not left by then; the others never joined. Alike: the same tier, year of first contact and spending in the
-- year before the window. The difference is the mean over the groups weighed by their members; groups without both kinds say nothing.
with joined as (
    select m.customer_id, bool_or(m.joined_date < $3::date and coalesce(m.left_date >= $3::date, true)) as is_member
    from star.fact_loyalty_member as m
    where m.tenant_key = $1::int and m.deleted_at is null
    group by m.customer_id
),

person as (
    select c.customer_id, c.tier, date_trunc('year', c.created_at) as since, j.customer_id is not null as is_member
    from star.dim_customer as c
    left join joined as j on j.customer_id = c.customer_id
    where c.tenant_key = $1::int and c.is_current and c.deleted_at is null and not c.is_inferred and c.created_at < $3::date
        and (j.customer_id is null or j.is_member)
),

bought as (
    select q.customer_id, coalesce(sum(q.amount_cents) filter (where q.day >= $3::date), 0) as cents, coalesce(sum(q.amount_cents) filter (where q.day < $3::date), 0) as cents_before
    from cube.customer_purchase_day as q
    where q.tenant_key = $1::int and q.kind = (select case t.revenue_mode when 'deals' then 'deal' else 'order' end from star.dim_tenant as t where t.tenant_key = $1::int)
        and q.day >= $3::date - 365 and q.day < $2::date
    group by q.customer_id
),

alike as (
    select p.tier, p.since, width_bucket(coalesce(b.cents_before, 0), array[0, 1, 100000, 1000000, 5000000, 25000000]::numeric[]) as band,
        count(*) filter (where p.is_member) as members, count(*) filter (where not p.is_member) as others,
        avg(coalesce(b.cents, 0)) filter (where p.is_member) as member_mean, avg(coalesce(b.cents, 0)) filter (where not p.is_member) as other_mean,
        coalesce(var_samp(coalesce(b.cents, 0)) filter (where p.is_member), 0) as member_variance,
        coalesce(var_samp(coalesce(b.cents, 0)) filter (where not p.is_member), 0) as other_variance
    from person as p
    left join bought as b on b.customer_id = p.customer_id
    group by 1, 2, 3
),

matched as (
    select sum(a.members) as members, sum(a.others) as others, sum(a.members * a.member_mean) as member_cents, sum(a.members * a.other_mean) as other_cents,
        sum(a.members * (a.member_mean - a.other_mean)) as gain,
        sqrt(sum(a.members ^ 2 * (a.member_variance / a.members + a.other_variance / a.others))) as error
    from alike as a
    where a.members > 0 and a.others > 0
)

select coalesce(m.members, 0)::bigint, coalesce(m.others, 0)::bigint, round(m.member_cents)::bigint, m.members::bigint, round(m.other_cents)::bigint, m.members::bigint,
    round(m.gain)::bigint, m.members::bigint, round(m.gain - 1.959964 * m.error)::bigint, m.members::bigint, round(m.gain + 1.959964 * m.error)::bigint, m.members::bigint,
    case when m.members is null then 'nobody to compare with' when m.gain - 1.959964 * m.error > 0 then 'association, above chance'
        when m.gain + 1.959964 * m.error < 0 then 'association, below chance' else 'no difference beyond chance' end
from matched as m
