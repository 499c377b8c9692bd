/** What went wrong, as the server's problem document says it; `status` 0 means that no answer arrived. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || 'No answer');
    this.status = status;
    this.name = (body.type || '').split(':').pop();
  }
}

// Relative to the page: the console also works below a path of a proxy.
const base = new URL('../v1/', document.baseURI);

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(new URL(path, base), {
      method,
      headers: body ? { 'Content-Type': 'application/json' } : {},
      body: body && JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, { detail: 'The coordinator cannot be reached.' });
  }
  const content = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Problem(response.status, content);
  }
  return content;
}

/** Whether the server has a call, without making it. */
async function has(path) {
  try {
    const response = await fetch(new URL(path, base), { method: 'OPTIONS' });
    return response.ok && /\bPOST\b/.test(response.headers.get('Allow') || '');
  } catch {
    return false;
  }
}

const path = encodeURIComponent;

export const api = {
  search(filter) {
    const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value));
    return call('GET', `transactions?${query}`);
  },
  transaction: (id) => call('GET', `transactions/${path(id)}`),
  resolve: (id, reason) => call('POST', `transactions/${path(id)}/resolution`, { reason }),
  retry: (id, reason) => call('POST', `transactions/${path(id)}/retry`, { reason }),
  canRetry: (id) => has(`transactions/${path(id)}/retry`),
  participants: () => call('GET', 'participants'),
  logs: () => call('GET', 'logs'),
  logStatus: () => call('GET', 'log-status'),
  log: (name) => call('GET', `logs/${path(name)}`),
  instances: () => call('GET', 'instances'),
  doctor: () => call('GET', 'doctor'),
};
