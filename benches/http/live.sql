-- grain: one row, the pipeline as the API answers it, computed live in one pass over the deals · no parameters · re-run: pure read
with by_stage as (
    select stage, count(*) as deals, sum(value_cents) as cents, sum(probability) as probability, sum(close_date - create_date) as days
    from bench.deal
    where deleted_at is null
    group by stage
),
won as (select deals, days from by_stage where stage = 'closed_won'),
closed as (select sum(deals) as deals from by_stage where stage in ('closed_won', 'closed_lost')),
customers as (select count(*) as customers from bench.customer where deleted_at is null and status = 'customer')
select json_build_object(
    'total_deals', (select sum(deals) from by_stage),
    'total_value', json_build_object('cents', (select sum(cents) from by_stage), 'currency', 'USD'),
    'by_stage', (select json_object_agg(stage, json_build_object(
        'count', deals, 'value', json_build_object('cents', cents, 'currency', 'USD'),
        'avg_probability', round(probability::numeric / deals, 1)) order by stage) from by_stage),
    'win_rate', (select round(100.0 * won.deals / closed.deals, 1) from won, closed),
    'avg_days_to_close', (select round(days::numeric / deals, 1) from won),
    'active_customers', (select customers from customers)
)
