/** What went wrong, as the server's problem document says it; `status` 0 means that no answer arrived. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || 'No answer');
    this.status = status;
    this.name = (body.type || '').split(':').pop();
    this.retryable = body.retryable !== false;
    this.transaction = body.transaction;
    this.orderNumber = body.orderNumber;
  }
}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body ? { 'Content-Type': 'application/json' } : {},
      body: body && JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, { detail: 'The shop could not be reached.' });
  }
  const content = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Problem(response.status, content);
  }
  return content;
}

const path = encodeURIComponent;

export const api = {
  products: () => call('GET', '/api/products'),
  customers: () => call('GET', '/api/customers'),
  account: (customer) => call('GET', `/api/accounts/${path(customer)}`),
  checkout: (request) => call('POST', '/api/checkout', request),
  orders: (customer, before) =>
    call('GET', `/api/orders?limit=10&customer=${path(customer)}${before ? `&before=${before}` : ''}`),
  order: (number) => call('GET', `/api/orders/${path(number)}`),
  cancel: (number) => call('POST', `/api/orders/${path(number)}/cancellation`),
  transaction: (id) => call('GET', `/api/transactions/${path(id)}`),
  books: () => call('GET', '/api/books'),
  armed: () => call('GET', '/api/break'),
  arm: (setting) => call('PUT', '/api/break', setting),
  system: () => call('GET', '/api/system'),
};
