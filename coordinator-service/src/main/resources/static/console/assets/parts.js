import { html, nothing } from './lib.js';
import { madeAt, moment, span } from './format.js';

// Small pieces that several views are made of. All text is set as text: names and reasons come from outside.

export const age = (instant) =>
  html`<time datetime=${instant} title=${instant}>${span(Date.now() - Date.parse(instant))} ago</time>`;

/** Since when, or until when. */
export const when = (instant) => {
  const left = Date.parse(instant) - Date.now();
  return html`<time datetime=${instant} title=${instant}>${left > 0 ? `in ${span(left)}` : `${span(-left)} ago`}</time>`;
};

export const at = (instant) => html`<time datetime=${instant} title=${instant}>${moment(instant)}</time>`;

const WORDS = {
  ACTIVE: ['open', 'active'],
  PREPARING: ['wait', 'preparing'],
  COMMITTING: ['wait', 'committing'],
  COMMITTED: ['good', 'committed'],
  ROLLING_BACK: ['wait', 'rolling back'],
  ROLLED_BACK: ['bad', 'rolled back'],
};

export const isHeuristic = (t) => Boolean(t.outcome?.startsWith('HEURISTIC'));
export const isOpenHeuristic = (t) => isHeuristic(t) && t.completion !== 'COMPLETE';

export function stateOf(t) {
  const [kind, word] = WORDS[t.state] || ['open', t.state];
  return html`<span class="chip ${kind}" data-testid="state">${word}</span>${isHeuristic(t)
    ? html` <span class="chip alarm" data-testid="outcome">${t.outcome.toLowerCase().replaceAll('_', ' ')}</span>`
    : nothing}`;
}

export const awaited = (t) => t.branches.filter((branch) => t.decision && !branch.acknowledged);

export const linkTo = (t) => html`<a class="id" href="#/transactions/${t.id}">${t.id}</a>`;

/** One line for each transaction; a grid on a desk, a card on a phone. */
export const rows = (transactions, actions = () => nothing) => html`
  <ul class="rows" data-testid="rows">
    ${transactions.map((t) => {
      const open = awaited(t);
      return html`<li data-testid="row-${t.id}">
        <span class="row-state">${stateOf(t)}</span>
        <span class="row-id">${linkTo(t)}${t.name ? html` <span class="name">${t.name}</span>` : nothing}</span>
        <span class="row-who quiet">${[...new Set(t.branches.map((b) => b.participant))].join(', ') || 'no branches yet'}${
          open.length ? html`<br><span class="warn-text">awaits ${[...new Set(open.map((b) => b.participant))].join(', ')}</span>` : nothing}</span>
        <span class="row-age quiet">${age(madeAt(t.id))}</span>
        ${actions(t)}
      </li>`;
    })}
  </ul>`;

export const problem = (text) => (text ? html`<p class="notice bad" role="alert" data-testid="problem">${text}</p>` : nothing);

export const missing = (logs) =>
  logs?.length ? html`<p class="notice warn" role="status">What is in ${logs.join(', ')} is missing here: it cannot be read now.</p>` : nothing;

/** A table that scrolls by itself when it is wider than the page; reachable with the keyboard for that. */
export const table = (label, heads, body, testId = '') => html`
  <div class="table-wrap" role="group" aria-label=${label} tabindex="0" data-testid=${testId || nothing}>
    <table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${body}</tbody></table>
  </div>`;

export const head = (title, text, tools = nothing) => html`
  <div class="page-head"><div><h1>${title}</h1>${text ? html`<p>${text}</p>` : nothing}</div><div class="page-tools">${tools}</div></div>`;
