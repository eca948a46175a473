import { byId, html } from './nodes.js';

/** Asks for something to be done, and says what came of it. */
export async function act(action, saysAt = 'said') {
  const said = byId(saysAt);
  try {
    const response = await fetch('/act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(action),
    });
    const answer = await response.json();
    said.textContent = typeof answer === 'string' ? answer : answer.message;
    said.classList.toggle('wrong', !response.ok);
  } catch {
    said.textContent = 'millrace dev does not answer; is it still running?';
    said.classList.add('wrong');
  }
}

const RATES = [0, 10, 50, 200, 500];
const FAULTS = [
  ['none', 'works'],
  ['throttle', 'throttles'],
  ['error', 'fails'],
  ['lost-response', 'loses responses'],
];

export function drawControls({ pipelines, hasTraffic, example }) {
  const streams = pipelines.flatMap(({ stages }) => stages);
  const sources = pipelines.flatMap(({ plan }) => plan.stages.filter(({ input }) => input.kind === 'source'));
  byId('controls').replaceChildren(
    group(
      'Traffic',
      ...RATES.map((perSecond) =>
        toggle(
          'perSecond',
          perSecond,
          perSecond === 0 ? 'stopped' : `${perSecond}/s`,
          { kind: 'traffic', perSecond },
          !hasTraffic,
        ),
      ),
    ),
    group(
      'Sandbox',
      button('kill one', { kind: 'kill-sandbox' }),
      button('freeze one for 3 s', { kind: 'freeze-sandbox' }),
    ),
    group(
      'DynamoDB',
      ...FAULTS.map(([fault, text]) => toggle('fault', fault, text, { kind: 'fault', fault })),
    ),
    ...streams.map(({ id, streamName: stream }) =>
      group(
        `Shards of ${id}`,
        button('split', { kind: 'split-shard', stream }),
        button('merge', { kind: 'merge-shards', stream }),
      ),
    ),
  );
  fillForm(sources, example);
}

/** Which of the switches are on. */
export function updateControls({ traffic, fault }) {
  for (const node of document.querySelectorAll('[data-switch]')) {
    const now = node.dataset.switch === 'fault' ? fault : String(traffic.perSecond);
    node.setAttribute('aria-pressed', String(node.dataset.value === now));
  }
}

function group(legend, ...buttons) {
  return html('fieldset', {}, html('legend', {}, legend), ...buttons);
}

function button(text, action) {
  return html('button', { type: 'button', click: () => act(action) }, text);
}

function toggle(name, value, text, action, disabled = false) {
  const node = button(text, action);
  node.dataset.switch = name;
  node.dataset.value = String(value);
  node.disabled = disabled;
  node.setAttribute('aria-pressed', 'false');
  return node;
}

function fillForm(sources, example) {
  const { source, key, text } = byId('put').elements;
  source.replaceChildren(...sources.map(({ id }) => html('option', {}, id)));
  if (example === null || text.value !== '') return;
  source.value = example.source;
  key.value = example.key;
  text.value = example.text;
}

byId('put').addEventListener('submit', (event) => {
  event.preventDefault();
  const { source, key, text, isRaw } = event.target.elements;
  const record = { source: source.value, key: key.value, text: text.value, isRaw: isRaw.checked };
  void act({ kind: 'put-record', ...record }, 'put-said');
});
