import { html, nothing } from './lib.js';
import { actions, learnActions } from './actions.js';
import { api } from './api.js';
import { head, problem, rows } from './parts.js';
import { update } from './state.js';

export const title = 'Heuristic';

const PAGE = 50;

const view = { found: null, cursors: null, problem: null, loading: false };
let turn = 0;

export function enter() {
  reload();
}

export function leave() {
  turn++;
}

function reload() {
  return look({ COMMITTING: '', ROLLING_BACK: '' }, []);
}

/** @param cursors by state, from where to look on; of a state that is missing all are known */
async function look(cursors, found) {
  const mine = ++turn;
  view.loading = true;
  update();
  try {
    const pages = await Promise.all(Object.entries(cursors).map(async ([state, cursor]) => [state, await api.search({ state, outcome: 'HEURISTIC', cursor, limit: PAGE })]));
    if (mine !== turn) {
      return;
    }
    const items = pages.flatMap(([, page]) => page.items);
    view.found = [...found, ...items];
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
      : view.found.length === 0 ? html`<p class="good-text" data-testid="none">None.</p>`
      : rows(view.found, (t) => actions(t, reload))}
    ${further() ? html`<p><button class="button plain" ?disabled=${view.loading} @click=${() => look(view.cursors, view.found)}>Older</button></p>` : nothing}
  </section>`;
