-- The bridge of monthly recurring revenue and what follows from it · $1 business date, $2 also past windows
select m.metric, p.win, p.cmp, null::text as dim, null::text as member, m.value, 0::numeric as slack
from oracle.period($1::date) as p
cross join lateral (
    select coalesce(sum(v.net) filter (where v.day < p.from_date), 0) as opening, coalesce(sum(v.net), 0) as closing,
        count(*) filter (where v.day < p.from_date and v.closing = v.net) - count(*) filter (where v.day < p.from_date and v.closing = 0) as payers_before,
        count(*) filter (where v.closing = v.net) - count(*) filter (where v.closing = 0) as payers,
        coalesce(sum(v.net) filter (where v.day >= p.from_date and v.kind = 'new'), 0) as new,
        coalesce(sum(v.net) filter (where v.day >= p.from_date and v.kind = 'expansion'), 0) as expansion,
        coalesce(sum(v.net) filter (where v.day >= p.from_date and v.kind = 'reactivation'), 0) as reactivation,
        coalesce(-sum(v.net) filter (where v.day >= p.from_date and v.kind = 'contraction'), 0) as contraction,
        coalesce(-sum(v.net) filter (where v.day >= p.from_date and v.kind = 'churn'), 0) as churn,
        count(*) filter (where v.day >= p.from_date and v.kind = 'churn' and v.paying_since < p.from_date) as lost
    from oracle.mrr_movement as v
    where v.day < p.until_date
) as b
cross join lateral (
    values
    ('mrr_opening', b.opening), ('mrr_new', b.new), ('mrr_expansion', b.expansion), ('mrr_reactivation', b.reactivation), ('mrr_contraction', b.contraction),
    ('mrr_churn', b.churn), ('paying_customers', b.payers::numeric), ('arpa', round(b.closing / nullif(b.payers, 0))),
    ('gross_mrr_churn', round(100 * (b.churn + b.contraction) / nullif(b.opening, 0), 1)),
    ('net_mrr_churn', round(100 * (b.churn + b.contraction - b.expansion - b.reactivation) / nullif(b.opening, 0), 1)),
    ('nrr', round(100 * (b.opening + b.expansion - b.contraction - b.churn) / nullif(b.opening, 0), 1)),
    ('grr', round(100 * (b.opening - b.contraction - b.churn) / nullif(b.opening, 0), 1)),
    ('quick_ratio', round((b.new + b.expansion + b.reactivation) / nullif(b.contraction + b.churn, 0), 4)),
    ('logo_churn', round(100.0 * b.lost / nullif(b.payers_before, 0), 1))
) as m (metric, value)
where $2::boolean or p.until_date = $1::date + 1
