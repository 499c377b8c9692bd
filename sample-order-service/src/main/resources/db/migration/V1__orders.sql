create table shop_order (
    id             bigint primary key,
    order_number   varchar(64) not null,
    customer       varchar(40) not null,
    -- REFUND: money given back for which no order was found. Its amount counts against the others'.
    status         varchar(10) not null check (status in ('PAID', 'CANCELLED', 'REFUND')),
    amount_pence   bigint      not null check (amount_pence > 0),
    refunded_pence bigint      not null check (refunded_pence between 0 and amount_pence),
    transaction    uuid,
    created_at     timestamptz not null,
    constraint shop_order_number unique (order_number),
    constraint cancelled_when_all_is_refunded
        check (status = 'REFUND' or (status = 'CANCELLED') = (refunded_pence = amount_pence))
);
create index shop_order_by_customer on shop_order (customer, id desc);

create table order_line (
    order_id    bigint       not null references shop_order (id),
    line        integer      not null,
    sku         varchar(40)  not null,
    name        varchar(120) not null,
    quantity    integer      not null check (quantity > 0),
    price_pence bigint       not null check (price_pence >= 0),
    primary key (order_id, line)
);

create table refund (
    id            bigint primary key,
    refund_number varchar(64) not null,
    customer      varchar(40) not null,
    amount_pence  bigint      not null check (amount_pence > 0),
    order_number  varchar(64) not null references shop_order (order_number),
    transaction   uuid,
    created_at    timestamptz not null,
    constraint refund_number unique (refund_number)
);
create index refund_by_order on refund (order_number);

create sequence shop_order_seq increment by 50;
create sequence refund_seq increment by 50;
