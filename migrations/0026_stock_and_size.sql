-- What a deployment may choose about its stock (lead time, service) and about the size of its deals (value or list price).

alter table star.dim_tenant
    add column lead_time_days int not null default 14 check (lead_time_days between 1 and 365),
    add column lead_time_deviation_days int not null default 0 check (lead_time_deviation_days between 0 and 365),
    add column service_percent int not null default 95 check (service_percent in (90, 95, 98, 99)),
    add column deal_size text not null default 'value' check (deal_size in ('value', 'list_price'));
comment on column star.dim_tenant.lead_time_days is 'Mean days from an order to a supplier until the goods are there';
comment on column star.dim_tenant.lead_time_deviation_days is 'Standard deviation of that lead time, in days';
comment on column star.dim_tenant.service_percent is 'Share of the cycles between two deliveries that stock is to last: 90, 95, 98 or 99';
comment on column star.dim_tenant.deal_size is 'What a deal is sized by in the win rate by size: its value, or the list price where the source tells one';

alter table staging.deal add column list_price_cents bigint;
alter table staging.changed_deal add column list_price_cents bigint;
alter table star.fact_deal add column list_price_cents bigint check (list_price_cents >= 0);
comment on column star.fact_deal.list_price_cents is 'List price of what was offered, in the reporting currency at the rate of reporting_cents; null where the source tells none';
