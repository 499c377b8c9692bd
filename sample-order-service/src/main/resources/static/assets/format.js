const pounds = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' });
const dayAndTime = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

/** Money is a whole number of pence everywhere but on the screen. */
export const money = (pence) => pounds.format(pence / 100);
export const when = (instant) => dayAndTime.format(new Date(instant));
export const timeOfDay = (instant) => clock.format(new Date(instant));
export const plural = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;
