// The HTTP side: the stock service's own API, in which every call may be part of a global transaction, and the
// participant's endpoints, which only coordinators use.

import http from 'node:http';
import process from 'node:process';
import pg from 'pg';
import { Branches, Refused } from './branches.js';
import { Coordinators } from './coordinators.js';
import * as stock from './stock.js';
import { Problem, branchId, branchRef, duration, formatVote, readObject, readTransaction, transactionId } from './wire.js';

const MAX_BODY_BYTES = 256 * 1024;
const MAX_DECISIONS = 256;
const BASE = '/assent/v1';

const env = (name, otherwise) => process.env[name] ?? otherwise;
const host = env('HOST', '127.0.0.1');
const port = Number(env('PORT', '8082'));
const name = env('PARTICIPANT_NAME', 'stock-service');
const url = env('PARTICIPANT_URL', `http://${host}:${port}${BASE}`);
const sweepInterval = Number(env('SWEEP_INTERVAL_MS', '3000'));
const sweepMinAge = Number(env('SWEEP_MIN_AGE_MS', '5000'));
const markerDays = 7;

if (!process.env.DATABASE_URL) {
  console.error('Set DATABASE_URL, such as postgres://stock:secret@127.0.0.1:5432/stock');
  process.exit(2);
}

const pool = (max) => {
  const created = new pg.Pool({ connectionString: process.env.DATABASE_URL, max, connectionTimeoutMillis: 10_000 });
  created.on('error', (e) => console.warn(`An idle connection was lost: ${e.message}`));
  return created;
};
const work = pool(10);
const completion = pool(4);
const coordinators = new Coordinators(env('COORDINATOR_URLS', 'http://127.0.0.1:7070').split(/\s*,\s*/), name);
const branches = new Branches({ name, url, lockTimeout: 3000, prepareWait: 2000 }, work, completion, (branch) =>
  coordinators.enlist(branch, url),
);

/** One call, in the caller's global transaction if it has one, else in a local one of its own. */
async function transactional(request, response, action) {
  const header = request.headers['assent-transaction'];
  if (header === undefined) {
    return local(action);
  }
  const context = readTransaction(header);
  const { vote, ref, result, reason, repeated, failure } = await branches.run(context, action);
  response.setHeader('Assent-Branches', formatVote({ branch: context.branch, participant: name, url, vote, ref, reason }));
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

async function local(action) {
  const client = await work.connect();
  let broken;
  try {
    await client.query('begin');
    const result = await action(client);
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

function article(body) {
  const { sku, quantity } = body;
  if (typeof sku !== 'string' || !/^[\w.-]{1,64}$/.test(sku)) {
    throw new Problem('invalid-value', 'expected 1 to 64 letters, digits, dots and hyphens', '/sku');
  }
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > 1_000_000) {
    throw new Problem('invalid-value', 'expected 1 to 1000000', '/quantity');
  }
  return { sku, quantity };
}

function reservation(body) {
  if (typeof body.key !== 'string' || !/^[\w.:-]{1,64}$/.test(body.key)) {
    throw new Problem('invalid-value', 'expected 1 to 64 letters, digits, dots, colons and hyphens', '/key');
  }
  return { ...article(body), key: body.key };
}

function addressed(message) {
  if (typeof message.participant !== 'string') {
    throw new Problem('invalid-value', 'is missing', '/participant');
  }
  if (message.participant !== name) {
    throw new Problem('misdirected', `This is ${name}.`, '/participant');
  }
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

async function decisions(message) {
  addressed(message);
  const { decisions: orders } = message;
  if (!Array.isArray(orders) || orders.length < 1 || orders.length > MAX_DECISIONS) {
    throw new Problem('invalid-value', `expected 1 to ${MAX_DECISIONS} decisions`, '/decisions');
  }
  const checked = orders.map((each, i) => order(each, `/decisions/${i}`));
  const states = await Promise.all(checked.map((each) => branches.order(each)));
  // What is missing is not acknowledged, and will be ordered again.
  const results = checked
    .map(({ transaction, branch, ref }, i) => ({ transaction, branch, ref, state: states[i] }))
    .filter(({ state }) => state !== undefined);
  return { results };
}

async function prepare(message) {
  addressed(message);
  return branches.prepare({
    transaction: transactionId(message.transaction, '/transaction'),
    branch: branchId(message.branch, '/branch'),
    ref: optionalRef(message.ref, '/ref'),
    remaining: duration(message.remaining, '/remaining'),
  });
}

async function inDoubt() {
  const found = await branches.inDoubt();
  return {
    participant: name,
    branches: found.map(({ transaction, branch, ref, age }) => ({
      transaction,
      branch,
      ref,
      state: 'PREPARED',
      since: new Date(Date.now() - age).toISOString(),
    })),
  };
}

async function route(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  const path = decodeURI(pathname);
  const body = async () => readObject(await read(request));
  switch (`${request.method} ${path}`) {
    case 'POST /api/reservations': {
      const wanted = reservation(await body());
      return [201, await transactional(request, response, (client) => stock.reserve(client, wanted))];
    }
    case 'POST /api/deliveries': {
      const delivered = article(await body());
      return [201, await transactional(request, response, (client) => stock.deliver(client, delivered))];
    }
    case 'GET /api/stock':
      return [200, await transactional(request, response, stock.list)];
    case 'GET /health':
      await completion.query('select 1');
      return [200, { status: 'UP' }];
    case `POST ${BASE}/prepare`:
      return [200, await prepare(await body())];
    case `POST ${BASE}/decisions`:
      return [200, await decisions(await body())];
    case `GET ${BASE}/branches`:
      return [200, await inDoubt()];
  }
  const [, key] = /^\/api\/reservations\/([^/]+)$/.exec(path) ?? [];
  if (request.method === 'GET' && key) {
    const found = await transactional(request, response, (client) => stock.find(client, key));
    if (found) {
      return [200, found];
    }
  }
  const [, transaction, branch] = /^\/assent\/v1\/branches\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  if (request.method === 'GET' && transaction) {
    return [200, await branches.status(transactionId(transaction, 'transaction'), branchId(branch, 'branch'))];
  }
  throw new Problem('not-found', 'there is nothing here');
}

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

const server = http.createServer(async (request, response) => {
  try {
    const [status, body] = await route(request, response);
    answer(response, status, body, 'application/json');
  } catch (e) {
    if (e instanceof stock.Conflict) {
      answer(response, 409, { title: 'The stock service says no', status: 409, detail: e.message }, 'application/problem+json');
      return;
    }
    if (!(e instanceof Problem)) {
      console.error(e);
    }
    // Whatever the database could not tell now is asked again.
    const problem = e instanceof Problem ? e : new Problem('overloaded', 'the database could not be asked now');
    answer(response, problem.status, problem.body, 'application/problem+json');
  }
});

/** Asks about what is in doubt, the first time about all of it. Acts on COMMIT and ROLLBACK only. */
async function sweep(minAge) {
  const waiting = (await branches.inDoubt(10_000)).filter(({ age, ref }) => age >= minAge && !branches.isWorking(ref));
  const answers = await coordinators.inquire(waiting);
  for (const branch of waiting) {
    const answer = answers.get(branch.ref);
    if (answer === 'COMMIT' || answer === 'ROLLBACK') {
      const state = await branches.order({ ...branch, decision: answer });
      console.log(`Transaction ${branch.transaction}, branch ${branch.branch}: was in doubt, decision ${answer}, now ${state}`);
    } else if (answer === 'FORGOTTEN') {
      console.error(`Transaction ${branch.transaction} is forgotten; ${branch.ref} is held until a person decides.`);
    }
  }
  await branches.forget(markerDays);
}

let stopping = false;
let timer;
async function sweepForEver(minAge) {
  await sweep(minAge).catch((e) => console.warn(`The sweep failed and is repeated: ${e.message}`));
  if (!stopping) {
    timer = setTimeout(() => sweepForEver(sweepMinAge), sweepInterval);
  }
}

function stop() {
  stopping = true;
  clearTimeout(timer);
  server.close(async () => {
    await Promise.all([work.end(), completion.end()]);
  });
  server.closeIdleConnections();
}

try {
  await branches.start();
  await completion.query(stock.SCHEMA);
} catch (e) {
  console.error(`Cannot start: ${e.message}`);
  process.exit(1);
}
sweepForEver(0);
server.listen(port, host, () => console.log(`${name} listens on http://${host}:${port}`));
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
