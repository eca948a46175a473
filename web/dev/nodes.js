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

/** Leaves a text alone that is already there, so that it isn't read out again. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const DIGITS = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const FEW_DIGITS = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

export function number(value) {
  return DIGITS.format(value);
}

/** `12.3 KB` */
export function bytes(value) {
  if (value < 1000) return `${number(value)} B`;
  return value < 1e6 ? `${FEW_DIGITS.format(value / 1e3)} KB` : `${FEW_DIGITS.format(value / 1e6)} MB`;
}

/** UTC, to the minute. */
export function minute(ms) {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? '–' : date.toISOString().slice(0, 16).replace('T', ' ');
}

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const UNITS = [
  [365.25 * DAY, 'year', 'y'],
  [DAY, 'day', 'd'],
  [3600 * SECOND, 'hour', 'h'],
  [60 * SECOND, 'minute', 'min'],
  [SECOND, 'second', 's'],
];

/** `3.5 hours`, in the largest unit that fits. */
export function span(ms) {
  const [count, unit] = largest(ms);
  return `${count} ${unit}${count === '1' ? '' : 's'}`;
}

/** `3.5 h` */
export function shortSpan(ms) {
  const [count, , unit] = largest(ms);
  return `${count} ${unit}`;
}

function largest(ms) {
  const [size, ...names] = UNITS.find(([each]) => Math.abs(ms) >= each) ?? UNITS.at(-1);
  return [FEW_DIGITS.format(Math.round((ms / size) * 10) / 10), ...names];
}

/** `9` for `shardId-000000000009`. */
export function shardNumber(shardId) {
  return String(Number(shardId.slice(shardId.lastIndexOf('-') + 1)));
}
