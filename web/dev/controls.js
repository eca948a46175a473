import { byId, html } from './nodes.js';

/** Asks for something to be done, and says what came of it. */
export async function act(action, saysAt = 'said') {
  try {
    const response = await fetch('/act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(action),
    });
    const { message } = await response.json();
    tell(saysAt, message, !response.ok);
  } catch {
    tell(saysAt, 'millrace dev does not answer; is it still running?', true);
  }
}

function tell(id, text, isWrong) {
  byId(id).textContent = text;
  byId(id).classList.toggle('wrong', isWrong);
}

const RATES = [0, 10, 50, 200, 500];
const MISHAPS = [
  ['kill-sandbox', 'kill its sandbox'],
  ['freeze-sandbox', 'freeze and thaw it'],
  ['drop-response', 'drop the response'],
  ['repeat-batch', 'repeat it'],
  ['repeat-recut', 'cut it elsewhere'],
];
const FAULTS = [
  ['none', 'works'],
  ['throttle', 'throttles'],
  ['error', 'fails'],
  ['lost-response', 'loses answers'],
];

export function drawControls({ pipelines, hasTraffic, example }) {
  const streams = pipelines.flatMap(({ plan, stages }) => {
    const ofTables = plan.stages.filter(({ input }) => input.of === 'table');
    return stages.filter(({ id }) => ofTables.every((stage) => stage.id !== id));
  });
  const sources = pipelines.flatMap(({ plan }) => plan.stages.filter(({ input }) => input.kind === 'source'));
  byId('controls').replaceChildren(
    group('Traffic', ...RATES.map((perSecond) => rate(perSecond, hasTraffic))),
    ...(hasTraffic ? [] : [html('p', { class: 'empty' }, 'For traffic, give millrace dev a --companion.')]),
    group('The next batch', ...MISHAPS.map(([kind, text]) => toggle('armed', kind, text, { kind }))),
    group(
      'DynamoDB',
      ...FAULTS.map(([fault, text]) => toggle('fault', fault, text, { kind: 'fault', fault })),
    ),
    group('Shards', ...streams.map(shardButtons)),
  );
  fillForm(sources, example);
}

/** Which of the switches are on. */
export function updateControls({ traffic, fault, armed }) {
  const on = { fault: [fault], perSecond: [String(traffic.perSecond)], armed };
  for (const node of document.querySelectorAll('[data-switch]')) {
    node.setAttribute('aria-pressed', String(on[node.dataset.switch].includes(node.dataset.value)));
  }
}

function group(legend, ...buttons) {
  return html('fieldset', {}, html('legend', {}, legend), html('div', { class: 'buttons' }, ...buttons));
}

function shardButtons({ id, streamName: stream }) {
  return html(
    'div',
    { class: 'pair' },
    html('span', {}, id),
    button('split', { kind: 'split-shard', stream }, `split a shard of ${id}`),
    button('merge', { kind: 'merge-shards', stream }, `merge shards of ${id}`),
  );
}

function button(text, action, label) {
  return html('button', { type: 'button', 'aria-label': label, click: () => act(action) }, text);
}

function rate(perSecond, hasTraffic) {
  const text = perSecond === 0 ? 'stop' : `${perSecond}/s`;
  const node = toggle('perSecond', perSecond, text, { kind: 'traffic', perSecond });
  node.disabled = !hasTraffic;
  return node;
}

function toggle(name, value, text, action) {
  const node = button(text, action);
  node.dataset.switch = name;
  node.dataset.value = String(value);
  node.setAttribute('aria-pressed', 'false');
  return node;
}

function fillForm(sources, example) {
  const { source, key, text } = byId('put').elements;
  const chosen = source.value;
  source.replaceChildren(...sources.map(({ id }) => html('option', {}, id)));
  if (sources.some(({ id }) => id === chosen)) source.value = chosen;
  if (example === null || text.value !== '') return;
  source.value = example.source;
  key.value = example.key;
  text.value = example.text;
}

byId('put').addEventListener('submit', (event) => {
  event.preventDefault();
  const { source, key, text, isRaw } = event.target.elements;
  const problem = isRaw.checked ? undefined : problemOf(text.value);
  if (problem !== undefined) return tell('put-said', problem, true);
  const record = { source: source.value, key: key.value, text: text.value, isRaw: isRaw.checked };
  void act({ kind: 'put-record', ...record }, 'put-said');
});

function problemOf(text) {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return `the record is no JSON: ${error.message}; correct it, or put it as it is`;
  }
}
