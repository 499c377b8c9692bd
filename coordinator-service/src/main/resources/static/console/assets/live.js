import { api } from './api.js';
import { session } from './session.js';
import { update } from './state.js';

// The numbers of this instance, once a second while the page is looked at.

const KEPT = 300;
// Messages over which times are looked at: few transactions tell little.
const RECENT = 10;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

export const live = {
  status: 'connecting', // connecting | on | off
  latest: null,
  recent: [], // the messages before the latest
  points: [], // {at, commits, rollbacks, decide, decide99, complete, complete99, inFlight, redelivering}
};

let watching = null; // ends what is watched now
let retry = null;
let pause = FIRST_PAUSE;

const rate = (now, before, seconds) => Math.max(0, now - before) / seconds;
const sum = (a, b) => ({ count: a.count + b.count, totalMillis: a.totalMillis + b.totalMillis, within: a.within.map((n, i) => n + b.within[i]) });

/**
 * The time, in milliseconds, that a share of what was counted between two messages did not exceed: linear within the bucket that
 * it falls in, and the last bound beyond it, as Prometheus' histogram_quantile does it. NaN: nothing was counted.
 */
export function quantile(share, now, before, bounds) {
  const count = now.count - before.count;
  if (count <= 0) {
    return NaN;
  }
  const rank = share * count;
  const within = now.within.map((n, i) => n - before.within[i]);
  const bucket = within.findIndex((n) => n >= rank);
  if (bucket < 0) {
    return bounds.at(-1) ?? NaN;
  }
  const lower = bucket ? bounds[bucket - 1] : 0;
  const below = bucket ? within[bucket - 1] : 0;
  return lower + (bounds[bucket] - lower) * ((rank - below) / (within[bucket] - below));
}

function take(numbers) {
  const before = live.latest;
  live.latest = numbers;
  live.status = 'on';
  pause = FIRST_PAUSE;
  // Counts of another process, or of one that started again, have nothing to do with those before.
  if (!before || before.startedAt !== numbers.startedAt) {
    live.points = [];
    live.recent = [];
    update();
    return;
  }
  const seconds = (Date.parse(numbers.at) - Date.parse(before.at)) / 1000;
  if (seconds > 0) {
    live.recent.push(before);
    live.recent.splice(0, live.recent.length - RECENT);
    const [first] = live.recent;
    const decisions = [sum(numbers.commits, numbers.rollbacks), sum(first.commits, first.rollbacks), numbers.boundsMillis];
    const ends = [numbers.completions, first.completions, numbers.boundsMillis];
    live.points.push({
      at: Date.parse(numbers.at),
      commits: rate(numbers.commits.count, before.commits.count, seconds),
      rollbacks: rate(numbers.rollbacks.count, before.rollbacks.count, seconds),
      refused: rate(numbers.refused, before.refused, seconds),
      decide: quantile(0.5, ...decisions),
      decide99: quantile(0.99, ...decisions),
      complete: quantile(0.5, ...ends),
      complete99: quantile(0.99, ...ends),
      inFlight: numbers.inFlight,
      undecided: numbers.undecided,
      redelivering: numbers.redelivering,
    });
    live.points.splice(0, live.points.length - KEPT);
  }
  update();
}

/**
 * Calls `each` with every message until the stream ends. An EventSource cannot say who is asking. This is no parser for any
 * stream, but for that of this service: each message has one line of data, and a blank line ends it.
 */
async function messages(stream, each) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const blocks = (rest + part.value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data:'));
      if (data) {
        each(JSON.parse(data.slice('data:'.length)));
      }
    }
  }
}

async function open() {
  close();
  const mine = new AbortController();
  watching = mine;
  try {
    const response = await api.live(mine.signal);
    // Not in this turn: an error in drawing is to be seen as one, and does not end the stream.
    await messages(response.body, (numbers) => queueMicrotask(() => watching === mine && take(numbers)));
  } catch {
    // Whatever it was: it is over, as when the stream has ended.
  }
  if (watching === mine) {
    close();
    live.status = 'off';
    update();
    retry = setTimeout(open, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }
}

function close() {
  clearTimeout(retry);
  watching?.abort();
  watching = null;
}

export function startLive() {
  document.addEventListener('visibilitychange', () => {
    close();
    if (document.visibilityState === 'visible' && !session.locked) {
      open();
    }
  });
  addEventListener('pagehide', close);
  open();
}

export const stopLive = close;
