import { html, nothing } from './lib.js';
import { api } from './api.js';
import { number } from './format.js';
import { age, head, problem } from './parts.js';
import { every, update } from './state.js';

export const title = 'Participants';

const view = { items: null, absent: false, problem: null };
let stop = () => {};

export function enter() {
  stop = every(2000, async () => {
    if (!view.absent) {
      await load();
    }
  });
}

export function leave() {
  stop();
  view.absent = false;
}

async function load() {
  try {
    view.items = (await api.participants()).items;
    view.problem = null;
  } catch (failure) {
    view.absent = failure.status === 404;
    view.problem = view.absent ? null : failure.message;
  }
  update();
}

const CIRCUITS = {
  CLOSED: ['good', 'answers'],
  HALF_OPEN: ['wait', 'being tried again'],
  OPEN: ['alarm', 'not called for a while'],
};

const fact = (term, value) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`;

function participant(p) {
  const [kind, word] = CIRCUITS[p.circuit] || ['open', p.circuit || 'not known'];
  return html`<li class="panel" data-testid="participant-${p.name}">
    <h2>${p.name} <span class="chip ${kind}">${word}</span></h2>
    <p class="quiet small">${p.url}</p>
    <dl class="facts">
      ${p.calls ? fact('Calls', `${number(p.calls.underWay)} of ${number(p.calls.limit)} under way, ${number(p.calls.waiting)} waiting`) : nothing}
      ${p.failureRate != null ? fact('Failed calls', `${number(p.failureRate)} %`) : nothing}
      ${p.unacknowledged == null ? nothing : fact('Branches not acknowledged', html`<a href="#/transactions?state=COMMITTING&participant=${encodeURIComponent(p.name)}">${number(p.unacknowledged)}</a>${
        p.oldestUnacknowledgedSince ? html`, the oldest ${age(p.oldestUnacknowledgedSince)}` : nothing}`)}
      ${p.lastAnswerAt ? fact('Last answer', age(p.lastAnswerAt)) : nothing}
      ${p.lastError ? fact('Last error', html`<span class="bad-text">${p.lastError}</span>${p.lastErrorAt ? html`, ${age(p.lastErrorAt)}` : nothing}`) : nothing}
    </dl></li>`;
}

export const draw = () => html`
  ${head('Participants', 'As this instance has met them. One that is away holds up its own transactions, and no others.')}
  ${problem(view.problem)}
  ${view.absent ? html`<p class="notice warn" role="status" data-testid="absent">This coordinator does not tell about its participants: it has no call for that.</p>`
    : view.items === null ? html`<p class="empty">Looking …</p>`
    : view.items.length === 0 ? html`<p class="empty" data-testid="none">This instance has called none yet.</p>`
    : html`<ul class="cards">${view.items.map(participant)}</ul>`}`;
