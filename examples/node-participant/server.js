// The stock service's own API. Every call may be part of a global transaction.

import { Participant } from './participant.js';
import * as stock from './stock.js';
import { Problem } from './wire.js';

async function route({ method, path, body, transactional }) {
  switch (`${method} ${path}`) {
    case 'POST /api/reservations': {
      const wanted = reservation(await body());
      return [201, await transactional((client) => stock.reserve(client, wanted))];
    }
    case 'POST /api/deliveries': {
      const delivered = article(await body());
      return [201, await transactional((client) => stock.deliver(client, delivered))];
    }
    case 'GET /api/stock':
      return [200, await transactional(stock.list)];
  }
  const [, key] = /^\/api\/reservations\/([^/]+)$/.exec(path) ?? [];
  const found = method === 'GET' && key && (await transactional((client) => stock.find(client, key)));
  return found ? [200, found] : undefined;
}

function refusal(error) {
  return error instanceof stock.Conflict
    ? { status: 409, body: { title: 'The stock service says no', status: 409, detail: error.message } }
    : undefined;
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

new Participant({ name: 'stock-service', port: '8082', schema: stock.SCHEMA, route, refusal }).start();
