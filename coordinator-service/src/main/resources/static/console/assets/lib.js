// The one place that knows where the libraries are served from (webjars, without their versions in the path).
import '../../webjars/chart.js/dist/chart.umd.min.js';

export { html, nothing, render, svg } from '../../webjars/lit-html/lit-html.js';
export { repeat } from '../../webjars/lit-html/directives/repeat.js';
export { live } from '../../webjars/lit-html/directives/live.js';

/** Chart.js comes as a script that leaves its one name with the window. */
export const Chart = globalThis.Chart;
