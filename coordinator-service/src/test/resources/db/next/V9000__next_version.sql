-- What a next version could bring: it follows the rules of docs/operations.md, and the version before runs beside it.
set lock_timeout = '3s';

alter table assent_transaction add column note text;

create table assent_note (
    id   bigint generated always as identity primary key,
    text text not null
);
