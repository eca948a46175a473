import { byId, html } from './nodes.js';

const SHOWN = 80;
const COLUMNS = ['what', 'reason', 'where', 'key', 'record'];
let [late, letters] = [[], []];

/** Late records come as an output, others with the dead letters. */
export function drawLate(results, plans) {
  const sinks = plans
    .flatMap(({ plan }) => plan.stages.flatMap((stage) => stage.sinks))
    .filter(({ reads }) => (reads ?? []).some((each) => each.endsWith('.late')));
  late = sinks.flatMap(({ name }) =>
    (results[name]?.rows ?? []).map(({ id, fields }) => lateOf(name, id, fields)),
  );
  draw();
}

export function drawLetters(latest) {
  letters = latest.map((fields) => ({
    what: 'dead letter',
    reason: `${fields.reason}: ${fields.message}`,
    where: `${fields.stage}, ${fields.shardId}, ${fields.operator}`,
    key: fields.partitionKey,
    record: fields.data,
  }));
  draw();
}

function lateOf(sink, id, { reason, lateBy, ...fields }) {
  const value = Object.entries(fields).filter(([name]) => name.startsWith('value'));
  const hours = typeof lateBy === 'number' ? `, ${(lateBy / 3_600_000).toFixed(1)} hours behind` : '';
  return {
    what: 'late',
    reason: `${reason}${hours}`,
    where: `output ${sink}`,
    key: id.slice(id.indexOf('#') + 1).split(' ')[0],
    record: value.map(([name, each]) => `${name.replace('value.', '')}: ${each}`).join(', '),
  };
}

function draw() {
  const rows = [...letters, ...late].slice(0, SHOWN);
  const head = COLUMNS.map((name) => html('th', { scope: 'col' }, name));
  const body = rows.map((row) =>
    html('tr', {}, ...COLUMNS.map((name) => html('td', { title: row[name] ?? '' }, row[name] ?? '–'))),
  );
  byId('letters').replaceChildren(
    rows.length === 0
      ? html('p', { class: 'legend' }, 'none yet')
      : html('table', {}, html('thead', {}, html('tr', {}, ...head)), html('tbody', {}, ...body)),
  );
}
