import { byId, bytes, html, minute, number, shardNumber, svg } from './nodes.js';

const SHOWN_MS = 60_000;
const [WIDTH, HEIGHT, BARS] = [1000, 40, 32];
const MARKS = {
  'window-final': { className: 'boundary', text: 'a window was handed over' },
  'window-terminated-early': { className: 'boundary', text: 'a window was ended early' },
  checkpoint: { className: 'checkpoint', text: 'a checkpoint was written to the journal' },
  retry: { className: 'retry', text: 'a retry was scheduled' },
  'record-discarded': { className: 'retry', text: 'records were given up' },
};

let stages = new Map();

/** Streams are called after the stages that read them. */
export function nameStreams({ pipelines }) {
  stages = new Map(pipelines.flatMap((each) => each.stages.map(({ id, streamName }) => [streamName, id])));
}

/** One line of batches for each shard, newest at the right. */
export function drawShards({ shards, now }) {
  const streams = [...new Set(shards.map(({ stream }) => stream))];
  const lines = streams.flatMap((stream) => [
    ...(streams.length > 1 ? [html('h3', {}, stages.get(stream) ?? stream)] : []),
    ...shards.filter((shard) => shard.stream === stream).map((shard) => lineOf(shard, now)),
  ]);
  byId('shards').replaceChildren(
    ...(lines.length > 0 ? lines : [html('p', { class: 'empty' }, 'No shard has been read yet.')]),
  );
}

function lineOf({ stream, shardId, isEnded, watermark, records, failures, tailBytes, batches, marks }, now) {
  const x = (at) => Math.max(0, WIDTH - ((now - at) / SHOWN_MS) * WIDTH);
  const shown = batches.filter(({ to }) => (to ?? now) > now - SHOWN_MS);
  const failed = shown.filter(({ outcome }) => outcome === 'failed').length;
  const line = svg('svg', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': `shard ${shardNumber(shardId)} in the last minute: ${shown.length} batches, ${failed} failed`,
  });
  const recent = marks.filter(({ at }) => at > now - SHOWN_MS);
  line.append(...windowsOf(recent, x));
  const most = Math.max(1, ...shown.map((batch) => batch.records));
  line.append(
    ...shown.map((batch) => batchOf(batch, x, now, most)),
    ...recent.map((mark) => markOf(mark, x)),
  );
  const time = typeof watermark === 'number' ? `watermark ${minute(watermark)}` : 'no watermark yet';
  const counts = `${number(records)} records, ${number(failures)} failed, tail ${bytes(tailBytes)}`;
  return html(
    'div',
    { class: isEnded ? 'shard ended' : 'shard' },
    html(
      'p',
      {},
      html(
        'strong',
        { title: `${stream}/${shardId}` },
        `shard ${shardNumber(shardId)}${isEnded ? ', closed' : ''}`,
      ),
      html('span', {}, counts),
      html('span', {}, time),
    ),
    line,
  );
}

/** Below the batches a band for each tumbling window. */
function windowsOf(marks, x) {
  const ends = marks.filter(({ kind }) => kind.startsWith('window-')).map(({ at }) => x(at));
  return [...ends, WIDTH].map((end, index) => {
    const start = (ends[index - 1] ?? -2) + 2;
    return svg('rect', {
      x: start,
      y: BARS + 3,
      width: Math.max(0, end - start),
      height: 5,
      class: 'window',
    });
  });
}

function markOf({ at, kind }, x) {
  const { className, text } = MARKS[kind] ?? { className: 'boundary', text: kind };
  const mark = svg('rect', { x: x(at), y: 0, width: className === 'checkpoint' ? 4 : 2, class: className });
  mark.setAttribute('height', className === 'checkpoint' ? 8 : HEIGHT);
  mark.append(svg('title', {}, text));
  return mark;
}

/** The taller, the more records. */
function batchOf({ from, to, records, attempt, outcome, message }, x, now, most) {
  const height = outcome === 'failed' ? BARS : 5 + (BARS - 14) * (records / most);
  const width = Math.max(2.5, x(to ?? now) - x(from));
  const bar = svg('rect', { x: x(from), y: BARS - height, width, height, class: outcome });
  const took = to === undefined ? '' : `, ${number(to - from)} ms`;
  const what = `${records} records, attempt ${attempt}, ${outcome}${took}${message ? `: ${message}` : ''}`;
  bar.append(svg('title', {}, what));
  return bar;
}
