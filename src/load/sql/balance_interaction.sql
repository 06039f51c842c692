-- not prepared: a part of balance.sql
-- grain: one row, the live interactions of the star · $1 tenant_key · re-run: pure read
    select null::text as currency, null::date as day, whole.rows - gone.rows as live, null::numeric as amount
    from (select count(*) as rows from star.fact_interaction as i where i.tenant_key = $1::int) as whole
    cross join (select count(*) as rows from star.fact_interaction as i where i.tenant_key = $1::int and i.deleted_at is not null) as gone
