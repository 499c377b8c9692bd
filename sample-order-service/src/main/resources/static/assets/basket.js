import { html, nothing, repeat } from './lib.js';
import { check, close, cross, question, undo, bin } from './icons.js';
import { money, plural } from './format.js';
import {
  basketCount, basketLines, basketTotal, bySku, checkAgain, customerName, pay, setQuantity, state, update,
} from './store.js';

const shut = () => update({ basketOpen: false, checkout: state.checkout?.phase === 'paid' ? null : state.checkout });

export const basket = () => html`
  <dialog class="drawer" aria-labelledby="basket-title" data-testid="basket" @close=${shut}
    @click=${(e) => e.target === e.currentTarget && e.currentTarget.close()}>
    <div class="drawer-inner">
      <header>
        <h2 id="basket-title">Basket</h2>
        <button class="icon-button" aria-label="Close the basket" @click=${(e) => e.target.closest('dialog').close()}>${close()}</button>
      </header>
      <div class="drawer-body" aria-live="polite" data-testid="checkout-state" data-phase=${state.checkout?.phase || 'idle'}>
        ${state.checkout ? outcome(state.checkout) : nothing}
        ${state.checkout?.phase === 'paid' || state.checkout?.phase === 'unknown' ? nothing : lines()}
      </div>
      ${['paid', 'unknown'].includes(state.checkout?.phase) ? nothing : foot()}
    </div>
  </dialog>`;

/** The dialog element keeps the focus inside and closes on Escape; it only has to be told when. */
export function syncBasket() {
  const dialog = document.querySelector('dialog.drawer');
  if (state.basketOpen && !dialog.open) {
    dialog.showModal();
  } else if (!state.basketOpen && dialog.open) {
    dialog.close();
  }
}

const busy = () => state.checkout?.phase === 'paying';

const lines = () =>
  basketCount() === 0
    ? html`<p class="empty">Nothing in it yet.</p>`
    : html`<ul class="lines">${repeat(basketLines(), (line) => line.product.sku, line)}</ul>`;

const line = ({ product, quantity }) => html`
  <li>
    <img src=${product.image} width="64" height="64" alt="">
    <div class="line-text"><strong>${product.name}</strong><span class="quiet">${money(product.pricePence)} each</span></div>
    <div class="stepper" role="group" aria-label="How many: ${product.name}">
      <button aria-label=${quantity === 1 ? `Remove ${product.name}` : 'One less'} ?disabled=${busy()} @click=${() => setQuantity(product.sku, quantity - 1)}>${quantity === 1 ? bin() : '−'}</button>
      <output>${quantity}</output>
      <button aria-label="One more" ?disabled=${busy()} @click=${() => setQuantity(product.sku, quantity + 1)}>+</button>
    </div>
    <span class="line-sum">${money(quantity * product.pricePence)}</span>
  </li>`;

function foot() {
  const balance = state.balances[state.customer];
  const total = basketTotal();
  return html`
    <footer>
      <dl class="totals">
        <div><dt>Paid by</dt><dd>${customerName()}</dd></div>
        <div><dt>In the account</dt><dd>${balance === undefined ? '…' : money(balance)}</dd></div>
        <div class="grand"><dt>Total</dt><dd data-testid="basket-total">${money(total)}</dd></div>
      </dl>
      <button class="button big" data-testid="pay" ?disabled=${busy() || total === 0} @click=${() => pay()}>
        ${busy() ? html`<span class="spinner" aria-hidden="true"></span> Paying…` : total === 0 ? 'Nothing to pay' : `Pay ${money(total)}`}
      </button>
    </footer>`;
}

const outcomes = {
  paying: () => nothing,
  paid: ({ request, order }) => html`
    <div class="outcome good" data-testid="outcome-paid">
      <span class="badge">${check()}</span>
      <h3>Thank you, ${customerName(request.customer)}.</h3>
      <p>${plural(request.items.reduce((sum, item) => sum + item.quantity, 0), 'thing')} for ${money(order.amountPence)}, paid and on the way.</p>
      <p class="quiet">Order <code data-testid="order-number">${order.orderNumber}</code></p>
      <ul class="thumbs">${request.items.map((item) => html`<li><img src=${bySku(item.sku)?.image} width="64" height="64" alt="${item.quantity} × ${bySku(item.sku)?.name}"></li>`)}</ul>
      <div class="actions">
        <a class="button" href="#/orders" @click=${shut}>See your orders</a>
        <button class="button plain" @click=${shut}>Keep looking</button>
      </div>
    </div>`,
  refused: ({ detail }) => html`
    <div class="outcome bad" role="alert" data-testid="outcome-refused">
      <span class="badge">${cross()}</span>
      <h3>The payment was refused</h3>
      <p data-testid="refusal-reason">${sentence(detail)}</p>
      <p class="quiet">Nothing was ordered and nothing was paid. Change the basket or choose another customer at the top.</p>
    </div>`,
  'sold-out': ({ detail }) => html`
    <div class="outcome bad" role="alert" data-testid="outcome-sold-out">
      <span class="badge">${cross()}</span>
      <h3>There is not enough left</h3>
      <p>${sentence(detail)}</p>
      <p class="quiet">Nothing was ordered and nothing was paid. Take less of it, or something else.</p>
    </div>`,
  invalid: ({ detail }) => html`
    <div class="outcome bad" role="alert" data-testid="outcome-invalid">
      <span class="badge">${cross()}</span>
      <h3>This order cannot be placed</h3>
      <p>${sentence(detail)}</p>
    </div>`,
  'rolled-back': ({ request, detail }) => html`
    <div class="outcome warn" role="alert" data-testid="outcome-rolled-back">
      <span class="badge">${undo()}</span>
      <h3>That did not work</h3>
      <p>Nothing was ordered and nothing was paid, so it is safe to try again.</p>
      <p class="quiet">${sentence(detail)}</p>
      <div class="actions"><button class="button" data-testid="try-again" @click=${() => pay(request)}>Try again</button></div>
    </div>`,
  unknown: ({ request, detail, transaction, checking, checked }) => html`
    <div class="outcome warn" role="alert" data-testid="outcome-unknown">
      <span class="badge">${question()}</span>
      <h3>We do not know yet</h3>
      <p>Your order is either paid and placed or neither, but nobody could tell us which so far. It will be settled by itself; please do not order the same again.</p>
      <p class="quiet">Order <code>${request.orderNumber}</code>${transaction ? html`<br>Transaction <code>${transaction}</code>` : nothing}</p>
      ${detail && !transaction ? html`<p class="quiet">${sentence(detail)}</p>` : nothing}
      <div class="actions">
        <button class="button" data-testid="check-again" ?disabled=${checking} @click=${checkAgain}>
          ${checking ? html`<span class="spinner" aria-hidden="true"></span> Asking…` : 'Check again'}
        </button>
        ${transaction ? nothing : html`<button class="button plain" @click=${() => pay(request)}>Send it again, with the same number</button>`}
      </div>
      ${checked ? html`<p class="quiet">Asked ${plural(checked, 'time')}, still unknown.</p>` : nothing}
    </div>`,
};

const outcome = (checkout) => outcomes[checkout.phase](checkout);

export const sentence = (text) => {
  const trimmed = (text || '').trim();
  return trimmed && trimmed[0].toUpperCase() + trimmed.slice(1) + (/[.!?)]$/.test(trimmed) ? '' : '.');
};
