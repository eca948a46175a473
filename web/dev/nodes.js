/** Elements made of values. Values only ever become text or attributes, so a record can't become markup. */
const SVG = 'http://www.w3.org/2000/svg';

/** `html('p', { class: 'x' }, 'text', child)` */
export function html(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(key, value);
    else if (value !== undefined && value !== false) node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

export function byId(id) {
  return document.getElementById(id);
}

const DIGITS = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

export function number(value) {
  return DIGITS.format(value);
}

/** UTC, to the minute. */
export function minute(ms) {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? '–' : date.toISOString().slice(0, 16).replace('T', ' ');
}

const SECOND = 1000;
const UNITS = [
  [86_400 * SECOND, 'day'],
  [3600 * SECOND, 'hour'],
  [60 * SECOND, 'minute'],
  [SECOND, 'second'],
];

/** `3 hours`, in the largest unit that fits. */
export function span(ms) {
  const [size, unit] = UNITS.find(([each]) => Math.abs(ms) >= each) ?? [SECOND, 'second'];
  const count = Math.round(ms / size);
  return `${number(count)} ${unit}${count === 1 ? '' : 's'}`;
}

/** `9` for `shardId-000000000009`. */
export function shardNumber(shardId) {
  return String(Number(shardId.slice(shardId.lastIndexOf('-') + 1)));
}
