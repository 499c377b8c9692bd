import { html, nothing } from './lib.js';
import { actions, learnActions } from './actions.js';
import { api } from './api.js';
import { count } from './format.js';
import { head, isOpenHeuristic, problem, rows } from './parts.js';
import { update } from './state.js';

export const title = 'Heuristic';

const PAGE = 500;

// The log finds transactions by state. Those with a heuristic outcome are among the ones that are not complete, so these are
// looked through, some at a time and only when asked.
const view = { found: null, looked: 0, cursors: null, problem: null, loading: false };
let turn = 0;

export function enter() {
  reload();
}

export function leave() {
  turn++;
}

function reload() {
  return look({ COMMITTING: '', ROLLING_BACK: '' }, [], 0);
}

/** @param cursors by state, from where to look on; a state that is missing is looked through */
async function look(cursors, found, looked) {
  const mine = ++turn;
  view.loading = true;
  update();
  try {
    const pages = await Promise.all(Object.entries(cursors).map(async ([state, cursor]) => [state, await api.search({ state, cursor, limit: PAGE })]));
    if (mine !== turn) {
      return;
    }
    const items = pages.flatMap(([, page]) => page.items);
    view.found = [...found, ...items.filter(isOpenHeuristic)];
    view.looked = looked + items.length;
    view.cursors = Object.fromEntries(pages.filter(([, page]) => page.cursor).map(([state, page]) => [state, page.cursor]));
    view.problem = null;
    if (view.found[0]) {
      learnActions(view.found[0].id);
    }
  } catch (failure) {
    view.problem = failure.message;
  }
  view.loading = false;
  update();
}

const further = () => view.cursors && Object.keys(view.cursors).length > 0;

export const draw = () => html`
  ${head('Heuristic', 'A branch ended against the decision: somebody ended it by hand, or it was lost. A person has to put the data right and say so.',
    html`<button class="button plain" data-testid="refresh" ?disabled=${view.loading} @click=${reload}>Refresh</button>`)}
  ${problem(view.problem)}
  <section class="panel" aria-label="Transactions with a heuristic outcome that nobody has resolved" data-testid="heuristics" data-known=${view.found !== null}>
    ${view.found === null ? html`<p class="empty">Looking …</p>`
      : view.found.length === 0 ? html`<p class="good-text" data-testid="none">None among ${count(view.looked, 'transaction')} that are not complete.</p>`
      : rows(view.found, (t) => actions(t, reload))}
    ${further() ? html`<p><button class="button plain" ?disabled=${view.loading} @click=${() => look(view.cursors, view.found, view.looked)}>Look further</button>
      <span class="quiet">${count(view.looked, 'transaction')} looked at</span></p>` : nothing}
  </section>`;
