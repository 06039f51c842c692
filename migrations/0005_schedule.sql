-- Schedules in full: which days a job's slots run on, whose files a job row was written from, and what a run that
-- did nothing has to say.

alter table vesper.job
    add column calendar jsonb,
    add column digest text check (digest ~ '^[0-9a-f]{64}$');
comment on column vesper.job.calendar is 'The days its slots run on, with the calendar as its file was when it was read; null for every day';
comment on column vesper.job.digest is 'SHA-256 of what the file says; null while there is no file. A worker that finds another than its own reads other files';

alter table vesper.run add column note text;
comment on column vesper.run.note is 'What a run that ended well has to say: why it had nothing to send';
