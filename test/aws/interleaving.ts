import type { Random } from '../../lib/testing/index.ts';
import { isAppend } from './contention-outcome.ts';
import type { Contention, Progress, Sandbox } from './contention.ts';
import type { Passage } from './gate.ts';

const MAX_ROUNDS = 40;
const MAX_DRAINS = 40;
const MAX_BATCH = 6;
/** An invocation of these logs seldom makes more. */
const MAX_REQUESTS = 8;

/** What invocations failed with. */
type Failures = string[];

/**
 * Works through the log with two sandboxes that disturb each other. In each round one is frozen at an append or at
 * some other request to DynamoDB, if it makes it; the other gets batches that are the same, cut otherwise, or begin
 * earlier, as from a mapping that was made anew; then the first is thawed and goes on where it was. The next round
 * begins where the other has got, or where the first has, if that went well.
 */
export async function interleave(
  { sandboxes, records }: Contention,
  random: Random,
  hasWindows: boolean,
  failures: Failures,
): Promise<Progress> {
  let progress: Progress = { next: 0, state: {}, window: hasWindows ? 0 : 'none' };
  for (let round = 0; round < MAX_ROUNDS && progress.next < records.length; round += 1) {
    const [victim, rival] = random.chance(0.5) ? sandboxes : [sandboxes[1], sandboxes[0]];
    const isFrozen = victim.gate.freezeAt(
      random.chance(0.5) ? isAppend : isNth(random.below(MAX_REQUESTS)),
      random.pick(['before', 'after']),
    );
    const running = attempt(victim, progress, random, failures);
    await Promise.race([isFrozen, running]);
    let passed = elsewhere(progress, random);
    for (let batches = 1 + random.below(3); batches > 0 && passed.next < records.length; batches -= 1) {
      passed = (await attempt(rival, passed, random, failures)) ?? passed;
    }
    victim.gate.thaw();
    const thawed = await running;
    progress = thawed !== undefined && random.chance(0.3) ? thawed : passed;
  }
  return progress;
}

/** Delivers what is left, to one or the other, until all of it is in the journal. */
export async function drain(
  { sandboxes, records }: Contention,
  from: Progress,
  random: Random,
  failures: Failures,
): Promise<void> {
  let progress = from;
  for (let drains = 0; drains < MAX_DRAINS; drains += 1) {
    const isRead = progress.next === records.length;
    if (isRead && progress.window === 'none') return;
    try {
      progress = await random.pick([...sandboxes]).invoke(progress, MAX_BATCH, isRead);
      if (isRead) return;
    } catch (error) {
      failures.push(String(error));
    }
  }
}

/** Where a batch of some size ends, which may be the last of its window; `undefined` if it failed. */
async function attempt(
  sandbox: Sandbox,
  progress: Progress,
  random: Random,
  failures: Failures,
): Promise<Progress | undefined> {
  const size = 1 + random.below(MAX_BATCH);
  const isLastOfWindow = random.chance(0.4);
  try {
    return await sandbox.invoke(progress, size, isLastOfWindow);
  } catch (error) {
    failures.push(String(error));
    return undefined;
  }
}

function elsewhere(progress: Progress, random: Random): Progress {
  const { next, window } = progress;
  if (random.chance(0.6)) return progress;
  const earlier = Math.max(0, next - random.below(2 * MAX_BATCH));
  return { next: earlier, state: {}, window: window === 'none' ? window : window + 1 };
}

function isNth(n: number): (request: Passage) => boolean {
  let seen = 0;
  return () => {
    seen += 1;
    return seen > n;
  };
}
