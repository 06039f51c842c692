-- not prepared: several statements
-- Whose rows the operational tables hold. Outside of them, since Promenade knows nothing of a demo.
create schema if not exists demo;
create table if not exists demo.business (
    seed bigint not null,
    today date not null,
    customers integer not null,
    months integer not null,
    nights integer not null,
    is_only boolean primary key default true check (is_only)
);
create table if not exists demo.lived_day (
    day date primary key
);
