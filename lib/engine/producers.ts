import type { Progress } from '../model/index.ts';

/** What is known of one task that sends. */
interface Producer {
  readonly watermark: number;
  /** When it was last heard of. */
  readonly arrival: number;
  readonly isEnded: boolean;
}

/** The tasks whose parcels a shuffle carries; part of event time, and so of the state. */
export interface Producers {
  readonly known: Readonly<Record<string, Producer>>;
  /** Of each stage that sends, the tasks that can still get records. */
  readonly expected: Readonly<Record<string, readonly string[]>>;
  /** Those of them that were never heard, and since when they should have been. */
  readonly unheard: Readonly<Record<string, number>>;
}

export const NO_PRODUCERS: Producers = { known: {}, expected: {}, unheard: {} };

/** For so long a sandbox that was frozen may still speak for a task that has ended. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;

/** What a progress record tells; `arrival` is when it came into the shuffle. */
export function heardOf(all: Producers, progress: Progress, arrival: number): Producers {
  const { producer, watermark, isEnded } = progress;
  const before = all.known[producer];
  const known = {
    ...all.known,
    [producer]: {
      watermark: Math.max(watermark, before?.watermark ?? Number.NEGATIVE_INFINITY),
      arrival: Math.max(arrival, before?.arrival ?? Number.NEGATIVE_INFINITY),
      isEnded: isEnded || before?.isEnded === true,
    },
  };
  const stage = stageOf(producer);
  const peers = newer(all.expected[stage] ?? [], progress.peers);
  const others = Object.entries(all.unheard).filter(([name]) => stageOf(name) !== stage);
  const unheard = peers
    .filter((peer) => known[peer] === undefined)
    .map((peer): [string, number] => [peer, all.unheard[peer] ?? arrival]);
  return {
    known,
    expected: { ...all.expected, [stage]: peers },
    unheard: Object.fromEntries([...others, ...unheard]),
  };
}

/**
 * Without tasks that ended long ago. They are left out of event time by then, and what is known is written with every
 * change of the state: the shards of a table end after some hours each.
 */
export function withoutForgotten(all: Producers, now: number, idleAfterMs: number): Producers {
  const rememberedMs = Math.max(REMEMBERED_MS, idleAfterMs);
  const remembered = Object.entries(all.known).filter(
    ([, { isEnded, arrival }]) => !isEnded || now - arrival < rememberedMs,
  );
  return { ...all, known: Object.fromEntries(remembered) };
}

/** A parcel shows that its task is there, though not how far it has got. */
export function seen(all: Producers, producer: string, arrival: number): Producers {
  const before = all.known[producer];
  if (before !== undefined && before.arrival >= arrival) return all;
  const seenNow: Producer =
    before === undefined
      ? { watermark: Number.NEGATIVE_INFINITY, arrival, isEnded: false }
      : { ...before, arrival };
  const { [producer]: _, ...unheard } = all.unheard;
  return { ...all, known: { ...all.known, [producer]: seenNow }, unheard };
}

/**
 * How far the slowest has got. One that hasn't been heard for `idleAfterMs` is left out as long as others are heard;
 * when all are silent, time moves on as it passes, that much behind.
 */
export function watermarkOf(
  all: Producers,
  stages: readonly string[],
  now: number,
  idleAfterMs: number,
): number {
  // A stage nobody has heard of yet could still send anything.
  if (stages.some((stage) => all.expected[stage] === undefined)) return Number.NEGATIVE_INFINITY;
  const isAwaited = Object.values(all.unheard).some((since) => now - since < idleAfterMs);
  if (isAwaited) return Number.NEGATIVE_INFINITY;
  const producers = Object.entries(all.known).flatMap(([name, producer]) =>
    isSucceeded(all, name, producer) ? [] : [producer],
  );
  const isIdle = ({ arrival, watermark }: Producer): boolean =>
    watermark !== Number.POSITIVE_INFINITY && now - arrival >= idleAfterMs;
  const active = producers.filter((producer) => !isIdle(producer));
  if (active.length > 0) return Math.min(...active.map(({ watermark }) => watermark));
  const moved = producers
    .filter(({ watermark }) => Number.isFinite(watermark))
    .map(({ watermark, arrival }) => watermark + (now - arrival) - idleAfterMs);
  return moved.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...moved);
}

/**
 * A task that has sent its last counts until everyone who is there now was heard, for they go on from where it was. It
 * stays known as ended: a frozen sandbox that still speaks for it changes nothing.
 */
function isSucceeded({ known, expected }: Producers, name: string, { isEnded }: Producer): boolean {
  const successors = (expected[stageOf(name)] ?? []).filter((peer) => peer !== name);
  return (
    isEnded &&
    successors.length > 0 &&
    successors.every((peer) => (known[peer]?.watermark ?? -Infinity) > -Infinity)
  );
}

/**
 * What a task knows that goes on for several others: of each producer what the one furthest behind knows. A producer that
 * one of them hasn't heard of has told the others already, and may have events on their way for the keys of that one.
 */
export function earliestProducers(all: readonly (Producers | undefined)[]): Producers | undefined {
  if (all.every((each) => each === undefined)) return undefined;
  return all.map((each = NO_PRODUCERS) => each).reduce(earlier);
}

function earlier(a: Producers, b: Producers): Producers {
  const known = { ...untold(a.known), ...untold(b.known) };
  for (const [name, producer] of Object.entries(a.known)) {
    const other = b.known[name];
    if (other !== undefined) known[name] = other.watermark < producer.watermark ? other : producer;
  }
  const expected = { ...a.expected };
  for (const [stage, peers] of Object.entries(b.expected))
    expected[stage] = newer(expected[stage] ?? [], peers);
  const awaited = new Set(Object.values(expected).flat());
  const unheard = Object.entries({ ...a.unheard, ...b.unheard }).filter(
    ([name]) => known[name] === undefined && awaited.has(name),
  );
  return { known, expected, unheard: Object.fromEntries(unheard) };
}

function untold(known: Producers['known']): Record<string, Producer> {
  const watermark = Number.NEGATIVE_INFINITY;
  return Object.fromEntries(
    Object.entries(known).map(([name, producer]) => [name, { ...producer, watermark }]),
  );
}

/** Of two lists of shards the one that was made later: the numbers of new shards grow. */
function newer(a: readonly string[], b: readonly string[]): readonly string[] {
  return lastOf(b) >= lastOf(a) ? b : a;
}

function lastOf(peers: readonly string[]): string {
  return peers.reduce((last, peer) => (peer > last ? peer : last), '');
}

/** Producers are called `stage/shard`. */
function stageOf(producer: string): string {
  return producer.slice(0, producer.lastIndexOf('/'));
}
