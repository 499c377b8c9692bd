-- What mode AT needs in the database of each service.
create table undo_log (
  id serial primary key,
  branch_id bigint not null,
  xid varchar(128) not null,
  context varchar(128) not null,
  rollback_info bytea not null,
  log_status integer not null,
  log_created timestamp(6) not null,
  log_modified timestamp(6) not null,
  constraint ux_undo_log unique (xid, branch_id)
)
