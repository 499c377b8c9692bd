-- Who works on this log, for people: nothing that decides or recovers reads it.
create table assent_instance (
    id         uuid        not null,
    host       text        not null,
    address    text,
    port       integer,
    version    text        not null,
    started_at timestamptz not null,
    last_seen  timestamptz not null,
    constraint assent_instance_pk primary key (id)
);

comment on table assent_instance is 'One row per running instance, written at every heartbeat; the write tells the instance whether it can decide. All instants are this database''s clock.';
comment on column assent_instance.id is 'Drawn by the process when it started';
comment on column assent_instance.address is 'Where its API listens; null before it does';

-- A few rows, each updated every second: room on the page, so that no index is touched.
alter table assent_instance set (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
