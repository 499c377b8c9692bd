-- The decision log: one row per transaction. Written once when it is decided, once more when it is complete.
-- No foreign keys and no second table on the way of a commit. Ids are UUIDs of version 7, so rows arrive in order of time,
-- and ranges of ids are ranges of time: finished transactions are not deleted, whole partitions are dropped.

create table assent_transaction (
    id              uuid        not null,
    name            text,
    begun           boolean     not null,
    created_at      timestamptz not null,
    deadline        timestamptz,
    closed_at       timestamptz,
    expected        jsonb,
    verdict         text,
    nonce           bigint,
    confirmed       boolean     not null default false,
    decided_at      timestamptz,
    reason          text,
    branches        jsonb       not null default '[]',
    asked           integer     not null default 0,
    outcome         text,
    completed_at    timestamptz,
    attempts        integer     not null default 0,
    next_attempt_at timestamptz,
    changed_at      timestamptz not null,
    resolution      text,
    constraint assent_transaction_pk primary key (id),
    constraint assent_transaction_verdict check (verdict in ('COMMIT', 'ROLLBACK')),
    constraint assent_transaction_decided check (num_nulls(verdict, nonce, decided_at) in (0, 3)),
    constraint assent_transaction_completed check (completed_at is null or (verdict is not null and outcome is not null)),
    constraint assent_transaction_heard_of check (begun or verdict is not null)
) partition by range (id);

-- Coordinators make the partitions ahead of time (Partitions.java). There is no default partition on purpose: an id whose
-- partition was dropped must have no place to be written to again, or a forgotten COMMIT could be decided anew (R9).

comment on table assent_transaction is 'The write-once decision of each global transaction (R1) and its delivery. All instants are this database''s clock.';
comment on column assent_transaction.id is 'UUID of version 7; its time bounds how long it is accepted (R9)';
comment on column assent_transaction.name is 'Label for people';
comment on column assent_transaction.begun is 'Begun at the coordinator (enlisted flow); false: first heard of when it was decided (collected flow)';
comment on column assent_transaction.created_at is 'When the row was written';
comment on column assent_transaction.deadline is 'After it only ROLLBACK can be decided (R10)';
comment on column assent_transaction.closed_at is 'When the commit request closed it for enlisting';
comment on column assent_transaction.expected is 'What the commit request expected: [{id, ref}]; null: nothing in particular';
comment on column assent_transaction.verdict is 'The one decision; never changes (R1). Nobody acts on reading it unless confirmed (R4)';
comment on column assent_transaction.nonce is 'Names the proposal that became the decision';
comment on column assent_transaction.confirmed is 'Written after a clean, replicated write had returned the decision (R4)';
comment on column assent_transaction.decided_at is 'When it was decided';
comment on column assent_transaction.reason is 'Why it rolled back';
comment on column assent_transaction.branches is 'Every execution known: [{id, participant, url, ref, vote, member, state, acknowledged, attempts, lastError, enlistedAt, acknowledgedAt}]; what is false, 0 or null is left out; member counts with verdict COMMIT only';
comment on column assent_transaction.asked is 'How often a decision was asked for after the first; a loser writes too, so that its commit waits for the standby (R4)';
comment on column assent_transaction.outcome is 'What happened; set when complete, and before when a branch ended against the decision';
comment on column assent_transaction.completed_at is 'When the last branch had ended';
comment on column assent_transaction.attempts is 'How often a recovery pass took it over';
comment on column assent_transaction.next_attempt_at is 'When any instance may take it over; null: nothing to be done, or only a person can go on';
comment on column assent_transaction.changed_at is 'When the state last changed';
comment on column assent_transaction.resolution is 'The reason a person gave for closing it with a heuristic outcome';

-- The only other index that a commit pays for. It holds what is not finished: recovery finds its work without reading the
-- rest, and whether an old partition can be dropped is seen without reading it.
create index assent_transaction_due on assent_transaction (next_attempt_at) where completed_at is null;

-- Which ids the partitions cover. One row; read by every decision, written when a partition is made or dropped.
create table assent_log_range (
    only_one         boolean     not null default true,
    forgotten_before timestamptz not null,
    made_until       timestamptz not null,
    constraint assent_log_range_pk primary key (only_one),
    constraint assent_log_range_only_one check (only_one)
);

insert into assent_log_range (forgotten_before, made_until) values ('epoch', 'epoch');

comment on table assent_log_range is 'The ids that can be written: those of which a partition exists';
comment on column assent_log_range.forgotten_before is 'Ids made before may have been dropped; it never goes back, whatever the retention period is set to (R9)';
comment on column assent_log_range.made_until is 'Partitions exist for ids made before';

create function assent_log_range_only_grows() returns trigger language plpgsql as $$
begin
    raise exception 'the range of the log would go back from (%, %) to (%, %)', old.forgotten_before, old.made_until,
        new.forgotten_before, new.made_until using errcode = 'integrity_constraint_violation';
end
$$;

create trigger assent_log_range_only_grows before update on assent_log_range
    for each row when (new.forgotten_before < old.forgotten_before or new.made_until < old.made_until)
    execute function assent_log_range_only_grows();

-- Whether there is a record of a transaction. In a function, so that only the few that ask pay for the look, and the plan of
-- a decision does not name every partition. With hold, the record and its partition stay until the statement has ended.
create function assent_recorded(transaction uuid, hold boolean) returns boolean language plpgsql as $$
begin
    if hold then
        perform from assent_transaction t where t.id = transaction for update;
    else
        perform from assent_transaction t where t.id = transaction;
    end if;
    return found;
end
$$;

-- The second of a pair of assertions: the statement never changes a decision, and this refuses it if it tried (R1).
create function assent_decision_is_final() returns trigger language plpgsql as $$
begin
    raise exception 'the decision % of transaction % is final', old.verdict, old.id using errcode = 'integrity_constraint_violation';
end
$$;

create trigger assent_decision_is_final before update on assent_transaction
    for each row when (old.verdict is not null and (new.verdict, new.nonce) is distinct from (old.verdict, old.nonce))
    execute function assent_decision_is_final();

-- The executions in a list of branches, in one order, so that two lists can be compared as sets.
create function assent_executions(branches jsonb) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(e.execution order by e.execution collate "C"), '{}')
    from (select (b ->> 'id') || ' ' || coalesce(b ->> 'ref', '') as execution from jsonb_array_elements(branches) b) e
$$;

-- Whether COMMIT is proposed for a begun transaction that still takes branches: then it stays undecided.
create function assent_open(deadline timestamptz, closed_at timestamptz, proposed text, now timestamptz)
    returns boolean language sql immutable parallel safe as $$
    select proposed = 'COMMIT' and closed_at is null and coalesce(deadline > now, true)
$$;

-- Why COMMIT cannot be written for a begun transaction that is closed; null if it can.
create function assent_refusal(deadline timestamptz, enlisted jsonb, proposed jsonb, now timestamptz)
    returns text language sql immutable parallel safe as $$
    select case
        when deadline <= now then 'the deadline had passed before the decision'
        when assent_executions(enlisted) <> assent_executions(proposed) then 'the enlisted branches are not those that commit was proposed for'
        end
$$;

-- What is enlisted, with the votes and the membership that the proposer knows, and then what only the proposer knows.
create function assent_merged(enlisted jsonb, proposed jsonb) returns jsonb language sql immutable parallel safe as $$
    select coalesce(jsonb_agg(m.branch order by m.origin, m.position), '[]')
    from (
        select 1 as origin, e.position, e.branch || coalesce((
            select jsonb_strip_nulls(jsonb_build_object(
                'vote', nullif(p ->> 'vote', 'PENDING'), 'member', p -> 'member'))
            from jsonb_array_elements(proposed) p
            where p ->> 'id' = e.branch ->> 'id' and (p ->> 'ref') is not distinct from (e.branch ->> 'ref')
            limit 1), '{}') as branch
        from jsonb_array_elements(enlisted) with ordinality e (branch, position)
        union all
        select 2, p.position, p.branch
        from jsonb_array_elements(proposed) with ordinality p (branch, position)
        where not exists (
            select from jsonb_array_elements(enlisted) e
            where e ->> 'id' = p.branch ->> 'id' and (e ->> 'ref') is not distinct from (p.branch ->> 'ref'))
    ) m
$$;

-- What is recorded, with what has become of it since. What was acknowledged stays as it is; a report about an execution
-- that is not recorded is ignored.
create function assent_progressed(branches jsonb, progress jsonb, now timestamptz)
    returns jsonb language sql stable parallel safe as $$
    select coalesce(jsonb_agg(
        case when p.news is null or coalesce((b.branch -> 'acknowledged')::boolean, false) then b.branch
        else (b.branch - 'lastError') || jsonb_strip_nulls(jsonb_build_object(
            'state', p.news -> 'state',
            'lastError', p.news -> 'lastError',
            'attempts', greatest((b.branch -> 'attempts')::integer, (p.news -> 'attempts')::integer),
            'acknowledged', p.news -> 'acknowledged',
            'acknowledgedAt', case when (p.news -> 'acknowledged')::boolean then now end))
        end order by b.position), '[]')
    from jsonb_array_elements(branches) with ordinality b (branch, position)
    left join lateral (
        select n as news from jsonb_array_elements(progress) n
        where n ->> 'id' = b.branch ->> 'id' and (n ->> 'ref') is not distinct from (b.branch ->> 'ref')
        limit 1) p on true
$$;

-- Whether the end of some execution still has to be heard of; with never_ordered, of one that nothing was ordered yet.
-- READ_ONLY ones have ended. One without a ref means "whatever execution there is" and can be ordered to roll back only,
-- so it is left alone where an execution of that branch is a member of a COMMIT (R5, R6).
create function assent_outstanding(branches jsonb, verdict text, never_ordered boolean)
    returns boolean language sql immutable parallel safe as $$
    select exists (
        select from jsonb_array_elements(branches) b
        where not coalesce((b -> 'acknowledged')::boolean, false)
            and b ->> 'vote' <> 'READ_ONLY'
            and (not never_ordered or coalesce((b -> 'attempts')::integer, 0) = 0)
            and (b ->> 'ref' is not null or verdict <> 'COMMIT' or not exists (
                select from jsonb_array_elements(branches) m
                where m ->> 'id' = b ->> 'id' and coalesce((m -> 'member')::boolean, false))))
$$;

-- What is known to have happened (R7); null while it is open and nothing heuristic is known. The same table as in
-- Outcomes.java. It is derived here from all that is recorded, because one recorder alone may know less than the row.
create function assent_outcome(branches jsonb, verdict text, complete boolean)
    returns text language sql immutable parallel safe as $$
    select case
        when not coalesce(f.heuristic, false) then
            case when complete then case verdict when 'COMMIT' then 'COMMITTED' else 'ROLLED_BACK' end end
        when verdict = 'COMMIT' then case when f.committed then 'HEURISTIC_MIXED' else 'HEURISTIC_ROLLBACK' end
        else case when f.rolled_back then 'HEURISTIC_MIXED' else 'HEURISTIC_COMMIT' end
        end
    from (
        select
            bool_or(b.state = 'COMMITTED') as committed,
            bool_or(b.state in ('ROLLED_BACK', 'NEVER_SEEN') and (b.member or verdict = 'ROLLBACK')) as rolled_back,
            bool_or(not b.acknowledged and case
                when verdict = 'COMMIT' and b.member then b.state in ('ROLLED_BACK', 'NEVER_SEEN')
                else b.state = 'COMMITTED' end) as heuristic
        from (
            select j ->> 'state' as state, coalesce((j -> 'member')::boolean, false) as member,
                coalesce((j -> 'acknowledged')::boolean, false) as acknowledged
            from jsonb_array_elements(branches) j) b) f
$$;

-- Which PostgreSQL cluster this log belongs to: a copy elsewhere must not decide (L4).
create table assent_log_identity (
    only_one          boolean     not null default true,
    system_identifier text        not null,
    learnt_at         timestamptz not null,
    constraint assent_log_identity_pk primary key (only_one),
    constraint assent_log_identity_only_one check (only_one)
);

comment on table assent_log_identity is 'The system identifier of the cluster in which this log was first used; another one is refused (L4)';

-- Since when this log can be trusted to know every decision. A restored, older log does not know the latest ones.
create table assent_log_epoch (
    epoch             integer     not null,
    system_identifier text        not null,
    timeline          bigint      not null,
    started_at        timestamptz not null,
    evidence          text        not null,
    ambiguous         boolean     not null default false,
    known_until       timestamptz,
    held_from         timestamptz,
    held_until        timestamptz,
    ended_at          timestamptz,
    ended_because     text,
    constraint assent_log_epoch_pk primary key (epoch),
    constraint assent_log_epoch_held check (num_nulls(held_from, held_until) in (0, 2)),
    constraint assent_log_epoch_ended check (num_nulls(ended_at, ended_because) in (0, 2))
);

comment on table assent_log_epoch is 'One row for each life of the log: the first use, and every time it was found to have been restored';
comment on column assent_log_epoch.timeline is 'The timeline on which the log was last seen in this epoch';
comment on column assent_log_epoch.evidence is 'Why it began, for people';
comment on column assent_log_epoch.ambiguous is 'May also have been a failover: an instance that saw the log before and after can tell';
comment on column assent_log_epoch.known_until is 'The last sign of life in the log when the epoch began; what was decided later may be lost';
comment on column assent_log_epoch.held_from is 'Transactions with ids made from here until held_until that the log does not show as decided are held; null: none';
comment on column assent_log_epoch.ended_at is 'When the hold was ended: by a person, or by an instance that saw that nothing was lost';

-- Signs of life, one row for each instance, so that nobody else can make one''s own row look newer.
create table assent_log_life (
    instance   uuid        not null,
    beat       bigint      not null,
    last_alive timestamptz not null,
    constraint assent_log_life_pk primary key (instance)
);

comment on table assent_log_life is 'Written every second by every instance; an instance that finds its row older than it remembers looks at a restored log';

-- What a person decided for a transaction that was held.
create table assent_log_settlement (
    id         uuid        not null,
    epoch      integer     not null,
    decision   text        not null,
    reason     text        not null,
    settled_at timestamptz not null,
    constraint assent_log_settlement_pk primary key (id),
    constraint assent_log_settlement_epoch foreign key (epoch) references assent_log_epoch (epoch)
);

create function assent_decided(transaction uuid) returns boolean language plpgsql as $$
begin
    perform from assent_transaction t where t.id = transaction and t.verdict is not null;
    return found;
end
$$;
