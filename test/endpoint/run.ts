import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { givenEndpoints } from '../../lib/local/given-endpoints.ts';

/**
 * Runs the suite on the endpoints that AWS_ENDPOINT_URL and its variants name, and says what they can and can't do.
 * Exit code 1 if pipelines don't run there; what only tests and tools need is told and no failure.
 */
interface Outcome {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
  readonly failureMessages?: readonly string[];
}

const NEEDED = ['pipelines', 'journal:', 'journal with checkpoints in a bucket:'];
const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];

const SHOWN_LINES = 4;
const SHOWN_CHARACTERS = 200;

const folder = mkdtempSync(join(tmpdir(), 'millrace-endpoint-'));
const file = join(folder, 'outcome.json');
const args = [
  ...JEST,
  '--config',
  'jest.endpoint.config.mjs',
  '--json',
  '--outputFile',
  file,
  '--testTimeout',
  '30000',
];
const given = Object.entries(givenEndpoints(process.env));
console.log(
  given.length === 0
    ? 'asking the built-in endpoints; AWS_ENDPOINT_URL names others'
    : `asking ${given.map(([service, url]) => `${service} at ${url}`).join(', ')}`,
);
const jest = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
jest.stderr.setEncoding('utf8');
let printed = '';
jest.stderr.on('data', (text: string) => (printed += text));
await once(jest, 'close');
process.exitCode = report(outcomesIn(file));
rmSync(folder, { recursive: true, force: true });

function outcomesIn(path: string): readonly Outcome[] {
  try {
    const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as {
      testResults: readonly { readonly assertionResults: readonly Outcome[] }[];
    };
    return testResults.flatMap(({ assertionResults }) => assertionResults);
  } catch {
    return [];
  }
}

function report(outcomes: readonly Outcome[]): number {
  if (outcomes.length === 0) {
    console.error(printed);
    return 1;
  }
  const groups = new Set(outcomes.map(({ ancestorTitles: [group = ''] }) => group));
  for (const group of groups) {
    const all = outcomes.filter(({ ancestorTitles: [first] }) => first === group);
    const failed = all.filter(({ status }) => status !== 'passed');
    console.log(`\n${group.replace(/:$/, '')}: ${all.length - failed.length} of ${all.length}`);
    const reasons = new Set(failed.map(({ failureMessages = [] }) => reasonOf(failureMessages)));
    if (failed.length > 2 && failed.length === all.length && reasons.size < failed.length / 2) {
      console.log(`  can't do any of it: ${[...reasons][0]}`);
      continue;
    }
    for (const { ancestorTitles, title, failureMessages = [] } of failed) {
      console.log(`  can't: ${[...ancestorTitles.slice(1), title].join(', ')}`);
      console.log(`         ${reasonOf(failureMessages)}`);
    }
  }
  const isUsable = outcomes.every(
    ({ ancestorTitles: [group = ''], status }) => !NEEDED.includes(group) || status === 'passed',
  );
  console.log(isUsable ? '\npipelines run on these endpoints' : '\npipelines do not run on these endpoints');
  return isUsable ? 0 : 1;
}

/** Of what jest says about a failure, what a person needs: the error, or what was expected and what came. */
function reasonOf([message = '']: readonly string[]): string {
  // oxlint-disable-next-line no-control-regex
  const lines = message.replaceAll(/\u001B\[\d+m/g, '').split('\n');
  const differing = lines.filter((line) => /^\s*(?:Expected|Received|[-+]\s{2})/.test(line));
  const [first = ''] = lines;
  const telling =
    first.includes('expect(') && differing.length > 0 ? differing.slice(0, SHOWN_LINES) : [first];
  return telling
    .map((line) => line.trim())
    .join(' | ')
    .slice(0, SHOWN_CHARACTERS);
}
