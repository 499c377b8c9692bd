create table if not exists reservation (
    key         uuid primary key,
    customer    varchar(40),
    points      bigint check (points > 0),
    state       varchar(8)  not null check (state in ('RESERVED', 'CAPTURED', 'VOIDED')),
    reserved_at timestamptz not null default now(),
    ended_at    timestamptz,
    constraint unknown_only_if_given_up_before check (
        (customer is null) = (points is null) and (customer is not null or state = 'VOIDED')),
    constraint ended_when_no_longer_reserved check ((state = 'RESERVED') = (ended_at is null))
);
create index if not exists reservation_by_customer on reservation (customer);
