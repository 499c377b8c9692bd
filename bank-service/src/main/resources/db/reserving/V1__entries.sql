-- A bank whose balances are in a vault has its entries here, and no accounts.
create table entry (
    transfer       text        not null,
    account        text        not null,
    amount         bigint      not null,
    transaction_id uuid,
    recorded_at    timestamptz not null default clock_timestamp(),
    constraint entry_pk primary key (transfer, account),
    constraint entry_amount_not_zero check (amount <> 0)
);
