-- grain: one call per hook · re-run: adds nothing
-- $1 run, $2 label, $3 event, and in order: $4 hooks, $5 dedupe keys, $6 webhook-ids, $7 bodies, $8 on_uncertain,
-- $9 attempts, $10 seconds until they expire;
-- $11 subject
insert into vesper.message (
    run_id, label, channel, event, hook, rcpt, dedupe_key, rfc_message_id, body_digest, on_uncertain, attempt_max,
    expires_at, subject, state, smtp_text)
select
    $1, $2, 'webhook', $3, call.hook, 'webhook:' || call.hook, call.dedupe_key, call.id, call.digest, call.on_uncertain,
    call.attempt_max, clock_timestamp() + make_interval(secs => call.lifetime), $11,
    -- What a receiver that is gone would have been told stays visible, and can be sent again.
    case when known.gone_at is null then 'pending' else 'suppressed' end,
    case when known.gone_at is not null then 'the receiver said 410 Gone' end
from unnest($4::text[], $5::text[], $6::text[], $7::bytea[], $8::text[], $9::int[], $10::bigint[])
    as call (hook, dedupe_key, id, digest, on_uncertain, attempt_max, lifetime)
left join vesper.webhook as known on known.hook = call.hook
on conflict (dedupe_key) do nothing
