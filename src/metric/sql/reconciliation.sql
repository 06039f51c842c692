-- grain: one entity's latest balance that was counted, with what is held now and the marks of the latest load · $1 tenant_key · re-run: pure read
-- The balance leaves out what is held on both sides. Amounts of money are told in cents, summed over all currencies.
select l.entity, c.source_live, c.star_live, h.held, trim_scale(c.source_amount)::text, trim_scale(c.star_amount)::text, l.mark, l.source,
    round(case when l.entity in ('deal', 'invoice', 'payment') then c.star_amount when l.entity = 'order' then c.star_amount * 100 end)::bigint,
    c.unequal
from (
    select distinct on (n.entity) n.*
    from vesper.load_count as n
    where n.tenant_key = $1::int
    order by n.entity, n.load_count_id desc
) as l
cross join lateral (
    select k.*
    from vesper.load_count as k
    where k.tenant_key = $1::int and k.entity = l.entity and k.source_live is not null and k.star_live is not null
    order by k.load_count_id desc
    limit 1
) as c
cross join lateral (select count(*) as held from vesper.quarantine as q where q.tenant_key = $1::int and q.entity = l.entity) as h
order by l.entity
