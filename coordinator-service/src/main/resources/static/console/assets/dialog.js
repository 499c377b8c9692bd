import { html, nothing } from './lib.js';
import { update } from './state.js';

// One dialog for every action: what it does, what follows from it, why, and then the doing.

let asked = null; // {title, transaction, consequence, confirm, run, done, reason, busy, problem}

const LONGEST_REASON = 512;

/**
 * @param action {title, transaction, consequence, confirm, run(reason), done(result)}: the words, and what to do; `run` may
 *     fail with a problem, which is shown, and the action can be tried again
 */
export function ask(action) {
  asked = { ...action, reason: '', busy: false, problem: null };
  update();
}

export function close() {
  asked = null;
  update();
}

async function confirm(event) {
  event.preventDefault();
  const action = asked;
  if (!action || action.busy || !action.reason.trim()) {
    return;
  }
  action.busy = true;
  action.problem = null;
  update();
  try {
    const result = await action.run(action.reason.trim());
    if (asked === action) {
      close();
    }
    action.done(result);
  } catch (problem) {
    action.problem = problem.message;
    action.busy = false;
    update();
  }
}

export const actionDialog = () => html`
  <dialog id="action" aria-labelledby="action-title" @close=${() => asked && close()} data-testid="dialog">
    ${asked ? html`<form @submit=${confirm}>
      <h2 id="action-title">${asked.title}</h2>
      <p>Transaction <code>${asked.transaction}</code></p>
      <p class="consequence" data-testid="consequence">${asked.consequence}</p>
      <label>Reason, kept with the transaction for whoever looks later
        <textarea data-testid="reason" rows="3" maxlength=${LONGEST_REASON} required autofocus .value=${asked.reason}
          @input=${(event) => { asked.reason = event.target.value; update(); }}></textarea></label>
      ${asked.problem ? html`<p class="notice bad" role="alert" data-testid="dialog-problem">${asked.problem}</p>` : nothing}
      <p class="buttons">
        <button type="button" class="button plain" data-testid="cancel" @click=${close}>Cancel</button>
        <button class="button" data-testid="confirm" ?disabled=${asked.busy || !asked.reason.trim()}>${asked.busy ? 'Under way …' : asked.confirm}</button>
      </p></form>` : nothing}
  </dialog>`;

/** After every drawing: shows or hides it. A modal dialog keeps the focus and gives it back by itself. */
export function syncDialog() {
  const dialog = document.getElementById('action');
  if (asked && !dialog.open) {
    dialog.showModal();
  } else if (!asked && dialog.open) {
    dialog.close();
  }
}
