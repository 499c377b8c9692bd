-- One row for each order number, written with the order's transaction: a repeated award meets it instead of reserving again.
create table award (
    order_number varchar(64) primary key,
    customer     varchar(40) not null,
    points       bigint      not null check (points > 0),
    -- The provider's key and the time of the capture; both are empty until the reservation is confirmed.
    reservation  uuid unique,
    captured_at  timestamptz,
    constraint captured_with_its_key check ((reservation is null) = (captured_at is null))
);
create index award_by_customer on award (customer);
