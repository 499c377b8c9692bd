-- The logs among which transactions are spread, as this one knows them (RingAgreement.java): it refuses instances that would
-- look for a transaction in another log than the others do.

create table assent_log_ring (
    name        text        not null,
    since       timestamptz,
    first_id    uuid        not null,
    own         boolean     not null,
    confirmed   boolean     not null default false,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint assent_log_ring_pk primary key (name)
);

create unique index assent_log_ring_own on assent_log_ring (own) where own;

comment on table assent_log_ring is 'The members of the ring, this log among them; a member is never changed, and never taken away once it is confirmed';
comment on column assent_log_ring.since is 'Ids made from then on may be in it; null: all';
comment on column assent_log_ring.first_id is 'The smallest of these ids: an instance that does not know the member decides nothing here from it on';
comment on column assent_log_ring.own is 'This log itself';
comment on column assent_log_ring.confirmed is 'Every log of the ring has recorded it; before that nothing is decided in it';

create function assent_log_ring_only_grows() returns trigger language plpgsql as $$
begin
    raise exception 'log % is a member of the ring and stays one as it is', old.name using errcode = 'integrity_constraint_violation';
end
$$;

create trigger assent_log_ring_stays before delete on assent_log_ring
    for each row when (old.confirmed) execute function assent_log_ring_only_grows();

create trigger assent_log_ring_only_confirmed before update on assent_log_ring
    for each row when (old.confirmed
        or (new.name, new.since, new.first_id, new.own) is distinct from (old.name, old.since, old.first_id, old.own))
    execute function assent_log_ring_only_grows();

-- Where an instance that knows only these logs has to stop; null: nowhere.
create function assent_ring_end(known text[]) returns uuid language sql stable as $$
    select r.first_id from assent_log_ring r where r.name <> all (known) order by r.first_id limit 1
$$;
