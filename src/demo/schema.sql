-- The operational schema of Promenade, as far as Vesper reads it. Names and types are the interface.
-- `timestamp` columns carry no zone and are UTC by convention.

create type customer_status as enum ('lead', 'prospect', 'customer', 'churned');
create type customer_tier as enum ('free', 'basic', 'pro', 'enterprise');
create type deal_stage as enum ('lead', 'qualified', 'proposal', 'negotiation', 'closed_won', 'closed_lost');
create type deal_source as enum ('inbound', 'outbound', 'referral', 'partner', 'event', 'advertising');
create type interaction_type as enum ('call', 'email', 'meeting', 'note', 'sms', 'chat');
create type interaction_direction as enum ('inbound', 'outbound');
create type interaction_outcome as enum
    ('successful', 'no_answer', 'voicemail', 'busy', 'scheduled', 'not_interested');
create type user_status as enum ('active', 'inactive', 'suspended', 'banned');
create type company_size as enum ('micro', 'small', 'medium', 'large', 'enterprise');
create type order_status as enum ('pending', 'confirmed', 'processing', 'fulfilled', 'cancelled');
create type subscription_status as enum ('trial', 'active', 'paused', 'cancelled', 'expired');
create type billing_period as enum ('monthly', 'quarterly', 'yearly');
create type payment_status as enum ('pending', 'processing', 'completed', 'failed', 'refunded', 'cancelled');
create type product_status as enum ('active', 'draft', 'out_of_stock', 'discontinued');
create type stock_movement_type as enum
    ('receipt', 'reservation', 'reservation_release', 'commit', 'adjustment', 'transfer', 'damage', 'return');

create table identity_users (
    id text primary key,
    email text not null unique,
    password_hash text not null,
    status user_status not null default 'active',
    last_login_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);

create table user_profiles (
    id text primary key,
    user_id text not null unique references identity_users (id) on delete cascade,
    display_name text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table customer_companies (
    id text primary key,
    name text not null,
    legal_name text,
    type text,
    industry text,
    size company_size,
    employee_count integer check (employee_count >= 0),
    revenue bigint,
    currency char(3),
    city text,
    state_province text,
    country char(2),
    parent_company_id text references customer_companies (id) on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);

create table customer_customers (
    id text primary key,
    user_id text references identity_users (id) on delete set null,
    company_id text references customer_companies (id) on delete set null,
    name text not null,
    email text,
    phone text,
    status customer_status not null default 'lead',
    tier customer_tier not null default 'free',
    source text,
    assigned_to text references identity_users (id) on delete set null,
    tags jsonb not null default '[]' check (jsonb_typeof(tags) = 'array'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    last_contacted_at timestamptz,
    converted_at timestamptz,
    churned_at timestamptz,
    churn_reason text,
    deleted_at timestamptz
);

create table customer_deals (
    id text primary key,
    customer_id text not null references customer_customers (id) on delete cascade,
    company_id text references customer_companies (id) on delete set null,
    name text not null,
    value_cents bigint not null check (value_cents >= 0),
    currency char(3) not null default 'USD',
    stage deal_stage not null default 'lead',
    probability integer not null default 0 check (probability between 0 and 100),
    source deal_source,
    expected_close_date date,
    actual_close_date date,
    assigned_to text references identity_users (id) on delete set null,
    close_reason text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);

create table customer_interactions (
    id text primary key,
    customer_id text not null references customer_customers (id) on delete cascade,
    company_id text references customer_companies (id) on delete set null,
    type interaction_type not null,
    direction interaction_direction not null,
    outcome interaction_outcome,
    subject text,
    description text,
    created_by text references identity_users (id) on delete set null,
    started_at timestamptz not null,
    ended_at timestamptz,
    duration_sec integer check (duration_sec >= 0),
    follow_up_required boolean not null default false,
    follow_up_date timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);

create table warehouse_products (
    id text primary key,
    sku text not null unique,
    name text not null,
    category text,
    brand text,
    reorder_point integer not null default 0,
    reorder_quantity integer not null default 0,
    status product_status not null default 'active',
    is_active boolean not null default true,
    created_at timestamp not null default (now() at time zone 'utc'),
    updated_at timestamp not null default (now() at time zone 'utc'),
    deleted_at timestamp
);

create table order_orders (
    id text primary key,
    order_number text not null unique,
    customer_id text not null references customer_customers (id) on delete cascade,
    company_id text references customer_companies (id) on delete set null,
    total_amount numeric(15, 2) not null check (total_amount >= 0),
    currency char(3) not null,
    status order_status not null default 'pending',
    order_date timestamptz not null,
    confirmed_at timestamptz,
    fulfilled_at timestamptz,
    cancelled_at timestamptz,
    contract_id text,
    invoice_id text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);

create table order_lines (
    id text primary key,
    order_id text not null references order_orders (id) on delete cascade,
    product_id text not null references warehouse_products (id),
    quantity integer not null check (quantity > 0),
    unit_price numeric(15, 2) not null check (unit_price >= 0),
    total_amount numeric(15, 2) not null,
    currency char(3) not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table billing_subscriptions (
    id text primary key,
    subscription_no text not null unique,
    customer_id text not null references customer_customers (id) on delete cascade,
    plan_id text not null,
    status subscription_status not null,
    billing_period billing_period not null,
    currency char(3) not null,
    amount_cents bigint not null check (amount_cents > 0),
    start_date timestamp not null,
    end_date timestamp,
    renewal_date timestamp not null,
    trial_end_date timestamp,
    cancelled_at timestamp,
    cancel_reason text,
    cancellation_effective_date timestamp,
    created_at timestamp not null default (now() at time zone 'utc'),
    updated_at timestamp not null default (now() at time zone 'utc'),
    deleted_at timestamp
);

create table billing_invoices (
    id text primary key,
    invoice_no text not null unique,
    customer_id text not null references customer_customers (id) on delete cascade,
    order_id text references order_orders (id) on delete set null,
    subtotal_amount bigint not null,
    tax_amount bigint not null,
    total_amount bigint not null,
    currency char(3) not null,
    issue_date timestamp not null,
    due_date timestamp not null,
    paid_date timestamp,
    status text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);

create table billing_payments (
    id text primary key,
    payment_no text not null unique,
    customer_id text not null references customer_customers (id) on delete cascade,
    invoice_id text references billing_invoices (id) on delete set null,
    amount bigint not null,
    currency char(3) not null,
    method text not null,
    status payment_status not null,
    processed_at timestamp,
    refunded_at timestamptz,
    refunded_amount bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);

create table warehouse_inventory (
    id text primary key,
    product_id text not null references warehouse_products (id),
    sku text not null,
    warehouse_id text not null,
    quantity_on_hand integer not null,
    quantity_reserved integer not null default 0,
    quantity_committed integer not null default 0,
    quantity_available integer not null,
    reorder_point integer not null default 0,
    reorder_quantity integer not null default 0,
    last_restocked timestamptz,
    unit_cost_cents bigint,
    currency_code char(3),
    status text not null default 'in_stock',
    updated_at timestamp not null default (now() at time zone 'utc'),
    deleted_at timestamp,
    unique (product_id, warehouse_id)
);

create table warehouse_stock_movements (
    id text primary key,
    inventory_id text not null references warehouse_inventory (id),
    type stock_movement_type not null,
    quantity integer not null,
    quantity_before_move integer not null,
    quantity_after_move integer not null,
    unit_cost_cents bigint,
    movement_date timestamp not null,
    created_at timestamp not null default (now() at time zone 'utc')
);

create index on customer_companies (parent_company_id) where parent_company_id is not null;
create index on customer_customers (company_id);
create index on customer_customers (assigned_to);
create index on customer_customers (status) where deleted_at is null;
create index on customer_customers (updated_at);
create index on customer_deals (customer_id);
create index on customer_deals (assigned_to);
create index on customer_deals (stage) where deleted_at is null;
create index on customer_deals (updated_at);
create index on customer_interactions (customer_id, started_at);
create index on customer_interactions (updated_at);
create index on order_orders (customer_id);
create index on order_orders (status) where status in ('pending', 'confirmed', 'processing');
create index on order_orders (updated_at);
create index on order_lines (order_id);
create index on billing_subscriptions (customer_id);
create index on billing_invoices (customer_id);
create index on billing_invoices (order_id);
create index on billing_payments (customer_id);
create index on billing_payments (invoice_id);
create index on warehouse_stock_movements (inventory_id, movement_date);

-- These tables keep `updated_at` themselves, unless the statement sets it (as bulk imports and the demo's simulated
-- days do); on the others the application does, and sometimes forgets.
create function touch_updated_at() returns trigger language plpgsql as $$
begin
    if new.updated_at is not distinct from old.updated_at then
        new.updated_at := now();
    end if;
    return new;
end
$$;

create trigger touch before update on identity_users for each row execute function touch_updated_at();
create trigger touch before update on user_profiles for each row execute function touch_updated_at();
create trigger touch before update on customer_companies for each row execute function touch_updated_at();
create trigger touch before update on customer_customers for each row execute function touch_updated_at();
create trigger touch before update on customer_deals for each row execute function touch_updated_at();
create trigger touch before update on customer_interactions for each row execute function touch_updated_at();
