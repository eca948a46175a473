import { decode, encode } from './codec.ts';
import type { Event } from './event.ts';
import type { SentOutput } from './output.ts';

/** An event on its way to another stage, for one of its inputs. */
export interface SentEvent {
  readonly edge: string;
  readonly event: Event;
}

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

/** How far a task has got: everything it sends from here on is not before this event time. */
export interface Progress {
  readonly producer: string;
  readonly watermark: number;
  /** Every task of its stage there is: nobody's time moves on before each of them was heard. */
  readonly peers: readonly string[];
  /** It has sent its last. */
  readonly isEnded: boolean;
}

/** Bytes nobody else's record begins with: NUL, `millrace`, 1 for a packet and 2 for progress. */
const PACKET = new Uint8Array([0, 0x6d, 0x69, 0x6c, 0x6c, 0x72, 0x61, 0x63, 0x65, 1]);
const PROGRESS = new Uint8Array([0, 0x6d, 0x69, 0x6c, 0x6c, 0x72, 0x61, 0x63, 0x65, 2]);

type StoredPacket = [
  producer: string,
  partition: number,
  from: number,
  events: [edge: string, event: Event][],
];
type StoredProgress = [producer: string, watermark: number, peers: readonly string[], isEnded: boolean];

export function encodePacket({ producer, partition, from, events }: Packet): Uint8Array {
  const sent = events.map(({ edge, event }): [string, Event] => [edge, event]);
  return framed(PACKET, [producer, partition, from, sent] satisfies StoredPacket);
}

export function encodeProgress({ producer, watermark, peers, isEnded }: Progress): Uint8Array {
  return framed(PROGRESS, [producer, watermark, peers, isEnded] satisfies StoredProgress);
}

/** The packet these bytes are, or `undefined` if they are something else. */
export function decodePacket(data: Uint8Array): Packet | undefined {
  if (!begins(data, PACKET)) return undefined;
  const [producer, partition, from, events] = decode(data.subarray(PACKET.length)) as StoredPacket;
  return { producer, partition, from, events: events.map(([edge, event]) => ({ edge, event })) };
}

/** The progress these bytes tell of, or `undefined` if they are something else. */
export function decodeProgress(data: Uint8Array): Progress | undefined {
  if (!begins(data, PROGRESS)) return undefined;
  const [producer, watermark, peers, isEnded] = decode(data.subarray(PROGRESS.length)) as StoredProgress;
  return { producer, watermark, peers, isEnded };
}

function begins(data: Uint8Array, magic: Uint8Array): boolean {
  return data[0] === 0 && magic.every((byte, index) => data[index] === byte);
}

function framed(magic: Uint8Array, content: unknown): Uint8Array {
  const body = encode(content);
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
