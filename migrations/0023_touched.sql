-- A night's cubes cost what changed: the rows of a few days are found by indexes, and customers are noted by name.

create index fact_interaction_day on star.fact_interaction (tenant_key, started_date);
create index fact_interaction_follow_up on star.fact_interaction (tenant_key, customer_id) where is_follow_up_required and deleted_at is null;
create index fact_deal_created on star.fact_deal (tenant_key, created_date);
create index fact_deal_closed on star.fact_deal (tenant_key, actual_close_date);
create index fact_deal_customer on star.fact_deal (tenant_key, customer_key);
-- Whole indexes of expressions, because the server keeps no statistics of a partial one.
create index fact_deal_deleted on star.fact_deal (tenant_key, ((deleted_at at time zone 'UTC')::date));
create index fact_deal_stage_entered on star.fact_deal_stage (tenant_key, ((entered_at at time zone 'UTC')::date));
create index fact_deal_stage_left on star.fact_deal_stage (tenant_key, ((left_at at time zone 'UTC')::date));

create table vesper.touched_customer (
    tenant_key  int not null references star.dim_tenant,
    customer_id text not null,
    primary key (tenant_key, customer_id));
comment on table vesper.touched_customer is 'Grain: one customer whose lifetime may have changed since the cubes were refreshed';
comment on column vesper.touched_customer.tenant_key is 'Whose customer';
comment on column vesper.touched_customer.customer_id is 'The customer';

-- What was touched before this table was there.
insert into vesper.touched_customer (tenant_key, customer_id)
select c.tenant_key, c.customer_id from star.dim_customer as c where c.is_current and c.tenant_key > 0;
