-- grain: one message per recipient · re-run: adds nothing
-- $1 run, $2 edition or null, $3 label, $4 sender, $5 body, $6 on_uncertain, $7 next edition or null,
-- $8 dedupe keys, $9 recipients, $10 Message-IDs, $11 heads, $12 inboxes, $13 subject
insert into vesper.message (
    run_id, edition_id, label, mail_from, body_digest, on_uncertain, expires_at, dedupe_key, rcpt, rfc_message_id, head,
    subject, state, smtp_text)
select
    $1, $2, $3, $4, $5, $6,
    -- A mail that a newer one replaces is not worth sending; one posted late still gets its hour.
    greatest(
        least(clock_timestamp() + interval '72 hours', coalesce($7, 'infinity'::timestamptz)),
        clock_timestamp() + interval '1 hour'),
    mail.dedupe_key, mail.rcpt, mail.rfc_message_id, mail.head, $13,
    -- A row all the same: whoever misses a mail finds it here with the reason.
    case when suppression.inbox is null then 'pending' else 'suppressed' end, suppression.reason
from unnest($8::text[], $9::text[], $10::text[], $11::bytea[], $12::text[])
    as mail (dedupe_key, rcpt, rfc_message_id, head, inbox)
left join vesper.suppression on suppression.inbox = mail.inbox
on conflict (dedupe_key) do nothing
