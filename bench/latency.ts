import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure, type Latency } from './latency/measure.ts';
import { meterings } from './latency/pipelines.ts';

/**
 * How long after the end of its window a row is there, on the built-in endpoints: from the end of the window until a reader
 * of the table's stream has it, and where the time goes. With `--json`, as JSON.
 */
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, seconds: { type: 'string', default: '40' } },
});

const cases = [
  { name: 'one stage', pipeline: meterings.oneStage, file: 'one-stage.ts' },
  { name: 'two stages', pipeline: meterings.twoStages, file: 'two-stages.ts' },
];
const COMPONENTS = ['total', 'disorder', 'mapping', 'handler', 'reader'] as const;
/** While sandboxes start. */
const WINDOWS_LEFT_OUT = 5;

const figures: Record<string, string | number>[] = [];
for (const { name, pipeline, file } of cases) {
  const entry = fileURLToPath(new URL(`latency/${file}`, import.meta.url));
  const all = (await measure(pipeline, entry, Number(values.seconds))).slice(WINDOWS_LEFT_OUT);
  for (const share of [0.5, 0.99]) {
    figures.push({
      pipeline: name,
      quantile: `p${share * 100}`,
      windows: all.length,
      ...Object.fromEntries(COMPONENTS.map((component) => [component, quantileOf(all, component, share)])),
    });
  }
}
if (values.json) console.log(JSON.stringify(figures, undefined, 2));
else {
  console.log('ms from the end of a window; records may be 200 ms late, streams are polled every 20 ms:');
  console.table(figures);
}

function quantileOf(all: readonly Latency[], component: keyof Latency, share: number): number {
  const sorted = all.map((each) => each[component]).toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
}
