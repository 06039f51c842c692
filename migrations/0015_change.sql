-- Reading what changed: the marks of each source, and what of an entity a load read.

create table vesper.source_mark (
    tenant_key    int not null references star.dim_tenant,
    source        text not null,
    entity        text not null,
    definition    text not null,
    identity      text not null,
    xid           numeric(20) not null,
    read_until    timestamptz not null,
    counted_since text,
    tables        jsonb not null,
    compared_at   timestamptz not null,
    primary key (tenant_key, source, entity));
comment on table vesper.source_mark is 'Grain: one entity of one source; up to where the star knows it, moved in the transaction of the load';
comment on column vesper.source_mark.tenant_key is 'Whose row it is';
comment on column vesper.source_mark.source is 'The source folder';
comment on column vesper.source_mark.entity is 'The entity';
comment on column vesper.source_mark.definition is 'SHA-256 of what a row is made by: query, contract, image, currency, version, migrations; another one makes the next load a full compare';
comment on column vesper.source_mark.identity is 'System identifier, timeline and database; another one is a restored or failed-over source: a full compare';
comment on column vesper.source_mark.xid is 'pg_snapshot_xmin of the snapshot: every older transaction was seen';
comment on column vesper.source_mark.read_until is 'The source''s time of the snapshot; updated_at and created_at are read from here on, less the overlap';
comment on column vesper.source_mark.counted_since is 'Since when the counters in tables count; null when they prove nothing';
comment on column vesper.source_mark.tables is 'The tables the query reads, with file and counters, read before the snapshot';
comment on column vesper.source_mark.compared_at is 'The last full compare or weekly sweep; after a week the next load is one';

alter table vesper.load_count alter column source_live drop not null, alter column star_live drop not null;
alter table vesper.load_count add column reach text not null default 'whole';
comment on column vesper.load_count.source_live is 'Rows the source holds that are not deleted and not in quarantine; equals star_live, or nothing is published; null where a load that read by updated_at or created_at did not count them';
comment on column vesper.load_count.reach is 'How much of the entity the load read, and why';

create unlogged table staging.gone (entity text not null, key text not null);
create unlogged table staging.present_key (key text);
comment on table staging.gone is 'Keys that the star holds alive and the source no more, as a load that read changes alone found them';
comment on table staging.present_key is 'Keys of the source in the buckets that differ from the star''s';
