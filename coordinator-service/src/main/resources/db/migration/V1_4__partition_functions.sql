-- What the coordinators do with partitions, with the rights of the log's owner: so that their own role need not be able to
-- create, change or drop any table. Each function does one thing to the log and checks what it is given; none takes a name
-- that the log has not made. Who may call them is granted by name (LogRights.java).

-- Makes the partition that follows the last one, as Partitions.java says; the first one may begin anywhere.
create function assent_make_partition(made_from timestamptz, made_until timestamptz) returns void
    language plpgsql strict security definer set timezone = 'UTC' as $$
declare
    known assent_log_range;
    partition text := format('assent_transaction_%s_%s', to_char(made_from, 'YYYYMMDDHH24MISS'), to_char(made_until, 'YYYYMMDDHH24MISS'));
begin
    select * into strict known from assent_log_range r where r.only_one for update;
    if known.made_until not in ('epoch', made_from) then
        raise exception 'the next partition begins at %, not at %', known.made_until, made_from
            using errcode = 'invalid_parameter_value';
    end if;
    -- What is made can never be given back, so nobody takes all of the future at once.
    if made_from >= made_until or made_until > clock_timestamp() + interval '3 years'
            or (made_from, made_until) is distinct from (date_trunc('second', made_from), date_trunc('second', made_until)) then
        raise exception 'no partition can be made from % until %', made_from, made_until
            using errcode = 'invalid_parameter_value';
    end if;
    -- Made on its own and then attached: unlike "partition of", that does not lock writers out.
    -- Every transaction is inserted and then updated once or twice: room for that on the page.
    execute format('create table %I (like assent_transaction including all)
        with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)', partition);
    execute format('comment on table %I is %L', partition, format('Transactions with ids made from %s until %s',
        to_char(made_from, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), to_char(made_until, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')));
    execute format('alter table assent_transaction attach partition %I for values from (%L) to (%L)', partition,
        assent_first_id(made_from), assent_first_id(made_until));
    update assent_log_range r set made_until = assent_make_partition.made_until,
        forgotten_before = case when known.made_until = 'epoch' then greatest(r.forgotten_before, made_from) else r.forgotten_before end
    where r.only_one;
end
$$;

-- The smallest id that can be made at a time: its first 48 bits are that time in milliseconds.
create function assent_first_id(made timestamptz) returns uuid language sql stable parallel safe as $$
    select (lpad(to_hex((extract(epoch from made) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Nothing made before is written any more (R9). Not later than clocks may differ: it never goes back.
create function assent_raise_horizon(horizon timestamptz) returns void language plpgsql strict security definer as $$
begin
    if horizon > clock_timestamp() - interval '5 minutes' then
        raise exception 'ids made before % are still accepted', horizon using errcode = 'invalid_parameter_value';
    end if;
    update assent_log_range r set forgotten_before = greatest(r.forgotten_before, horizon) where r.only_one;
end
$$;

-- Drops a partition below the horizon in which everything is finished; false: something is not, and it stays, attached.
-- "detach … concurrently" is not for functions. So this locks the log, with nothing left to do but a look into a small index
-- and the drop. It waits for that lock a moment only, since decisions wait behind it: then 55P03, and nothing was done. Nor do
-- they wait until the standby has the drop: it may be lost, it is not the horizon.
create function assent_drop_partition(partition text) returns boolean
    language plpgsql strict security definer set timezone = 'UTC' set lock_timeout = '200ms' as $$
declare
    ends text[] := regexp_match(partition, '^assent_transaction_(\d{14})_(\d{14})$');
    first_made timestamptz := to_timestamp(ends[1], 'YYYYMMDDHH24MISS');
    last_made timestamptz := to_timestamp(ends[2], 'YYYYMMDDHH24MISS');
    child regclass;
    attached boolean;
    detaching boolean;
    unfinished boolean;
begin
    select c.oid, i.inhrelid is not null, coalesce(i.inhdetachpending, false) into child, attached, detaching
    from pg_class p join pg_class c on c.relnamespace = p.relnamespace and c.relkind = 'r'
    left join pg_inherits i on i.inhparent = p.oid and i.inhrelid = c.oid
    where p.oid = 'assent_transaction'::regclass and c.relname = partition and ends is not null;
    if child is null then
        raise exception '% is not a partition of the log', partition using errcode = 'invalid_parameter_value';
    end if;
    if not exists (select from assent_log_range r where r.only_one and last_made <= r.forgotten_before) then
        raise exception 'partition % is not below the horizon', partition using errcode = 'invalid_parameter_value';
    end if;
    perform set_config('synchronous_commit', 'local', true);
    -- First the log, as everybody does: whoever has it and waits for a partition would wait for us, and we for him.
    lock table only assent_transaction in access exclusive mode;
    execute format('select exists (select from %s where completed_at is null)', child) into unfinished;
    if not unfinished then
        execute format('drop table %s', child);
    elsif not attached or detaching then
        -- Left so by an owner that was at it, see Partitions.java. A transaction in it was opened again: it is put back.
        if detaching then
            execute format('alter table assent_transaction detach partition %s finalize', child);
        end if;
        execute format('alter table assent_transaction attach partition %s for values from (%L) to (%L)', child,
            assent_first_id(first_made), assent_first_id(last_made));
    end if;
    return not unfinished;
end
$$;

-- With the owner's rights nothing may be looked up anywhere but in the log's own schema.
do $$
declare
    f regprocedure;
begin
    foreach f in array array['assent_make_partition(timestamptz, timestamptz)', 'assent_raise_horizon(timestamptz)',
        'assent_drop_partition(text)']::regprocedure[] loop
        execute format('alter function %s set search_path = %I, pg_temp', f, current_schema());
        execute format('revoke all on function %s from public', f);
    end loop;
end
$$;
