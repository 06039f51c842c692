-- A person may have an entity compared whole by the next load (`vesper refresh`).
alter table vesper.source_mark add column asked_at timestamptz;
comment on column vesper.source_mark.asked_at is 'When a person asked that the next load compare every row; null once one has';
