-- One row per reservation (Try-Confirm-Cancel) that is neither confirmed nor cancelled yet. Only services with
-- @TryConfirmCancel need it. Written before the try, in a transaction of its own: a branch that rolls back takes its own rows
-- with it, and somebody has to know then what to cancel.
create table if not exists assent_reservation (
    -- What the outside knows the reservation by.
    key uuid not null,
    transaction_id uuid not null,
    branch varchar(47) not null,
    -- The execution (R6).
    ref varchar(190) not null,
    -- Of the @TryConfirmCancel method.
    name varchar(200) not null,
    -- Its arguments, a JSON array.
    arguments text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint assent_reservation_pk primary key (key)
);
create index if not exists assent_reservation_branch on assent_reservation (transaction_id, branch);
