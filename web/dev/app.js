import { drawCheck, tellAge } from './check.js';
import { drawControls, updateControls } from './controls.js';
import { countResults, drawGraph, updateGraph } from './graph.js';
import { drawLate, drawLetters } from './letters.js';
import { byId, bytes, html, number, say } from './nodes.js';
import { drawResults, nameOutputs } from './results.js';
import { drawShards, nameStreams } from './shards.js';

let pipelines = [];
let results = {};
let journals = [];
let hasCheck = true;

const on = {
  app: (app) => {
    pipelines = app.pipelines;
    byId('pipelines').textContent = pipelines.map(({ plan }) => plan.pipeline).join(', ');
    drawGraph(app);
    countResults(results);
    nameStreams(app);
    nameOutputs(app);
    drawResults(results);
    drawControls(app);
    drawLate(results, pipelines);
    hasCheck = app.hasCheck;
    drawCheck(null, hasCheck);
  },
  now: (now) => {
    updateGraph(now);
    updateControls(now);
    drawShards(now);
    drawTotals(now);
    drawIncidents(now);
    tellAge(now);
  },
  results: (latest) => {
    results = latest;
    countResults(results);
    drawResults(latest);
    drawLate(latest, pipelines);
  },
  letters: drawLetters,
  check: (check) => drawCheck(check, hasCheck),
  journal: (latest) => {
    journals = latest;
  },
};

const events = new EventSource('/events');
events.addEventListener('open', () => connected(true));
events.addEventListener('error', () => connected(false));
for (const [name, draw] of Object.entries(on)) {
  events.addEventListener(name, ({ data }) => draw(JSON.parse(data)));
}

function connected(isLive) {
  say(byId('connection'), isLive ? 'live' : 'not connected; waiting for millrace dev');
  byId('connection').classList.toggle('live', isLive);
}

function sum(values) {
  return values.reduce((all, each) => all + each, 0);
}

function drawTotals({ totals, rates, shards, sandboxes }) {
  const shown = {
    'records/s': number(Math.round(sum(Object.values(rates)))),
    records: number(totals.records),
    'seen again': number(totals.skipped),
    batches: number(totals.batches),
    failed: number(totals.failures),
    'journal entries': number(sum(journals.map(({ entries }) => entries))),
    'in the journal': bytes(sum(journals.map(({ entryBytes }) => entryBytes))),
    'in tails': bytes(sum(shards.map(({ tailBytes }) => tailBytes))),
    'in checkpoints': bytes(sum(journals.map(({ stateBytes }) => stateBytes))),
    sandboxes: `${sandboxes.length}${sandboxes.some(({ isFrozen }) => isFrozen) ? ', one frozen' : ''}`,
  };
  const list = byId('totals');
  if (list.children.length === 0) {
    list.append(...Object.keys(shown).map((name) => html('div', {}, html('dt', {}, name), html('dd', {}))));
  }
  Object.values(shown).forEach((value, index) => say(list.children[index].lastChild, value));
}

let shownIncidents = '';

function drawIncidents({ incidents, traffic, now }) {
  const stopped = traffic.stopped === undefined ? [] : [trafficEnd(traffic, now)];
  const all = [...incidents, ...stopped];
  const latest = JSON.stringify(all.map(({ text, times }) => [text, times]));
  if (latest === shownIncidents) return;
  shownIncidents = latest;
  const items = all.toReversed().map(({ at, kind, text, times }) => {
    const time = html('time', {}, new Date(at).toLocaleTimeString('en-GB'));
    const often = times > 1 ? html('b', {}, ` ×${times}`) : '';
    return html('li', { class: kind }, time, html('span', {}, text, often));
  });
  byId('incidents').replaceChildren(...(items.length > 0 ? items : [html('li', {}, 'Nothing yet.')]));
}

function trafficEnd({ stopped }, now) {
  return { at: now, kind: 'problem', text: `the traffic stopped: ${stopped}`, times: 1 };
}
