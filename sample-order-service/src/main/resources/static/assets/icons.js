import { html, svg } from './lib.js';

const icon = (content) =>
  html`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${content}</svg>`;

export const bag = () => icon(svg`<path d="M5 8h14l-1.200 12H6.200zM9 8a3 3 0 0 1 6 0"/>`);
export const close = () => icon(svg`<path d="M6 6l12 12M18 6L6 18"/>`);
export const check = () => icon(svg`<path d="M5 12.500l4.500 4.500L19 7.500"/>`);
export const cross = () => icon(svg`<path d="M7 7l10 10M17 7L7 17"/>`);
export const question = () => icon(svg`<path d="M9 9a3 3 0 1 1 4.200 2.700c-.9.5-1.200 1-1.200 2.300M12 17.500v.1"/>`);
export const undo = () => icon(svg`<path d="M8 5L4 9l4 4M4 9h10a5 5 0 0 1 0 10h-3"/>`);
export const theme = () => icon(svg`<circle cx="12" cy="12" r="8"/><path d="M12 4v16a8 8 0 0 0 0-16z" fill="currentColor"/>`);
export const bin = () => icon(svg`<path d="M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12"/>`);
