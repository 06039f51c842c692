-- grain: one row per hook · $1 hooks, $2 SHA-256 of their URLs · re-run: changes nothing
insert into vesper.webhook as known (hook, url_digest)
select hook, url_digest
from unnest($1::text[], $2::bytea[]) as read (hook, url_digest)
-- In one order, so that two processes that start at once do not wait for each other.
order by hook
on conflict (hook) do update set url_digest = excluded.url_digest, gone_at = null
where known.url_digest <> excluded.url_digest
