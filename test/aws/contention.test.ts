import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { DynamoDbFault } from '../../lib/local/dynamodb/index.ts';
import { randomFrom } from '../../lib/testing/index.ts';
import { randomLog } from './contended-log.ts';
import { contestedEntries, expectedOf, isAppend, outcomeOf, type Outcome } from './contention-outcome.ts';
import { startContention, type Contention } from './contention.ts';
import { drain, interleave } from './interleaving.ts';

/** `SEED=… npm test` runs that one alone. */
const SEED = process.env['SEED'];
const SEEDS = SEED === undefined ? Array.from({ length: 12 }, (_, index) => index + 1) : [Number(SEED)];
const SMALL_NOTE_BYTES = 5;
const LARGE_NOTE_BYTES = 9_000;
const FAULT_CHANCE = 0.1;
const TIMEOUT_MS = 60_000;

const untouched = { ...process.env };
let contention: Contention | undefined;

beforeEach(() => {
  jest.spyOn(console, 'log').mockReturnValue();
  jest.spyOn(console, 'error').mockReturnValue();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await contention?.close();
  contention = undefined;
  process.env = { ...untouched };
});

test.each([
  { side: 'before', winner: 'the one that went past it', omitOldItemOnConditionFailure: false },
  { side: 'before', winner: 'the one that went past it', omitOldItemOnConditionFailure: true },
  { side: 'after', winner: 'the frozen one', omitOldItemOnConditionFailure: false },
] as const)(
  'of two appends, one of them frozen $side it is executed, that of $winner stands (losing item omitted: $omitOldItemOnConditionFailure)',
  async ({ side, omitOldItemOnConditionFailure }) => {
    const log = randomLog(randomFrom(1), SMALL_NOTE_BYTES);
    contention = await startContention(log, { omitOldItemOnConditionFailure });
    const [frozen, rival] = contention.sandboxes;
    const begun = await frozen.invoke({ next: 0, state: undefined, window: 'none' }, 10);

    const isFrozen = frozen.gate.freezeAt(isAppend, side);
    const slow = frozen.invoke(begun, 10);
    await isFrozen;
    const passed = await rival.invoke(begun, 15);
    frozen.gate.thaw();
    const thawed = await slow;
    await rival.invoke(await frozen.invoke(passed, 3), 10);

    expect(thawed).toEqual({ ...begun, next: 20 });
    expect(contestedEntries(contention)).toBe(side === 'before' ? 1 : 0);
    expect(await outcomeOf(contention)).toEqual(expectedOf(log, contention, side === 'before' ? 5 : 6));
  },
  TIMEOUT_MS,
);

test.each<Circumstances>([
  { circumstances: 'at an endpoint that shows what an append has lost to' },
  { circumstances: 'at an endpoint that keeps it to itself', omitOldItemOnConditionFailure: true },
  { circumstances: 'with state large enough for checkpoints', noteBytes: LARGE_NOTE_BYTES },
  { circumstances: 'while requests fail or lose their answer', faults: ['error', 'lost-response'] },
  {
    circumstances: 'while they are throttled too, with large state, and no request is tried twice',
    noteBytes: LARGE_NOTE_BYTES,
    faults: ['error', 'lost-response', 'throttle'],
    maxAttempts: 1,
  },
])(
  'two sandboxes that disturb each other leave what one would have, $circumstances',
  async (circumstances) => {
    const runs: Run[] = [];
    for (const seed of SEEDS) runs.push(await contend(seed, circumstances));

    expect(runs.map(({ seed, outcome }) => ({ seed, outcome }))).toEqual(
      runs.map(({ seed, expected }) => ({ seed, outcome: expected })),
    );
    if (circumstances.faults === undefined) expect(runs.flatMap(({ failures }) => failures)).toEqual([]);
    expect(runs.some(({ contested }) => contested > 0) || SEED !== undefined).toBe(true);
  },
  TIMEOUT_MS,
);

interface Circumstances {
  readonly circumstances: string;
  readonly omitOldItemOnConditionFailure?: boolean;
  readonly noteBytes?: number;
  readonly faults?: readonly [DynamoDbFault, ...DynamoDbFault[]];
  readonly maxAttempts?: number;
}

interface Run {
  readonly seed: number;
  readonly outcome: Outcome;
  readonly expected: Outcome;
  readonly failures: readonly string[];
  readonly contested: number;
}

/** Even seeds have tumbling windows, odd ones none. */
async function contend(
  seed: number,
  {
    omitOldItemOnConditionFailure = false,
    noteBytes = SMALL_NOTE_BYTES,
    faults,
    maxAttempts = 3,
  }: Circumstances,
): Promise<Run> {
  const random = randomFrom(seed);
  const luck = randomFrom(seed);
  let hasFaults = false;
  process.env['AWS_MAX_ATTEMPTS'] = String(maxAttempts);
  const log = randomLog(random, noteBytes);
  contention = await startContention(log, {
    omitOldItemOnConditionFailure,
    fault: () =>
      faults !== undefined && hasFaults && luck.chance(FAULT_CHANCE) ? luck.pick(faults) : undefined,
  });
  const failures: string[] = [];
  hasFaults = true;
  const reached = await interleave(contention, random, seed % 2 === 0, failures);
  hasFaults = false;
  await drain(contention, reached, random, failures);
  const outcome = await outcomeOf(contention);
  const expected = expectedOf(log, contention, outcome.entries.length);
  const contested = contestedEntries(contention);
  await contention.close();
  contention = undefined;
  return { seed, outcome, expected, failures, contested };
}
