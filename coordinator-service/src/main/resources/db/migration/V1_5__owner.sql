-- A lock that a backup holds makes decisions wait behind this: rather fail, and be started again.
set local lock_timeout = '3s';

-- Whose a transaction is. What instances of an earlier version write has none.
alter table assent_transaction add column owner text;

comment on column assent_transaction.owner is 'Who began it, or asked for its decision first: only that caller and operators see and decide it; null: every caller. Never changes';
