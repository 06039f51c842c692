-- grain: one key · $1 name, $2 random bytes · re-run: the first one stays
insert into vesper.secret (name, bytes) values ($1, $2) on conflict (name) do nothing
