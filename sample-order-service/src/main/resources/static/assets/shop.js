import { html, repeat } from './lib.js';
import { money } from './format.js';
import { basketCount, setQuantity, state, update } from './store.js';

export const shop = () => html`
  <section class="hero">
    <div>
      <h1>Things for the house,<br>made to be used.</h1>
      <p>Twelve of them, chosen slowly. Your order is recorded and paid, or neither: never one without the other.</p>
    </div>
    <img src="/images/mug.svg" width="400" height="400" alt="">
    <img src="/images/lamp.svg" width="400" height="400" alt="">
    <img src="/images/plant.svg" width="400" height="400" alt="">
  </section>
  <h2 class="section-title" id="products-title">The whole shop</h2>
  <ul class="products" aria-labelledby="products-title" data-testid="products">
    ${state.products ? repeat(state.products, (p) => p.sku, card) : Array.from({ length: 8 }, skeleton)}
  </ul>`;

const card = (product) => {
  const quantity = state.basket[product.sku] || 0;
  return html`
    <li class="card" data-testid="product-${product.sku}">
      <img src=${product.image} width="400" height="400" alt="" loading="lazy">
      <div class="card-text">
        <h3>${product.name}</h3>
        <p>${product.description}</p>
      </div>
      <div class="card-foot">
        <span class="price">${money(product.pricePence)}</span>
        <button class="button" @click=${() => add(product)} data-testid="add-${product.sku}"
          aria-label="Add ${product.name} to the basket${quantity ? `, ${quantity} in it` : ''}">
          ${quantity ? html`Add <span class="pill">${quantity}</span>` : 'Add'}
        </button>
      </div>
    </li>`;
};

const skeleton = () => html`<li class="card skeleton" aria-hidden="true"><div class="picture"></div><div class="card-text"><span></span><span></span></div><div class="card-foot"></div></li>`;

function add(product) {
  if (['paying', 'unknown'].includes(state.checkout?.phase)) {
    update({ basketOpen: true });
    return;
  }
  setQuantity(product.sku, (state.basket[product.sku] || 0) + 1);
  document.getElementById('announcer').textContent = `${product.name} added; ${basketCount()} in the basket`;
}
