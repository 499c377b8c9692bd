-- The storefront's three customers: one with plenty, one with enough, one who will be refused.
insert into account (customer, balance_pence, opening_balance_pence)
values ('ada', 500000, 500000),
       ('ben', 15000, 15000),
       ('cleo', 700, 700)
on conflict do nothing;
