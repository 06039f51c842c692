-- grain: the tenant's row · $1 tenant_key, $2 business_date · re-run: writes nothing; an older date never takes it back
update star.dim_tenant set loaded_date = $2::date
where tenant_key = $1::int and (loaded_date is null or loaded_date < $2::date)
