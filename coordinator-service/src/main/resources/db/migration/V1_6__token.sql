-- A lock that a backup holds makes decisions wait behind this: rather fail, and be started again.
set local lock_timeout = '3s';

-- What it takes to enlist. What instances of an earlier version begin has none, and neither has what was never begun.
alter table assent_transaction add column token text;

comment on column assent_transaction.token is 'Told by begin to whoever began it; only a request that brings it enlists; null: it has none. Never changes';
