import { html, nothing } from './lib.js';
import { api } from './api.js';
import { age, head, problem } from './parts.js';
import { update } from './state.js';

export const title = 'Doctor';

const view = { report: null, at: null, busy: false, problem: null };

export const enter = () => examine();
export const leave = () => {};

async function examine() {
  view.busy = true;
  update();
  try {
    view.report = await api.doctor();
    view.at = new Date().toISOString();
    view.problem = null;
  } catch (failure) {
    view.problem = failure.message;
  }
  view.busy = false;
  update();
}

const KINDS = { OK: ['good', 'fine'], UNKNOWN: ['open', 'not known'], WARNING: ['wait', 'warning'], PROBLEM: ['alarm', 'problem'] };
const WORST_FIRST = ['PROBLEM', 'WARNING', 'UNKNOWN', 'OK'];

function finding(f) {
  const [kind, word] = KINDS[f.status] || ['open', f.status];
  return html`<li class="panel" data-testid="check-${f.check}" data-status=${f.status}>
    <h2>${f.check} <span class="chip ${kind}">${word}</span></h2>
    <p>${f.found}</p>
    ${f.remedy ? html`<p><strong>What to do:</strong> ${f.remedy}</p>` : nothing}</li>`;
}

const sorted = (items) => [...items].sort((a, b) => WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status));

export const draw = () => html`
  ${head('Doctor', 'What goes wrong in practice, looked at by this instance, and what to do about it.',
    html`<button class="button" data-testid="examine" ?disabled=${view.busy} @click=${examine}>${view.busy ? 'Looking …' : 'Examine again'}</button>`)}
  ${problem(view.problem)}
  ${view.report ? html`<p class="quiet" data-testid="examined">Examined ${age(view.at)}.</p>
    <ul class="cards">${sorted(view.report.items).map(finding)}</ul>` : view.problem ? nothing : html`<p class="empty">Looking …</p>`}`;
