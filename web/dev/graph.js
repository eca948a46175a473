import { byId, minute, number, span, svg } from './nodes.js';

/** The pipeline as a graph: streams, stages with their operators, outputs; rates and watermarks are filled in later. */
const [WIDTH, GAP, LINE, PAD] = [250, 70, 17, 12];
const texts = new Map();

export function drawGraph({ pipelines }) {
  texts.clear();
  byId('graph').replaceChildren(...pipelines.map(({ plan, stages }) => graphOf(plan, stages)));
}

/** What changes all the time, without drawing anything again. */
export function updateGraph({ rates, shards, now }) {
  for (const [stream, { rate, watermark, lag }] of texts) {
    const own = shards.filter((shard) => shard.stream === stream && !shard.isEnded);
    rate.textContent = `${number(rates[stream] ?? 0)} records/s, ${own.length} shard${own.length === 1 ? '' : 's'}`;
    const known = own.map((shard) => shard.watermark).filter((each) => each !== undefined && each !== null);
    const earliest = Math.min(...known);
    watermark.textContent = known.length === 0 ? 'watermark: nothing yet' : `watermark ${minute(earliest)}`;
    lag.textContent = known.length === 0 ? '' : `${span(now - earliest)} behind the clock`;
  }
}

function graphOf(plan, places) {
  const depths = depthsOf(plan);
  const boxes = new Map();
  const edges = [];
  const columns = [];
  const place = (id, column, lines, kind) => {
    const height = lines.length * LINE + 2 * PAD;
    const y = columns[column] ?? 10;
    columns[column] = y + height + 18;
    boxes.set(id, { x: 10 + column * (WIDTH + GAP), y, height, lines, kind });
  };
  for (const stage of plan.stages) {
    const column = 2 * depths.get(stage.id);
    const { streamName = '' } = places.find(({ id }) => id === stage.id) ?? {};
    const name = stage.input.kind === 'source' ? `source ${stage.input.source}` : 'shuffle';
    place(`stream ${stage.id}`, column, [name, { live: 'rate', stream: streamName }], 'stream');
    const operators = stage.operators.flatMap(({ id, does, keeps, horizonMs }) => [
      id,
      { faint: does },
      { faint: `keeps ${keeps}` },
      { faint: horizonMs === undefined ? 'without end' : `up to ${span(horizonMs)} behind` },
    ]);
    place(
      `stage ${stage.id}`,
      column + 1,
      [
        `stage ${stage.id}`,
        { live: 'watermark', stream: streamName },
        { live: 'lag', stream: streamName },
        ...operators,
      ],
      'stage',
    );
    edges.push([`stream ${stage.id}`, `stage ${stage.id}`, false]);
    for (const { to } of stage.sends) edges.push([`stage ${stage.id}`, `stream ${to}`, false]);
  }
  for (const stage of plan.stages) {
    for (const { name, kind, reads } of stage.sinks) {
      place(`sink ${name}`, 2 * depths.get(stage.id) + 2, [name, { faint: kind }], 'sink');
      edges.push([`stage ${stage.id}`, `sink ${name}`, (reads ?? []).some((each) => each.endsWith('.late'))]);
    }
  }
  return drawing(plan, boxes, edges, Math.max(...columns), columns.length);
}

function depthsOf({ stages }) {
  const depths = new Map();
  for (const { id, input } of stages) {
    const before = (input.from ?? []).map((each) => depths.get(each) ?? 0);
    depths.set(id, input.kind === 'source' ? 0 : Math.max(0, ...before) + 1);
  }
  return depths;
}

function drawing(plan, boxes, edges, height, columns) {
  const width = columns * (WIDTH + GAP) - GAP + 20;
  const label = `pipeline ${plan.pipeline}: ${edges.map(([from, to]) => `${from} to ${to}`).join(', ')}`;
  const root = svg('svg', {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-label': label,
  });
  for (const [from, to, isSide] of edges) root.append(edgeOf(boxes.get(from), boxes.get(to), isSide));
  for (const box of boxes.values()) root.append(...boxOf(box));
  return root;
}

function edgeOf(from, to, isSide) {
  const [x1, y1] = [from.x + WIDTH, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const middle = (x1 + x2) / 2;
  const d = `M ${x1} ${y1} C ${middle} ${y1}, ${middle} ${y2}, ${x2} ${y2} m -7 -4 l 7 4 l -7 4`;
  return svg('path', { d, class: isSide ? 'edge side' : 'edge' });
}

function boxOf({ x, y, height, lines, kind }) {
  const box = svg('rect', {
    x,
    y,
    width: WIDTH,
    height,
    rx: kind === 'stream' ? 16 : 8,
    class: `box ${kind}`,
  });
  return [
    box,
    ...lines.map((line, index) => lineOf(line, x + PAD, y + PAD + (index + 0.75) * LINE, index === 0)),
  ];
}

const FITS = 38;

function lineOf(line, x, y, isTitle) {
  if (typeof line === 'string') return svg('text', { x, y, class: isTitle ? 'title' : '' }, line);
  if (line.faint !== undefined) {
    const isLong = line.faint.length > FITS;
    const node = svg(
      'text',
      { x, y, class: 'faint' },
      isLong ? `${line.faint.slice(0, FITS - 1)}…` : line.faint,
    );
    if (isLong) node.append(svg('title', {}, line.faint));
    return node;
  }
  const node = svg('text', { x, y, class: 'faint' });
  texts.set(line.stream, { ...texts.get(line.stream), [line.live]: node });
  return node;
}
