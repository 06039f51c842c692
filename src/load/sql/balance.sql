-- not prepared: the tables, the measure and what is live are put in for an entity
-- grain: one row, an entity's live rows and amounts on both sides · $1 tenant_key, $2 whether staging holds all of them but those that were told, $3 currencies, $4 days, $5 rows, $6 amounts that were told · re-run: pure read
-- {columns} are the measure's; rows in quarantine are no part of the star's side, as staging does not hold them.
with source as (
    select t.currency, t.day, sum(t.live) as live, sum(t.amount) as amount
    from (
        (select {columns} from {staged} as r where $2::boolean and $1::int > 0 and {is_live} group by 1, 2)
        union all
        select told.currency, told.day, told.live, told.amount::numeric
        from unnest($3::text[], $4::date[], $5::bigint[], $6::text[]) as told (currency, day, live, amount)
    ) as t
    group by 1, 2
),

live as (
    {live}
),

-- Counted by itself and taken off: looking for each row of the table in the quarantine would cost more than counting the table does.
held as (
    select {star_columns}
    from {table} as r
    where r.tenant_key = $1::int and {star_is_live} and r.{key} in (select k.entity_key from vesper.quarantine as k where k.tenant_key = $1::int and k.entity = '{entity}')
    group by 1, 2
),

side as (
    select
        b.currency, b.day, sum(b.source_live) as source_live, sum(b.star_live) as star_live,
        sum(b.source_amount) as source_amount, sum(b.star_amount) as star_amount
    from (
        select s.currency, s.day, s.live as source_live, 0 as star_live, s.amount as source_amount, null::numeric as star_amount from source as s
        union all
        select l.currency, l.day, 0, l.live, null, l.amount from live as l
        union all
        select h.currency, h.day, 0, -h.live, null, -h.amount from held as h
    ) as b
    group by 1, 2
),

difference as (
    select
        row_number() over (order by u.day, u.currency) as number, count(*) over () as difference_count,
        format('%s %s: the source has %s (rows: %s), the star %s (rows: %s)', u.currency, u.day, trim_scale(coalesce(u.source_amount, 0)), u.source_live,
            trim_scale(coalesce(u.star_amount, 0)), u.star_live) as detail
    from side as u
    where u.day is not null
        and (u.source_live, coalesce(u.source_amount, 0)) is distinct from (u.star_live, coalesce(u.star_amount, 0))
)

select
    coalesce(sum(s.source_live), 0)::bigint, coalesce(sum(s.star_live), 0)::bigint,
    -- No amount on either side is none; on one alone it is a difference.
    case when count(s.source_amount) + count(s.star_amount) > 0 then trim_scale(coalesce(sum(s.source_amount), 0))::text end,
    case when count(s.source_amount) + count(s.star_amount) > 0 then trim_scale(coalesce(sum(s.star_amount), 0))::text end,
    (
        select string_agg(d.detail, '; ' order by d.number) || case when max(d.difference_count) > 3 then format('; %s days differ in all', max(d.difference_count)) else '' end
        from difference as d
        where d.number <= 3
    )
from side as s
