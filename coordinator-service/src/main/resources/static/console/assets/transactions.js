import { html, nothing, live as current } from './lib.js';
import { api } from './api.js';
import { isId } from './format.js';
import { head, missing, problem, rows } from './parts.js';
import { update } from './state.js';

export const title = 'Transactions';

const PAGE = 50;
const STATES = ['ACTIVE', 'PREPARING', 'COMMITTING', 'COMMITTED', 'ROLLING_BACK', 'ROLLED_BACK'];
const AGES = { '': 'any time', PT10S: '10 s', PT1M: '1 min', PT10M: '10 min', PT1H: '1 h', P1D: '1 day' };
const FILTERS = ['name', 'state', 'participant', 'older-than'];

// `cursors` leads back: the pages before the one that is shown.
const view = { filter: {}, cursors: [], cursor: '', items: null, next: null, missing: [], problem: null, loading: false };
let wanted = 0;
let focus = false;

export function enter(argument, query) {
  view.filter = Object.fromEntries(FILTERS.map((key) => [key, query.get(key) || '']));
  view.items = null;
  load('', []);
  if (focus) {
    focus = false;
    focusSearch();
  }
}

export function leave() {
  wanted++;
}

export const focusOnEntry = () => (focus = true);

export function focusSearch() {
  const field = document.getElementById('search');
  field.focus();
  field.select();
}

async function load(cursor, cursors) {
  const turn = ++wanted;
  view.loading = true;
  update();
  try {
    const page = await api.search({ ...view.filter, limit: PAGE, cursor });
    if (turn === wanted) {
      Object.assign(view, { items: page.items, next: page.cursor, missing: page.missingLogs, problem: null, cursor, cursors });
    }
  } catch (failure) {
    if (turn === wanted) {
      Object.assign(view, { items: view.items || [], problem: failure.message });
    }
  }
  if (turn === wanted) {
    view.loading = false;
    update();
  }
}

function search(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  const text = form.get('name').trim();
  if (isId(text)) {
    location.hash = `#/transactions/${text}`;
    return;
  }
  const query = new URLSearchParams(FILTERS.map((key) => [key, form.get(key).trim()]).filter(([, value]) => value)).toString();
  const hash = `#/transactions${query ? `?${query}` : ''}`;
  if (location.hash === hash) {
    load('', []);
  } else {
    location.hash = hash;
  }
}

const option = (value, text, chosen) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`;

const form = () => html`
  <form class="filters" role="search" @submit=${search}>
    <label class="wide">Id or exact name <input id="search" data-testid="search" name="name" maxlength="128" autocomplete="off" spellcheck="false" .value=${current(view.filter.name || '')}
      @input=${(event) => (view.filter.name = event.target.value)}></label>
    <label>State <select name="state" data-testid="filter-state" @change=${(event) => (view.filter.state = event.target.value)}>${option('', 'any', view.filter.state)}${STATES.map((state) =>
      option(state, state.toLowerCase().replace('_', ' '), view.filter.state))}</select></label>
    <label>Participant <input name="participant" data-testid="filter-participant" autocomplete="off" spellcheck="false" .value=${current(view.filter.participant || '')}
      @input=${(event) => (view.filter.participant = event.target.value)}></label>
    <label>In this state for <select name="older-than" data-testid="filter-age" @change=${(event) => (view.filter['older-than'] = event.target.value)}>${Object.entries(AGES).map(([value, text]) =>
      option(value, text, view.filter['older-than']))}</select></label>
    <button class="button" data-testid="search-button">Search</button>
  </form>`;

const pages = () => html`
  <nav class="pages" aria-label="Pages">
    <button class="button plain" data-testid="newer" ?disabled=${!view.cursors.length || view.loading}
      @click=${() => load(view.cursors.at(-1), view.cursors.slice(0, -1))}>Newer</button>
    <span class="quiet" data-testid="page">Page ${view.cursors.length + 1}</span>
    <button class="button plain" data-testid="older" ?disabled=${!view.next || view.loading}
      @click=${() => load(view.next, [...view.cursors, view.cursor])}>Older</button>
    <button class="button plain" data-testid="refresh" ?disabled=${view.loading} @click=${() => load(view.cursor, view.cursors)}>Refresh</button>
  </nav>`;

export const draw = () => html`
  ${head('Transactions', 'The newest first, of all instances, as the decision log has them.')}
  ${form()}
  ${problem(view.problem)}${missing(view.missing)}
  <div aria-busy=${view.loading} data-testid="found" data-count=${view.items?.length ?? nothing}>
    ${view.items === null ? html`<p class="empty">Looking …</p>`
      : view.items.length === 0 ? html`<p class="empty">Nothing found.</p>` : rows(view.items)}
  </div>
  ${pages()}`;
