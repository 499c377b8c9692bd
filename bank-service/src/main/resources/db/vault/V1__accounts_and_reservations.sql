-- A vault knows nothing of transactions across services. It reserves money, and ends reservations, by their keys; each of its
-- functions is called as a statement of its own, and is one local transaction.
create table account (
    id      text   not null,
    opening bigint not null,
    balance bigint not null,
    held    bigint not null default 0,
    constraint account_pk primary key (id),
    constraint account_held_not_negative check (held >= 0),
    constraint account_not_overdrawn check (balance >= held)
);

comment on column account.held is 'Of the balance, what reservations will take when they are confirmed';

create table reservation (
    key            uuid        not null,
    transaction_id uuid,
    transfer       text,
    state          text        not null,
    reserved_at    timestamptz not null default clock_timestamp(),
    constraint reservation_pk primary key (key),
    constraint reservation_state check (state in ('RESERVED', 'CONFIRMED', 'CANCELLED'))
);

create table change (
    key     uuid   not null,
    account text   not null,
    amount  bigint not null,
    constraint change_pk primary key (key, account),
    constraint change_reservation_fk foreign key (key) references reservation (key),
    constraint change_account_fk foreign key (account) references account (id)
);

create function open_accounts(ids text[], openings bigint[]) returns void language sql as $$
    insert into account (id, opening, balance)
    select id, opening, opening from unnest(ids, openings) as opened (id, opening)
    on conflict do nothing
$$;

create function reserve(reserved uuid, of_transaction uuid, of_transfer text, accounts text[], amounts bigint[])
    returns void language plpgsql as $$
declare
    wanted record;
begin
    insert into reservation (key, transaction_id, transfer, state)
    values (reserved, of_transaction, of_transfer, 'RESERVED') on conflict do nothing;
    if not found then
        -- A request that arrives after its cancellation reserves nothing.
        if (select state from reservation where key = reserved) = 'CANCELLED' then
            raise exception 'reservation % is cancelled', reserved;
        end if;
        return;
    end if;
    for wanted in select account, amount from unnest(accounts, amounts) as w (account, amount) order by account loop
        update account set held = held + greatest(-wanted.amount, 0)
        where id = wanted.account and balance - held + least(wanted.amount, 0) >= 0;
        if not found then
            if exists (select from account where id = wanted.account) then
                raise exception '% has too little money', wanted.account using errcode = 'BK409';
            end if;
            raise exception '% is not there', wanted.account using errcode = 'BK404';
        end if;
        insert into change (key, account, amount) values (reserved, wanted.account, wanted.amount);
    end loop;
end
$$;

create function confirm(confirmed uuid) returns void language plpgsql as $$
declare
    wanted record;
begin
    update reservation set state = 'CONFIRMED' where key = confirmed and state = 'RESERVED';
    if not found then
        if (select state from reservation where key = confirmed) is distinct from 'CONFIRMED' then
            raise exception 'reservation % is not there to be confirmed', confirmed;
        end if;
        return;
    end if;
    for wanted in select account, amount from change where key = confirmed order by account loop
        update account set balance = balance + wanted.amount, held = held - greatest(-wanted.amount, 0)
        where id = wanted.account;
    end loop;
end
$$;

create function cancel(cancelled uuid) returns void language plpgsql as $$
declare
    wanted record;
begin
    insert into reservation (key, state) values (cancelled, 'CANCELLED') on conflict do nothing;
    if found then
        return;
    end if;
    update reservation set state = 'CANCELLED' where key = cancelled and state = 'RESERVED';
    if not found then
        if (select state from reservation where key = cancelled) = 'CONFIRMED' then
            raise exception 'reservation % is confirmed and cannot be cancelled', cancelled;
        end if;
        return;
    end if;
    for wanted in select account, amount from change where key = cancelled order by account loop
        update account set held = held - greatest(-wanted.amount, 0) where id = wanted.account;
    end loop;
end
$$;
