import { html, nothing, repeat } from './lib.js';
import { money, when } from './format.js';
import { bySku, cancel, customerName, loadOrders, state } from './store.js';

export const orders = () => html`
  <div class="page-head"><h1>Orders of ${customerName()}</h1></div>
  <div aria-live="polite">
    ${state.notice ? html`<p class="notice ${state.notice.kind}" role="status" data-testid="notice">${state.notice.text}</p>` : nothing}
    ${state.ordersProblem ? html`<p class="notice bad" role="alert">The orders cannot be shown: ${state.ordersProblem}</p>` : nothing}
  </div>
  ${state.orders === null
    ? html`<p class="quiet loading">Fetching the orders…</p>`
    : state.orders.length === 0
      ? html`<p class="empty">${customerName()} has not ordered anything yet. <a href="#/">Have a look around.</a></p>`
      : html`
        <ul class="orders" data-testid="orders">${repeat(state.orders, (o) => o.orderNumber, order)}</ul>
        ${state.nextOrders ? html`<p class="more"><button class="button plain" @click=${() => loadOrders(true)}>Older orders</button></p>` : nothing}`}`;

const labels = { PAID: 'Paid', CANCELLED: 'Cancelled', REFUND: 'Refund' };

const order = (o) => html`
  <li class="order" data-testid="order-${o.orderNumber}" data-status=${o.status}>
    <div class="order-head">
      <span class="status ${o.status.toLowerCase()}" data-testid="status">${labels[o.status]}</span>
      <code>${o.orderNumber}</code>
      <time class="quiet" datetime=${o.createdAt}>${when(o.createdAt)}</time>
      <strong class="order-sum">${money(o.amountPence)}</strong>
    </div>
    <div class="order-body">
      ${o.lines.length
        ? html`<ul class="order-lines">${o.lines.map((l) => html`
            <li><img src=${bySku(l.sku)?.image || '/favicon.svg'} width="48" height="48" alt="" loading="lazy"><span>${l.quantity} × ${l.name}</span></li>`)}</ul>`
        : html`<p class="quiet">${o.status === 'REFUND' ? 'Money given back without an order.' : 'An invoice from the till.'}</p>`}
      ${o.status === 'PAID'
        ? html`<button class="button plain" data-testid="cancel" ?disabled=${state.cancelling !== null} @click=${() => cancel(o.orderNumber)}
            aria-label="Cancel order ${o.orderNumber}">${state.cancelling === o.orderNumber ? 'Cancelling…' : 'Cancel'}</button>`
        : nothing}
    </div>
    ${o.refundedPence && o.status === 'PAID' ? html`<p class="quiet">${money(o.refundedPence)} of it were given back.</p>` : nothing}
    ${o.transaction ? html`<p class="quiet transaction">Transaction <a href="#/break/${o.transaction}"><code>${o.transaction}</code></a></p>` : nothing}
  </li>`;
