import { html, nothing, render, repeat, live } from './lib.js';
import { api } from './api.js';
import { bag, theme } from './icons.js';
import { basket, syncBasket } from './basket.js';
import { breakit, enterBreak, leaveBreak } from './breakit.js';
import { money } from './format.js';
import { orders } from './orders.js';
import { shop } from './shop.js';
import { basketCount, loadBalance, loadOrders, onChange, state, update } from './store.js';

const views = { shop, orders, break: breakit };
const titles = { shop: 'things for the house', orders: 'orders', break: 'break it' };

const page = () => html`
  <header class="top">
    <div class="top-inner">
      <a class="logo" href="#/" aria-label="Tandem, to the shop"><img src="/favicon.svg" width="32" height="32" alt="">Tandem</a>
      <nav aria-label="Main">
        ${tab('shop', '#/', 'Shop')}${tab('orders', '#/orders', 'Orders')}${tab('break', '#/break', 'Break it')}
      </nav>
      <div class="tools">
        ${account()}
        <button class="icon-button" aria-label="Colours: ${state.theme}" title="Colours: ${state.theme}" @click=${nextTheme}>${theme()}</button>
        <button class="basket-button" data-testid="open-basket" @click=${() => update({ basketOpen: true })}
          aria-label="Basket, ${basketCount()} in it">${bag()}<span class="count" data-testid="basket-count">${basketCount()}</span></button>
      </div>
    </div>
    ${state.checkout?.phase === 'unknown' && !state.basketOpen ? html`
      <p class="banner" role="status" data-testid="banner">We do not know yet what became of order <code>${state.checkout.request.orderNumber}</code>.
        <button class="link" @click=${() => update({ basketOpen: true })}>Have a look</button></p>` : nothing}
  </header>
  <main id="main" tabindex="-1">${views[state.view]()}</main>
  <footer class="bottom"><p>Orders in one service, payments in another, and one decision for both.</p>
    <nav aria-label="Documentation"><a href="/swagger-ui.html">API</a><a href="/actuator/health">Health</a></nav></footer>
  ${basket()}
  <p id="announcer" class="visually-hidden" aria-live="polite"></p>`;

const tab = (view, href, text) => html`<a href=${href} data-testid="nav-${view}" aria-current=${state.view === view ? 'page' : nothing}>${text}</a>`;

function account() {
  const balance = state.balances[state.customer];
  return html`
    <label class="account">
      <span class="visually-hidden">Customer</span>
      <select data-testid="customer" .value=${live(state.customer)} @change=${(e) => choose(e.target.value)}>
        ${repeat(state.customers, (c) => c.customer, (c) => html`<option value=${c.customer} ?selected=${c.customer === state.customer}>${c.name}, ${c.note}</option>`)}
      </select>
      <span class="who" aria-hidden="true">${state.customers.find((c) => c.customer === state.customer)?.name || ' '}</span>
      <span class="balance" data-testid="balance">${balance === undefined ? '…' : money(balance)}</span>
    </label>`;
}

function choose(customer) {
  const ended = state.checkout && !['paying', 'unknown'].includes(state.checkout.phase);
  update({ customer, orders: null, nextOrders: null, notice: null, checkout: ended ? null : state.checkout });
  loadBalance(customer);
  if (state.view === 'orders') {
    loadOrders();
  }
}

function nextTheme() {
  const order = ['auto', 'light', 'dark'];
  update({ theme: order[(order.indexOf(state.theme) + 1) % order.length] });
}

function route() {
  const [, name = '', argument] = location.hash.replace(/^#/, '').split('/');
  const view = views[name] ? name : 'shop';
  const moved = view !== state.view;
  update({ view, notice: null, basketOpen: moved ? false : state.basketOpen });
  document.title = `Tandem · ${titles[view]}`;
  if (view === 'orders') {
    loadOrders();
  }
  if (view === 'break') {
    enterBreak(argument);
  } else {
    leaveBreak();
  }
  if (moved) {
    scrollTo(0, 0);
    document.getElementById('main').focus({ preventScroll: true });
  }
}

onChange(() => {
  document.documentElement.style.colorScheme = state.theme === 'auto' ? '' : state.theme;
  render(page(), document.getElementById('app'));
  syncBasket();
});

addEventListener('hashchange', route);
route();
loadBalance();
api.customers().then((customers) => update({ customers }), () => {});
api.products().then((products) => update({ products }), () => update({ products: [] }));
// The other side of a pair may be buying too, in another window.
setInterval(() => document.visibilityState === 'visible' && loadBalance(), 10_000);
