-- Interactions by kind and outcome, their mean length, how often a customer is spoken to · $1 business date
with month as (select date_trunc('month', ($1::date + 1)::timestamp)::date as until_date)

select 'interactions/insights' as route, p.pointer, p.value::text
from (
    select '/total_interactions' as pointer, (select count(*) from oracle.interaction)::numeric as value
    union all select '/by_type/' || t, (select count(*) from oracle.interaction where type = t)
    from unnest(array['call', 'email', 'meeting', 'note', 'sms', 'chat']) as t
    union all select '/by_outcome/' || o, (select count(*) from oracle.interaction where outcome = o)
    from unnest(array['successful', 'no_answer', 'voicemail', 'busy', 'scheduled', 'not_interested', 'none']) as o
    union all select '/avg_duration_minutes', (select round(avg(duration_sec) / 60, 1) from oracle.interaction where duration_sec is not null)
) as p
