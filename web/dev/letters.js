import { byId, html, number, span } from './nodes.js';

const SHOWN = 80;
const COLUMNS = ['what', 'reason', 'where', 'key', 'record'];
let [late, lateTotal, letters] = [[], 0, []];

/** Late records come as an output, others with the dead letters. */
export function drawLate(results, plans) {
  const sinks = plans
    .flatMap(({ plan }) => plan.stages.flatMap((stage) => stage.sinks))
    .filter(({ reads }) => (reads ?? []).some((each) => each.endsWith('.late')));
  late = sinks.flatMap(({ name }) =>
    (results[name]?.rows ?? []).slice(0, SHOWN).map(({ id, fields }) => lateOf(name, id, fields)),
  );
  lateTotal = sinks.reduce((sum, { name }) => sum + (results[name]?.total ?? 0), 0);
  draw();
}

export function drawLetters(latest) {
  letters = latest.map((fields) => ({
    what: 'quarantined',
    reason: `${fields.reason}: ${fields.message}`,
    where: `${fields.stage}, ${fields.shardId}, ${fields.operator}`,
    key: fields.partitionKey,
    record: fields.data,
  }));
  draw();
}

function lateOf(sink, id, { reason, lateBy, ...fields }) {
  const value = Object.entries(fields).filter(([name]) => name.startsWith('value'));
  return {
    what: 'late',
    reason: typeof lateBy === 'number' ? `${reason}, by ${span(lateBy)}` : reason,
    where: `output ${sink}`,
    key: id.slice(id.indexOf('#') + 1).split(' ')[0],
    record: value.map(([name, each]) => `${name.replace('value.', '')}: ${each}`).join(', '),
  };
}

function draw() {
  byId('letters-count').textContent = `${number(lateTotal)} late, ${number(letters.length)} quarantined`;
  const rows = [...letters, ...late].slice(0, SHOWN);
  const head = COLUMNS.map((name) => html('th', { scope: 'col' }, name));
  const body = rows.map((row) =>
    html(
      'tr',
      {},
      ...COLUMNS.map((name) =>
        html('td', { title: row[name] ?? '', class: name === 'record' && name }, row[name] ?? '–'),
      ),
    ),
  );
  byId('letters').replaceChildren(
    rows.length === 0
      ? html(
          'p',
          { class: 'empty' },
          'None yet. What comes too late or cannot be read is kept and shown here.',
        )
      : html('table', {}, html('thead', {}, html('tr', {}, ...head)), html('tbody', {}, ...body)),
  );
}
