create table account (
    id      text   not null,
    opening bigint not null,
    balance bigint not null,
    constraint account_pk primary key (id),
    constraint account_opening_not_negative check (opening >= 0),
    constraint account_balance_not_negative check (balance >= 0)
);

comment on column account.opening is 'The balance it was opened with: balance = opening + the sum of its entries, always';

-- What a transfer did to an account. The key lets a transfer touch an account once, however often it is asked for.
create table entry (
    transfer       text        not null,
    account        text        not null,
    amount         bigint      not null,
    transaction_id uuid,
    recorded_at    timestamptz not null default clock_timestamp(),
    constraint entry_pk primary key (transfer, account),
    constraint entry_account_fk foreign key (account) references account (id),
    constraint entry_amount_not_zero check (amount <> 0)
);

comment on column entry.transaction_id is 'The global transaction in which it was booked; null: in none';
