-- A customer's balance is one row, changed under its lock: it must not fall below zero.
create table account (
    customer              varchar(40) primary key,
    balance_pence         bigint      not null check (balance_pence >= 0),
    opening_balance_pence bigint      not null check (opening_balance_pence >= 0),
    opened_at             timestamptz not null default now(),
    constraint account_is_not_the_merchant check (customer <> 'merchant')
);

-- One row for each order number: a repeated payment meets it instead of taking the money twice.
create table payment (
    id           bigint primary key,
    order_number varchar(64) not null,
    customer     varchar(40) not null references account (customer),
    kind         varchar(10) not null check (kind in ('PAYMENT', 'REFUND')),
    amount_pence bigint      not null check (amount_pence > 0),
    created_at   timestamptz not null,
    constraint payment_order_number unique (order_number)
);
create index payment_by_customer on payment (customer, id desc);

-- Double entry: two rows for each payment, with a sum of zero. The merchant has no balance row: a payment in doubt
-- keeps the locks of every row that it changed, so one such row would make all checkouts wait for each other.
-- What the merchant has is the sum of its entries, which are only ever inserted.
create table ledger_entry (
    id           bigint primary key,
    payment_id   bigint      not null references payment (id),
    account      varchar(40) not null,
    amount_pence bigint      not null check (amount_pence <> 0)
);
create index ledger_entry_by_account on ledger_entry (account) include (amount_pence);
create index ledger_entry_by_payment on ledger_entry (payment_id);

create sequence payment_seq increment by 50;
create sequence ledger_entry_seq increment by 50;
