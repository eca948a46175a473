import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { QUERIES, type QueryName } from './queries/index.ts';
import { compare, type Ratios } from './throughput/baseline.ts';
import { USUAL_EFFORT, type Effort, type Measured } from './throughput/measure.ts';
import { withSandboxes } from './throughput/sandboxes.ts';
import { flinkThousandsOf, targetOf } from './throughput/targets.ts';

const USAGE = `usage: npm run bench:nexmark -- [options]   measures events per CPU-second through the handler of each query

  --query A,B      only these (default all)
  --schema S       off, on or both (default both)
  --events N       how many (default ${USUAL_EFFORT.events})
  --batch N        records of an invocation (default ${USUAL_EFFORT.batchRecords})
  --rounds N       of which medians are taken (default ${USUAL_EFFORT.rounds})
  --json           as JSON
  --compare FILE   says whose ratio to JSON.parse differs from the one in the file, and fails if any is lower
  --ratios         only the ratios, as such a file holds them`;

const { values } = parseArgs({
  options: {
    query: { type: 'string' },
    schema: { type: 'string', default: 'both' },
    events: { type: 'string', default: String(USUAL_EFFORT.events) },
    batch: { type: 'string', default: String(USUAL_EFFORT.batchRecords) },
    rounds: { type: 'string', default: String(USUAL_EFFORT.rounds) },
    json: { type: 'boolean', default: false },
    compare: { type: 'string' },
    ratios: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Line extends Measured {
  readonly query: string;
  readonly schema: string;
}

const names = Object.keys(QUERIES) as QueryName[];
const wanted = values.query?.split(',').map(queryName) ?? names;
const schemas = (['off', 'on'] as const).filter((each) => ['both', each].includes(values.schema));

if (values.help) console.log(USAGE);
else await measureAll();

function queryName(text: string): QueryName {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new RangeError(`--query names "${text}"; there are ${names.join(', ')}`);
}

async function measureAll(): Promise<void> {
  const effort: Effort = {
    ...USUAL_EFFORT,
    events: Number(values.events),
    batchRecords: Number(values.batch),
    rounds: Number(values.rounds),
  };
  const lines: Line[] = [];
  await withSandboxes(async (measure) => {
    for (const query of wanted) {
      for (const schema of schemas) {
        const line = { query, schema, ...(await measure({ query, schema, effort })) };
        lines.push(line);
        if (!values.json && !values.ratios) print(line);
      }
    }
  });
  const ratios = Object.fromEntries(
    lines.map(({ query, schema, ratio }) => [`${query}, schema ${schema}`, Number(ratio.toFixed(3))]),
  );
  if (values.json) console.log(JSON.stringify({ node: process.version, ...effort, lines }, undefined, 2));
  if (values.ratios) console.log(JSON.stringify(ratios, undefined, 2));
  if (values.compare !== undefined) await report(values.compare, ratios);
}

function print(line: Line): void {
  const { query, schema, eventsPerCpuSecond, parsesPerCpuSecond, ratio, ratioWithBase64, outputs } = line;
  const target = targetOf(query);
  const flink = flinkThousandsOf(query);
  const columns = [
    query.padEnd(4),
    `schema ${schema}`.padEnd(11),
    thousands(eventsPerCpuSecond).padStart(9),
    `JSON.parse ${thousands(parsesPerCpuSecond)}`.padStart(20),
    `ratio ${ratio.toFixed(2)}`,
    target === undefined ? ''.padEnd(12) : `${ratio >= target ? '≥' : 'MISSES'} ${target}`.padEnd(12),
    `with base64 ${ratioWithBase64.toFixed(2)}`,
    `${outputs} outputs`.padStart(14),
    line.deadLetters === 0 ? '' : `${line.deadLetters} DEAD LETTERS`,
    flink === undefined ? '' : `Flink 1.13 ${flink} K/s`,
  ];
  console.log(columns.join('  ').trimEnd());
}

async function report(file: string, measured: Ratios): Promise<void> {
  const { slower, faster, unmatched } = compare(JSON.parse(await readFile(file, 'utf8')) as Ratios, measured);
  for (const line of faster) console.log(`faster  ${line}`);
  for (const line of slower) console.log(`SLOWER  ${line}`);
  if (unmatched.length > 0) console.log(`only on one side: ${unmatched.join('; ')}`);
  if (slower.length === 0) console.log(`nothing is slower than in ${file}`);
  else process.exitCode = 1;
}

function thousands(perSecond: number): string {
  return `${Math.round(perSecond / 1000)} K/s`;
}
