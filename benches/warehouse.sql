-- not prepared: many statements, {interactions}, {deals} and {customers} are put in
-- A business as large as a bench wants it, in the operational schema. Nobody checks foreign keys or stamps rows meanwhile.
set session_replication_role = replica;
insert into identity_users (id, email, password_hash)
select 'u' || n, 'u' || n || '@example.org', '' from generate_series(1, 1000) as n;
insert into customer_customers (id, name, email, status, tier, assigned_to, created_at, updated_at, converted_at)
select lpad(n::text, 36, '0'), 'Customer ' || n, 'c' || n || '@example.org', 'customer', (array['free', 'basic', 'pro', 'enterprise'])[1 + n % 4]::customer_tier,
    'u' || (1 + n % 1000), '2023-01-01', '2023-01-02', '2023-01-02'
from generate_series(1, {customers}) as n;
insert into customer_deals (id, customer_id, name, value_cents, stage, source, actual_close_date, assigned_to, created_at, updated_at)
select 'd' || lpad(n::text, 35, '0'), lpad((1 + (n::bigint * 7919) % {customers})::text, 36, '0'), 'Deal ' || n, n % 1000000,
    (array['lead', 'qualified', 'proposal', 'negotiation', 'closed_won', 'closed_lost'])[1 + n % 6]::deal_stage, 'inbound',
    case when n % 6 > 3 then (at + interval '30 days')::date end, 'u' || (1 + n % 1000), at, at
from generate_series(1, {deals}) as n
cross join lateral (select timestamptz '2024-01-01' + interval '600 days' * (n::float8 / {deals}) as at) as t;
insert into customer_interactions (id, customer_id, type, direction, outcome, subject, created_by, started_at, duration_sec, created_at, updated_at)
select 'i' || lpad(n::text, 35, '0'), lpad((1 + (n::bigint * 104729) % {customers})::text, 36, '0'),
    (array['call', 'email', 'meeting', 'note'])[1 + n % 4]::interaction_type, 'outbound',
    case when n % 7 > 0 then (array['successful', 'no_answer', 'voicemail', 'busy'])[1 + n % 4]::interaction_outcome end,
    left(md5(n::text) || md5((n + 1)::text), 40), 'u' || (1 + n % 1000), at, case when n % 2 = 0 then n % 3600 end, at, at
from generate_series(1, {interactions}) as n
cross join lateral (select timestamptz '2024-01-01' + interval '700 days' * (n::float8 / {interactions}) as at) as t;
vacuum (analyze) customer_customers, customer_deals, customer_interactions, identity_users;
