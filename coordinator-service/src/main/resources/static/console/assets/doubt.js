import { html, nothing } from './lib.js';
import { actions, learnActions } from './actions.js';
import { api } from './api.js';
import { head, isHeuristic, missing, problem, rows } from './parts.js';
import { every, update } from './state.js';

export const title = 'In doubt';

const LIMIT = 50;
// What is on its way takes less than this; longer means that somebody is waited for.
const AGE = 'PT1S';

const view = { committing: null, rollingBack: null, preparing: null, missing: [], problem: null };
let stop = () => {};

export function enter() {
  stop = every(1000, load);
}

export const leave = () => stop();

async function load() {
  try {
    const [committing, rollingBack, preparing] = await Promise.all(
      ['COMMITTING', 'ROLLING_BACK', 'PREPARING'].map((state) => api.search({ state, 'older-than': AGE, limit: LIMIT })));
    Object.assign(view, { committing, rollingBack, preparing, missing: committing.missingLogs, problem: null });
    const first = [...committing.items, ...rollingBack.items][0];
    if (first) {
      learnActions(first.id);
    }
  } catch (failure) {
    view.problem = failure.message;
  }
  update();
}

function list(id, heading, text, page, state) {
  const items = page?.items.filter((t) => !isHeuristic(t)) ?? [];
  return html`<section class="panel" aria-labelledby="${id}-title" data-testid=${id} data-known=${page !== null}>
    <h2 id="${id}-title">${heading}</h2><p class="quiet">${text}</p>
    ${page === null ? html`<p class="empty">Looking …</p>`
      : items.length === 0 ? html`<p class="good-text">None.</p>` : rows(items, (t) => actions(t, load))}
    ${page?.cursor ? html`<p><a href="#/transactions?state=${state}&older-than=${AGE}">These are the newest ${LIMIT}: see all</a></p>` : nothing}
  </section>`;
}

export const draw = () => html`
  ${head('In doubt', 'What has waited for more than a second. Participants keep their locks until it ends.')}
  ${problem(view.problem)}${missing(view.missing)}
  ${list('committing', 'Decided: commit', 'Not every branch has acknowledged. The orders are repeated until each has.', view.committing, 'COMMITTING')}
  ${list('rolling-back', 'Decided: roll back', 'Not every branch has acknowledged. The orders are repeated until each has.', view.rollingBack, 'ROLLING_BACK')}
  ${list('preparing', 'Not decided', 'Votes are asked for, or the result of the decision\u2019s write is not known yet. The deadline ends it.', view.preparing, 'PREPARING')}`;
