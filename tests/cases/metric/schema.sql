-- The contract's entities as tables without a single constraint, so that a case can break any promise.
create table sales_rep (sales_rep_id text, name text default 'A rep', email text, is_active boolean default true, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz);
create table company (
    company_id text, name text default 'A company', industry text, size text, country text, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz);
create table customer (
    customer_id text, name text default 'A customer', email text, status text default 'lead', tier text default 'basic', source text, sales_rep_id text, company_id text,
    tags jsonb, churn_reason text, created_at timestamptz default '2024-01-01', updated_at timestamptz, last_contacted_at timestamptz, converted_at timestamptz, churned_at timestamptz,
    deleted_at timestamptz);
create table deal (
    deal_id text, customer_id text, company_id text, sales_rep_id text, name text default 'A deal', value_cents bigint default 100000, list_price_cents bigint, currency text default 'USD',
    stage text default 'lead', probability int, source text, expected_close_date date, actual_close_date date, close_reason text, created_at timestamptz default '2024-12-01',
    updated_at timestamptz, deleted_at timestamptz);
create table interaction (
    interaction_id text, customer_id text, sales_rep_id text, type text default 'call', direction text default 'outbound', outcome text, started_at timestamptz default '2025-01-10',
    duration_seconds int, is_follow_up_required boolean, follow_up_at timestamptz, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz);
create table "order" (
    order_id text, order_number text, customer_id text, sales_rep_id text, amount numeric default 100, currency text default 'USD', status text default 'fulfilled',
    ordered_at timestamptz default '2025-01-10', fulfilled_at timestamptz, cancelled_at timestamptz, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz);
create table order_line (
    order_line_id text, order_id text, product_id text, quantity int default 1, unit_price numeric default 100, amount numeric default 100, currency text default 'USD',
    created_at timestamptz, updated_at timestamptz);
create table subscription (
    subscription_id text, customer_id text, plan text, status text default 'active', billing_period text default 'monthly', amount_cents bigint default 10000, currency text default 'USD',
    started_at timestamptz default '2024-12-01', trial_ended_at timestamptz, cancelled_at timestamptz, ended_at timestamptz, created_at timestamptz, updated_at timestamptz,
    deleted_at timestamptz);
create table product (
    product_id text, sku text, name text default 'A product', category text, brand text, status text, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz);
create table invoice (
    invoice_id text, invoice_number text, customer_id text, order_id text, status text default 'sent', subtotal_cents bigint, tax_cents bigint, amount_cents bigint default 10000,
    currency text default 'USD', issued_at timestamptz default '2025-01-10', due_at timestamptz, paid_at timestamptz, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz);
create table payment (
    payment_id text, payment_number text, customer_id text, invoice_id text, method text, status text default 'completed', amount_cents bigint default 10000, refunded_cents bigint,
    currency text default 'USD', created_at timestamptz default '2025-01-10', processed_at timestamptz default '2025-01-10', refunded_at timestamptz, updated_at timestamptz,
    deleted_at timestamptz);
create table inventory (
    inventory_id text, product_id text default 'p', warehouse text default 'north', on_hand int default 10, reserved int, committed int, available int, reorder_point int,
    reorder_quantity int, restocked_at timestamptz, unit_cost_cents bigint default 500, currency text default 'USD', status text, updated_at timestamptz, deleted_at timestamptz);
create table stock_movement (
    stock_movement_id text, product_id text default 'p', warehouse text default 'north', type text default 'receipt', quantity int default 10, quantity_before int, quantity_after int,
    unit_cost_cents bigint default 500, currency text default 'USD', moved_at timestamptz default '2025-01-10', created_at timestamptz);
create table territory (territory_id text, name text default 'A territory', region text, country text, sales_rep text);
create table campaign (
    campaign_id text, name text default 'A campaign', channel text, start_date date, until_date date, budget_cents bigint, currency text);
create table quota (
    sales_rep text, start_date date default '2025-01-01', until_date date default '2025-04-01', amount_cents bigint default 100000, currency text default 'USD');
create table campaign_cost (campaign_id text, cost_date date default '2025-01-10', amount_cents bigint default 10000, currency text default 'USD');
create table campaign_touch (campaign_id text, customer text, type text, touched_at timestamptz default '2025-01-10');
create table loyalty_member (customer text, tier text, points int, joined_date date default '2025-01-10', left_date date);
create table deal_stage_change (deal_id text, stage text, changed_at timestamptz);
create table customer_status_change (customer_id text, status text, changed_at timestamptz);
create table subscription_change (subscription_id text, status text, billing_period text default 'monthly', amount_cents bigint, plan text, changed_at timestamptz);
