import { html, nothing } from './lib.js';
import { api } from './api.js';
import { logIn, refusal, session } from './session.js';
import { update } from './state.js';

// In place of the views, when the coordinator wants to know who somebody is. What is typed is in the field and nowhere else.

export const title = 'Log in';

let busy = false;

// What RFC 6750 allows: a browser would refuse to send some of the rest.
const BEARER = /^[\w.~+/-]+=*$/;

export const focus = () => document.getElementById('credential')?.focus();

async function submit(event) {
  event.preventDefault();
  if (busy) {
    return;
  }
  const credential = event.target.elements.credential.value.trim();
  busy = true;
  session.problem = null;
  update();
  try {
    if (!BEARER.test(credential)) {
      throw new Error('This is no key and no token: these have letters, digits and a few signs, and no spaces.');
    }
    await api.admit(credential);
    logIn(credential);
  } catch (problem) {
    busy = false;
    session.problem = refusal(problem);
    update();
    document.getElementById('credential').select();
  }
}

export const draw = () => html`
  <section class="panel login" aria-labelledby="login-title">
    <h1 id="login-title">${title}</h1>
    <p class="quiet" id="login-how">Enter the key of somebody who has the scope tx:operate, or such a token; whoever runs this coordinator makes keys
      as docs/security.md shows.</p>
    <form @submit=${submit}>
      <input name="username" autocomplete="username" value="assent" hidden>
      <label>Key or token <input id="credential" data-testid="credential" name="credential" type="password" required autocomplete="current-password"
        autocapitalize="off" spellcheck="false" aria-describedby="login-how ${session.problem ? 'login-problem' : ''}" aria-invalid=${session.problem ? 'true' : nothing}></label>
      ${session.problem ? html`<p class="notice bad" role="alert" id="login-problem" data-testid="login-problem">${session.problem}</p>` : nothing}
      <p class="quiet small">It is kept for this tab, until you log out or close it.</p>
      <button class="button" data-testid="log-in" ?disabled=${busy}>${busy ? 'Asking …' : title}</button>
    </form>
  </section>`;
