import { byId, html, minute, number, shardNumber, svg } from './nodes.js';

const SHOWN_MS = 60_000;
const [WIDTH, HEIGHT] = [1000, 34];
const NAMES = {
  'window-final': 'the window was handed over',
  'window-terminated-early': 'the window was ended early',
  retry: 'a retry was scheduled',
  'record-discarded': 'records were given up',
};

/** One line of batches for each shard, newest at the right. */
export function drawShards({ shards, now }) {
  byId('shards').replaceChildren(...shards.map((shard) => lineOf(shard, now)));
}

function lineOf({ stream, shardId, isEnded, watermark, records, failures, batches, marks }, now) {
  const x = (at) => Math.max(0, WIDTH - ((now - at) / SHOWN_MS) * WIDTH);
  const shown = batches.filter(({ to }) => (to ?? now) > now - SHOWN_MS);
  const label = `${shown.length} batches, ${shown.filter(({ outcome }) => outcome === 'failed').length} failed`;
  const line = svg('svg', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': `shard ${shardNumber(shardId)} in the last minute: ${label}`,
  });
  const most = Math.max(1, ...shown.map((batch) => batch.records));
  for (const batch of shown) line.append(batchOf(batch, x, now, most));
  for (const { at, kind } of marks.filter((mark) => mark.at > now - SHOWN_MS)) {
    const mark = svg('rect', {
      x: x(at),
      y: 0,
      width: 2,
      height: HEIGHT,
      class: kind === 'retry' ? 'retry' : 'mark',
    });
    mark.append(svg('title', {}, NAMES[kind] ?? kind));
    line.append(mark);
  }
  const text = `${number(records)} records, ${number(failures)} failures${isEnded ? ', closed' : ''}`;
  const time = typeof watermark === 'number' ? `watermark ${minute(watermark)}` : 'no watermark yet';
  return html(
    'div',
    { class: 'shard' },
    html(
      'div',
      {},
      html('strong', { title: `${stream}/${shardId}` }, `shard ${shardNumber(shardId)}`),
      html('span', {}, text),
      html('br'),
      html('span', {}, time),
    ),
    line,
  );
}

/** The taller, the more records. */
function batchOf({ from, to, records, attempt, outcome, message }, x, now, most) {
  const height = 8 + (HEIGHT - 12) * (records / most);
  const width = Math.max(2.5, x(to ?? now) - x(from));
  const bar = svg('rect', { x: x(from), y: HEIGHT - height, width, height, class: outcome });
  const took = to === undefined ? '' : `, ${number(to - from)} ms`;
  bar.append(
    svg(
      'title',
      {},
      `${records} records, attempt ${attempt}, ${outcome}${took}${message ? `: ${message}` : ''}`,
    ),
  );
  return bar;
}
