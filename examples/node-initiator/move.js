// Moves goods from one warehouse to another: both or neither.
// node move.js COORDINATOR FROM TO SKU QUANTITY KEY

import process from 'node:process';
import { Initiator, OutcomeUnknown, RolledBack } from './initiator.js';

const [coordinators, from, to, sku, quantity, key] = process.argv.slice(2);
if (!key) {
  console.error('node move.js COORDINATOR[,COORDINATOR] FROM TO SKU QUANTITY KEY');
  process.exit(2);
}
const initiator = new Initiator(coordinators.split(','), Number(process.env.PATIENCE_MS ?? 30_000), process.env.COORDINATOR_KEY);
const transaction = await initiator.begin('move', 30);
// A real service writes this id down before it commits, to be able to ask again after a crash.
console.log(`transaction ${transaction.id}`);
try {
  await transaction.post(`${from}/api/reservations`, { sku, quantity: Number(quantity), key });
  await transaction.post(`${to}/api/deliveries`, { sku, quantity: Number(quantity) });
} catch (e) {
  console.log(`${await transaction.rollback(e.message)}: ${e.message}`);
  process.exit(1);
}
try {
  const { decision, completion } = await transaction.commit();
  console.log(`${decision} ${completion}`);
} catch (e) {
  if (e instanceof RolledBack) {
    console.log(`ROLLBACK: ${e.message}`);
    process.exit(1);
  }
  if (e instanceof OutcomeUnknown) {
    console.log(`UNKNOWN: ask again for ${e.transaction}`);
    process.exit(3);
  }
  throw e;
}
