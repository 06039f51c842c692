-- A snapshot says what counted as revenue when it was published: a later choice of the source must not change what it said.

alter table metric.snapshot
    add column revenue_mode text not null default 'deals' check (revenue_mode in ('deals', 'orders', 'payments'));
comment on column metric.snapshot.revenue_mode is 'What counted as revenue: deals won, orders fulfilled, or payments completed less refunds';

update metric.snapshot as s
set revenue_mode = t.revenue_mode
from star.dim_tenant as t
where t.tenant_key = s.tenant_key and t.revenue_mode <> 'deals';
