-- grain: one token · $1 token_id, $2 tenant, $3 secret_sha256, $4 scopes, $5 note, $6 rate_per_s, $7 expires_at · re-run: refused, the id is taken
insert into vesper.token (token_id, tenant, secret_sha256, scopes, note, rate_per_s, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)
