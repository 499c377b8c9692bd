import { authorization, refused } from './session.js';

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

/** The answer, whatever its content is; that of an error is thrown as a problem. */
async function send(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new Problem(0, { detail: 'The coordinator cannot be reached.' });
  }
  if (!response.ok) {
    throw new Problem(response.status, await response.json().catch(() => ({})));
  }
  return response;
}

/** The same in the name of whoever uses this tab. */
async function sendAsUser(url, { headers, ...options }) {
  try {
    return await send(url, { ...options, headers: { ...authorization(), ...headers } });
  } catch (problem) {
    if (isRefusal(problem)) {
      refused(problem);
    }
    throw problem;
  }
}

const isRefusal = (problem) => problem.status === 401 || problem.status === 403;

const content = (response) => response.json().catch(() => ({}));

async function call(method, path, body) {
  return content(await sendAsUser(new URL(path, base), {
    method,
    headers: body ? { 'Content-Type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  }));
}

/** Whether the server has a call, without making it. */
async function has(path) {
  try {
    const response = await sendAsUser(new URL(path, base), { method: 'OPTIONS' });
    return /\bPOST\b/.test(response.headers.get('Allow') || '');
  } catch {
    return false;
  }
}

/**
 * Fails with what speaks against it, unless whoever has the credential may use the console. What is asked for reads no decision
 * log: that one is away is what somebody may want to log in for.
 */
const admit = (credential) => send(new URL('instance', base), { headers: authorization(credential) });

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
  instance: () => call('GET', 'instance'),
  doctor: () => call('GET', 'doctor'),
  admit,
  /** The live numbers of this instance, as server-sent events. */
  live: (signal) => sendAsUser(new URL('live', document.baseURI), { signal, cache: 'no-store', headers: { Accept: 'text/event-stream' } }),
};
