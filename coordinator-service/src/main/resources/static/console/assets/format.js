const numbers = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });
const dayAndTime = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const number = (value) => (Number.isFinite(value) ? numbers.format(value) : '–');
export const count = (n, word) => `${numbers.format(n)} ${word}${n === 1 ? '' : 's'}`;
export const moment = (instant) => dayAndTime.format(new Date(instant));
export const timeOfDay = (instant) => clock.format(new Date(instant));

export function millis(value) {
  if (!Number.isFinite(value)) {
    return '–';
  }
  return value < 1000 ? `${numbers.format(value)} ms` : `${numbers.format(value / 1000)} s`;
}

/** Whole units, the largest that fits: 12 s, 3 min, 5 h, 2 d. */
export function span(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const isId = (text) => UUID.test(text);

/** An id of version 7 begins with the millisecond in which it was made. */
export const madeAt = (id) => new Date(parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toISOString();
