import { html, nothing, live } from './lib.js';
import { api, Problem } from './api.js';
import { money, timeOfDay } from './format.js';
import { sentence } from './basket.js';
import { loadBalance, newOrderNumber, state, update } from './store.js';

// "Break it": arm a failure, buy something, and watch what the system does about it.

const FAILURES = [
  { id: 'NONE', title: 'Nothing', text: 'A checkout as it should be.' },
  { id: 'REFUSE', title: 'The bank refuses', text: 'The payment service says no after the order was written. The order must vanish.' },
  { id: 'SLOW', title: 'The payment is slow', text: 'Longer than ten seconds, and the transaction runs out of time: rolled back.' },
  { id: 'KILL_AFTER_VOTE', title: 'Payment service dies', text: 'kill -9 after its vote, before it hears the decision. It comes back and has to finish.' },
  { id: 'KILL_AFTER_DECISION', title: 'Coordinator dies', text: 'kill -9 after its decision reached the payment service, before it could tell anyone else.' },
];

const view = {
  available: null, // null: not asked yet; a string: why not
  armed: 'NONE',
  delayMillis: 3000,
  system: {},
  run: null, // {startedAt, phase, events: [{at, text, kind}], transactionId, transaction, order}
  books: null,
};

let timer = null;
// The last change of the failure, on its way to the payment service: a checkout sent meanwhile would not run into it.
let arming = Promise.resolve();

export function enterBreak(transactionId) {
  if (transactionId && view.run?.transactionId !== transactionId) {
    view.run = { startedAt: null, phase: 'looking', events: [], transactionId };
  }
  if (!timer) {
    timer = setTimeout(tick, 0);
  }
  refreshArmed();
  refreshBooks();
}

export function leaveBreak() {
  clearTimeout(timer);
  timer = null;
}

async function refreshArmed() {
  try {
    const setting = await api.armed();
    view.available = true;
    view.armed = setting.coordinator !== 'NONE' ? setting.coordinator : setting.payment;
  } catch (problem) {
    // Down is what one expects here now and then; only "there is no such thing" is an answer.
    if (problem.status === 404) {
      view.available = 'The failures are switched off. Start both services with sample.break.enabled=true, as ./demo does.';
    } else if (problem.status === 409) {
      view.available = problem.message;
    } else {
      view.available = view.available ?? true;
    }
  }
  update({});
}

async function refreshBooks() {
  view.books = await api.books().catch(() => null);
  update({});
}

function arm(id) {
  arming = send(id);
}

async function send(id) {
  view.armed = id;
  view.problem = null;
  update({});
  const coordinator = id === 'KILL_AFTER_DECISION';
  try {
    await api.arm({ payment: coordinator ? 'NONE' : id, coordinator: coordinator ? id : 'NONE', delayMillis: Number(view.delayMillis) });
  } catch (problem) {
    view.problem = problem.message;
    refreshArmed();
  }
  update({});
}

function note(text, kind = '') {
  view.run?.events.push({ at: Date.now(), text, kind });
}

async function buy() {
  const request = { orderNumber: newOrderNumber(), customer: 'ada', items: [{ sku: 'candles', quantity: 1 }] };
  view.run = { startedAt: Date.now(), phase: 'buying', events: [], request, before: view.books };
  note(`Checkout ${request.orderNumber} is sent: one set of candles, £6.50, paid by Ada.`);
  update({});
  schedule(0);
  await arming;
  try {
    const order = await api.checkout(request);
    view.run.transactionId = order.transaction;
    view.run.paid = true;
    note('The shop answers: paid.', 'good');
  } catch (problem) {
    view.run.transactionId = problem instanceof Problem ? problem.transaction : undefined;
    const what = {
      'payment-refused': 'refused',
      'stock-refused': 'refused',
      'rolled-back': 'rolled back, try again',
      'outcome-unknown': 'unknown, ask again',
    }[problem.name] || 'no answer';
    note(`The shop answers: ${what}. ${sentence(problem.message)}`, problem.name === 'outcome-unknown' ? 'warn' : 'bad');
  }
  view.run.phase = 'watching';
  loadBalance('ada');
  refreshArmed();
  refreshBooks();
  schedule(0);
}

function schedule(delay) {
  if (timer) {
    clearTimeout(timer);
    timer = setTimeout(tick, delay);
  }
}

async function tick() {
  await Promise.all([watchSystem(), watchTransaction()]);
  await settle();
  update({});
  if (timer) {
    const lively = view.run && ['buying', 'watching'].includes(view.run.phase);
    timer = setTimeout(tick, lively ? 300 : 2500);
  }
}

async function watchSystem() {
  const names = { payment: 'Payment service', coordinator: 'Coordinator' };
  let now;
  try {
    now = await api.system();
  } catch {
    return;
  }
  for (const [key, name] of Object.entries(names)) {
    if (view.system[key] && view.system[key] !== now[key]) {
      note(now[key] === 'UP' ? `${name} is up again.` : `${name} is down.`, now[key] === 'UP' ? 'good' : 'bad');
      loadBalance();
    }
  }
  view.system = now;
}

async function watchTransaction() {
  const run = view.run;
  if (!run?.transactionId || run.phase === 'done') {
    return;
  }
  try {
    const transaction = await api.transaction(run.transactionId);
    const said = describe(transaction);
    if (run.said !== said) {
      note(`The coordinator says: ${said}.`, transaction.completion === 'COMPLETE' ? 'good' : '');
      run.said = said;
    }
    run.transaction = transaction;
    run.missing = null;
  } catch (problem) {
    run.missing = problem.status === 404 ? 'The coordinator was never asked about it: it was rolled back before.' : null;
  }
}

const describe = (t) => [t.state, t.outcome && t.outcome !== t.state ? t.outcome : null, t.completion === 'PENDING' ? 'not acknowledged by all yet' : null].filter(Boolean).join(', ');

/** Ends the watching when everything is up and the transaction complete, or when there is nothing to wait for. */
async function settle() {
  const run = view.run;
  if (!run || !['watching', 'looking'].includes(run.phase)) {
    return;
  }
  const complete = !run.transactionId || run.transaction?.completion === 'COMPLETE' || run.missing;
  const up = view.system.payment !== 'DOWN' && view.system.coordinator !== 'DOWN';
  const patience = Date.now() - (run.startedAt || Date.now()) > 180_000;
  if ((complete && up) || patience) {
    run.phase = 'done';
    if (run.request) {
      const placed = await api.order(run.request.orderNumber).then(() => true, (p) => (p.status === 404 ? false : null));
      note(placed === null ? 'Whether the order is there cannot be asked now.' : placed ? 'In the end: the order is there and paid.' : 'In the end: no order, no payment.', 'end');
    }
    loadBalance('ada');
    await refreshBooks();
    await refreshArmed();
  }
}

export const breakit = () => html`
  <div class="page-head">
    <h1>Break it</h1>
    <p>Orders and payments live in two services with a database each. Choose what goes wrong, buy something, and see that both agree in the end.</p>
  </div>
  <div class="lights" aria-label="Processes" data-testid="lights">
    ${light('Order service', 'UP')}${light('Payment service', view.system.payment)}${light('Coordinator', view.system.coordinator)}
    <span class="books" data-testid="books" data-equal=${view.books ? String(view.books.ordersNetPence === view.books.paymentsNetPence) : ''}>
      ${view.books
        ? html`Orders <strong>${money(view.books.ordersNetPence)}</strong> ${view.books.ordersNetPence === view.books.paymentsNetPence ? '=' : '≠'} payments <strong>${money(view.books.paymentsNetPence)}</strong>`
        : html`<span class="quiet">The books cannot be compared just now</span>`}
    </span>
  </div>
  ${typeof view.available === 'string' ? html`<p class="notice bad">${view.available}</p>` : switches()}
  ${view.run ? report(view.run) : nothing}`;

const light = (name, is) => html`<span class="light ${is === 'UP' ? 'up' : is === 'DOWN' ? 'down' : ''}" data-testid="light-${name.toLowerCase().replace(' ', '-')}" data-state=${is || ''}><i aria-hidden="true"></i>${name}<span class="quiet">${is === 'UP' ? 'up' : is === 'DOWN' ? 'down' : '…'}</span></span>`;

const running = () => ['buying', 'watching'].includes(view.run?.phase);

const switches = () => html`
  <fieldset class="failures" data-testid="failures" ?disabled=${running()}>
    <legend>What goes wrong at the next checkout</legend>
    ${FAILURES.map((f) => html`
      <label class="failure">
        <input type="radio" name="failure" value=${f.id} data-testid="failure-${f.id}" .checked=${live(view.armed === f.id)} @change=${() => arm(f.id)}>
        <span class="failure-text"><strong>${f.title}</strong><span>${f.text}</span>
          ${f.id === 'SLOW' && view.armed === 'SLOW' ? html`<span class="delay">
            <input type="range" min="500" max="15000" step="500" aria-label="How slow" .value=${live(String(view.delayMillis))}
              @input=${(e) => { view.delayMillis = Number(e.target.value); update({}); }} @change=${() => arm('SLOW')}>
            <output>${(view.delayMillis / 1000).toFixed(1)} s</output></span>` : nothing}
        </span>
      </label>`)}
  </fieldset>
  ${view.problem ? html`<p class="notice bad" role="alert">${sentence(view.problem)}</p>` : nothing}
  <p><button class="button big inline" data-testid="break-buy" ?disabled=${running()} @click=${buy}>
    ${running() ? html`<span class="spinner" aria-hidden="true"></span> Watching…` : 'Buy candles as Ada, £6.50'}</button></p>`;

const report = (run) => html`
  <section class="report" aria-labelledby="report-title" data-testid="report" data-phase=${run.phase}>
    ${run.events.length ? html`
      <div class="panel">
        <h2 id="report-title">What happened</h2>
        <ol class="events" aria-live="polite">
          ${run.events.map((e) => html`<li class=${e.kind}><time>+${((e.at - (run.startedAt || e.at)) / 1000).toFixed(1)} s</time><span>${e.text}</span></li>`)}
        </ol>
      </div>` : nothing}
    <div class="panel">
      <h2>The transaction</h2>
      ${run.transaction ? transaction(run.transaction)
        : html`<p class="quiet">${run.missing || (run.phase === 'buying' ? 'On its way…' : run.transactionId ? 'Asking the coordinator…' : run.paid ? 'It has no number to look up.' : 'It was rolled back before the coordinator was asked to commit; there is nothing to look up.')}</p>`}
      ${run.transactionId ? html`<p class="quiet transaction"><code>${run.transactionId}</code></p>` : nothing}
    </div>
  </section>`;

const transaction = (t) => html`
  <p class="tx-state"><span class="status ${t.decision === 'COMMIT' ? 'paid' : t.decision === 'ROLLBACK' ? 'cancelled' : 'refund'}" data-testid="tx-state">${t.state}</span>
    ${t.decision ? html`decided <strong>${t.decision}</strong>` : 'not decided'}${t.completion ? html`, ${t.completion.toLowerCase()}` : nothing}</p>
  ${t.reason ? html`<p class="quiet">${t.reason}</p>` : nothing}
  <div class="table-wrap"><table>
    <thead><tr><th scope="col" aria-label="Branch">#</th><th scope="col">Participant</th><th scope="col">Vote</th><th scope="col">Now</th><th scope="col">Told</th></tr></thead>
    <tbody>${t.branches.map((b) => html`<tr><td>${b.branch}</td><td>${b.participant}</td><td>${b.vote}</td><td>${b.state || (b.acknowledged ? 'done' : 'in doubt')}</td><td>${b.attempts} ×</td></tr>
      ${b.lastError && !b.acknowledged ? html`<tr class="error"><td></td><td colspan="4">${b.lastError}</td></tr>` : nothing}`)}</tbody>
  </table></div>
  ${t.timeline?.length ? html`<ol class="events timeline">${t.timeline.map((e) => html`<li><time>${timeOfDay(e.at)}</time><span>${e.event}${e.branch ? ` · branch ${e.branch}` : ''}${e.detail ? html`<br><span class="quiet">${e.detail}</span>` : nothing}</span></li>`)}</ol>` : nothing}`;
