import { byId, html, minute, number, svg } from './nodes.js';

const SERIES = 6;
const [HEIGHT, LEFT, RIGHT, BOTTOM, TOP] = [240, 56, 12, 24, 12];
const MIN_WIDTH = 300;
const TICK_WIDTH = 150;

/** One numeric field of results over event time: lines for the keys with the most, dots for the others. */
export function drawChart(points, field) {
  const chart = byId('chart');
  if (points.length === 0) {
    chart.replaceChildren();
    byId('chart-legend').replaceChildren();
    return;
  }
  const byKey = grouped(points);
  const largest = [...byKey]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, SERIES)
    // By name, so that colours don't jump.
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  chart.replaceChildren(chartOf(points, largest, field, Math.max(MIN_WIDTH, chart.clientWidth)));
  const rest = byKey.size - largest.length;
  byId('chart-legend').replaceChildren(
    ...largest.map(([key], index) => html('span', {}, html('i', { class: `key series-${index}` }), key)),
    ...(rest > 0 ? [html('span', {}, html('i', { class: 'key others' }), `${rest} others`)] : []),
  );
}

function grouped(points) {
  const groups = new Map();
  for (const point of points) groups.set(point.key, [...(groups.get(point.key) ?? []), point]);
  return groups;
}

function chartOf(points, largest, field, width) {
  const [from, to] = extent(points.map(({ t }) => t));
  const [least, high] = extent(points.map(({ value }) => value));
  // From zero, unless everything is far from it.
  const low = least > high / 2 ? least : Math.min(0, least);
  const x = (t) => LEFT + ((t - from) / (to - from || 1)) * (width - LEFT - RIGHT);
  const y = (value) => TOP + (1 - (value - low) / (high - low || 1)) * (HEIGHT - BOTTOM - TOP);
  const label = `${field} over event time, ${minute(from)} to ${minute(to)}, from ${number(low)} to ${number(high)}`;
  const root = svg('svg', {
    width,
    height: HEIGHT,
    viewBox: `0 0 ${width} ${HEIGHT}`,
    role: 'img',
    'aria-label': label,
  });
  root.append(axisOf({ low, high, from, to, x, y, width }));
  const drawn = new Set(largest.map(([key]) => key));
  for (const { t, value, key } of points) {
    if (!drawn.has(key)) root.append(svg('circle', { cx: x(t), cy: y(value), r: 2, class: 'others' }));
  }
  largest.forEach(([key, own], index) => {
    const line = own.toSorted((a, b) => a.t - b.t).map(({ t, value }) => `${x(t)},${y(value)}`);
    const shape = svg('polyline', { points: line.join(' '), class: `series series-${index}` });
    shape.append(svg('title', {}, key));
    root.append(shape);
    const [only] = own;
    if (own.length === 1) {
      root.append(svg('circle', { cx: x(only.t), cy: y(only.value), r: 3, class: `point series-${index}` }));
    }
  });
  return root;
}

function axisOf({ low, high, from, to, x, y, width }) {
  const axis = svg('g', { class: 'axis' });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const value = low + share * (high - low);
    axis.append(
      svg('line', { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
      svg('text', { x: LEFT - 8, y: y(value) + 4, 'text-anchor': 'end' }, number(value)),
    );
    if (high === low) break;
  }
  const ticks = to === from ? 0 : Math.min(4, Math.max(1, Math.floor((width - LEFT) / TICK_WIDTH) - 1));
  for (let tick = 0; tick <= ticks; tick += 1) {
    const share = ticks === 0 ? 0 : tick / ticks;
    const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
    const t = from + share * (to - from);
    axis.append(svg('text', { x: x(t), y: HEIGHT - 6, 'text-anchor': anchor }, minute(t)));
  }
  return axis;
}

function extent(values) {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}
