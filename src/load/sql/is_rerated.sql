-- grain: whether any staged rate differs from the star's and holds on a day that was loaded before · $1 tenant_key · re-run: pure read
select exists (
    select
    from staging.fx_rate as s
    join star.dim_tenant as t on t.tenant_key = $1::int and s.valid_from <= t.loaded_date
    left join star.fx_rate as f on f.tenant_key = $1::int and f.currency = s.currency and f.valid_from = s.valid_from
    where f.rate is distinct from s.rate::numeric(20, 10))
