-- An edition holds the mail it is sent with, beside the files that are attached: who asks for it later gets the same.

alter table vesper.edition_artifact
    add column role text not null default 'file' check (role in ('file', 'mail'));
comment on column vesper.edition_artifact.edition_id is 'The edition';
comment on column vesper.edition_artifact.ordinal is 'Its place among the edition''s files, from 0';
comment on column vesper.edition_artifact.name is 'The name a reader saves it under';
comment on column vesper.edition_artifact.digest is 'Its content';
comment on column vesper.edition_artifact.role is 'file: attached or linked; mail: the body it is sent with, subject, text, HTML and pictures as JSON';
create unique index edition_artifact_mail on vesper.edition_artifact (edition_id) where role = 'mail';
