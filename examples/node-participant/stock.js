// The service's own business, which knows nothing of transactions across services: it gets a connection and works on it.

export const SCHEMA = `
  create table if not exists stock (
    sku varchar(64) primary key,
    available integer not null check (available >= 0)
  );
  create table if not exists reservation (
    key varchar(64) primary key,
    sku varchar(64) not null references stock,
    quantity integer not null check (quantity > 0),
    reserved_at timestamptz not null default clock_timestamp()
  )`;

/** The service says no; the caller is told why. */
export class Conflict extends Error {}

/** Takes pieces from the stock, once for each key. */
export async function reserve(client, { sku, quantity, key }) {
  const inserted = await client.query(
    'insert into reservation (key, sku, quantity) select $1, sku, $3 from stock where sku = $2 on conflict (key) do nothing',
    [key, sku, quantity],
  );
  if (inserted.rowCount === 0) {
    const there = await client.query('select sku, quantity from reservation where key = $1', [key]);
    if (there.rowCount === 0) {
      throw new Conflict(`there is no article ${sku}`);
    }
    if (there.rows[0].sku !== sku || there.rows[0].quantity !== quantity) {
      throw new Conflict(`the reservation ${key} exists with other content`);
    }
    return { key, sku, quantity, repeated: true };
  }
  const taken = await client.query(
    'update stock set available = available - $2 where sku = $1 and available >= $2 returning available',
    [sku, quantity],
  );
  if (taken.rowCount === 0) {
    throw new Conflict(`fewer than ${quantity} of ${sku} are left`);
  }
  return { key, sku, quantity, available: taken.rows[0].available };
}

/** One reservation, or undefined. */
export async function find(client, key) {
  const { rows } = await client.query('select key, sku, quantity, reserved_at as "reservedAt" from reservation where key = $1', [key]);
  return rows[0];
}

/** Puts pieces into the stock; a new article begins with none. */
export async function deliver(client, { sku, quantity }) {
  const { rows } = await client.query(
    `insert into stock (sku, available) values ($1, $2)
     on conflict (sku) do update set available = stock.available + excluded.available
     returning sku, available`,
    [sku, quantity],
  );
  return rows[0];
}

/** Every article, and how much of it is reserved. The sum of both changes only when something is delivered. */
export async function list(client) {
  const { rows } = await client.query(
    `select sku, available, coalesce((select sum(quantity) from reservation r where r.sku = s.sku), 0)::int as reserved
     from stock s order by sku`,
  );
  return { items: rows };
}
