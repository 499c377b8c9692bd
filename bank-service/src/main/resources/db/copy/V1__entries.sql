-- The entries of the main database once more.
create table entry (
    transfer       text        not null,
    account        text        not null,
    amount         bigint      not null,
    transaction_id uuid,
    recorded_at    timestamptz not null default clock_timestamp(),
    constraint entry_pk primary key (transfer, account)
);
