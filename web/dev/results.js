import { byId, html, minute, number, svg } from './nodes.js';

const SHOWN_ROWS = 60;
const SERIES = 6;
const COLOURS = ['#3d7edb', '#d9822b', '#2f9e62', '#b0559b', '#8c7b2c', '#4aa3b5'];
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
  const rows = results[byId('sink').value]?.rows ?? [];
  choose('field', numericFields(rows));
  drawChart(rows, byId('field').value);
  byId('rows').replaceChildren(tableOf(rows.slice(0, SHOWN_ROWS), results[byId('sink').value]?.total ?? 0));
}

for (const id of ['sink', 'field']) byId(id).addEventListener('change', () => drawResults(results));

/** Keeps what is chosen as long as it is there. */
function choose(id, names) {
  const select = byId(id);
  const now = [...select.options].map(({ value }) => value);
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

function timeOf(fields) {
  return TIMES.map((name) => fields[name]).find((value) => typeof value === 'number');
}

function drawChart(rows, field) {
  const points = rows
    .map(({ fields, id }) => ({
      t: timeOf(fields),
      value: fields[field],
      key: String(fields.key ?? id.split(' ')[0].split('#')[1]),
    }))
    .filter(({ t, value }) => t !== undefined && typeof value === 'number');
  const chart = byId('chart');
  if (points.length === 0) {
    chart.replaceChildren(html('p', { class: 'legend' }, 'no results with numbers yet'));
    byId('chart-legend').replaceChildren();
    return;
  }
  const byKey = grouped(points);
  const largest = [...byKey]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, SERIES)
    // By name, so that colours don't jump.
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  chart.replaceChildren(chartOf(points, largest, field));
  const rest = byKey.size - largest.length;
  byId('chart-legend').replaceChildren(
    ...largest.flatMap(([key], index) => [swatch(COLOURS[index]), ` ${key}\u2003`]),
    rest > 0 ? `${rest} other keys as dots` : '',
  );
}

function grouped(points) {
  const groups = new Map();
  for (const point of points) groups.set(point.key, [...(groups.get(point.key) ?? []), point]);
  return groups;
}

function swatch(colour) {
  return svg('svg', { width: 14, height: 10 }, svg('rect', { width: 12, height: 10, rx: 3, fill: colour }));
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [1100, 230, 56, 24, 10];

function chartOf(points, largest, field) {
  const times = points.map(({ t }) => t);
  const values = points.map(({ value }) => value);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const high = Math.max(...values);
  // From zero, unless everything is far from it.
  const low = Math.min(...values) > high / 2 ? Math.min(...values) : Math.min(0, ...values);
  const x = (t) => LEFT + ((t - from) / (to - from || 1)) * (WIDTH - LEFT - 10);
  const y = (value) => TOP + (1 - (value - low) / (high - low || 1)) * (HEIGHT - BOTTOM - TOP);
  const label = `${field} over event time, ${minute(from)} to ${minute(to)}, from ${number(low)} to ${number(high)}`;
  const root = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label });
  const axis = svg('g', { class: 'axis' });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const [value, t] = [low + share * (high - low), from + share * (to - from)];
    axis.append(
      svg('line', { x1: LEFT, x2: WIDTH - 10, y1: y(value), y2: y(value) }),
      svg('text', { x: LEFT - 8, y: y(value) + 4, 'text-anchor': 'end' }, number(value)),
      svg(
        'text',
        { x: x(t), y: HEIGHT - 6, 'text-anchor': share === 0 ? 'start' : share === 1 ? 'end' : 'middle' },
        minute(t),
      ),
    );
  }
  root.append(axis);
  const drawn = new Set(largest.map(([key]) => key));
  for (const { t, value, key } of points) {
    if (!drawn.has(key))
      root.append(svg('circle', { cx: x(t), cy: y(value), r: 2, fill: 'var(--faint)', opacity: 0.6 }));
  }
  largest.forEach(([, own], index) => {
    const line = own.toSorted((a, b) => a.t - b.t).map(({ t, value }) => `${x(t)},${y(value)}`);
    root.append(svg('polyline', { points: line.join(' '), class: 'series', stroke: COLOURS[index] }));
  });
  return root;
}

function tableOf(rows, total) {
  const columns = [...new Set(rows.flatMap(({ fields }) => Object.keys(fields)))]
    .filter((name) => name !== '@timestamp')
    .toSorted((a, b) => rank(a) - rank(b));
  const head = columns.map((name) => html('th', { scope: 'col' }, name));
  return html(
    'table',
    {},
    html('caption', { class: 'legend' }, `${number(total)} rows, the newest ${rows.length} first`),
    html('thead', {}, html('tr', {}, ...head)),
    html(
      'tbody',
      {},
      ...rows.map(({ fields }) => html('tr', {}, ...columns.map((name) => cell(name, fields[name])))),
    ),
  );
}

function rank(name) {
  return name === 'key' ? 0 : TIMES.includes(name) ? 1 : 2;
}

export function cell(name, value) {
  if (value === undefined || value === null) return html('td', {}, '–');
  if (typeof value !== 'number') return html('td', { title: value }, value);
  return TIMES.includes(name)
    ? html('td', {}, minute(value))
    : html('td', { class: 'number' }, number(value));
}
