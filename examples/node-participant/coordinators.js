// The questions that a participant has for a coordinator. Any of them may be asked; they are all equal.

import { Refused } from './branches.js';

const ANSWER_TIMEOUT = 10_000;
const MOST_IN_ONE_INQUIRY = 1000;

export class Coordinators {
  #urls;
  #participant;
  #key;

  /** @param key the key that the coordinator knows this service by; undefined: it asks for none */
  constructor(urls, participant, key) {
    this.#urls = urls;
    this.#participant = participant;
    this.#key = key;
  }

  /** Tells a coordinator of a branch, with the token that came with the call; repeated until the deadline, since a lost reply says nothing (R8). */
  async enlist({ transaction, branch, ref, until, vote, reason, token }, url) {
    let last = 'no coordinator was asked';
    for (let wait = 50; Date.now() < until; wait = Math.min(wait * 2, 1000)) {
      for (const base of this.#urls) {
        const left = until - Date.now();
        if (left <= 0) {
          break;
        }
        try {
          const body = { branch, participant: this.#participant, url, ref, vote, reason, token };
          const answer = await post(`${base}/v1/transactions/${transaction}/branches`, body, Math.min(left, ANSWER_TIMEOUT), this.#key);
          if (answer.status === 200 || answer.status === 201) {
            return;
          }
          last = `${answer.status} ${answer.body?.type ?? ''}`;
          if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429 && answer.body?.type) {
            throw new Refused(`the branch could not be enlisted: ${last}`);
          }
        } catch (e) {
          if (e instanceof Refused) {
            throw e;
          }
          last = e.message;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(wait, Math.max(0, until - Date.now()))));
    }
    throw new Refused(`the branch could not be enlisted before the deadline: ${last}`);
  }

  /** What is decided about branches in doubt, by ref. Whatever is not COMMIT, ROLLBACK or FORGOTTEN for exactly this ref is missing. */
  async inquire(branches) {
    const known = new Map();
    for (let from = 0; from < branches.length; from += MOST_IN_ONE_INQUIRY) {
      const some = branches.slice(from, from + MOST_IN_ONE_INQUIRY);
      for (const { transaction, branch, ref, answer } of await this.#ask(some)) {
        const meant = some.some((each) => each.ref === ref && each.transaction === transaction && each.branch === branch);
        if (meant && ['COMMIT', 'ROLLBACK', 'FORGOTTEN'].includes(answer)) {
          known.set(ref, answer);
        }
      }
    }
    return known;
  }

  async #ask(branches) {
    const body = {
      participant: this.#participant,
      branches: branches.map(({ transaction, branch, ref, deadline }) => ({
        transaction,
        branch,
        ref,
        deadline: new Date(deadline).toISOString(),
      })),
    };
    for (const base of this.#urls) {
      try {
        const answer = await post(`${base}/v1/inquiries`, body, ANSWER_TIMEOUT, this.#key);
        if (answer.status === 200 && Array.isArray(answer.body?.answers)) {
          return answer.body.answers.filter((each) => each !== null);
        }
        console.warn(`The coordinator ${base} answered an inquiry with ${answer.status}; that says nothing.`);
      } catch (e) {
        console.warn(`The coordinator ${base} could not be asked: ${e.cause?.message ?? e.message}`);
      }
    }
    // An error is never an answer: the branches stay in doubt and are asked about again.
    return [];
  }
}

async function post(url, message, timeout, key) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      ...(key && { Authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(message),
    redirect: 'error',
    signal: AbortSignal.timeout(timeout),
  });
  const isJson = /^application\/(problem\+)?json/.test(response.headers.get('Content-Type') ?? '');
  const text = await response.text();
  return { status: response.status, body: isJson ? JSON.parse(text) : undefined };
}
