-- One row per branch that has committed here or must never be prepared any more.
-- Runs again and again without effect; copy it into your own migrations if assent.participant.schema.initialize is never.
create table if not exists assent_branch_marker (
    transaction_id uuid not null,
    branch varchar(47) not null,
    -- The execution (R6); null in the tombstone of a rollback order that came without one.
    ref varchar(190),
    -- true: written inside the branch's own transaction, so it is visible exactly if that committed.
    -- false: a tombstone, written for a rollback order; stops a late work call.
    committed boolean not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint assent_branch_marker_pk primary key (transaction_id, branch)
);
create index if not exists assent_branch_marker_recorded_at on assent_branch_marker (recorded_at);
