import { html, nothing, render } from './lib.js';
import { syncCharts } from './charts.js';
import { api } from './api.js';
import { actionDialog, close as closeDialog, syncDialog } from './dialog.js';
import { live, startLive, stopLive } from './live.js';
import { isLoggedIn, logOut, onLock, session } from './session.js';
import { onChange, state, update } from './state.js';
import * as overview from './overview.js';
import * as transactions from './transactions.js';
import * as transaction from './transaction.js';
import * as doubt from './doubt.js';
import * as heuristic from './heuristic.js';
import * as participants from './participants.js';
import * as log from './log.js';
import * as doctor from './doctor.js';
import * as login from './login.js';

// A view has a title, draws itself, is told when it is entered (with what its address says) and when it is left.
const views = { overview, transactions, transaction, doubt, heuristic, participants, log, doctor };
const tabs = ['overview', 'transactions', 'doubt', 'heuristic', 'participants', 'log', 'doctor'];

const statuses = { connecting: 'connecting …', on: 'live', off: 'no live numbers' };

const page = () => html`
  <header class="top"><div class="top-inner">
    <a class="logo" href="#/" aria-label="Assent console, to the overview"><img src="favicon.svg" width="28" height="28" alt="">Assent</a>
    ${session.locked ? nothing : html`<nav aria-label="Main">${tabs.map((tab) => html`<a href=${tab === 'overview' ? '#/' : `#/${tab}`} data-testid="nav-${tab}"
      aria-current=${tab === state.view || (tab === 'transactions' && state.view === 'transaction') ? 'page' : nothing}>${views[tab].title}</a>`)}</nav>`}
    <div class="tools">
      ${session.locked ? nothing : html`<span class="light ${live.status}" role="status" data-testid="live" data-status=${live.status}><i></i>${statuses[live.status]}</span>`}
      ${isLoggedIn() ? html`<button class="button plain small" data-testid="log-out" @click=${logOut}>Log out</button>` : nothing}
      <button class="icon-button" data-testid="theme" aria-label="Colours: ${state.theme}" title="Colours: ${state.theme}" @click=${nextTheme}>◐</button>
    </div>
  </div></header>
  <main id="main" tabindex="-1" data-testid="view-${session.locked ? 'login' : state.view}">
    ${state.notice ? html`<p class="notice ${state.notice.kind}" role="status" data-testid="notice">${state.notice.text}
      <button class="link" @click=${() => update({ notice: null })}>Close</button></p>` : nothing}
    ${session.locked ? login.draw() : views[state.view].draw()}
  </main>
  <footer class="bottom"><p>${session.locked ? nothing : html`Times are those of the decision log; point at one for the exact instant. Press <kbd>/</kbd> to search.`}</p>
    <nav aria-label="Documentation"><a href="../swagger-ui.html">API</a><a href="../readyz">Health</a></nav></footer>
  ${actionDialog()}`;

function nextTheme() {
  const order = ['auto', 'light', 'dark'];
  update({ theme: order[(order.indexOf(state.theme) + 1) % order.length] });
}

let shown = null;

/** Nothing more is asked in the name of somebody whom the coordinator does not let in. */
onLock(() => {
  views[shown]?.leave();
  stopLive();
  document.title = `${login.title} · Assent console`;
  state.notice = null;
  closeDialog();
  login.focus();
});

function route() {
  if (session.locked) {
    return;
  }
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, argument] = path.split('/').map(decodeURIComponent);
  const view = name === 'transactions' && argument ? 'transaction' : views[name] ? name : 'overview';
  if (shown) {
    views[shown].leave();
  }
  const moved = shown !== null && shown !== view;
  shown = view;
  document.title = `${views[view].title} · Assent console`;
  update({ view, notice: moved ? null : state.notice });
  // On a phone there is not room for all of them.
  document.querySelector('.top nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  if (moved) {
    scrollTo(0, 0);
    document.getElementById('main').focus({ preventScroll: true });
  }
  views[view].enter(argument, new URLSearchParams(query));
}

addEventListener('keydown', (event) => {
  const typing = event.target.closest?.('input, select, textarea, dialog');
  if (event.key === '/' && !typing && !session.locked && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    if (state.view === 'transactions') {
      transactions.focusSearch();
    } else {
      transactions.focusOnEntry();
      location.hash = '#/transactions';
    }
  }
});

onChange(() => {
  document.documentElement.style.colorScheme = state.theme === 'auto' ? '' : state.theme;
  render(page(), document.getElementById('app'));
  syncDialog();
  syncCharts();
});

// What follows # is a view: the link that skips the navigation must not lead to one.
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  document.getElementById('main')?.focus();
});

// The first call tells whether somebody has to log in, before any view asks for something.
await api.instance().catch(() => null);
addEventListener('hashchange', route);
if (!session.locked) {
  route();
  startLive();
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => update());
// Ages grow by themselves.
setInterval(() => document.visibilityState === 'visible' && update(), 1000);
