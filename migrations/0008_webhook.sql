-- Webhooks: calls of other systems, in the outbox beside the mail and under the same guarantees.

create table vesper.webhook (
    hook        text primary key check (hook ~ '^[a-z0-9._-]{1,64}$'),
    url_digest  bytea not null check (octet_length(url_digest) = 32),
    since       timestamptz not null default clock_timestamp(),
    gone_at     timestamptz
);
comment on table vesper.webhook is 'Grain: one file of jobs/webhook. Written when a process reads the files; never edited by hand';
comment on column vesper.webhook.hook is 'The file''s stem';
comment on column vesper.webhook.url_digest is 'SHA-256 of the URL, which may be a secret itself; another one is another receiver';
comment on column vesper.webhook.since is 'When the file was first read; nothing that happened before is told';
comment on column vesper.webhook.gone_at is 'When the receiver said 410 Gone: nothing is sent until a call succeeds again or the URL changes';

alter table vesper.message
    alter column mail_from drop not null,
    alter column head drop not null,
    add column channel text not null default 'mail' check (channel in ('mail', 'webhook')),
    add column hook text check (hook ~ '^[a-z0-9._-]{1,64}$'),
    add column event text check (event ~ '^[a-z]+\.[a-z]+$'),
    add constraint message_of_mail check (channel <> 'mail' or mail_from is not null and head is not null),
    add constraint message_of_webhook check ((channel = 'webhook') = (hook is not null) and (hook is null) = (event is null));
create index message_call_due on vesper.message (hook, message_id) where state = 'pending' and channel = 'webhook';
create index message_edition on vesper.message (edition_id) where channel = 'mail';
create index run_dead on vesper.run (finished_at) where state = 'dead';
create index edition_sealed on vesper.edition (sealed_at);
comment on column vesper.message.channel is 'How it goes out: by mail, or as a call of a webhook';
comment on column vesper.message.hook is 'The webhook that is called; its URL and secret stand in no row';
comment on column vesper.message.event is 'What a call tells of: snapshot.published, edition.sent …';
comment on column vesper.message.dedupe_key is 'job|slot|recipient, or event|key of what happened|hook: a second enqueue adds nothing';
comment on column vesper.message.rcpt is 'The envelope''s recipient, or webhook:<hook>; an address is never logged';
comment on column vesper.message.rfc_message_id is 'Made of the dedupe key: a mail''s Message-ID or a call''s webhook-id. The same on every resend, so that receivers can drop a double';
comment on column vesper.message.committing_at is 'Committed before the final dot of a mail, or a call''s request, is written: from here on the truth is the server''s';
comment on column vesper.message.smtp_code is 'The server''s last reply to this message; a call''s HTTP status';
