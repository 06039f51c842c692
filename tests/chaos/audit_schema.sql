-- What the ledgers do not keep: every change of a run and of a message, and for each step what the run was when the step
-- committed. Laid over the databases of the crash tests alone.
create schema audit;

create table audit.run_change (
    change_id bigint generated always as identity primary key,
    run_id bigint not null, job_id text not null, was text, state text not null,
    was_attempt int, attempt int not null, at timestamptz not null default clock_timestamp());
create function audit.note_run() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into audit.run_change (run_id, job_id, state, attempt) values (new.run_id, new.job_id, new.state, new.attempt);
    elsif (old.state, old.attempt) is distinct from (new.state, new.attempt) then
        insert into audit.run_change (run_id, job_id, was, state, was_attempt, attempt)
        values (new.run_id, new.job_id, old.state, new.state, old.attempt, new.attempt);
    end if;
    return null;
end $$;
create trigger audited after insert or update on vesper.run for each row execute function audit.note_run();

create table audit.message_change (
    change_id bigint generated always as identity primary key,
    message_id bigint not null, was text, state text not null, was_attempt int, attempt int not null,
    at timestamptz not null default clock_timestamp());
create function audit.note_message() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into audit.message_change (message_id, state, attempt) values (new.message_id, new.state, new.attempt);
    elsif (old.state, old.attempt) is distinct from (new.state, new.attempt) then
        insert into audit.message_change (message_id, was, state, was_attempt, attempt)
        values (new.message_id, old.state, new.state, old.attempt, new.attempt);
    end if;
    return null;
end $$;
create trigger audited after insert or update on vesper.message for each row execute function audit.note_message();

create table audit.step_commit (
    run_id bigint not null, step text not null, attempt int not null, run_attempt int not null, run_state text not null);
create function audit.note_step() returns trigger language plpgsql as $$
begin
    insert into audit.step_commit (run_id, step, attempt, run_attempt, run_state)
    select new.run_id, new.step, new.attempt, r.attempt, r.state from vesper.run as r where r.run_id = new.run_id;
    return null;
end $$;
-- At the commit: whoever lost the run before that must not come this far.
create constraint trigger audited after insert on vesper.run_step deferrable initially deferred
    for each row execute function audit.note_step();
