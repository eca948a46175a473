import type { SentEvent } from './event-rows.ts';
import type { SentOutput } from './output.ts';
import type { Progress } from './progress.ts';

/**
 * Events of one part of the keys that follow on each other.
 *
 * A task numbers the events it sends to a part. That number is a function of its log, so whoever repeats the work sends
 * the same events under the same numbers: the receiver skips those it has, and a number that is missing shows that
 * something was lost.
 */
export interface Packet {
  readonly partition: number;
  /** The number of the first event. */
  readonly from: number;
  readonly events: readonly SentEvent[];
}

/**
 * What one task sends to one shard of a shuffle as one record: packets for the parts that are at home there, and with the
 * last of them how far it has got.
 */
export interface Parcel {
  /** The stage and shard that sends. */
  readonly producer: string;
  /**
   * The shard it is meant for. One that is split or merged while a parcel is on its way leaves it to a child, where not
   * all of the parts may be at home: the child leaves it alone, and the sender, who is told where it went, sends it again.
   */
  readonly shard: string;
  readonly packets: readonly Packet[];
  readonly progress?: Progress;
}

/** A parcel, and what is delivered with it. */
export interface Packed {
  readonly parcel: Parcel;
  readonly outputs: readonly SentOutput[];
}

/** The shard a part is at home in. */
export type HomeOf = (partition: number) => string;

/**
 * What is sent to one stage as parcels, for each shard in its order.
 * @param mostEvents of a parcel
 */
export function parcelsOf(
  sent: readonly SentOutput[],
  homeOf: HomeOf,
  mostEvents: number = Infinity,
): readonly Packed[] {
  const runs: { readonly shard: string; readonly producer: string; readonly outputs: SentOutput[] }[] = [];
  const lastRuns = new Map<string, (typeof runs)[number]>();
  for (const output of sent) {
    const shard = homeOf(output.partition);
    const producer = `${output.id.stage}/${output.id.shardId}`;
    const last = lastRuns.get(shard);
    if (last !== undefined && last.producer === producer && last.outputs.length < mostEvents) {
      last.outputs.push(output);
      continue;
    }
    const run = { shard, producer, outputs: [output] };
    lastRuns.set(shard, run);
    runs.push(run);
  }
  return runs.map(({ shard, producer, outputs }) => ({
    outputs,
    parcel: { producer, shard, packets: packetsOf(outputs) },
  }));
}

/**
 * For each part its events in their order. Where one between them is left out, because it has been sent before, another
 * packet begins.
 */
function packetsOf(outputs: readonly SentOutput[]): readonly Packet[] {
  const parts = new Map<number, { partition: number; from: number; events: SentEvent[] }[]>();
  for (const { partition, number, edge, event } of outputs) {
    const packets = parts.get(partition);
    const last = packets?.at(-1);
    const sent = { edge, event };
    if (packets === undefined) parts.set(partition, [{ partition, from: number, events: [sent] }]);
    else if (last !== undefined && last.from + last.events.length === number) last.events.push(sent);
    else packets.push({ partition, from: number, events: [sent] });
  }
  return [...parts.values()].flat();
}

/**
 * The same parcels, and with the last for each of these shards how far the task has got. A shard for which there is none
 * gets one without events. Without news they are as they were.
 */
export function telling(
  packed: readonly Packed[],
  progress: Progress | undefined,
  shards: readonly string[],
): readonly Packed[] {
  if (progress === undefined) return packed;
  const { producer } = progress;
  const last = new Map(packed.map((each) => [each.parcel.shard, each]));
  const tells = (each: Packed): boolean =>
    each.parcel.producer === producer &&
    last.get(each.parcel.shard) === each &&
    shards.includes(each.parcel.shard);
  const told = new Set(packed.filter(tells).map(({ parcel }) => parcel.shard));
  return [
    ...packed.map((each) => (tells(each) ? { ...each, parcel: { ...each.parcel, progress } } : each)),
    ...shards
      .filter((shard) => !told.has(shard))
      .map((shard) => ({ outputs: [], parcel: { producer, shard, packets: [], progress } })),
  ];
}

/** The edge of what stands in a parcel for an event that no record can hold. */
export const TOO_LARGE = '~too-large';

/** Takes the number of an event that can't be sent, and tells the receiver where it came from. */
export function standInFor(output: SentOutput, bytes: number): SentOutput {
  const { edge, id, timestamp, event } = output;
  const told = { value: { edge, bytes, ...id }, timestamp };
  return {
    ...output,
    edge: TOO_LARGE,
    event: event.key === undefined ? told : { ...told, key: event.key },
  };
}
