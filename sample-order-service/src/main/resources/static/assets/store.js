import { api } from './api.js';

// The state of the page, and the few things that change it. Views read `state` and are drawn again after `update`.

const saved = JSON.parse(localStorage.getItem('tandem') || '{}');

export const state = {
  view: 'shop',
  products: null,
  customers: [],
  customer: saved.customer || 'ben',
  balances: {},
  basket: saved.basket || {},
  basketOpen: false,
  // A checkout on its way or just ended: {request, phase: paying|paid|refused|sold-out|rolled-back|unknown|invalid, …}
  checkout: saved.checkout || null,
  orders: null,
  nextOrders: null,
  ordersProblem: null,
  cancelling: null,
  notice: null,
  theme: saved.theme || 'auto',
};

let draw = () => {};
export const onChange = (listener) => (draw = listener);

export function update(patch) {
  Object.assign(state, patch);
  // Only a checkout whose end is unknown outlives the page: the customer must be able to ask what became of it.
  const unresolved = ['paying', 'unknown'].includes(state.checkout?.phase);
  localStorage.setItem('tandem', JSON.stringify({
    customer: state.customer,
    basket: state.basket,
    theme: state.theme,
    checkout: unresolved ? { ...state.checkout, phase: 'unknown' } : null,
  }));
  draw();
}

export const bySku = (sku) => state.products?.find((product) => product.sku === sku);
export const customerName = (id = state.customer) => state.customers.find((c) => c.customer === id)?.name || id;
export const basketLines = () =>
  Object.entries(state.basket)
    .map(([sku, quantity]) => ({ product: bySku(sku), quantity }))
    .filter((line) => line.product);
export const basketCount = () => basketLines().reduce((sum, line) => sum + line.quantity, 0);
export const basketTotal = () => basketLines().reduce((sum, line) => sum + line.quantity * line.product.pricePence, 0);

export async function loadBalance(customer = state.customer) {
  try {
    const account = await api.account(customer);
    update({ balances: { ...state.balances, [customer]: account.balancePence } });
  } catch {
    // The payment service is down: an old balance is worse than none.
    update({ balances: { ...state.balances, [customer]: undefined } });
  }
}

export function setQuantity(sku, quantity) {
  const basket = { ...state.basket };
  if (quantity > 0) {
    basket[sku] = Math.min(quantity, 99);
  } else {
    delete basket[sku];
  }
  const ended = state.checkout && !['paying', 'unknown'].includes(state.checkout.phase);
  update({ basket, checkout: ended ? null : state.checkout });
}

/** Made here, before anything is sent: whatever happens on the way, asking again with it cannot pay twice. */
export function newOrderNumber() {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const letters = crypto.getRandomValues(new Uint8Array(10));
  const text = Array.from(letters, (n) => alphabet[n % 32]).join('');
  return `W-${text.slice(0, 5)}-${text.slice(5)}`;
}

export async function pay(request = {
  orderNumber: newOrderNumber(),
  customer: state.customer,
  items: basketLines().map((line) => ({ sku: line.product.sku, quantity: line.quantity })),
}) {
  update({ checkout: { request, phase: 'paying' } });
  try {
    paid(request, await api.checkout(request));
  } catch (problem) {
    failed(request, problem);
  }
  loadBalance(request.customer);
}

function paid(request, order) {
  update({ basket: {}, checkout: { request, phase: 'paid', order }, orders: null });
}

function failed(request, problem) {
  const unknown = problem.status === 0 || problem.name === 'outcome-unknown' || problem.status === 500;
  const phases = {
    'payment-refused': 'refused',
    'stock-refused': 'sold-out',
    'rolled-back': 'rolled-back',
    'invalid-order': 'invalid',
  };
  update({
    checkout: {
      request,
      phase: unknown ? 'unknown' : phases[problem.name] || 'rolled-back',
      detail: problem.message,
      transaction: problem.transaction,
      checked: 0,
    },
  });
}

/** What became of a checkout whose end is unknown. Asks only; it does not buy again. */
export async function checkAgain() {
  const { request, transaction, checked = 0 } = state.checkout;
  update({ checkout: { ...state.checkout, checking: true } });
  try {
    paid(request, await api.order(request.orderNumber));
    loadBalance(request.customer);
    return;
  } catch (problem) {
    if (problem.status === 404 && (await rolledBack(transaction))) {
      update({ checkout: { request, phase: 'rolled-back', detail: 'It was rolled back.' } });
      return;
    }
  }
  update({ checkout: { ...state.checkout, checking: false, checked: checked + 1 } });
}

async function rolledBack(transaction) {
  if (!transaction) {
    return false;
  }
  try {
    return (await api.transaction(transaction)).decision === 'ROLLBACK';
  } catch {
    return false;
  }
}

export async function loadOrders(more = false) {
  const customer = state.customer;
  try {
    const page = await api.orders(customer, more ? state.nextOrders : null);
    if (customer === state.customer) {
      update({ orders: more ? [...(state.orders || []), ...page.items] : page.items, nextOrders: page.next, ordersProblem: null });
    }
  } catch (problem) {
    update({ orders: state.orders || [], ordersProblem: problem.message });
  }
}

export async function cancel(orderNumber) {
  update({ cancelling: orderNumber, notice: null });
  try {
    const order = await api.cancel(orderNumber);
    update({
      orders: state.orders.map((o) => (o.orderNumber === orderNumber ? order : o)),
      notice: { kind: 'good', text: `Order ${orderNumber} is cancelled and its money given back.` },
    });
  } catch (problem) {
    const text = problem.name === 'outcome-unknown'
      ? `We do not know yet whether order ${orderNumber} was cancelled. Press “Cancel” again to ask.`
      : `Order ${orderNumber} was not cancelled: ${problem.message}`;
    update({ notice: { kind: 'bad', text } });
  }
  update({ cancelling: null });
  loadBalance();
}
