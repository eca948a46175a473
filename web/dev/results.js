import { drawChart } from './chart.js';
import { byId, html, minute, number } from './nodes.js';

const SHOWN_ROWS = 60;
const TIMES = ['windowStart', 'windowEnd', '@timestamp'];
let results = {};
let outputs = [];

/** Outputs are offered in the order of the plan. */
export function nameOutputs({ pipelines }) {
  outputs = pipelines.flatMap(({ plan }) =>
    plan.stages.flatMap(({ sinks }) => sinks.map(({ name }) => name)),
  );
}

/** Outputs as tables, newest rows first, and a chart of one numeric field over event time. */
export function drawResults(latest) {
  results = latest;
  choose('sink', outputs);
  const { rows = [], total = 0 } = results[byId('sink').value] ?? {};
  choose('field', numericFields(rows));
  drawChart(pointsOf(rows, byId('field').value), byId('field').value);
  byId('rows').replaceChildren(total === 0 ? nothing() : tableOf(rows.slice(0, SHOWN_ROWS), total));
}

for (const id of ['sink', 'field']) byId(id).addEventListener('change', () => drawResults(results));

function nothing() {
  const text =
    'No results yet. Start the traffic or put a record: a window gives its result once event time has passed its end.';
  return html('p', { class: 'empty' }, text);
}

/** Keeps what is chosen as long as it is there. */
function choose(id, names) {
  const select = byId(id);
  const now = [...select.options].map(({ value }) => value);
  select.disabled = names.length === 0;
  if (now.length === names.length && now.every((name, index) => name === names[index])) return;
  const { value } = select;
  select.replaceChildren(...names.map((name) => html('option', {}, name)));
  if (names.includes(value)) select.value = value;
}

function numericFields(rows) {
  const names = new Set(rows.slice(0, SHOWN_ROWS).flatMap(({ fields }) => Object.keys(fields)));
  return [...names].filter(
    (name) => !TIMES.includes(name) && rows.some(({ fields }) => typeof fields[name] === 'number'),
  );
}

function pointsOf(rows, field) {
  return rows
    .map(({ fields, id }) => ({
      t: TIMES.map((name) => fields[name]).find((value) => typeof value === 'number'),
      value: fields[field],
      key: String(fields.key ?? id.split(' ')[0].split('#')[1]),
    }))
    .filter(({ t, value }) => t !== undefined && typeof value === 'number');
}

function tableOf(rows, total) {
  const columns = [...new Set(rows.flatMap(({ fields }) => Object.keys(fields)))]
    .filter((name) => name !== '@timestamp')
    .toSorted((a, b) => rank(a) - rank(b));
  const isNumber = (name) =>
    rows.some(({ fields }) => typeof fields[name] === 'number' && !TIMES.includes(name));
  const head = columns.map((name) => html('th', { scope: 'col', class: isNumber(name) && 'number' }, name));
  const body = rows.map(({ fields }) =>
    html('tr', {}, ...columns.map((name) => cell(name, fields[name], isNumber(name)))),
  );
  return html(
    'table',
    {},
    html('caption', {}, `${number(total)} rows; the newest ${rows.length}, newest first`),
    html('thead', {}, html('tr', {}, ...head)),
    html('tbody', {}, ...body),
  );
}

function rank(name) {
  return name === 'key' ? 0 : TIMES.includes(name) ? 1 : 2;
}

function cell(name, value, isNumber) {
  if (value === undefined || value === null) return html('td', { class: isNumber && 'number' }, '–');
  if (typeof value !== 'number') return html('td', { title: value }, value);
  return TIMES.includes(name)
    ? html('td', {}, minute(value))
    : html('td', { class: 'number' }, number(value));
}
