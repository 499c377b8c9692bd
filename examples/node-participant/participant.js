// What every participant needs around its own API: configuration, HTTP, the endpoints that only coordinators use, the sweep.

import http from 'node:http';
import process from 'node:process';
import pg from 'pg';
import { Branches, Refused } from './branches.js';
import { Coordinators } from './coordinators.js';
import { Problem, branchId, branchRef, duration, formatVote, readObject, readTransaction, transactionId } from './wire.js';

const MAX_BODY_BYTES = 256 * 1024;
const MAX_DECISIONS = 256;
const BASE = '/assent/v1';
const MARKER_DAYS = 7;

const env = (name, otherwise) => process.env[name] ?? otherwise;

/** A service in which every call may be part of a global transaction. */
export class Participant {
  #name;
  #host;
  #port;
  #url;
  #sweepInterval = Number(env('SWEEP_INTERVAL_MS', '3000'));
  #sweepMinAge = Number(env('SWEEP_MIN_AGE_MS', '5000'));
  #service;
  #work;
  #completion;
  #coordinators;
  #branches;
  #server;
  #stopping = false;
  #timer;

  /**
   * @param service name and port, unless the environment says otherwise; schema: SQL that creates the service's tables;
   *     route(call): [status, body], or undefined if there is nothing at that address. A call has method, path, body(),
   *     transaction, the caller's global transaction if it is in one, and transactional(work), which runs work on a connection,
   *     as a branch of that transaction;
   *     refusal(error): { status, body } if the service refuses with it, undefined for any other error
   */
  constructor(service) {
    if (!process.env.DATABASE_URL) {
      console.error('Set DATABASE_URL, such as postgres://stock:secret@127.0.0.1:5432/stock');
      process.exit(2);
    }
    this.#service = service;
    this.#name = env('PARTICIPANT_NAME', service.name);
    this.#host = env('HOST', '127.0.0.1');
    this.#port = Number(env('PORT', service.port));
    // Empty: the coordinators are configured with it.
    this.#url = env('PARTICIPANT_URL', `http://${this.#host}:${this.#port}${BASE}`) || undefined;
    this.#work = pool(10);
    this.#completion = pool(4);
    this.#coordinators = new Coordinators(env('COORDINATOR_URLS', 'http://127.0.0.1:7070').split(/\s*,\s*/), this.#name, process.env.COORDINATOR_KEY);
    const settings = { name: this.#name, url: this.#url, lockTimeout: 3000, prepareWait: 2000 };
    this.#branches = new Branches(settings, this.#work, this.#completion, (branch) => this.#coordinators.enlist(branch, this.#url));
    this.#server = http.createServer((request, response) => this.#serve(request, response));
  }

  /** Makes the tables, asks about what is in doubt, and takes calls until SIGTERM or SIGINT. */
  async start() {
    try {
      await this.#branches.start();
      await this.#completion.query(this.#service.schema);
    } catch (e) {
      console.error(`Cannot start: ${e.message}`);
      process.exit(1);
    }
    this.#sweepForEver(0);
    this.#server.listen(this.#port, this.#host, () =>
      console.log(`${this.#name} listens on http://${this.#host}:${this.#port}`),
    );
    process.on('SIGTERM', () => this.#stop());
    process.on('SIGINT', () => this.#stop());
  }

  /** How many connections to the database are in use. */
  connectionsInUse() {
    return [this.#work, this.#completion].reduce((sum, each) => sum + each.totalCount - each.idleCount, 0);
  }

  async #serve(request, response) {
    try {
      const [status, body] = await this.#route(request, response);
      answer(response, status, body, 'application/json');
    } catch (e) {
      const refusal = this.#service.refusal(e);
      if (refusal) {
        answer(response, refusal.status, refusal.body, 'application/problem+json');
        return;
      }
      if (!(e instanceof Problem)) {
        console.error(e);
      }
      // Whatever the database could not tell now is asked again.
      const problem = e instanceof Problem ? e : new Problem('overloaded', 'the database could not be asked now');
      answer(response, problem.status, problem.body, 'application/problem+json');
    }
  }

  async #route(request, response) {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = decodeURI(pathname);
    const body = async () => readObject(await read(request));
    switch (`${request.method} ${path}`) {
      case 'GET /health':
        await this.#completion.query('select 1');
        return [200, { status: 'UP' }];
      case `POST ${BASE}/prepare`:
        return [200, await this.#prepare(await body())];
      case `POST ${BASE}/decisions`:
        return [200, await this.#decisions(await body())];
      case `GET ${BASE}/branches`:
        return [200, await this.#inDoubt()];
    }
    const [, transaction, branch] = /^\/assent\/v1\/branches\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (request.method === 'GET' && transaction) {
      return [200, await this.#branches.status(transactionId(transaction, 'transaction'), branchId(branch, 'branch'))];
    }
    const header = request.headers['assent-transaction'];
    const context = header === undefined ? undefined : readTransaction(header);
    const transactional = (work) => (context ? this.#branch(context, response, work) : this.#local(work));
    const own = await this.#service.route({ method: request.method, path, body, transaction: context?.transaction, transactional });
    if (own) {
      return own;
    }
    throw new Problem('not-found', 'there is nothing here');
  }

  async #branch(context, response, work) {
    const { vote, ref, result, reason, repeated, failure } = await this.#branches.run(context, work);
    const told = { branch: context.branch, participant: this.#name, url: this.#url, vote, ref, reason };
    response.setHeader('Assent-Branches', formatVote(told));
    if (repeated) {
      throw new Problem(vote === 'prepared' ? 'branch-conflict' : 'transaction-rolled-back', repeated);
    }
    if (failure instanceof Refused) {
      throw new Problem('transaction-rolled-back', failure.message);
    }
    if (failure) {
      throw failure;
    }
    return result;
  }

  async #local(work) {
    const client = await this.#work.connect();
    let broken;
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (e) {
      await client.query('rollback').catch((lost) => {
        broken = lost;
      });
      throw e;
    } finally {
      client.release(broken);
    }
  }

  async #decisions(message) {
    this.#addressed(message);
    const { decisions: orders } = message;
    if (!Array.isArray(orders) || orders.length < 1 || orders.length > MAX_DECISIONS) {
      throw new Problem('invalid-value', `expected 1 to ${MAX_DECISIONS} decisions`, '/decisions');
    }
    const checked = orders.map((each, i) => order(each, `/decisions/${i}`));
    const states = await Promise.all(checked.map((each) => this.#branches.order(each)));
    // What is missing is not acknowledged, and will be ordered again.
    const results = checked
      .map(({ transaction, branch, ref }, i) => ({ transaction, branch, ref, state: states[i] }))
      .filter(({ state }) => state !== undefined);
    return { results };
  }

  async #prepare(message) {
    this.#addressed(message);
    return this.#branches.prepare({
      transaction: transactionId(message.transaction, '/transaction'),
      branch: branchId(message.branch, '/branch'),
      ref: optionalRef(message.ref, '/ref'),
      remaining: duration(message.remaining, '/remaining'),
    });
  }

  #addressed(message) {
    if (typeof message.participant !== 'string') {
      throw new Problem('invalid-value', 'is missing', '/participant');
    }
    if (message.participant !== this.#name) {
      throw new Problem('misdirected', `This is ${this.#name}.`, '/participant');
    }
  }

  async #inDoubt() {
    const found = await this.#branches.inDoubt();
    return {
      participant: this.#name,
      branches: found.map(({ transaction, branch, ref, age }) => ({
        transaction,
        branch,
        ref,
        state: 'PREPARED',
        since: new Date(Date.now() - age).toISOString(),
      })),
    };
  }

  /** Asks about what is in doubt, the first time about all of it. Acts on COMMIT and ROLLBACK only. */
  async #sweep(minAge) {
    const all = await this.#branches.inDoubt(10_000);
    const waiting = all.filter(({ age, ref }) => age >= minAge && !this.#branches.isWorking(ref));
    const answers = await this.#coordinators.inquire(waiting);
    for (const branch of waiting) {
      const decision = answers.get(branch.ref);
      if (decision === 'COMMIT' || decision === 'ROLLBACK') {
        const state = await this.#branches.order({ ...branch, decision });
        console.log(`Transaction ${branch.transaction}, branch ${branch.branch}: was in doubt, decision ${decision}, now ${state}`);
      } else if (decision === 'FORGOTTEN') {
        console.error(`Transaction ${branch.transaction} is forgotten; ${branch.ref} is held until a person decides.`);
      }
    }
    await this.#branches.forget(MARKER_DAYS);
  }

  async #sweepForEver(minAge) {
    await this.#sweep(minAge).catch((e) => console.warn(`The sweep failed and is repeated: ${e.message}`));
    if (!this.#stopping) {
      this.#timer = setTimeout(() => this.#sweepForEver(this.#sweepMinAge), this.#sweepInterval);
    }
  }

  #stop() {
    this.#stopping = true;
    clearTimeout(this.#timer);
    this.#server.close(async () => {
      await Promise.all([this.#work.end(), this.#completion.end()]);
    });
    this.#server.closeIdleConnections();
  }
}

function pool(max) {
  const created = new pg.Pool({
    connectionString: process.env.DATABASE_URL,
    max,
    connectionTimeoutMillis: 10_000,
    // A database that does not answer must not hold a call for ever. What became of the statement is looked up.
    query_timeout: 15_000,
  });
  created.on('error', (e) => console.warn(`An idle connection was lost: ${e.message}`));
  return created;
}

function order(each, pointer) {
  if (each === null || typeof each !== 'object') {
    throw new Problem('invalid-value', 'expected an object', pointer);
  }
  const { decision, ref } = each;
  if (decision !== 'COMMIT' && decision !== 'ROLLBACK') {
    throw new Problem('invalid-value', 'expected COMMIT or ROLLBACK', `${pointer}/decision`);
  }
  if (decision === 'COMMIT' && (ref ?? null) === null) {
    throw new Problem('invalid-value', 'COMMIT is ordered by ref only', `${pointer}/ref`);
  }
  return {
    transaction: transactionId(each.transaction, `${pointer}/transaction`),
    branch: branchId(each.branch, `${pointer}/branch`),
    ref: optionalRef(ref, `${pointer}/ref`),
    decision,
  };
}

const optionalRef = (ref, pointer) => ((ref ?? null) === null ? undefined : branchRef(ref, pointer));

async function read(request) {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new Problem('unsupported-media-type', 'expected application/json');
  }
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    // The rest is read and dropped, so that the sender gets the answer.
    if (size <= MAX_BODY_BYTES) {
      chunks.push(chunk);
    }
  }
  if (size > MAX_BODY_BYTES) {
    throw new Problem('payload-too-large', `at most ${MAX_BODY_BYTES} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response, status, body, type) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    ...(status === 503 && { 'Retry-After': '1' }),
  });
  response.end(text);
}
