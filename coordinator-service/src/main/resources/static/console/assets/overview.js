import { html, nothing } from './lib.js';
import { api } from './api.js';
import { chart } from './charts.js';
import { count, millis, number } from './format.js';
import { live } from './live.js';
import { head } from './parts.js';
import { every, update } from './state.js';

export const title = 'Overview';

const view = { problems: null, unread: null };
let stop = () => {};

export function enter() {
  stop = every(5000, look);
}

export const leave = () => stop();

/** How many of a state are older than an instance needs in good times; counting stops early, a page is enough to know. */
const LIMIT = 50;
const AGE = 'PT10S';
const stuck = async (state) => (await api.search({ state, 'older-than': AGE, limit: LIMIT })).items;

async function look() {
  try {
    const [committing, rollingBack, preparing, { logs }, { items: instances }] = await Promise.all([
      stuck('COMMITTING'), stuck('ROLLING_BACK'), stuck('PREPARING'), api.logs(), api.instances()]);
    const decided = [...committing, ...rollingBack];
    const heuristic = decided.filter((t) => t.outcome?.startsWith('HEURISTIC'));
    const waiting = decided.filter((t) => !t.outcome?.startsWith('HEURISTIC'));
    const down = logs.filter((log) => !log.available);
    const silent = instances.filter((instance) => !instance.alive);
    view.problems = [
      heuristic.length && { kind: 'bad', href: '#/heuristic', text: `${some(heuristic.length)} ended against the decision: a person is needed` },
      down.length && { kind: 'bad', href: '#/log', text: `This instance cannot decide in ${down.map((log) => log.name).join(', ')}` },
      waiting.length && { kind: 'warn', href: '#/doubt', text: `${some(waiting.length)} decided, but not acknowledged by all for more than 10 s` },
      preparing.length && { kind: 'warn', href: '#/doubt', text: `${some(preparing.length)} without a decision for more than 10 s` },
      silent.length && { kind: 'warn', href: '#/log', text: `${count(silent.length, 'instance')} gave no sign of life lately` },
    ].filter(Boolean);
    view.unread = null;
  } catch (problem) {
    view.unread = problem.message;
  }
  update();
}

const some = (n) => (n >= LIMIT ? `${LIMIT} transactions or more` : count(n, 'transaction'));

const openProblems = () => html`
  <section class="panel" aria-labelledby="open-title" data-testid="problems" data-known=${view.problems !== null}>
    <h2 id="open-title">Open problems</h2>
    ${view.unread ? html`<p class="notice bad" role="alert">${view.unread}</p>` : nothing}
    ${view.problems === null ? (view.unread ? nothing : html`<p class="quiet">Looking …</p>`)
      : view.problems.length === 0 ? html`<p class="good-text" data-testid="no-problems">None.</p>`
      : html`<ul class="problems">${view.problems.map((one) => html`<li class=${one.kind}><a href=${one.href}>${one.text}</a></li>`)}</ul>`}
  </section>`;

const tile = (id, label, value, note = '') => html`
  <div class="tile"><dt>${label}</dt><dd><strong data-testid="tile-${id}">${value}</strong>${note ? html` <span class="quiet">${note}</span>` : nothing}</dd></div>`;

const longest = (n) => (n ? `longest ${millis(Math.max(n.commits.maxMillis, n.rollbacks.maxMillis))}` : '');

export function draw() {
  const last = live.points.at(-1);
  const n = live.latest;
  return html`
    ${head('Overview', 'What this instance does now. Counts are since it started; other instances show theirs on their own page.')}
    ${openProblems()}
    <dl class="tiles">
      ${tile('commits', 'Commits per second', number(last?.commits), n ? `${number(n.commits.count)} in all` : '')}
      ${tile('rollbacks', 'Rollbacks per second', number(last?.rollbacks), n ? `${number(n.rollbacks.count)} in all` : '')}
      ${tile('decide', 'Time to decide', millis(last?.decide), `99 %: ${millis(last?.decide99)}, ${longest(n)}`)}
      ${tile('complete', 'From decision to end', millis(last?.complete), `99 %: ${millis(last?.complete99)}, ${n ? `longest ${millis(n.completions.maxMillis)}` : ''}`)}
      ${tile('in-flight', 'In flight', number(n?.inFlight), n ? `${number(n.undecided)} undecided` : '')}
      ${tile('redelivering', 'Redelivering', number(n?.redelivering), n ? `${number(n.redeliveries)} repeats in all` : '')}
      ${tile('heuristics', 'Heuristic branches', number(n?.heuristics), 'since the start')}
      ${tile('refused', 'Refused as overloaded', number(n?.refused), 'since the start')}
    </dl>
    <div class="charts">
      ${chart('chart-rates', 'Decisions per second', [
        { key: 'commits', label: 'commits', kind: 'c1' }, { key: 'rollbacks', label: 'rollbacks', kind: 'c2' }], live.points,
        `now ${number(last?.commits)} commits and ${number(last?.rollbacks)} rollbacks`)}
      ${chart('chart-times', 'Time to decide, ms', [
        { key: 'decide', label: 'half within', kind: 'c1' }, { key: 'decide99', label: '99 % within', kind: 'c3' }], live.points,
        `now half within ${millis(last?.decide)}, 99 % within ${millis(last?.decide99)}`)}
      ${chart('chart-work', 'In flight', [
        { key: 'inFlight', label: 'in flight', kind: 'c1' }, { key: 'redelivering', label: 'redelivering', kind: 'c2' }], live.points,
        `now ${number(last?.inFlight)} in flight and ${number(last?.redelivering)} redelivering`)}
    </div>`;
}
