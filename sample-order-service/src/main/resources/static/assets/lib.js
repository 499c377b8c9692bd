// The one place that knows where the template library is served from (a webjar, without its version in the path).
export { html, nothing, render, svg } from '/webjars/lit-html/lit-html.js';
export { repeat } from '/webjars/lit-html/directives/repeat.js';
export { live } from '/webjars/lit-html/directives/live.js';
