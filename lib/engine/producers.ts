import type { Progress } from '../model/index.ts';

/** What is known of one task that sends. */
interface Producer {
  readonly watermark: number;
  /** When it was last heard of. */
  readonly arrival: number;
  readonly isEnded: boolean;
}

/** The tasks whose packets a shuffle carries; part of event time, and so of the state. */
export interface Producers {
  readonly known: Readonly<Record<string, Producer>>;
  /** Of each stage that sends, the tasks it had when it was last heard of. */
  readonly expected: Readonly<Record<string, readonly string[]>>;
}

export const NO_PRODUCERS: Producers = { known: {}, expected: {} };

/** What a progress record tells; `arrival` is when it came into the shuffle. */
export function heardOf(
  { known, expected }: Producers,
  { producer, watermark, peers, isEnded }: Progress,
  arrival: number,
): Producers {
  const before = known[producer];
  const heard: Producer = {
    watermark: Math.max(watermark, before?.watermark ?? Number.NEGATIVE_INFINITY),
    arrival: Math.max(arrival, before?.arrival ?? Number.NEGATIVE_INFINITY),
    isEnded: isEnded || before?.isEnded === true,
  };
  const unheard = peers
    .filter((peer) => known[peer] === undefined)
    .map((peer): [string, Producer] => [
      peer,
      { watermark: Number.NEGATIVE_INFINITY, arrival, isEnded: false },
    ]);
  return {
    known: { ...Object.fromEntries(unheard), ...known, [producer]: heard },
    expected: { ...expected, [stageOf(producer)]: peers },
  };
}

/**
 * A task that has sent its last counts until everyone who is there now was heard, for they go on from where it was. It
 * stays known as ended: a frozen sandbox that still speaks for it changes nothing.
 */
function counts({ known, expected }: Producers, name: string, { isEnded }: Producer): boolean {
  const successors = (expected[stageOf(name)] ?? []).filter((peer) => peer !== name);
  const isSucceeded =
    successors.length > 0 && successors.every((peer) => (known[peer]?.watermark ?? -Infinity) > -Infinity);
  return !isEnded || !isSucceeded;
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
  const producers = Object.entries(all.known).flatMap(([name, producer]) =>
    counts(all, name, producer) ? [producer] : [],
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

/** A packet shows that its task is there, though not how far it has got. */
export function seen({ known, expected }: Producers, producer: string, arrival: number): Producers {
  const before = known[producer] ?? { watermark: Number.NEGATIVE_INFINITY, arrival, isEnded: false };
  if (known[producer] !== undefined && before.arrival >= arrival) return { known, expected };
  return {
    known: { ...known, [producer]: { ...before, arrival: Math.max(arrival, before.arrival) } },
    expected,
  };
}

/** What a task knows that goes on for several others: of each producer what the one furthest behind knows. */
export function earliestProducers(all: readonly Producers[]): Producers | undefined {
  const [first, ...rest] = all;
  return first && rest.reduce(earlier, first);
}

function earlier(a: Producers, b: Producers): Producers {
  const known = { ...a.known };
  for (const [name, producer] of Object.entries(b.known)) {
    const other = known[name];
    if (other === undefined || producer.watermark < other.watermark) known[name] = producer;
  }
  return { known, expected: { ...b.expected, ...a.expected } };
}

/** Producers are called `stage/shard`. */
function stageOf(producer: string): string {
  return producer.slice(0, producer.lastIndexOf('/'));
}
