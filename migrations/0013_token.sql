-- Who may ask over HTTP: bearer tokens, of which the warehouse holds only a hash.
create table vesper.token (
    token_id      text primary key check (token_id ~ '^[0-9a-f]{12}$'),
    tenant        text not null references star.dim_tenant (tenant),
    secret_sha256 bytea not null unique check (octet_length(secret_sha256) = 32),
    scopes        text[] not null check (cardinality(scopes) > 0),
    note          text not null default '' check (note !~ '[[:cntrl:]]' and length(note) <= 200),
    rate_per_s    int not null default 50 check (rate_per_s between 1 and 100000),
    created_at    timestamptz not null default clock_timestamp(),
    expires_at    timestamptz check (expires_at > created_at),
    revoked_at    timestamptz
);
comment on table vesper.token is 'Grain: one bearer token of the HTTP interface. Revoked ones stay, so that their deployment stays closed';
comment on column vesper.token.token_id is 'The public half: what stands before the dot';
comment on column vesper.token.tenant is 'Whose numbers it opens, and no other''s';
comment on column vesper.token.secret_sha256 is 'SHA-256 of the half after the dot; the secret itself is kept nowhere';
comment on column vesper.token.scopes is 'metrics, editions, editions:SCOPE, ops';
comment on column vesper.token.note is 'Who holds it, in words';
comment on column vesper.token.rate_per_s is 'Requests a second it may make in the long run';
comment on column vesper.token.created_at is 'When it was made';
comment on column vesper.token.expires_at is 'From then on it opens nothing; null for no end';
comment on column vesper.token.revoked_at is 'From then on it opens nothing; null while it counts';

create function vesper.announce_token() returns trigger language plpgsql as $$
begin
    perform pg_notify('vesper_token', '');
    return null;
end $$;
comment on function vesper.announce_token is 'Tells every serving process to read the tokens again';
create trigger token_announced after insert or update or delete on vesper.token
    for each statement execute function vesper.announce_token();
