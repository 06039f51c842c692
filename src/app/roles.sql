-- not prepared: a block is sent as it is
-- grain: the roles, owners, grants and policies of one warehouse · no parameters · re-run: changes nothing
-- A role belongs to the whole server, everything else to this database. Run by a login that may create roles and owns the
-- database. New tables of a later version get theirs by the next run, which `vesper migrate` makes by itself.
do $roles$
declare
    login text;
    target record;
    command text;
    may_create boolean := (select rolsuper or rolcreaterole from pg_roles where rolname = current_user);
begin
    -- One at a time: roles are the server's, and two databases may be set up at once.
    perform pg_advisory_xact_lock(hashtextextended('vesper.roles', 0));

    -- Roles ---------------------------------------------------------------------------------------------------
    foreach login in array array['vesper_owner', 'bi_reader'] loop
        if to_regrole(login) is null then
            execute format('create role %I nologin', login);
        end if;
    end loop;
    foreach login in array array['vesper_worker', 'vesper_http', 'vesper_kpi'] loop
        if to_regrole(login) is null then
            execute format('create role %I login', login);
        end if;
    end loop;
    for target in select 'bi_' || tenant as role from star.dim_tenant where tenant_key > 0 loop
        if to_regrole(quote_ident(target.role)) is null then
            -- A plain migration by a login that makes no roles goes on; the command tells whose role is missing.
            continue when not may_create;
            execute format('create role %I login', target.role);
        end if;
        if not pg_has_role(target.role, 'bi_reader', 'member') then
            execute format('grant bi_reader to %I', target.role);
        end if;
    end loop;
    -- Whoever sets up must be able to give things away; the worker analyses, truncates and prunes, which only an owner may.
    foreach login in array array[current_user::text, 'vesper_worker'] loop
        if not pg_has_role(login, 'vesper_owner', 'member') then
            execute format('grant vesper_owner to %I', login);
        end if;
    end loop;
    -- Conveniences, no boundaries: a session can change them. The boundaries are the grants.
    for target in
        select * from (values
            ('vesper_http', 'default_transaction_read_only', 'on'), ('vesper_http', 'statement_timeout', '15s'),
            ('vesper_kpi', 'default_transaction_read_only', 'on'), ('vesper_kpi', 'statement_timeout', '30s'),
            ('bi_reader', 'default_transaction_read_only', 'on')) as wish (role, setting, value)
        where not exists (
            select from pg_db_role_setting as s
            where s.setdatabase = (select oid from pg_database where datname = current_database())
                and s.setrole = to_regrole(wish.role) and setting || '=' || value = any (s.setconfig))
    loop
        execute format('alter role %I in database %I set %I = %L', target.role, current_database(), target.setting, target.value);
    end loop;

    -- Nobody by default -----------------------------------------------------------------------------------------
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect, create on database %I to vesper_owner', current_database());
    execute format('grant connect on database %I to vesper_worker, vesper_http, vesper_kpi, bi_reader', current_database());
    revoke all on schema public from public;
    grant usage on schema public to vesper_owner, vesper_worker, vesper_http;
    grant create on schema public to vesper_owner;

    -- Owners ----------------------------------------------------------------------------------------------------
    for target in
        select nspname from pg_namespace
        where nspname in ('star', 'cube', 'metric', 'vesper', 'staging') and nspowner <> 'vesper_owner'::regrole
    loop
        execute format('alter schema %I owner to vesper_owner', target.nspname);
    end loop;
    for target in
        select c.oid::regclass as name, c.relkind
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where (n.nspname in ('star', 'cube', 'metric', 'vesper', 'staging') or c.oid = to_regclass('public._sqlx_migrations'))
            and c.relkind in ('r', 'p', 'v', 'S') and c.relowner <> 'vesper_owner'::regrole
            -- A sequence of an identity or serial column follows its table.
            and not exists (select from pg_depend as d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i'))
    loop
        command := case target.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end;
        execute format('alter %s %s owner to vesper_owner', command, target.name);
    end loop;
    for target in
        select p.oid::regprocedure as name
        from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname in ('star', 'cube', 'metric', 'vesper', 'staging') and p.proowner <> 'vesper_owner'::regrole
    loop
        execute format('alter function %s owner to vesper_owner', target.name);
        execute format('revoke all on function %s from public', target.name);
    end loop;

    -- Who may read what -------------------------------------------------------------------------------------------
    grant usage on schema star to vesper_http, vesper_kpi, bi_reader;
    grant usage on schema cube, metric to bi_reader;
    grant usage on schema metric, vesper to vesper_http;
    grant select on all tables in schema star to vesper_kpi, bi_reader;
    grant select on all tables in schema cube to bi_reader;
    grant select on all tables in schema metric to vesper_http, bi_reader;
    grant select on star.dim_tenant to vesper_http;
    grant select on public._sqlx_migrations to vesper_http;
    -- HTTP knows how much mail there is, and nothing of what stands in it or of whom it goes to.
    for target in
        select c.oid::regclass as name, c.relname
        from pg_class as c
        where c.relnamespace = 'vesper'::regnamespace and c.relkind in ('r', 'p', 'v')
            and c.relname not in ('mail_body', 'message', 'message_change', 'suppression', 'quarantine', 'trouble')
    loop
        execute format('grant select on %s to vesper_http', target.name);
    end loop;
    grant select (message_id, run_id, channel, state, created_at, next_at, expires_at, sent_at) on vesper.message to vesper_http;
    grant select (tenant_key, entity) on vesper.quarantine to vesper_http;

    -- Whose rows -----------------------------------------------------------------------------------------------------
    -- The unknown members (tenant 0) are everybody's. The reader of a tenant is who logged in, whatever role it takes later.
    for target in
        select c.oid::regclass as name, c.oid,
            case when has_tenant then
                'tenant_key = 0 or tenant_key in (select t.tenant_key from star.dim_tenant as t where session_user = ''bi_'' || t.tenant)'
            else
                'snapshot_id in (select s.snapshot_id from metric.snapshot as s)'
            end as own_rows
        from pg_class as c
        cross join lateral (
            select bool_or(a.attname = 'tenant_key') as has_tenant, bool_or(a.attname = 'snapshot_id') as has_snapshot
            from pg_attribute as a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as a
        where c.relnamespace in ('star'::regnamespace, 'cube'::regnamespace, 'metric'::regnamespace)
            and c.relkind in ('r', 'p') and (has_tenant or has_snapshot)
            and c.oid <> 'star.dim_tenant'::regclass
    loop
        perform from pg_policy where polrelid = target.oid and polname = 'bi_tenant';
        continue when found;
        execute format('create policy owner_all on %s for all to vesper_owner using (true) with check (true)', target.name);
        execute format('create policy reader_all on %s for select to vesper_http, vesper_kpi using (true)', target.name);
        execute format('create policy bi_tenant on %s for select to bi_reader using (%s)', target.name, target.own_rows);
        execute format('alter table %s enable row level security, force row level security', target.name);
    end loop;
    perform from pg_policy where polrelid = 'star.dim_tenant'::regclass and polname = 'bi_tenant';
    if not found then
        create policy owner_all on star.dim_tenant for all to vesper_owner using (true) with check (true);
        create policy reader_all on star.dim_tenant for select to vesper_http, vesper_kpi using (true);
        create policy bi_tenant on star.dim_tenant for select to bi_reader using (tenant_key = 0 or session_user = 'bi_' || tenant);
        alter table star.dim_tenant enable row level security, force row level security;
    end if;
end
$roles$
