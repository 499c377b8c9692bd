-- A bank that keeps its own log: its branches are rows here, and nothing is ever prepared in the sense of PostgreSQL.
create table account (
    id      text   not null,
    opening bigint not null,
    balance bigint not null,
    held    bigint not null default 0,
    constraint account_pk primary key (id),
    constraint account_held_not_negative check (held >= 0),
    constraint account_not_overdrawn check (balance >= held)
);

comment on column account.held is 'Of the balance, what branches in doubt will take if they commit';

create table branch (
    transaction_id uuid        not null,
    branch         text        not null,
    ref            text,
    state          text        not null,
    since          timestamptz not null default clock_timestamp(),
    constraint branch_pk primary key (transaction_id, branch),
    constraint branch_state check (state in ('PREPARED', 'COMMITTED', 'ROLLED_BACK'))
);

-- What a branch does if it commits. The key lets a transfer touch an account once, however often it is asked for.
create table change (
    transfer       text   not null,
    account        text   not null,
    amount         bigint not null,
    transaction_id uuid   not null,
    branch         text   not null,
    constraint change_pk primary key (transfer, account),
    constraint change_account_fk foreign key (account) references account (id)
);

create index change_branch on change (transaction_id, branch);

create table entry (
    transfer       text        not null,
    account        text        not null,
    amount         bigint      not null,
    transaction_id uuid        not null,
    recorded_at    timestamptz not null default clock_timestamp(),
    constraint entry_pk primary key (transfer, account),
    constraint entry_account_fk foreign key (account) references account (id)
);
