import { html, nothing } from './lib.js';
import { api } from './api.js';
import { number } from './format.js';
import { age, at, head, problem, table } from './parts.js';
import { every, update } from './state.js';

export const title = 'Log';

const view = { logs: null, instances: null, problem: null };
let stop = () => {};

export function enter() {
  stop = every(5000, load);
}

export const leave = () => stop();

async function load() {
  try {
    const [{ logs }, { items: states }, instances] = await Promise.all([api.logs(), api.logStatus(), api.instances()]);
    view.logs = await Promise.all(logs.map(async (log) => ({
      ...log,
      status: states.find((one) => one.name === log.name),
      ...(await api.log(log.name).catch((failure) => ({ unread: failure.message }))),
    })));
    view.instances = instances;
    view.problem = null;
  } catch (failure) {
    view.problem = failure.message;
  }
  update();
}

const epoch = (e) => html`<tr><td class="num">${e.epoch}</td><td>${at(e.startedAt)}</td><td>${e.evidence}</td>
  <td>${e.held ? html`<strong class="bad-text">held</strong>, ids from ${at(e.heldFrom)} to ${at(e.heldUntil)}` : e.endedAt ? html`ended ${at(e.endedAt)}: ${e.endedBecause}` : 'nothing is held'}</td>
  <td>${e.timeline ?? '–'}</td></tr>`;

const standby = (s) => html`<tr><td>${s.name}</td><td>${s.state}</td><td>${s.sync}</td><td class="num">${s.bytesBehind ?? '–'}</td></tr>`;

function state({ primary, reason, decisionBatch }) {
  return html`${reason ? html`<p class="notice bad">${reason}</p>` : nothing}
    ${primary ? html`<dl class="facts" data-testid="primary">
      <div><dt>Mode</dt><dd>${primary.mode}</dd></div>
      <div><dt>Primary</dt><dd>${primary.server ?? 'local'}, timeline ${primary.timeline}</dd></div>
      <div><dt>Decisions in a write</dt><dd>${decisionBatch?.count ? `${number(decisionBatch.mean)} on average, at most ${primary.maxBatch}` : `none yet, at most ${primary.maxBatch}`}</dd></div>
      <div><dt>Kept for</dt><dd>${primary.retention}</dd></div>
      <div><dt>Partitions until</dt><dd>${at(primary.partitionsUntil)}</dd></div>
    </dl>
    ${primary.standbys.length ? table('Standbys', ['Standby', 'State', 'Commits wait for it', 'Bytes behind'], primary.standbys.map(standby), 'standbys')
      : html`<p class="quiet">${primary.standbysVisible ? 'No standby.' : 'Its user may not see the standbys.'}</p>`}` : nothing}`;
}

const log = (one) => html`
  <section class="panel" aria-label="Log ${one.name}" data-testid="log-${one.name}">
    <h2>${one.name} <span class="chip ${one.available ? 'good' : 'alarm'}">${one.available ? 'can be written' : 'cannot be written'}</span></h2>
    ${one.since ? html`<p class="quiet">Takes new transactions since ${at(one.since)}.</p>` : nothing}
    ${one.status ? state(one.status) : nothing}
    ${problem(one.unread)}
    ${one.epochs?.some((e) => e.held) ? html`<p class="notice bad">After a restore, what may have been decided in the lost part is held: commits and
      rollbacks of these transactions are answered “unknown” until a person says that the log is complete.</p>` : nothing}
    ${one.epochs?.length ? table(`Epochs of ${one.name}`, ['Epoch', 'Since', 'Evidence', 'Held', 'Timeline'], one.epochs.map(epoch), 'epochs') : nothing}
  </section>`;

const instance = (i) => html`<tr><td>${i.host}${i.self ? html` <span class="chip open">this one</span>` : nothing}<br><code class="small">${i.id}</code></td>
  <td>${i.address ? `${i.address}:${i.port}` : '–'}</td><td>${i.version}</td><td>${age(i.startedAt)}</td>
  <td>${i.alive ? 'now' : html`<span class="bad-text">${age(i.lastSeen)}</span>`}</td></tr>`;

export const draw = () => html`
  ${head('Log', 'Where decisions are written, and who writes them. An epoch is a life of the log between two restores.')}
  ${problem(view.problem)}
  ${view.logs === null ? (view.problem ? nothing : html`<p class="empty">Looking …</p>`) : view.logs.map(log)}
  ${view.instances ? html`<section class="panel" aria-labelledby="instances-title"><h2 id="instances-title">Instances</h2>
    <p class="quiet">All are equal; nothing depends on this list.</p>
    ${table('Instances', ['Host', 'Address', 'Version', 'Started', 'Last seen'], view.instances.items.map(instance), 'instances')}</section>` : nothing}`;
