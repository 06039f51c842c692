-- Published snapshots: written whole, never changed; metric.current points at the one that counts.
create schema metric;
comment on schema metric is 'Published snapshots of every metric';

create table metric.snapshot (
    snapshot_id     bigint generated always as identity primary key,
    tenant_key      int not null references star.dim_tenant,
    business_date   date not null,
    first_date      date not null,
    published_at    timestamptz not null,
    run_id          bigint,
    definition_hash text not null,
    content_hash    text not null,
    currency        char(3) not null,
    watermarks      jsonb not null,
    reconciliation  jsonb not null,
    warnings        jsonb not null,
    members         jsonb not null);
create index snapshot_by_date on metric.snapshot (tenant_key, business_date, snapshot_id desc);
comment on table metric.snapshot is 'Grain: one publish of all metrics for one business date';
comment on column metric.snapshot.content_hash is 'SHA-256 of everything published; an equal hash means there is nothing new to publish';
comment on column metric.snapshot.members is 'Dimension → members with the names people use';

create table metric.point (
    snapshot_id bigint not null references metric.snapshot on delete cascade,
    metric      text not null,
    slice       jsonb not null,
    numerator   bigint not null,
    denominator bigint not null,
    value       numeric,
    primary key (snapshot_id, metric, slice));
comment on table metric.point is 'Grain: one metric at one slice (window, comparison, member)';
comment on column metric.point.value is 'numerator / denominator as published (percent × 100, one decimal; cents and counts whole); null for a zero denominator';

create table metric.series (
    snapshot_id bigint not null references metric.snapshot on delete cascade,
    metric      text not null,
    start_date  date not null,
    day_values  bigint[] not null,
    primary key (snapshot_id, metric));
comment on table metric.series is 'Grain: one metric by day, without gaps, from start_date to the business date';

create table metric.document (
    snapshot_id bigint not null references metric.snapshot on delete cascade,
    route       text not null,
    body        json not null,
    primary key (snapshot_id, route));
comment on table metric.document is 'Grain: one HTTP route''s data, as published; json, not jsonb: keys keep the order of the contract';

create table metric.current (
    tenant_key  int primary key references star.dim_tenant,
    snapshot_id bigint not null references metric.snapshot);
comment on table metric.current is 'The snapshot that counts; moved in the transaction that publishes';
