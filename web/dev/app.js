import { drawControls, updateControls } from './controls.js';
import { drawGraph, updateGraph } from './graph.js';
import { drawLate, drawLetters } from './letters.js';
import { byId, html, number } from './nodes.js';
import { drawResults, nameOutputs } from './results.js';
import { drawShards } from './shards.js';

let pipelines = [];
let results = {};

const on = {
  app: (app) => {
    pipelines = app.pipelines;
    byId('pipelines').textContent = pipelines.map(({ plan }) => plan.pipeline).join(', ');
    drawGraph(app);
    nameOutputs(app);
    drawResults(results);
    drawControls(app);
    drawLate(results, pipelines);
  },
  now: (now) => {
    updateGraph(now);
    updateControls(now);
    drawShards(now);
    drawTotals(now);
    drawProblems(now);
  },
  results: (latest) => {
    results = latest;
    drawResults(latest);
    drawLate(latest, pipelines);
  },
  letters: drawLetters,
  check: drawCheck,
};

const events = new EventSource('/events');
events.addEventListener('open', () => (byId('connection').textContent = 'live'));
events.addEventListener(
  'error',
  () => (byId('connection').textContent = 'not connected; waiting for millrace dev'),
);
for (const [name, draw] of Object.entries(on)) {
  events.addEventListener(name, ({ data }) => draw(JSON.parse(data)));
}

function drawTotals({ totals, traffic, sandboxes }) {
  const shown = {
    'records put by the traffic': traffic.sent,
    'records processed': totals.records,
    'delivered again and skipped': totals.skipped,
    batches: totals.batches,
    'failed batches': totals.failures,
    'journal entries': totals.appended,
    sandboxes: sandboxes.length,
  };
  byId('totals').replaceChildren(
    ...Object.entries(shown).map(([name, value]) =>
      html('div', {}, html('dt', {}, name), html('dd', {}, number(value))),
    ),
  );
}

let shownProblems = '';

function drawProblems({ problems: told, traffic, now }) {
  const stopped =
    traffic.stopped === undefined ? [] : [{ at: now, text: `the traffic stopped: ${traffic.stopped}` }];
  const problems = [...told, ...stopped];
  const latest = problems.map(({ text }) => text).join();
  if (latest === shownProblems || problems.length === 0) return;
  shownProblems = latest;
  byId('problems').replaceChildren(
    ...problems
      .toReversed()
      .map(({ at, text }) => html('li', {}, `${new Date(at).toISOString().slice(11, 19)} ${text}`)),
  );
}

function drawCheck(check) {
  const [line, list] = [byId('check'), byId('check-problems')];
  line.hidden = check === null;
  list.hidden = check === null || check.isExact;
  if (check === null) return;
  if (line.textContent !== check.summary) line.textContent = check.summary;
  line.classList.toggle('wrong', !check.isExact);
  list.replaceChildren(...check.problems.slice(0, 8).map((problem) => html('li', {}, problem)));
}
