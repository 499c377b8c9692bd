import { html, nothing } from './lib.js';
import { actions, learnActions } from './actions.js';
import { api } from './api.js';
import { madeAt, timeOfDay } from './format.js';
import { age, at, awaited, head, problem, stateOf, table, when } from './parts.js';
import { every, update } from './state.js';

export const title = 'Transaction';

const view = { id: null, transaction: null, problem: null, gone: false };
let stop = () => {};

export function enter(id) {
  Object.assign(view, { id, transaction: null, problem: null, gone: false });
  stop = every(1000, () => (finished() ? null : load(id)));
  learnActions(id);
}

export const leave = () => stop();

/** Nothing can change any more, so nothing is asked any more. */
const finished = () => view.gone || view.transaction?.completion === 'COMPLETE';

async function load(id) {
  try {
    const transaction = await api.transaction(id);
    if (id === view.id) {
      Object.assign(view, { transaction, problem: null });
    }
  } catch (failure) {
    if (id === view.id) {
      view.problem = failure.message;
      view.gone = failure.status > 0 && failure.status < 500;
    }
  }
  update();
}

const WORDS = {
  BEGUN: ['Begun', ''],
  ENLISTED: ['Branch enlisted', ''],
  COMMIT_REQUESTED: ['Commit asked for', ''],
  DECIDED: ['Decided', 'key'],
  ACKNOWLEDGED: ['Branch acknowledged', 'good'],
  RESOLVED: ['Resolved by a person', 'warn'],
  COMPLETED: ['Complete', 'key'],
};

function event(entry, branches) {
  const [word, kind] = WORDS[entry.event] || [entry.event, ''];
  const branch = branches.find((one) => one.branch === entry.branch);
  const who = entry.branch ? `${entry.branch}${branch ? ` at ${branch.participant}` : ''}` : '';
  return html`<li class=${kind} data-testid="event-${entry.event}"><time datetime=${entry.at} title=${entry.at}>${timeOfDay(entry.at)}</time>
    <div><strong>${word}</strong>${who ? html` <span class="name">${who}</span>` : nothing}${entry.detail ? html`<br><span class="quiet">${entry.detail}${repeated(entry, branch)}</span>` : nothing}</div></li>`;
}

/** Of a branch that had to be ordered more than once: it was away, or slow. */
const repeated = (entry, branch) => (entry.event === 'ACKNOWLEDGED' && branch?.attempts > 1 ? `, after ${branch.attempts} orders` : '');

/** An instance that repeats an order by itself does not write down each repeat: what is due may have been sent meanwhile. */
const due = (instant) => (Date.parse(instant) > Date.now() ? html`next attempt ${when(instant)}` : 'repeated until it answers');

/** What has not happened yet. */
function waits(t) {
  const decidedAt = t.timeline?.find((entry) => entry.event === 'DECIDED')?.at;
  const lines = awaited(t).map((branch) => html`<li class="wait" data-testid="awaited-${branch.branch}"><span class="quiet">awaited</span>
    <div><strong>Acknowledgement of ${branch.branch} at ${branch.participant}</strong>${decidedAt ? html`, since ${timeOfDay(decidedAt)}, ${age(decidedAt)}` : nothing}
      <br><span class="quiet">${branch.attempts} ${branch.attempts === 1 ? 'order' : 'orders'} sent${branch.nextAttemptAt ? html`, ${due(branch.nextAttemptAt)}` : nothing}</span>
      ${branch.lastError ? html`<br><span class="bad-text">${branch.lastError}</span>` : nothing}</div></li>`);
  if (!t.decision) {
    lines.push(html`<li class="wait"><span class="quiet">awaited</span><div><strong>The decision</strong>${t.deadline
      ? html`<br><span class="quiet">Without one, it rolls back after its deadline, ${when(t.deadline)}.</span>` : nothing}</div></li>`);
  }
  return lines;
}

const branch = (b) => html`<tr>
  <td><code>${b.branch}</code></td><td>${b.participant}${b.url ? html`<br><span class="quiet small">${b.url}</span>` : nothing}</td>
  <td>${b.vote}</td><td>${b.state || '–'}</td><td>${b.acknowledged ? 'yes' : 'no'}</td><td class="num">${b.attempts}</td>
  <td>${b.lastError || '–'}</td></tr>`;

function details(t) {
  return html`
    ${actions(t, () => load(t.id))}
    <section class="panel" aria-labelledby="what-title"><h2 id="what-title">What happened</h2>
      <ol class="timeline" data-testid="timeline">${(t.timeline || []).map((entry) => event(entry, t.branches))}${waits(t)}</ol></section>
    <section class="panel" aria-labelledby="branches-title"><h2 id="branches-title">Branches</h2>
      ${t.branches.length ? table('Branches', ['Branch', 'Participant', 'Vote', 'Last known state', 'Acknowledged', 'Orders', 'Last error'], t.branches.map(branch), 'branches')
        : html`<p class="quiet">None yet.</p>`}</section>`;
}

export function draw() {
  const t = view.transaction;
  return html`
    ${head('Transaction', html`<code data-testid="transaction-id">${view.id}</code>`, t ? html`<span data-testid="status">${stateOf(t)}</span>` : nothing)}
    ${problem(view.problem)}
    ${t ? html`<dl class="facts">
        ${t.name ? html`<div><dt>Name</dt><dd>${t.name}</dd></div>` : nothing}
        <div><dt>Id made</dt><dd>${at(madeAt(t.id))}, ${age(madeAt(t.id))}</dd></div>
        ${t.deadline ? html`<div><dt>Deadline</dt><dd>${at(t.deadline)}</dd></div>` : nothing}
        ${t.decision ? html`<div><dt>Decision</dt><dd>${t.decision}, ${t.completion === 'COMPLETE' ? 'complete' : 'not acknowledged by all'}</dd></div>` : nothing}
        ${t.reason ? html`<div><dt>Reason</dt><dd>${t.reason}</dd></div>` : nothing}
      </dl>${details(t)}`
      : view.problem ? nothing : html`<p class="empty">Looking …</p>`}`;
}
