// The branches of one participant in one PostgreSQL database: docs/protocol.md, "The PostgreSQL branch".
// The numbers of rules (R1 to R10, L1 to L7) are those of that document.

import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const SCHEMA = `
  create table if not exists assent_branch_marker (
    transaction_id uuid not null,
    branch varchar(47) not null,
    ref varchar(190),
    committed boolean not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint assent_branch_marker_pk primary key (transaction_id, branch)
  );
  create index if not exists assent_branch_marker_recorded_at on assent_branch_marker (recorded_at)`;

// Waits for locks end in time, and the vote waits for a standby like any commit.
const OPEN = `
  select set_config('lock_timeout', $1, true),
    case when current_setting('synchronous_commit') in ('off', 'local')
      then set_config('synchronous_commit', 'on', true) end`;

const PREPARED = `
  select gid, (extract(epoch from clock_timestamp() - prepared) * 1000)::float8 as age
  from pg_prepared_xacts
  where database = current_database() and starts_with(gid, $1)
  order by prepared limit $2`;

// A write of nothing: its commit waits for the standby, if there is one (R4, L1).
const BARRIER = `
  select case when current_setting('synchronous_standby_names') <> ''
    then pg_logical_emit_message(true, 'assent', '') end`;

const UNDEFINED_OBJECT = '42704';
const NOT_IN_PREREQUISITE_STATE = '55000';
const LOCK_NOT_AVAILABLE = '55P03';
const LOOKS = 4;
const LOOK_INTERVAL = 50;

/** The work cannot be prepared; the message is the vote's reason. */
export class Refused extends Error {}

export class Branches {
  #settings;
  #work;
  #completion;
  #enlist;
  #running = new Map();

  /**
   * @param settings name, url, lockTimeout and prepareWait in milliseconds
   * @param work the pool for work; every branch in doubt has given its connection back
   * @param completion a pool of its own for phase two: work that waits for locks must not keep out those who release them
   * @param enlist tells the coordinator of a branch, in the enlisted flow; throws Refused
   */
  constructor(settings, work, completion, enlist) {
    this.#settings = settings;
    this.#work = work;
    this.#completion = completion;
    this.#enlist = enlist;
  }

  /** Creates the table and refuses a server that cannot prepare. */
  async start() {
    const { rows } = await this.#completion.query(
      `select current_setting('max_prepared_transactions')::int as most, pg_is_in_recovery() as standby,
         to_regclass('assent_branch_marker') is not null as there`,
    );
    if (rows[0].most === 0) {
      throw new Error("PostgreSQL's max_prepared_transactions is 0: set it to at least the number of connections, and restart it.");
    }
    if (rows[0].standby) {
      throw new Error('The database is a standby; this service needs the primary.');
    }
    // Only if it is missing: "create index if not exists" waits for every branch in doubt, which this process has to end.
    if (!rows[0].there) {
      await this.#completion.query(SCHEMA);
    }
  }

  /** Runs work as a branch, to its vote: { vote, ref, result } or, when it was not done, { vote, ref, failure }. */
  async run(context, work) {
    const deadline = Date.now() + context.remaining;
    const key = `${context.transaction}/${context.branch}`;
    const ref = this.#newRef(context);
    this.#running.set(ref, key);
    try {
      return await this.#prepareWork({ ...context, ref, until: deadline }, work);
    } catch (failure) {
      // It may have failed just because it repeats a call whose rows or locks it met: then the vote already given counts.
      const earlier = await this.#earlier(context, ref);
      if (!earlier && !context.collect && !(failure instanceof Refused)) {
        // Otherwise a client that does not look at our answer could commit without us. It is told, if this fails.
        const vote = { vote: 'ROLLBACK', reason: failure.message.slice(0, 128) };
        await this.#enlist({ ...context, ref, until: deadline, ...vote }).catch((e) => console.warn(e.message));
      }
      return earlier ?? { vote: 'rollback', ref, reason: failure.message, failure };
    } finally {
      this.#running.delete(ref);
    }
  }

  async #prepareWork(context, work) {
    const client = await this.#work.connect();
    let broken;
    try {
      await client.query('begin');
      const left = Math.min(this.#settings.lockTimeout, context.until - Date.now());
      if (left <= 0) {
        throw new Refused('the deadline has passed');
      }
      await client.query(OPEN, [`${Math.ceil(left)}ms`]);
      const result = await work(client);
      // Also the guard of L7: after a failed statement whose error was swallowed this fails, where PREPARE would not.
      const { rows } = await client.query('select pg_current_xact_id_if_assigned() is not null as wrote');
      if (!rows[0].wrote) {
        if (!context.collect) {
          await this.#enlist({ ...context, vote: 'READ_ONLY' });
        }
        await client.query('commit');
        return { vote: 'read-only', ref: context.ref, result };
      }
      await client.query(
        'insert into assent_branch_marker (transaction_id, branch, ref, committed) values ($1, $2, $3, true)',
        [context.transaction, context.branch, context.ref],
      );
      if (!context.collect) {
        // Durable before PREPARE: if this process dies in between, the missing vote rolls back.
        await this.#enlist(context);
      }
      if (Date.now() >= context.until) {
        throw new Refused('the deadline has passed');
      }
      await this.#prepareTransaction(client, context);
      return { vote: 'prepared', ref: context.ref, result };
    } catch (e) {
      await client.query('rollback').catch((lost) => {
        broken = lost;
      });
      throw e;
    } finally {
      // A connection in an unknown state is closed, which rolls back whatever is open on it.
      client.release(broken);
    }
  }

  /** When the reply is lost, what counts is what is there, and that it is there to stay. */
  async #prepareTransaction(client, { transaction, branch, ref }) {
    try {
      if (await warned(client, `prepare transaction '${ref}'`)) {
        await this.#barrier();
      }
    } catch (e) {
      if (typeof e.code === 'string' && !/^(08|57P)/.test(e.code)) {
        throw e;
      }
      const facts = await this.#look(transaction, branch);
      if (!facts.prepared.includes(ref)) {
        throw e;
      }
      await this.#barrier();
    }
  }

  async #earlier({ transaction, branch }, ref) {
    const { prepared, marker } = await this.#look(transaction, branch);
    const other = prepared.find((each) => each !== ref) ?? (marker?.committed && marker.ref !== ref ? marker.ref : undefined);
    if (other) {
      await this.#barrier();
      return { vote: 'prepared', ref: other, repeated: 'This call was made before and has worked; its response is not kept.' };
    }
    return marker && !marker.committed
      ? { vote: 'rollback', ref: marker.ref, repeated: 'The transaction has been rolled back.', reason: 'rolled back before' }
      : undefined;
  }

  /** Phase one in the enlisted flow. While the work call may still run the answer waits; then a tombstone makes sure. */
  async prepare({ transaction, branch, ref, remaining }) {
    const half = Date.now() + remaining / 2;
    const elsewhere = Date.now() + Math.min(remaining / 2, this.#settings.prepareWait);
    for (;;) {
      const here = this.#isRunning(transaction, branch, ref);
      if (!here) {
        const vote = await this.#knownVote(transaction, branch, ref);
        if (vote) {
          return vote;
        }
      }
      if (Date.now() >= (here ? half : elsewhere)) {
        break;
      }
      await pause(LOOK_INTERVAL);
    }
    for (let look = 0; look < LOOKS; look++) {
      if (await this.#writeTombstone(transaction, branch, ref)) {
        break;
      }
      const vote = await this.#knownVote(transaction, branch, ref);
      if (vote) {
        return vote;
      }
    }
    // Safe even if an execution is just being prepared: a ref whose vote was no is in no commit set.
    return { vote: 'ROLLBACK', reason: 'the work call did not end in time, or never arrived' };
  }

  async #knownVote(transaction, branch, ref) {
    const { prepared, marker } = await this.#look(transaction, branch);
    const same = (each) => ref === undefined || each === ref;
    if (prepared.some(same) || (marker?.committed && same(marker.ref))) {
      await this.#barrier();
      return { vote: 'PREPARED' };
    }
    return marker || prepared.length ? { vote: 'ROLLBACK', reason: 'the branch has been rolled back' } : undefined;
  }

  /** Carries out an order and reports the fact (R7); undefined if it is not known, and then not acknowledged. */
  async order({ transaction, branch, ref, decision }) {
    try {
      return decision === 'COMMIT' ? await this.#commit(transaction, branch, ref) : await this.#rollBack(transaction, branch, ref);
    } catch (e) {
      console.warn(`Transaction ${transaction}, branch ${branch}: ${decision} could not be carried out now and will be ordered again: ${e.message}`);
      return undefined;
    }
  }

  async #commit(transaction, branch, ref) {
    for (let look = 0; look < LOOKS; look++) {
      const end = await this.#end('commit prepared', ref);
      if (end === 'DONE') {
        return 'COMMITTED';
      }
      if (end === 'BUSY') {
        return 'BUSY';
      }
      const { prepared, marker } = await this.#look(transaction, branch);
      if (prepared.includes(ref)) {
        continue;
      }
      await this.#barrier();
      // Absence proves nothing: "not there" is never an acknowledgement of COMMIT (R7).
      const state = marker ? proven(ref, marker) : 'NEVER_SEEN';
      if (state !== 'COMMITTED') {
        console.error(`Transaction ${transaction}, branch ${branch}: ordered to COMMIT ${ref}, but it is ${state}`);
      }
      return state;
    }
    return 'PREPARED';
  }

  async #rollBack(transaction, branch, ref) {
    let rolledBack;
    for (let look = 0; look < LOOKS; look++) {
      const { prepared, marker } = await this.#look(transaction, branch);
      const own = prepared.find((each) => ref === undefined || each === ref);
      if (own) {
        const end = await this.#end('rollback prepared', own);
        if (end === 'BUSY') {
          return 'BUSY';
        }
        rolledBack = end === 'DONE' ? own : rolledBack;
      } else if (marker) {
        await this.#barrier();
        const state = proven(ref, marker);
        return rolledBack && state === 'NEVER_SEEN' ? 'ROLLED_BACK' : state;
      } else if (prepared.length) {
        // Another execution is in doubt; when it is gone, this one's late call could still work: ask again.
        return 'BUSY';
      } else if (await this.#writeTombstone(transaction, branch, rolledBack ?? ref)) {
        return rolledBack ? 'ROLLED_BACK' : 'NEVER_SEEN';
      }
    }
    return 'BUSY';
  }

  async #end(verb, ref) {
    try {
      const client = await this.#completion.connect();
      let lost;
      try {
        if (await warned(client, `${verb} '${ref}'`)) {
          await this.#barrier();
        }
        return 'DONE';
      } catch (e) {
        lost = e;
        throw e;
      } finally {
        client.release(lost && !known(lost) ? lost : undefined);
      }
    } catch (e) {
      return known(e) ?? 'UNKNOWN';
    }
  }

  /** A row that keeps late calls out; durable before anybody hears of it. False if somebody else holds the key. */
  async #writeTombstone(transaction, branch, ref) {
    const client = await this.#completion.connect();
    let broken;
    try {
      await client.query('begin');
      await client.query(`set local synchronous_commit = on; set local lock_timeout = '1s'`);
      const { rowCount } = await client.query(
        `insert into assent_branch_marker (transaction_id, branch, ref, committed) values ($1, $2, $3, false)
         on conflict do nothing`,
        [transaction, branch, ref ?? null],
      );
      if (await warned(client, 'commit')) {
        await this.#barrier();
      }
      return rowCount === 1;
    } catch (e) {
      await client.query('rollback').catch((lost) => {
        broken = lost;
      });
      if (e.code === LOCK_NOT_AVAILABLE) {
        return false;
      }
      throw e;
    } finally {
      client.release(broken);
    }
  }

  /** The marker is read after the list, in another snapshot: a branch that commits in between is seen as both, not as neither. */
  async #look(transaction, branch) {
    const prefix = `${this.#prefix()}${transaction}:${branch}:`;
    const { rows } = await this.#completion.query(PREPARED, [prefix, 10]);
    const markers = await this.#completion.query(
      'select ref, committed, recorded_at from assent_branch_marker where transaction_id = $1 and branch = $2',
      [transaction, branch],
    );
    return { prepared: rows.map((row) => row.gid), ages: rows.map((row) => row.age), marker: markers.rows[0] };
  }

  async #barrier() {
    const client = await this.#completion.connect();
    let broken;
    try {
      if (await warned(client, BARRIER)) {
        throw new Error('what was seen is not known to be durable');
      }
    } catch (e) {
      broken = e;
      throw e;
    } finally {
      client.release(broken);
    }
  }

  /** Everything in doubt here, the oldest first. */
  async inDoubt(limit = 1000) {
    const { rows } = await this.#completion.query(PREPARED, [this.#prefix(), limit]);
    return rows
      .map(({ gid, age }) => {
        const [transaction, branch, , deadline] = gid.slice(this.#prefix().length).split(':');
        return { transaction, branch, ref: gid, age, deadline: Number.parseInt(deadline, 36) };
      })
      .filter(({ deadline }) => Number.isSafeInteger(deadline));
  }

  /** What became of one branch. */
  async status(transaction, branch) {
    const { prepared, ages, marker } = await this.#look(transaction, branch);
    if (prepared.length) {
      return { transaction, branch, ref: prepared[0], state: 'PREPARED', since: new Date(Date.now() - ages[0]).toISOString() };
    }
    if (!marker) {
      return { transaction, branch, state: 'NEVER_SEEN' };
    }
    const state = proven(undefined, marker);
    return { transaction, branch, ref: marker.ref ?? undefined, state, since: marker.recorded_at.toISOString() };
  }

  /** Whether the execution's call still runs: then its vote is still to come. */
  isWorking(ref) {
    return this.#running.has(ref);
  }

  /** Deletes markers that nobody will ask for any more. */
  async forget(days) {
    await this.#completion.query(
      `delete from assent_branch_marker where ctid = any (array(
         select ctid from assent_branch_marker where recorded_at < clock_timestamp() - make_interval(days => $1) limit 1000))`,
      [days],
    );
  }

  #isRunning(transaction, branch, ref) {
    return ref === undefined
      ? [...this.#running.values()].includes(`${transaction}/${branch}`)
      : this.#running.get(ref) === `${transaction}/${branch}`;
  }

  #prefix() {
    return `assent:${this.#settings.name}:`;
  }

  /** New for every execution (R6). A prepared transaction has no other place for the deadline. */
  #newRef({ transaction, branch, deadline }) {
    return `${this.#prefix()}${transaction}:${branch}:${randomBytes(15).toString('base64url')}:${deadline.toString(36)}`;
  }
}

/** What a marker says of an execution: one of another execution proves that this one left nothing and cannot come back. */
function proven(ref, marker) {
  const same = ref === undefined || ref === marker.ref;
  if (marker.committed) {
    return same ? 'COMMITTED' : 'NEVER_SEEN';
  }
  return same || marker.ref === null ? 'ROLLED_BACK' : 'NEVER_SEEN';
}

/** What a SQLSTATE proves about COMMIT PREPARED and ROLLBACK PREPARED; everything else is unknown: look, then try again. */
function known(error) {
  return { [UNDEFINED_OBJECT]: 'NOT_THERE', [NOT_IN_PREREQUISITE_STATE]: 'BUSY' }[error.code];
}

/** Runs one statement; true if there was a warning, such as that of a cancelled wait for the standby (L1). */
async function warned(client, sql) {
  let warning = false;
  const listener = (notice) => {
    warning ||= notice.severity === 'WARNING';
  };
  client.on('notice', listener);
  try {
    await client.query(sql);
    return warning;
  } finally {
    client.off('notice', listener);
  }
}
