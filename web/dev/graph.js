import { byId, html, minute, number, say, shortSpan, span, svg } from './nodes.js';

/**
 * The pipeline as a graph: sources, stages with their operators, outputs. Edges are the streams between them, and say
 * what goes through; boxes are laid out by the browser, edges are drawn between where they came to be.
 */
const ARROW = 7;
const BEND = 60;
const LABEL_GAP = 10;
let graphs = [];
const resized = new ResizeObserver(() => graphs.forEach(drawEdges));

export function drawGraph({ pipelines }) {
  resized.disconnect();
  graphs = pipelines.map(({ plan, stages }) => graphOf(plan, stages));
  byId('graph').replaceChildren(...graphs.map(({ root }) => root));
  for (const graph of graphs) {
    drawEdges(graph);
    resized.observe(graph.root);
  }
}

/** What changes all the time, without drawing anything again. */
export function updateGraph({ rates, shards, now }) {
  for (const { live } of graphs) {
    for (const { stream, of, node } of live) {
      const open = shards.filter((shard) => shard.stream === stream && !shard.isEnded);
      const known = open.map(({ watermark }) => watermark).filter((each) => typeof each === 'number');
      const earliest = known.length === 0 ? undefined : Math.min(...known);
      say(node, LIVE[of]({ rate: rates[stream] ?? 0, open, earliest, now }));
      node.parentElement.classList.toggle('flows', (rates[stream] ?? 0) > 0);
    }
  }
}

const LIVE = {
  rate: ({ rate }) => `${number(Math.round(rate * 10) / 10)}/s`,
  lag: ({ earliest, now }) => (earliest === undefined ? '' : `${shortSpan(now - earliest)} behind`),
  shards: ({ open }) => `${open.length} shard${open.length === 1 ? '' : 's'}`,
  watermark: ({ earliest }) =>
    earliest === undefined ? 'no watermark yet' : `watermark ${minute(earliest)}`,
};

/** How many rows each output has. */
export function countResults(results) {
  for (const { counts } of graphs) {
    for (const [name, node] of counts) say(node, `${number(results[name]?.total ?? 0)} rows`);
  }
}

function graphOf(plan, places) {
  const streams = new Map(places.map(({ id, streamName }) => [id, streamName]));
  const [live, counts, boxes, edges] = [[], new Map(), new Map(), []];
  const columns = [];
  const put = (name, column, box) => {
    boxes.set(name, box);
    columns[column] = [...(columns[column] ?? []), box];
  };
  const liveText = (stream, of, node) => {
    live.push({ stream, of, node });
    return node;
  };
  const depths = depthsOf(plan);
  for (const { id, input, operators } of plan.stages) {
    const stream = streams.get(id);
    if (input.kind === 'source') {
      put(
        `source ${id}`,
        0,
        boxOf('source', id, 'source', liveText(stream, 'shards', html('p', { class: 'faint' }))),
      );
      edges.push({ from: `source ${id}`, to: `stage ${id}`, stream });
    }
    const lines = operators.map(operatorOf);
    const watermark = liveText(stream, 'watermark', html('p', { class: 'faint' }));
    put(`stage ${id}`, depths.get(id) + 1, boxOf('stage', id, 'stage', html('ul', {}, ...lines), watermark));
  }
  for (const { id, sends, sinks } of plan.stages) {
    for (const { to } of sends)
      edges.push({ from: `stage ${id}`, to: `stage ${to}`, stream: streams.get(to) });
    for (const { name, kind, reads } of sinks) {
      const count = html('p', { class: 'faint' }, '0 rows');
      counts.set(name, count);
      put(
        `output ${name}`,
        depths.get(id) + 2,
        boxOf('output', name, kind === 'rows' ? 'output' : `output, ${kind}`, count),
      );
      const isSide = (reads ?? []).some((each) => each.endsWith('.late'));
      edges.push({ from: `stage ${id}`, to: `output ${name}`, isSide });
    }
  }
  const lines = svg('svg', { role: 'img', 'aria-label': labelOf(plan, edges) });
  const root = html(
    'div',
    { class: 'graph' },
    lines,
    ...columns.map((column) => html('div', { class: 'column' }, ...column)),
  );
  const graph = { root, lines, boxes, edges: edges.map((edge) => drawable(edge, live)), live, counts };
  labelOnce(graph.edges);
  lines.append(...graph.edges.map(({ node }) => node));
  return graph;
}

function labelOf({ pipeline }, edges) {
  return `pipeline ${pipeline}: ${edges.map(({ from, to }) => `${from} to ${to}`).join(', ')}`;
}

function boxOf(kind, name, what, ...content) {
  return html('div', { class: `box ${kind}` }, html('small', {}, what), html('strong', {}, name), ...content);
}

function operatorOf({ id, does, keeps, horizonMs }) {
  const until = horizonMs === undefined ? 'without end' : `for ${span(horizonMs)}`;
  return html(
    'li',
    { title: does },
    html('b', {}, id),
    html('span', { class: 'does' }, does),
    html('span', { class: 'faint' }, `keeps ${keeps}, ${until}`),
  );
}

function depthsOf({ stages }) {
  const depths = new Map();
  for (const { id, input } of stages) {
    const before = (input.from ?? []).map((each) => depths.get(each) ?? 0);
    depths.set(id, input.kind === 'source' ? 0 : Math.max(0, ...before) + 1);
  }
  return depths;
}

/** An edge with its texts, wherever it will be. */
function drawable(edge, live) {
  const path = svg('path', { class: edge.isSide ? 'edge side' : 'edge' });
  const flow = svg('path', { class: 'flow' });
  const node = svg('g', {}, path, flow);
  return { ...edge, path, flow, node, texts: [], live };
}

/** Edges that meet are one stream: its texts stand at the first of them. */
function labelOnce(edges) {
  const labelled = new Set();
  for (const edge of edges) {
    if (edge.stream === undefined) continue;
    edge.live.push({ stream: edge.stream, of: 'rate', node: svg('text', { class: 'rate' }) });
    const rate = edge.live.at(-1).node;
    edge.node.append(rate);
    if (labelled.has(edge.stream)) {
      rate.classList.add('hidden');
      continue;
    }
    labelled.add(edge.stream);
    const lag = svg('text', { class: 'lag' });
    edge.live.push({ stream: edge.stream, of: 'lag', node: lag });
    edge.node.append(lag);
    edge.texts.push([rate, -LABEL_GAP], [lag, LABEL_GAP + 9]);
  }
}

function drawEdges({ lines, root, boxes, edges }) {
  lines.setAttribute('width', root.scrollWidth);
  lines.setAttribute('height', root.scrollHeight);
  for (const { from, to, path, flow, texts } of edges) {
    const [a, b] = [boxes.get(from), boxes.get(to)];
    const [x1, y1] = [a.offsetLeft + a.offsetWidth, a.offsetTop + a.offsetHeight / 2];
    const [x2, y2] = [b.offsetLeft - 2, b.offsetTop + b.offsetHeight / 2];
    const bend = Math.min(x2 - x1, BEND);
    const [straight, middle] = [x2 - bend, x2 - bend / 2];
    // Where edges meet they come straight and bend at their end; where they part, at their beginning.
    const line = to.startsWith('output')
      ? `M ${x1} ${y1} C ${x1 + bend / 2} ${y1}, ${x1 + bend / 2} ${y2}, ${x1 + bend} ${y2} H ${x2}`
      : `M ${x1} ${y1} H ${straight} C ${middle} ${y1}, ${middle} ${y2}, ${x2} ${y2}`;
    path.setAttribute('d', `${line} m ${-ARROW} -4 l ${ARROW} 4 l ${-ARROW} 4`);
    flow.setAttribute('d', line);
    for (const [text, dy] of texts) {
      text.setAttribute('x', (x1 + x2 - bend / 2) / 2);
      text.setAttribute('y', y1 + dy);
    }
  }
}
