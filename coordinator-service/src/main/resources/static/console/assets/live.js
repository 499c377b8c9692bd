import { update } from './state.js';

// The numbers of this instance, once a second while the page is looked at.

const KEPT = 300;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

export const live = {
  status: 'connecting', // connecting | on | off
  latest: null,
  points: [], // {at, commits, rollbacks, decide, complete, inFlight, redelivering}
};

let source = null;
let retry = null;
let pause = FIRST_PAUSE;

const rate = (now, before, seconds) => Math.max(0, now - before) / seconds;
const mean = (now, before) => (now.count > before.count ? (now.totalMillis - before.totalMillis) / (now.count - before.count) : NaN);
const sum = (a, b) => ({ count: a.count + b.count, totalMillis: a.totalMillis + b.totalMillis });

function take(numbers) {
  const before = live.latest;
  live.latest = numbers;
  live.status = 'on';
  pause = FIRST_PAUSE;
  // Counts of another process, or of one that started again, have nothing to do with those before.
  if (!before || before.startedAt !== numbers.startedAt) {
    live.points = [];
    update();
    return;
  }
  const seconds = (Date.parse(numbers.at) - Date.parse(before.at)) / 1000;
  if (seconds > 0) {
    live.points.push({
      at: Date.parse(numbers.at),
      commits: rate(numbers.commits.count, before.commits.count, seconds),
      rollbacks: rate(numbers.rollbacks.count, before.rollbacks.count, seconds),
      refused: rate(numbers.refused, before.refused, seconds),
      decide: mean(sum(numbers.commits, numbers.rollbacks), sum(before.commits, before.rollbacks)),
      complete: mean(numbers.completions, before.completions),
      inFlight: numbers.inFlight,
      undecided: numbers.undecided,
      redelivering: numbers.redelivering,
    });
    live.points.splice(0, live.points.length - KEPT);
  }
  update();
}

function open() {
  clearTimeout(retry);
  source = new EventSource('live');
  source.addEventListener('numbers', (event) => take(JSON.parse(event.data)));
  source.addEventListener('error', () => {
    live.status = 'off';
    update();
    // A browser asks again by itself, but not after an answer that is no stream.
    close();
    retry = setTimeout(open, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  });
}

function close() {
  source?.close();
  source = null;
}

export function startLive() {
  document.addEventListener('visibilitychange', () => {
    clearTimeout(retry);
    close();
    if (document.visibilityState === 'visible') {
      open();
    }
  });
  addEventListener('pagehide', close);
  open();
}
