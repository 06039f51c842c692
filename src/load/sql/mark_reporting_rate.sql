-- grain: one staged rate that can not be stored, marked · $1 tenant_key · re-run: marks the same rows
update staging.fx_rate as s
set violation = concat_ws('; ', s.violation,
    case when s.currency = t.currency then format('%s is the reporting currency: its rate is 1 and needs no row', s.currency)
        else format('rate is %s, expected one between 0.0000000001 and 9999999999', s.rate) end)
from star.dim_tenant as t
where t.tenant_key = $1::int and s.violation is null
    and (s.currency = t.currency or round(s.rate::numeric, 10) not between 0.0000000001 and 9999999999)
