-- What the role that coordinators run with may do with the log; another role owns it and migrates it. Executed by the owner,
-- after every migration and as often as one likes:
--
--   psql -v runtime=assent_runtime -f roles.sql "host=… dbname=assent user=assent_owner sslmode=verify-full …"
--
-- A coordinator that migrates as the owner (spring.flyway.user) does the same by itself. Once, before that, an administrator:
--
--   create role assent_owner login password '…';
--   create role assent_runtime login password '…';
--   create database assent owner assent_owner;
--   \connect assent
--   revoke connect, temporary on database assent from public;
--   revoke create on schema public from public;         -- servers before PostgreSQL 15
--   grant connect on database assent to assent_runtime;
--   grant create, usage on schema public to assent_owner;
--   grant pg_read_all_stats to assent_runtime;          -- to see whether the standbys keep up; optional
--
-- One right in a line: the coordinator reads this file, and names the lines that are missing.
\set ON_ERROR_STOP on
\if :{?schema}
\else
    \set schema public
\endif
set search_path to :"schema";

grant usage on schema :"schema" to :"runtime";

-- No delete: what is old goes with its partition. No truncate.
grant select, insert, update on table assent_transaction to :"runtime";
grant select on table assent_log_range to :"runtime";
grant select, insert, update on table assent_log_identity to :"runtime";
grant select, insert, update on table assent_log_epoch to :"runtime";
grant select, insert on table assent_log_settlement to :"runtime";
grant select, insert, update on table assent_log_ring to :"runtime";
grant select, insert, update, delete on table assent_log_life to :"runtime";
grant select, insert, update, delete on table assent_instance to :"runtime";

-- To make the next partition and to drop the oldest one, with the owner's rights.
grant execute on function assent_make_partition(timestamptz, timestamptz) to :"runtime";
grant execute on function assent_raise_horizon(timestamptz) to :"runtime";
grant execute on function assent_drop_partition(text) to :"runtime";
