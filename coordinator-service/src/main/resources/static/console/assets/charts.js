import { Chart, html } from './lib.js';
import { timeOfDay } from './format.js';

// Line charts of the last minutes. The numbers are on the page as text, too: a canvas tells nothing to a screen reader.

const drawn = new Map();

/** @param lines [{key, label, kind}]: a member of the points, what it is, and the class that has its colour */
export const chart = (id, title, lines, points, summary) => html`
  <figure class="panel chart">
    <figcaption><h2>${title}</h2>
      <span class="legend">${lines.map((line) => html`<span><i class="swatch ${line.kind}"></i>${line.label}</span>`)}</span></figcaption>
    <div class="canvas-box"><canvas id=${id} role="img" aria-label="${title} in the last minutes: ${summary}" .lines=${lines} .points=${points}></canvas></div>
  </figure>`;

/** After every drawing of the page: makes the charts of the canvases that are new, and feeds all. */
export function syncCharts() {
  for (const [canvas, made] of drawn) {
    if (!canvas.isConnected) {
      made.destroy();
      drawn.delete(canvas);
    }
  }
  for (const canvas of document.querySelectorAll('.chart canvas')) {
    if (!drawn.has(canvas)) {
      drawn.set(canvas, make(canvas));
    }
    feed(drawn.get(canvas), canvas);
  }
}

function make(canvas) {
  return new Chart(canvas, {
    type: 'line',
    data: { datasets: canvas.lines.map((line) => ({ label: line.label, data: [], borderWidth: 2, pointRadius: 1.5, pointHitRadius: 8, tension: 0.2 })) },
    options: {
      animation: false,
      parsing: false,
      normalized: true,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false },
      plugins: { legend: { display: false }, tooltip: { callbacks: { title: ([first]) => (first ? timeOfDay(first.raw.at) : '') } } },
      scales: {
        x: { type: 'linear', ticks: { maxTicksLimit: 5, maxRotation: 0, callback: (value) => `${Math.round(value)} s` }, grid: { display: false } },
        y: { beginAtZero: true, suggestedMax: 1, ticks: { maxTicksLimit: 5, precision: 0 } },
      },
    },
  });
}

function feed(made, canvas) {
  const figure = canvas.closest('figure');
  const colours = [...figure.querySelectorAll('.swatch')].map((swatch) => getComputedStyle(swatch).color);
  const quiet = getComputedStyle(figure.querySelector('.legend')).color;
  const line = getComputedStyle(figure).borderTopColor;
  const last = canvas.points.at(-1)?.at ?? Date.now();
  canvas.lines.forEach(({ key }, index) => {
    const dataset = made.data.datasets[index];
    dataset.data = canvas.points.map((point) => ({ x: (point.at - last) / 1000, y: point[key], at: point.at }));
    dataset.borderColor = colours[index];
    dataset.backgroundColor = colours[index];
  });
  const { x, y } = made.options.scales;
  // Whole minutes, so that the axis does not move with each message.
  x.min = -60 * Math.max(1, Math.ceil((last - (canvas.points[0]?.at ?? last)) / 60_000));
  x.max = 0;
  x.ticks.color = quiet;
  y.ticks.color = quiet;
  y.grid = { color: line };
  made.update('none');
}
