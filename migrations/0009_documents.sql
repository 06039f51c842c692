-- Invoices, payments, stock and its movements.

-- What a load found new or different is named for what it is: `subscription_change` is an entity of its own now.
alter table staging.sales_rep_change rename to changed_sales_rep;
alter table staging.company_change rename to changed_company;
alter table staging.product_change rename to changed_product;
alter table staging.customer_change rename to changed_customer;
alter table staging.deal_change rename to changed_deal;
alter table staging.interaction_change rename to changed_interaction;
alter table staging.order_change rename to changed_order;
alter table staging.order_line_change rename to changed_order_line;
alter table staging.subscription_change rename to changed_subscription;

create unlogged table staging.invoice (
    invoice_id text, invoice_number text, customer_id text, order_id text, status text, subtotal_cents bigint, tax_cents bigint, amount_cents bigint, currency text,
    issued_at timestamptz, due_at timestamptz, paid_at timestamptz, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, violation text);
create unlogged table staging.payment (
    payment_id text, payment_number text, customer_id text, invoice_id text, method text, status text, amount_cents bigint, refunded_cents bigint, currency text,
    created_at timestamptz, processed_at timestamptz, refunded_at timestamptz, updated_at timestamptz, deleted_at timestamptz, violation text);
create unlogged table staging.inventory (
    inventory_id text, product_id text, warehouse text, on_hand int, reserved int, committed int, available int, reorder_point int, reorder_quantity int,
    restocked_at timestamptz, unit_cost_cents bigint, currency text, status text, updated_at timestamptz, deleted_at timestamptz, violation text);
create unlogged table staging.stock_movement (
    stock_movement_id text, product_id text, warehouse text, type text, quantity int, quantity_before int, quantity_after int, unit_cost_cents bigint, currency text,
    moved_at timestamptz, created_at timestamptz, violation text);

-- A rep whom a fact names and nobody delivered is not known to work here.
alter table star.dim_sales_rep alter column is_active set default false;

create table star.fact_invoice (
    tenant_key      int not null references star.dim_tenant,
    invoice_id      text not null,
    invoice_number  text,
    customer_key    bigint not null references star.dim_customer (customer_key),
    customer_id     text,
    order_id        text,
    status          text not null,
    subtotal_cents  bigint,
    tax_cents       bigint,
    amount_cents    bigint not null,
    currency        char(3) not null,
    reporting_cents bigint not null,
    issued_at       timestamptz not null,
    issue_date      date not null references star.dim_date,
    due_date        date references star.dim_date,
    paid_at         timestamptz,
    paid_date       date references star.dim_date,
    days_to_pay     int,
    deleted_at      timestamptz,
    primary key (tenant_key, invoice_id));
create index fact_invoice_customer on star.fact_invoice (tenant_key, customer_id, issue_date);
comment on table star.fact_invoice is 'Grain: one invoice';
comment on column star.fact_invoice.tenant_key is 'Whose row it is';
comment on column star.fact_invoice.invoice_id is 'The source''s id';
comment on column star.fact_invoice.invoice_number is 'The number people use';
comment on column star.fact_invoice.customer_key is 'The customer''s version valid at the date of issue';
comment on column star.fact_invoice.customer_id is 'The customer, whatever the version';
comment on column star.fact_invoice.order_id is 'The order it bills; joins fact_order';
comment on column star.fact_invoice.status is 'As the source words it';
comment on column star.fact_invoice.subtotal_cents is 'Before tax, minor units of the invoice''s currency';
comment on column star.fact_invoice.tax_cents is 'Tax, minor units of the invoice''s currency';
comment on column star.fact_invoice.amount_cents is 'Total, minor units of the invoice''s currency';
comment on column star.fact_invoice.currency is 'ISO 4217 code';
comment on column star.fact_invoice.reporting_cents is 'Total in the reporting currency at the rate of the date of issue';
comment on column star.fact_invoice.issued_at is 'Instant of issue';
comment on column star.fact_invoice.issue_date is 'Day of issue, UTC';
comment on column star.fact_invoice.due_date is 'Day it is due, UTC';
comment on column star.fact_invoice.paid_at is 'Instant it was settled; null while it is open';
comment on column star.fact_invoice.paid_date is 'Day it was settled, UTC';
comment on column star.fact_invoice.days_to_pay is 'paid_date − issue_date';
comment on column star.fact_invoice.deleted_at is 'When it was deleted in the source, or was seen to be gone';

create table star.fact_payment (
    tenant_key               int not null references star.dim_tenant,
    payment_id               text not null,
    payment_number           text,
    invoice_id               text,
    customer_key             bigint not null references star.dim_customer (customer_key),
    customer_id              text,
    method                   text,
    status                   text not null,
    amount_cents             bigint not null check (amount_cents >= 0),
    refunded_cents           bigint not null check (refunded_cents between 0 and amount_cents),
    currency                 char(3) not null,
    reporting_cents          bigint not null,
    reporting_refunded_cents bigint not null,
    created_at               timestamptz not null,
    processed_at             timestamptz,
    payment_date             date not null references star.dim_date,
    refunded_at              timestamptz,
    refund_date              date references star.dim_date,
    deleted_at               timestamptz,
    primary key (tenant_key, payment_id));
create index fact_payment_customer on star.fact_payment (tenant_key, customer_id, payment_date);
create index fact_payment_invoice on star.fact_payment (tenant_key, invoice_id);
comment on table star.fact_payment is 'Grain: one attempt to pay';
comment on column star.fact_payment.tenant_key is 'Whose row it is';
comment on column star.fact_payment.payment_id is 'The source''s id';
comment on column star.fact_payment.payment_number is 'The number people use';
comment on column star.fact_payment.invoice_id is 'The invoice it pays; joins fact_invoice';
comment on column star.fact_payment.customer_key is 'The customer''s version valid at the payment';
comment on column star.fact_payment.customer_id is 'The customer, whatever the version';
comment on column star.fact_payment.method is 'card, bank_transfer, …';
comment on column star.fact_payment.status is 'pending, processing, completed, failed, refunded, cancelled';
comment on column star.fact_payment.amount_cents is 'Amount, minor units of the payment''s currency';
comment on column star.fact_payment.refunded_cents is 'How much of it was given back, minor units of the payment''s currency';
comment on column star.fact_payment.currency is 'ISO 4217 code';
comment on column star.fact_payment.reporting_cents is 'Amount in the reporting currency at the rate of the payment date';
comment on column star.fact_payment.reporting_refunded_cents is 'What was given back in the reporting currency at the rate of the refund date';
comment on column star.fact_payment.created_at is 'Instant it was begun';
comment on column star.fact_payment.processed_at is 'Instant it went through or failed; null while it is on its way';
comment on column star.fact_payment.payment_date is 'Day it was processed, of its beginning while it is not, UTC';
comment on column star.fact_payment.refunded_at is 'Instant it was given back';
comment on column star.fact_payment.refund_date is 'Day it was given back, UTC';
comment on column star.fact_payment.deleted_at is 'When it was deleted in the source, or was seen to be gone';

create table star.fact_inventory_day (
    tenant_key       int not null references star.dim_tenant,
    inventory_id     text not null,
    valid_from       date not null references star.dim_date,
    valid_until      date,
    product_key      bigint not null references star.dim_product (product_key),
    warehouse        text not null,
    on_hand          int not null,
    reserved         int,
    committed        int,
    available        int,
    reorder_point    int,
    reorder_quantity int,
    restocked_at     timestamptz,
    unit_cost_cents  bigint,
    currency         char(3),
    status           text,
    primary key (tenant_key, inventory_id, valid_from),
    check (valid_from <= valid_until));
create unique index fact_inventory_day_current on star.fact_inventory_day (tenant_key, inventory_id) where valid_until is null;
comment on table star.fact_inventory_day is 'Grain: one product in one warehouse from the day its level changed until the next change; star.inventory_day shows it day by day';
comment on column star.fact_inventory_day.tenant_key is 'Whose row it is';
comment on column star.fact_inventory_day.inventory_id is 'The source''s id of the product in the warehouse';
comment on column star.fact_inventory_day.valid_from is 'The level holds at the end of this day …';
comment on column star.fact_inventory_day.valid_until is '… and of those before this one (exclusive); null while it holds';
comment on column star.fact_inventory_day.product_key is 'The product';
comment on column star.fact_inventory_day.warehouse is 'Where it lies';
comment on column star.fact_inventory_day.on_hand is 'Pieces there';
comment on column star.fact_inventory_day.reserved is 'Of them promised';
comment on column star.fact_inventory_day.committed is 'Of them being shipped';
comment on column star.fact_inventory_day.available is 'Of them free';
comment on column star.fact_inventory_day.reorder_point is 'At this many more are ordered';
comment on column star.fact_inventory_day.reorder_quantity is 'How many are ordered then';
comment on column star.fact_inventory_day.restocked_at is 'Last receipt';
comment on column star.fact_inventory_day.unit_cost_cents is 'Cost of one piece, minor units of the currency';
comment on column star.fact_inventory_day.currency is 'ISO 4217 code of the cost';
comment on column star.fact_inventory_day.status is 'As the source words it';

create table star.fact_stock_movement (
    tenant_key           int not null references star.dim_tenant,
    stock_movement_id    text not null,
    product_key          bigint not null references star.dim_product (product_key),
    warehouse            text not null,
    type                 text not null,
    quantity             int not null,
    quantity_before      int,
    quantity_after       int,
    unit_cost_cents      bigint,
    currency             char(3),
    reporting_cost_cents bigint,
    moved_at             timestamptz not null,
    moved_date           date not null references star.dim_date,
    primary key (tenant_key, stock_movement_id));
create index fact_stock_movement_product on star.fact_stock_movement (tenant_key, product_key, moved_date);
comment on table star.fact_stock_movement is 'Grain: one movement of stock; what left the source''s log stays here';
comment on column star.fact_stock_movement.tenant_key is 'Whose row it is';
comment on column star.fact_stock_movement.stock_movement_id is 'The source''s id';
comment on column star.fact_stock_movement.product_key is 'The product';
comment on column star.fact_stock_movement.warehouse is 'Where it lies';
comment on column star.fact_stock_movement.type is 'receipt, reservation, reservation_release, commit, adjustment, transfer, damage, return';
comment on column star.fact_stock_movement.quantity is 'Pieces moved; negative when they leave';
comment on column star.fact_stock_movement.quantity_before is 'Pieces there before';
comment on column star.fact_stock_movement.quantity_after is 'Pieces there after';
comment on column star.fact_stock_movement.unit_cost_cents is 'Cost of one piece, minor units of the currency';
comment on column star.fact_stock_movement.currency is 'ISO 4217 code of the cost';
comment on column star.fact_stock_movement.reporting_cost_cents is 'quantity × cost of one piece in the reporting currency at the rate of the day';
comment on column star.fact_stock_movement.moved_at is 'Instant of the movement';
comment on column star.fact_stock_movement.moved_date is 'Day of the movement, UTC';

create unlogged table staging.changed_invoice (like star.fact_invoice);
create unlogged table staging.changed_payment (like star.fact_payment);
create unlogged table staging.changed_stock_movement (like star.fact_stock_movement);
create unlogged table staging.changed_inventory (
    inventory_id text, day date, is_gone boolean, product_key bigint, warehouse text, on_hand int, reserved int, committed int, available int, reorder_point int,
    reorder_quantity int, restocked_at timestamptz, unit_cost_cents bigint, currency text, status text);

-- The last business date a tenant was loaded for: up to where a range that still holds is shown day by day.
alter table star.dim_tenant add column loaded_date date;
comment on column star.dim_tenant.tenant_key is 'Ours; 0 owns the unknown members';
comment on column star.dim_tenant.tenant is 'The name that source.toml gives it';
comment on column star.dim_tenant.loaded_date is 'Last business date it was loaded for';

create view star.inventory_day with (security_invoker = true) as
select i.tenant_key, d.date, i.inventory_id, i.product_key, p.sku, p.name as product, p.category, i.warehouse, i.on_hand, i.reserved, i.committed, i.available,
    i.reorder_point, i.on_hand <= i.reorder_point as is_reorder_due, i.unit_cost_cents / 100.0 as unit_cost, i.currency,
    round(i.on_hand * i.unit_cost_cents * case when i.currency = t.currency then 1 else fx.rate end) / 100.0 as reporting_value
from star.fact_inventory_day as i
join star.dim_tenant as t on t.tenant_key = i.tenant_key
join star.dim_product as p on p.product_key = i.product_key
join star.dim_date as d on d.date >= i.valid_from and d.date < coalesce(i.valid_until, t.loaded_date + 1)
left join star.fx_span as fx on fx.tenant_key = i.tenant_key and fx.currency = i.currency and fx.valid_from <= d.date and d.date < fx.valid_until;
comment on view star.inventory_day is 'Stock by product, warehouse and day, up to the last night; value at the rate of the day. Give it a range of dates';
