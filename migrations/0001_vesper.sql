-- The ledgers: what is due, what ran, what was sealed, what was sent. Every decision of a worker is a row here,
-- so that any number of workers may run and any of them may be killed at any instant.

create schema vesper;
comment on schema vesper is 'Ledgers: jobs and their runs, sealed editions, outgoing mail, quarantine';

-- Jobs -----------------------------------------------------------------------------------------------------------

create table vesper.job (
    job_id          text primary key check (job_id ~ '^[a-z0-9._-]{1,64}$'),
    kind            text not null check (kind in ('pipeline', 'report', 'upkeep')),
    cron            text not null,
    tz              text not null,
    dst             text not null default 'wall' check (dst in ('wall', 'elapsed')),
    catchup         text not null default 'latest' check (catchup in ('latest', 'all', 'skip')),
    catchup_grace   interval not null default '5 minutes' check (catchup_grace >= interval '0'),
    catchup_window  interval not null default '7 days' check (catchup_window >= interval '0'),
    attempt_max     int not null default 5 check (attempt_max between 1 and 100),
    lease           interval not null default '60 seconds' check (lease >= interval '3 seconds'),
    run_timeout     interval not null default '2 hours' check (run_timeout > interval '0'),
    needs           text[] not null default '{}',
    needs_within    interval not null default '6 hours' check (needs_within > interval '0'),
    on_uncertain    text not null default 'hold' check (on_uncertain in ('hold', 'resend')),
    spec            jsonb not null default '{}',
    file            text not null,
    enabled         boolean not null default true,
    cursor_at       timestamptz not null,
    next_at         timestamptz check (next_at > cursor_at),
    synced_at       timestamptz not null default clock_timestamp()
);
create index job_due on vesper.job (next_at) where enabled;
comment on table vesper.job is 'Grain: one job file. Written from jobs/**/*.toml when a worker starts; never edited by hand';
comment on column vesper.job.job_id is 'The file''s stem';
comment on column vesper.job.kind is 'The file''s folder; decides which recipe runs';
comment on column vesper.job.cron is 'Five fields, or six with seconds first; read on the local time of tz';
comment on column vesper.job.tz is 'IANA zone name';
comment on column vesper.job.dst is 'wall: a local time of day, once a day whatever the clocks do; elapsed: every instant whose local time matches';
comment on column vesper.job.catchup is 'What happens to slots that passed while no worker ran: run the latest, all, or none beyond the grace';
comment on column vesper.job.catchup_grace is 'With skip, a slot younger than this still runs';
comment on column vesper.job.catchup_window is 'Slots older than this are recorded as skipped';
comment on column vesper.job.attempt_max is 'Attempts a run has before it is dead';
comment on column vesper.job.lease is 'How long a worker may be silent before another takes its run';
comment on column vesper.job.needs is 'Jobs that must have a succeeded run for the same business date';
comment on column vesper.job.needs_within is 'How long after its slot a run waits for what it needs';
comment on column vesper.job.on_uncertain is 'What happens to a message whose acceptance is unknown';
comment on column vesper.job.spec is 'The rest of the file, as recipes read it; frozen into each run';
comment on column vesper.job.cursor_at is 'Every slot up to here has a run; an edited cron or zone moves it to the moment of the edit';
comment on column vesper.job.next_at is 'The first slot after cursor_at; null when the pattern never matches again';

-- Runs -----------------------------------------------------------------------------------------------------------

create table vesper.run (
    run_id         bigint generated always as identity primary key,
    job_id         text not null references vesper.job,
    scheduled_for  timestamptz not null,
    business_date  date not null,
    origin         text not null default 'cron' check (origin in ('cron', 'manual', 'backfill')),
    state          text not null check (state in ('queued', 'running', 'succeeded', 'dead', 'skipped', 'cancelled')),
    attempt        int not null default 0 check (attempt >= 0),
    attempt_max    int not null check (attempt_max >= 1),
    run_after      timestamptz not null default clock_timestamp(),
    needs          text[] not null default '{}',
    needs_by       timestamptz,
    lease_owner    uuid,
    lease_until    timestamptz,
    spec           jsonb not null default '{}',
    last_error     text,
    created_at     timestamptz not null default clock_timestamp(),
    started_at     timestamptz,
    finished_at    timestamptz,
    unique (job_id, scheduled_for),
    check ((state = 'running') = (lease_owner is not null)),
    check ((state = 'running') = (lease_until is not null)),
    check ((state in ('succeeded', 'dead', 'skipped', 'cancelled')) = (finished_at is not null)),
    check (needs = '{}' or needs_by is not null)
);
create unique index run_one_live on vesper.run (job_id) where state = 'running';
create index run_due on vesper.run (run_after, scheduled_for) where state = 'queued';
create index run_waiting on vesper.run (job_id, origin, scheduled_for) where state = 'queued';
create index run_lease on vesper.run (lease_until) where state = 'running';
create index run_recent on vesper.run (scheduled_for desc, run_id desc);
create index run_done on vesper.run (job_id, business_date) where state = 'succeeded';
comment on table vesper.run is 'Grain: one slot of a job, or one request by hand';
comment on column vesper.run.scheduled_for is 'The slot; for a request by hand the moment of the request, so that it may be repeated';
comment on column vesper.run.business_date is 'The date the run works for, however late it starts';
comment on column vesper.run.attempt is 'Counts the claims: the fencing token of every write of the run';
comment on column vesper.run.attempt_max is 'Claims allowed; a hand-over at shutdown adds the one it spent';
comment on column vesper.run.run_after is 'Not claimed before; moved by the backoff of a failure';
comment on column vesper.run.needs is 'Jobs waited for, frozen from the job; empty for a request by hand';
comment on column vesper.run.needs_by is 'The run is dead when what it needs has not succeeded by then';
comment on column vesper.run.spec is 'The job''s spec when the run was made: an edit changes the next run, not this one';
comment on column vesper.run.last_error is 'Why the last attempt failed, or why the slot was skipped';

create table vesper.run_step (
    run_id   bigint not null references vesper.run,
    step     text not null check (step ~ '^[a-z0-9._-]{1,64}$'),
    attempt  int not null check (attempt >= 1),
    output   jsonb not null,
    done_at  timestamptz not null default clock_timestamp(),
    primary key (run_id, step)
);
comment on table vesper.run_step is 'Grain: one finished step of a run. Written in the transaction of the step''s own effects, so that a step happens once';
comment on column vesper.run_step.attempt is 'The attempt that did it';
comment on column vesper.run_step.output is 'What the step returned; a later attempt reads it instead of working again';

-- Editions -------------------------------------------------------------------------------------------------------

create table vesper.artifact (
    digest      bytea primary key check (octet_length(digest) = 32),
    media_type  text not null check (media_type ~ '^[a-z0-9.+-]+/[a-z0-9.+-]+$'),
    bytes       bytea not null,
    check (digest = sha256(bytes))
);
alter table vesper.artifact alter column bytes set storage external;
comment on table vesper.artifact is 'Grain: one content. Files of editions, stored once however often they are sent';
comment on column vesper.artifact.digest is 'SHA-256 of the bytes';
comment on column vesper.artifact.bytes is 'PDF, XLSX and images are compressed already: kept as they are, outside the row';

create table vesper.edition (
    edition_id     bigint generated always as identity primary key,
    job_id         text not null references vesper.job,
    scheduled_for  timestamptz not null,
    scope          text not null default '',
    run_id         bigint not null references vesper.run,
    report         text not null,
    business_date  date not null,
    snapshot_id    bigint not null,
    manifest       jsonb not null,
    sealed_at      timestamptz not null default clock_timestamp(),
    unique (job_id, scheduled_for, scope)
);
create index edition_latest on vesper.edition (report, business_date desc, edition_id desc);
comment on table vesper.edition is 'Grain: one report of one slot for one scope, sealed: what was said, from which numbers, in which files';
comment on column vesper.edition.scope is 'Whose rows it shows when one report is cut by reader; empty for the whole';
comment on column vesper.edition.snapshot_id is 'The published snapshot (metric.snapshot) every number comes from';
comment on column vesper.edition.manifest is 'Snapshot, source watermarks, definition and template hashes, renderer version, SHA-256 and size of every file';

create table vesper.edition_artifact (
    edition_id  bigint not null references vesper.edition,
    ordinal     int not null check (ordinal >= 0),
    name        text not null check (name !~ '[[:cntrl:]/\\]' and length(name) between 1 and 200),
    digest      bytea not null references vesper.artifact,
    primary key (edition_id, ordinal),
    unique (edition_id, name)
);
comment on table vesper.edition_artifact is 'Grain: one file of an edition, in the order it is attached';

create function vesper.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is sealed: rows are added, never changed', tg_table_schema, tg_table_name using errcode = 'restrict_violation';
end $$;
comment on function vesper.refuse_change() is 'Keeps what was sealed as it was sealed';
create trigger sealed before update on vesper.artifact for each row execute function vesper.refuse_change();
create trigger sealed before update on vesper.edition for each row execute function vesper.refuse_change();
create trigger sealed before update on vesper.edition_artifact for each row execute function vesper.refuse_change();

-- Outbox ---------------------------------------------------------------------------------------------------------

create table vesper.mail_body (
    digest  bytea primary key check (octet_length(digest) = 32),
    bytes   bytea not null,
    check (digest = sha256(bytes))
);
comment on table vesper.mail_body is 'Grain: one composed body. All recipients of an edition share it: their messages differ in the head alone';
comment on column vesper.mail_body.bytes is 'The message after its head: text, HTML, images and attachments as MIME';
create trigger sealed before update on vesper.mail_body for each row execute function vesper.refuse_change();

create table vesper.message (
    message_id      bigint generated always as identity primary key,
    run_id          bigint not null references vesper.run,
    edition_id      bigint references vesper.edition,
    dedupe_key      text not null unique,
    label           text not null check (label ~ '^[a-z0-9._-]{1,128}$'),
    rcpt            text not null check (rcpt !~ '[[:cntrl:][:space:]<>,;]' and length(rcpt) between 3 and 254),
    mail_from       text not null check (mail_from !~ '[[:cntrl:][:space:]<>,;]' and length(mail_from) between 3 and 254),
    rfc_message_id  text not null unique,
    head            bytea not null,
    body_digest     bytea not null references vesper.mail_body,
    state           text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'uncertain', 'dead', 'suppressed')),
    on_uncertain    text not null default 'hold' check (on_uncertain in ('hold', 'resend')),
    attempt         int not null default 0 check (attempt >= 0),
    attempt_max     int not null default 12 check (attempt_max >= 1),
    next_at         timestamptz not null default clock_timestamp(),
    expires_at      timestamptz not null,
    lease_owner     uuid,
    lease_until     timestamptz,
    committing_at   timestamptz,
    smtp_code       int check (smtp_code between 200 and 599),
    smtp_text       text,
    created_at      timestamptz not null default clock_timestamp(),
    sent_at         timestamptz,
    check ((state = 'sending') = (lease_owner is not null)),
    check ((state = 'sending') = (lease_until is not null)),
    check ((state = 'sent') = (sent_at is not null)),
    check (state <> 'uncertain' or committing_at is not null),
    check (state <> 'pending' or committing_at is null)
);
create index message_due on vesper.message (next_at) where state = 'pending';
create index message_expiry on vesper.message (expires_at) where state = 'pending';
create index message_lease on vesper.message (lease_until) where state = 'sending';
create index message_open on vesper.message (state) where state in ('uncertain', 'dead');
create index message_run on vesper.message (run_id);
comment on table vesper.message is 'Grain: one mail to one recipient. A mail is a row before it is a message; the row decides whether it may be sent';
comment on column vesper.message.dedupe_key is 'job|slot|recipient: a second enqueue of the same mail is no mail';
comment on column vesper.message.label is 'What it is, for people: 2026-11-22-executive-weekly';
comment on column vesper.message.rcpt is 'The envelope''s recipient; never logged';
comment on column vesper.message.rfc_message_id is 'SHA-256 of the dedupe key at the sender''s domain: the same on every resend, so that receivers can drop a double';
comment on column vesper.message.head is 'The header block with its closing empty line; head and body are the message';
comment on column vesper.message.attempt is 'Counts the claims: the fencing token of the sender';
comment on column vesper.message.attempt_max is 'Claims allowed; one that ended before the server was asked about this message is given back';
comment on column vesper.message.expires_at is 'Not sent after: 72 hours, or the next edition';
comment on column vesper.message.committing_at is 'Committed before the final dot is written: from here on the truth is the server''s';
comment on column vesper.message.smtp_code is 'The server''s last reply to this message';
