-- What the numbers of a snapshot mean, as it was when they were published.
create table metric.definition (
    definition_hash text not null,
    metric          text not null,
    position        int not null,
    version         int not null,
    label           text not null,
    unit            text not null,
    direction       text not null,
    nature          text not null,
    chapter         text not null,
    dimensions      text[] not null,
    has_series      boolean not null,
    basis           text not null,
    cubes           text[] not null,
    words           text not null,
    primary key (definition_hash, metric));
comment on table metric.definition is 'Grain: one metric of one set of definitions; a snapshot names its set by definition_hash';
comment on column metric.definition.definition_hash is 'The set; joins metric.snapshot';
comment on column metric.definition.metric is 'The name used in points, series, templates and routes';
comment on column metric.definition.position is 'Order in the catalog';
comment on column metric.definition.version is 'Changes whenever the meaning changes';
comment on column metric.definition.label is 'The short label a reader sees';
comment on column metric.definition.unit is 'count, money (cents of the reporting currency), percent, days, weeks, minutes, mean';
comment on column metric.definition.direction is 'up: more is better; down: less is better; neutral';
comment on column metric.definition.nature is 'flow: happens in a window; stock: is there at its end';
comment on column metric.definition.chapter is 'The chapter of the catalog; custom: defined by the deployment';
comment on column metric.definition.dimensions is 'What its points may be cut by';
comment on column metric.definition.has_series is 'Whether metric.series has it by day';
comment on column metric.definition.basis is 'recorded, observed or present: how far back it is known';
comment on column metric.definition.cubes is 'The tables of the schema cube it is computed from';
comment on column metric.definition.words is 'The definition in words';

alter table metric.snapshot add column checks jsonb not null default '[]';
comment on column metric.snapshot.checks is 'The identities that held before it was published, and how many sums, days or entities each was looked at on';
