import { decode, encode } from './codec.ts';
import type { Event } from './event.ts';
import { fromRows, toRows, type EventRows, type SentEvent } from './event-rows.ts';
import type { SentOutput } from './output.ts';

/**
 * What one task sends through a shuffle as one record: events of one part of the keys, and how far it has got.
 *
 * A task numbers the events it sends to a part. That number is a function of its log, so whoever repeats the work sends
 * the same events under the same numbers: the receiver skips those it has, and a number that is missing shows that
 * something was lost.
 */
export interface Packet {
  /** The stage and shard that sends. */
  readonly producer: string;
  readonly partition: number;
  /** The number of the first event. */
  readonly from: number;
  readonly events: readonly SentEvent[];
}

/** The edge of what stands in a packet for an event that no record can hold. */
export const TOO_LARGE = '~too-large';

/** Takes the number of an event that can't be sent, and tells the receiver where it came from. */
export function standInFor({ edge, id, timestamp, event: { key } }: SentOutput, bytes: number): SentEvent {
  const value = { edge, bytes, ...id };
  return { edge: TOO_LARGE, event: { value, timestamp, ...(key !== undefined && { key }) } };
}

/** How far a task has got: everything it sends from here on is not before this event time. */
export interface Progress {
  readonly producer: string;
  readonly watermark: number;
  /** Every task of its stage there is: nobody's time moves on before each of them was heard. */
  readonly peers: readonly string[];
  /** It has sent its last. */
  readonly isEnded: boolean;
}

/**
 * Bytes nobody else's record begins with: NUL, `millrace`, 3 for a packet and 2 for progress. A packet with 1 comes from
 * an earlier version, which wrote each event by itself.
 */
const MAGIC = [0, 0x6d, 0x69, 0x6c, 0x6c, 0x72, 0x61, 0x63, 0x65];
const PACKET_OF_EVENTS = new Uint8Array([...MAGIC, 1]);
const PROGRESS = new Uint8Array([...MAGIC, 2]);
const PACKET = new Uint8Array([...MAGIC, 3]);

/**
 * An on-demand stream counts whole kilobytes of each record: less than one costs nothing to leave as it is.
 * @see https://aws.amazon.com/kinesis/data-streams/pricing/
 */
const WORTH_COMPRESSING_BYTES = 1024;

type StoredPacket<Events> = [producer: string, partition: number, from: number, events: Events];
type StoredEvents = [edge: string, event: Event][];
type StoredProgress = [producer: string, watermark: number, peers: readonly string[], isEnded: boolean];

export function encodePacket({ producer, partition, from, events }: Packet): Uint8Array {
  return framed(PACKET, [producer, partition, from, toRows(events)] satisfies StoredPacket<EventRows>);
}

export function encodeProgress({ producer, watermark, peers, isEnded }: Progress): Uint8Array {
  return framed(PROGRESS, [producer, watermark, peers, isEnded] satisfies StoredProgress);
}

/** The packet these bytes are, or `undefined` if they are something else. */
export function decodePacket(data: Uint8Array): Packet | undefined {
  if (begins(data, PACKET)) {
    const [producer, partition, from, rows] = contentOf(data) as StoredPacket<EventRows>;
    return { producer, partition, from, events: fromRows(rows) };
  }
  if (!begins(data, PACKET_OF_EVENTS)) return undefined;
  const [producer, partition, from, events] = contentOf(data) as StoredPacket<StoredEvents>;
  return { producer, partition, from, events: events.map(([edge, event]) => ({ edge, event })) };
}

/** The progress these bytes tell of, or `undefined` if they are something else. */
export function decodeProgress(data: Uint8Array): Progress | undefined {
  if (!begins(data, PROGRESS)) return undefined;
  const [producer, watermark, peers, isEnded] = contentOf(data) as StoredProgress;
  return { producer, watermark, peers, isEnded };
}

function begins(data: Uint8Array, magic: Uint8Array): boolean {
  return data[0] === 0 && magic.every((byte, index) => data[index] === byte);
}

function contentOf(data: Uint8Array): unknown {
  return decode(data.subarray(PACKET.length));
}

function framed(magic: Uint8Array, content: unknown): Uint8Array {
  const body = encode(content, WORTH_COMPRESSING_BYTES);
  const bytes = new Uint8Array(magic.length + body.length);
  bytes.set(magic);
  bytes.set(body, magic.length);
  return bytes;
}

/** A packet, and what is delivered with it. */
export interface Packed {
  readonly to: string;
  readonly packet: Packet;
  readonly outputs: readonly SentOutput[];
}

/**
 * Events to be sent as packets: for each stage, part and sender those that follow on each other, in their order. Where
 * one between them is left out, because it has been sent before, another packet begins.
 */
export function packetsOf(sent: readonly SentOutput[], mostEvents: number = Infinity): readonly Packed[] {
  const runs: SentOutput[][] = [];
  const lastRuns = new Map<string, SentOutput[]>();
  for (const output of sent) {
    const name = `${output.to} ${output.partition} ${output.id.shardId}`;
    const run = lastRuns.get(name);
    if (run !== undefined && run.at(-1)?.number === output.number - 1 && run.length < mostEvents) {
      run.push(output);
      continue;
    }
    const begun = [output];
    lastRuns.set(name, begun);
    runs.push(begun);
  }
  return runs.flatMap((outputs) => {
    const [first] = outputs;
    if (first === undefined) return [];
    const { to, partition, number, id } = first;
    const events = outputs.map(({ edge, event }) => ({ edge, event }));
    return [
      { to, outputs, packet: { producer: `${id.stage}/${id.shardId}`, partition, from: number, events } },
    ];
  });
}
