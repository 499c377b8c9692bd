// A bank in Node.js, with the tables and the API of the one in Java. It takes part in transfers and begins none. What makes it
// a participant is the example's: this file is its business.

import process from 'node:process';
import { Participant } from '../../../examples/node-participant/participant.js';

const SCHEMA = `
  create table if not exists account (
    id text primary key,
    opening bigint not null check (opening >= 0),
    balance bigint not null check (balance >= 0)
  );
  create table if not exists entry (
    transfer text not null,
    account text not null references account (id),
    amount bigint not null check (amount <> 0),
    transaction_id uuid,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint entry_pk primary key (transfer, account)
  )`;

const NAME = /^[A-Za-z0-9_.:-]{1,100}$/;
const MAX_ENTRIES = 20;
const MAX_ACCOUNTS = 10_000;
const MAX_AMOUNT = 1_000_000_000_000;
const UNIQUE_VIOLATION = '23505';
const LOCK_NOT_AVAILABLE = '55P03';

/** An answer of the bank's own: the problem's type without its prefix says what it means. */
class Refusal extends Error {
  constructor(status, type, detail) {
    super(detail);
    this.status = status;
    this.type = type;
  }
}

function refusal(error) {
  const known =
    error instanceof Refusal
      ? error
      : {
          [UNIQUE_VIOLATION]: new Refusal(409, 'entry-exists', 'The transfer has touched one of these accounts before'),
          [LOCK_NOT_AVAILABLE]: new Refusal(409, 'account-busy', 'Another transaction is at one of these accounts; try again'),
        }[error.code];
  return known && { status: known.status, body: problem(known) };
}

function problem({ status, type, message }) {
  return { type: `urn:assent:problem:${type}`, title: type.replaceAll('-', ' '), status, detail: message, retryable: type === 'account-busy' };
}

function require(condition, message) {
  if (!condition) {
    throw new Refusal(400, 'invalid-value', message);
  }
}

function checked({ transfer, entries, refuse }) {
  require(NAME.test(transfer), `transfer must have the form ${NAME}`);
  require(Array.isArray(entries) && entries.length >= 1 && entries.length <= MAX_ENTRIES, `there must be 1 to ${MAX_ENTRIES} entries`);
  for (const { account, amount } of entries) {
    require(NAME.test(account), `account must have the form ${NAME}`);
    require(Number.isInteger(amount) && amount !== 0 && Math.abs(amount) <= MAX_AMOUNT, 'an amount must not be zero');
  }
  // Always in one order, so that two transfers do not wait for each other here.
  const sorted = [...entries].sort((a, b) => (a.account < b.account ? -1 : 1));
  return { transfer, entries: sorted, refuse: refuse === true };
}

async function book(client, { transfer, entries, refuse }, transaction) {
  for (const { account, amount } of entries) {
    const changed = await client.query(
      'update account set balance = balance + $2::bigint where id = $1 and balance + $2::bigint >= 0',
      [account, amount],
    );
    if (changed.rowCount === 0) {
      throw (await client.query('select from account where id = $1', [account])).rowCount === 0
        ? new Refusal(409, 'account-not-found', `There is no account ${account}`)
        : new Refusal(409, 'insufficient-funds', `Account ${account} has too little money`);
    }
    await client.query('insert into entry (transfer, account, amount, transaction_id) values ($1, $2, $3, $4)', [
      transfer,
      account,
      amount,
      transaction,
    ]);
  }
  if (refuse) {
    throw new Refusal(409, 'refused', `Transfer ${transfer} is refused, as it asked for`);
  }
}

async function open(client, accounts) {
  await client.query(
    `insert into account (id, opening, balance)
     select id, opening, opening from unnest($1::text[], $2::bigint[]) as opened (id, opening) on conflict do nothing`,
    [accounts.map(({ id }) => id), accounts.map(({ balance }) => balance)],
  );
}

async function sum(client) {
  // One statement: it sees one moment.
  const { rows } = await client.query(
    `select count(*)::float8 as accounts, coalesce(sum(opening), 0)::float8 as openings, coalesce(sum(balance), 0)::float8 as balances,
       (select coalesce(sum(amount), 0) from entry)::float8 as entries from account`,
  );
  return rows[0];
}

async function booked(client, transfer) {
  const { rows } = await client.query(
    'select account, amount::float8 as amount, transaction_id as transaction from entry where transfer = $1 order by account',
    [transfer],
  );
  return rows;
}

/** What the test asks about, beside the bank's business. */
const METRICS = {
  'bank.connections.active': () => bank.connectionsInUse(),
  // There are no threads to be left over: sockets, timers and requests under way take their place.
  'bank.handles': () => process.getActiveResourcesInfo().length,
};

async function route({ method, path, body, transaction, transactional }) {
  switch (`${method} ${path}`) {
    case 'POST /entries': {
      const order = checked(await body());
      await transactional((client) => book(client, order, transaction));
      return [201, {}];
    }
    case 'POST /accounts': {
      const { accounts } = await body();
      require(Array.isArray(accounts) && accounts.length <= MAX_ACCOUNTS, `accounts must be at most ${MAX_ACCOUNTS}`);
      accounts.forEach(({ id, balance }) => require(NAME.test(id) && Number.isInteger(balance) && balance >= 0, 'not an account'));
      await transactional((client) => open(client, accounts));
      return [200, {}];
    }
    case 'GET /sum':
      return [200, await transactional(sum)];
  }
  const [, kind, name] = /^\/(transfers|actuator\/metrics)\/([^/]+)$/.exec(method === 'GET' ? path : '') ?? [];
  if (kind === 'transfers') {
    const entries = await transactional((client) => booked(client, name));
    if (entries.length === 0) {
      throw new Refusal(404, 'transfer-not-found', `Nothing of transfer ${name} is committed here`);
    }
    return [200, { id: name, entries }];
  }
  return kind && METRICS[name] ? [200, { name, measurements: [{ statistic: 'VALUE', value: METRICS[name]() }] }] : undefined;
}

const bank = new Participant({ name: 'bank', port: '8090', schema: SCHEMA, route, refusal });
bank.start();
