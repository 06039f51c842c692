-- grain: one token, newest first · no parameters · re-run: pure read
select token_id, tenant, secret_sha256, scopes, note, rate_per_s, created_at, expires_at, revoked_at
from vesper.token
order by created_at desc, token_id
