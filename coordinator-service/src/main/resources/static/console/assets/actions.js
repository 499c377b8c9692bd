import { html, nothing } from './lib.js';
import { api } from './api.js';
import { ask } from './dialog.js';
import { isOpenHeuristic } from './parts.js';
import { update } from './state.js';

// What an operator may do to a transaction. The server checks everything again.

let canRetry = null; // null: not asked yet

/** Not every coordinator has that call: it is offered where it is there. */
export async function learnActions(id) {
  if (canRetry === null) {
    canRetry = false;
    canRetry = await api.canRetry(id);
    update();
  }
}

const resolve = (t, done) => () => ask({
  title: 'Resolve by hand',
  transaction: t.id,
  consequence: 'The transaction is closed with the outcome that it has now, and nothing more is ordered: what a branch did against the '
    + 'decision stays as it is. Do this after the data was put right by hand. It cannot be undone.',
  confirm: 'Resolve',
  run: (reason) => api.resolve(t.id, reason),
  done: () => {
    update({ notice: { kind: 'good', text: `Transaction ${t.id} is closed.` } });
    done();
  },
});

const retry = (t, done) => () => ask({
  title: 'Retry now',
  transaction: t.id,
  consequence: 'The decision is sent at once to every branch that has not acknowledged it, instead of at the next attempt. The decision '
    + 'does not change, and a branch that has ended already only says so again.',
  confirm: 'Retry now',
  run: (reason) => api.retry(t.id, reason),
  done: () => {
    update({ notice: { kind: 'good', text: `The decision of ${t.id} is sent again.` } });
    done();
  },
});

/** @param done is called after an action succeeded */
export const actions = (t, done) => {
  const mayRetry = canRetry && t.decision && t.completion === 'PENDING';
  if (!isOpenHeuristic(t) && !mayRetry) {
    return nothing;
  }
  return html`<span class="actions">
    ${mayRetry ? html`<button class="button plain small" data-testid="retry" @click=${retry(t, done)}>Retry now</button>` : nothing}
    ${isOpenHeuristic(t) ? html`<button class="button plain small" data-testid="resolve" @click=${resolve(t, done)}>Resolve …</button>` : nothing}
  </span>`;
};
