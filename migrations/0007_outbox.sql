-- The outbox for operators: what happened to each message, whose inbox takes no mail, and the key of signed links.

-- Messages -------------------------------------------------------------------------------------------------------

alter table vesper.message add column subject text not null default '';
alter table vesper.message add column bounced_at timestamptz;
comment on column vesper.message.subject is 'As it was written, for people; the head holds it encoded';
comment on column vesper.message.bounced_at is 'When a server refused the recipient for good: an answer to RCPT, not to the sender or the content';
create index message_inbox on vesper.message (lower(rcpt), message_id desc);

create table vesper.message_change (
    change_id   bigint generated always as identity primary key,
    message_id  bigint not null references vesper.message on delete cascade,
    changed_at  timestamptz not null default clock_timestamp(),
    state       text not null,
    attempt     int not null,
    smtp_code   int,
    smtp_text   text
);
create index message_change_message on vesper.message_change (message_id, change_id);
comment on table vesper.message_change is 'Grain: one change of a message''s state, kept by a trigger whoever made it; claims, and attempts given back, are left out';
comment on column vesper.message_change.message_id is 'The message';
comment on column vesper.message_change.changed_at is 'When';
comment on column vesper.message_change.state is 'The state it came to; pending is an attempt that failed for now, or a person''s resend';
comment on column vesper.message_change.attempt is 'The attempt that ended so';
comment on column vesper.message_change.smtp_code is 'The server''s reply, if it gave one';
comment on column vesper.message_change.smtp_text is 'The server''s words, or ours when it said none';

create function vesper.note_message_change() returns trigger language plpgsql as $$
begin
    insert into vesper.message_change (message_id, state, attempt, smtp_code, smtp_text)
    values (new.message_id, new.state, new.attempt, new.smtp_code, new.smtp_text);
    return null;
end $$;
comment on function vesper.note_message_change() is 'Writes the history of a message';
-- An attempt given back (attempt_max grows with state pending) says that a server was away, not what happened to the
-- message: a night of it would be thousands of rows.
create trigger noted after update of state on vesper.message for each row
when (old.state is distinct from new.state and new.state <> 'sending'
      and not (old.state = 'sending' and new.state = 'pending' and old.attempt_max <> new.attempt_max))
execute function vesper.note_message_change();

-- Suppression ----------------------------------------------------------------------------------------------------

create table vesper.suppression (
    inbox       text primary key check (inbox !~ '[[:cntrl:][:space:]<>,;]' and length(inbox) between 3 and 254),
    reason      text not null,
    message_id  bigint references vesper.message on delete set null,
    since       timestamptz not null default clock_timestamp()
);
comment on table vesper.suppression is 'Grain: one inbox that gets no mail. Messages to it are written as suppressed, visibly; `vesper outbox allow` lifts it';
comment on column vesper.suppression.inbox is 'The address in lower case; never logged';
comment on column vesper.suppression.reason is 'The server''s words, or a person''s';
comment on column vesper.suppression.message_id is 'The message whose refusal said so; null when a person did';
comment on column vesper.suppression.since is 'When it was noted';

-- Secrets --------------------------------------------------------------------------------------------------------

create table vesper.secret (
    name    text primary key check (name ~ '^[a-z0-9._-]{1,64}$'),
    bytes   bytea not null check (octet_length(bytes) >= 32),
    made_at timestamptz not null default clock_timestamp()
);
revoke all on vesper.secret from public;
comment on table vesper.secret is 'Grain: one key made once by Vesper for itself, for deployments that set none; no role but the owner''s reads it';
comment on column vesper.secret.name is 'link: signs the links to files that are too large for a mail';
comment on column vesper.secret.bytes is 'Random bytes';
comment on column vesper.secret.made_at is 'When it was made; deleting the row makes a new key and ends every link';
