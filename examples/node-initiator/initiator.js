// What an initiator needs: begin, call, commit. Plain HTTP, no dependencies.

import { setTimeout as pause } from 'node:timers/promises';

const ANSWER_TIMEOUT = 15_000;

/** Everything is rolled back. Doing it again in a new transaction is safe. */
export class RolledBack extends Error {}

/** Nobody could tell. It may have been committed: do not do it again, ask again for this id. */
export class OutcomeUnknown extends Error {
  constructor(transaction) {
    super(`The outcome of transaction ${transaction} is not known yet`);
    this.transaction = transaction;
  }
}

export class Initiator {
  #coordinators;
  #patience;
  #headers;

  /**
   * @param coordinators addresses, all equal
   * @param patience how long to ask for an outcome, in milliseconds
   * @param key by which the coordinator knows this program; undefined: it asks for none
   */
  constructor(coordinators, patience = 30_000, key = undefined) {
    this.#coordinators = coordinators;
    this.#patience = patience;
    this.#headers = { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) };
  }

  /** Begins a transaction that rolls back by itself unless it is committed in time. */
  async begin(name, seconds) {
    const { status, body } = await this.#ask('/v1/transactions', { name, timeout: `PT${seconds}S` });
    if (status !== 201) {
      throw new Error(`could not begin: ${status} ${body?.detail}`);
    }
    return new Transaction(this, body.id, body.token, Date.now() + seconds * 1000);
  }

  /**
   * Commits, or finds out that it cannot. May be called again with the same id, by another process, after a crash: the
   * decision is written once, and everybody who asks is given that one.
   */
  async commit(transaction, branches) {
    const { status, body } = await this.#ask(`/v1/transactions/${transaction}/commit`, { branches });
    if (status === 200 || status === 202) {
      // 202: it is decided, and some branch has yet to hear of it. The coordinator sees to that.
      return body;
    }
    if (body?.type === 'urn:assent:problem:transaction-rolled-back') {
      throw new RolledBack(body.reason ?? body.detail);
    }
    throw new Error(`transaction ${transaction}: ${status} ${body?.type}: ${body?.detail}`);
  }

  /** Gives up. Returns 'ROLLBACK', or 'COMMIT' if that stands already. */
  async rollback(transaction, reason) {
    const { status, body } = await this.#ask(`/v1/transactions/${transaction}/rollback`, { reason });
    if (status === 200 || status === 202) {
      return 'ROLLBACK';
    }
    if (body?.type === 'urn:assent:problem:decision-final') {
      return 'COMMIT';
    }
    throw new Error(`transaction ${transaction}: ${status} ${body?.type}: ${body?.detail}`);
  }

  /** Asks one coordinator after the other, until one has a definite answer. Lost replies and 503 say nothing. */
  async #ask(path, message) {
    const end = Date.now() + this.#patience;
    for (let attempt = 0; ; attempt++) {
      const base = this.#coordinators[attempt % this.#coordinators.length];
      let wait = Math.min(100 * 2 ** attempt, 2000);
      try {
        const response = await fetch(base + path, {
          method: 'POST',
          headers: this.#headers,
          body: JSON.stringify(message),
          signal: AbortSignal.timeout(ANSWER_TIMEOUT),
        });
        const body = JSON.parse(await response.text());
        if (response.status < 500 && response.status !== 408 && response.status !== 429) {
          return { status: response.status, body };
        }
        wait = Math.max(wait, Number(response.headers.get('Retry-After') ?? 0) * 1000);
      } catch (e) {
        console.warn(`No answer from ${base}: ${e.cause?.message ?? e.message}`);
      }
      if (Date.now() + wait > end) {
        throw new OutcomeUnknown(/transactions\/([^/]+)/.exec(path)?.[1]);
      }
      await pause(wait);
    }
  }
}

class Transaction {
  #initiator;
  #token;
  #deadline;
  #branches = 0;

  /** @param token what participants need to enlist; for them alone */
  constructor(initiator, id, token, deadline) {
    this.#initiator = initiator;
    this.id = id;
    this.#token = token;
    this.#deadline = deadline;
  }

  /** Calls a participant. Each call is a branch of its own. */
  async post(url, message) {
    this.#branches++;
    const remaining = Math.max(0, this.#deadline - Date.now());
    const context = `id="${this.id}", branch="${this.#branches}", deadline=${this.#deadline}, remaining=${remaining}`;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Assent-Transaction': this.#token ? `${context}, token="${this.#token}"` : context,
      },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(remaining + 1000),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${url} was answered with ${response.status}: ${text}`);
    }
    if (!response.headers.get('Assent-Branches')) {
      throw new Error(`${url} did its work outside of the transaction: it does not take part`);
    }
    return JSON.parse(text);
  }

  /** Names the branches that it expects, so that one that did not join rolls everything back. */
  commit() {
    return this.#initiator.commit(
      this.id,
      Array.from({ length: this.#branches }, (_, i) => String(i + 1)),
    );
  }

  rollback(reason) {
    return this.#initiator.rollback(this.id, reason);
  }
}
