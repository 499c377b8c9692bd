// The state of the page, and the one way to change it. Views read `state` and are drawn again after `update`.

const saved = JSON.parse(localStorage.getItem('assent-console') || '{}');

export const state = {
  view: 'overview',
  theme: saved.theme || 'auto',
  notice: null, // {kind: good|bad, text}
};

let draw = () => {};
export const onChange = (listener) => (draw = listener);

export function update(patch = {}) {
  Object.assign(state, patch);
  if ('theme' in patch) {
    localStorage.setItem('assent-console', JSON.stringify({ theme: state.theme }));
  }
  draw();
}

/** Calls `work` at once and again after each pause, one call at a time, until the function that is returned is called. */
export function every(pause, work) {
  let timer;
  let over = false;
  const turn = async () => {
    if (document.visibilityState === 'visible') {
      await work();
    }
    if (!over) {
      timer = setTimeout(turn, pause);
    }
  };
  turn();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
