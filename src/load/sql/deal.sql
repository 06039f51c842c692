-- grain: one row per staged deal, as fact_deal wants it · $1 tenant_key, $2 extracted_at, $3 noticed_at, $4 known_until · re-run: pure read
with staged as (
    select
        s.*,
        s.stage in ('closed_won', 'closed_lost') as is_closed,
        (s.created_at at time zone 'UTC')::date as created_date,
        case when s.stage in ('closed_won', 'closed_lost') then s.actual_close_date else (s.created_at at time zone 'UTC')::date end as rate_date,
        -- The last instant of the close date: the version of the customer that saw the deal close.
        (s.actual_close_date + 1)::timestamp at time zone 'UTC' - interval '1 microsecond' as closed_at
    from staging.deal as s
)

select
    $1::int as tenant_key,
    s.deal_id,
    coalesce(at_close.customer_key, present.customer_key, 0) as customer_key,
    coalesce(c.company_key, 0) as company_key,
    coalesce(r.sales_rep_key, 0) as sales_rep_key,
    s.name,
    s.stage,
    s.value_cents,
    s.currency,
    round(s.value_cents * coalesce(fx.rate, 1))::bigint as reporting_cents,
    round(s.list_price_cents * coalesce(fx.rate, 1))::bigint as list_price_cents,
    coalesce(s.probability, case s.stage when 'closed_won' then 100 else 0 end) as probability,
    s.source,
    s.close_reason,
    s.created_at,
    s.created_date,
    s.expected_close_date,
    case when s.is_closed then s.actual_close_date end as actual_close_date,
    case when s.stage = 'closed_won' then s.actual_close_date - s.created_date end as days_to_close,
    s.stage = 'closed_won' as is_won,
    s.stage = 'closed_lost' as is_lost,
    case
        when f.stage = s.stage then f.stage_changed_at
        when s.is_closed then greatest(s.actual_close_date::timestamp at time zone 'UTC', f.stage_changed_at, s.created_at)
        when f.stage is null and s.stage = 'lead' then s.created_at
        -- A stage that changed while the row's stamp did not: seen tonight for the first time.
        when s.updated_at is null or (f.stage is not null and s.updated_at <= $4::timestamptz) then greatest($3::timestamptz, f.stage_changed_at, s.created_at)
        else greatest(least(s.updated_at, $2::timestamptz), f.stage_changed_at, s.created_at)
    end as stage_changed_at,
    s.deleted_at
from staged as s
left join star.fact_deal as f on f.tenant_key = $1::int and f.deal_id = s.deal_id
-- Who had it when it was first seen closed keeps it.
left join star.dim_sales_rep as closer on closer.sales_rep_key = f.sales_rep_key and s.is_closed and (f.is_won or f.is_lost)
left join star.dim_sales_rep as r
    on r.tenant_key = $1::int and r.sales_rep_id = coalesce(closer.sales_rep_id, s.sales_rep_id)
    and case when s.is_closed then r.valid_from <= s.closed_at and s.closed_at < r.valid_until else r.is_current end
left join star.dim_company as c
    on c.tenant_key = $1::int and c.company_id = s.company_id
    and case when s.is_closed then c.valid_from <= s.closed_at and s.closed_at < c.valid_until else c.is_current end
left join star.dim_customer as present on present.tenant_key = $1::int and present.customer_id = s.customer_id and present.is_current
left join star.dim_customer as at_close
    on at_close.tenant_key = $1::int and at_close.customer_id = s.customer_id and s.is_closed
    and at_close.valid_from <= s.closed_at and s.closed_at < at_close.valid_until
left join star.fx_span as fx on fx.tenant_key = $1::int and fx.currency = s.currency and fx.valid_from <= s.rate_date and s.rate_date < fx.valid_until
