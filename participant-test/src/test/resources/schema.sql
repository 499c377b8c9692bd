create table if not exists orders (id text primary key, pence bigint not null);
create table if not exists payment (order_id text primary key, pence bigint not null);
