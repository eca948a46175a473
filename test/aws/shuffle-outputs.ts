import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { createHash } from 'node:crypto';
import { decodePacket, type Packet, type SentOutput } from '../../lib/model/index.ts';
import { logsOf } from './logs-of.ts';

export const PRODUCER = 'orders/shardId-000000000007';
export const PARTITIONS = 4;

/** The events with these numbers for a part, of stage `orders` to stage `next`. */
export function sentTo(
  partition: number,
  numbers: readonly number[],
  valueOf = (number: number): unknown => number,
): readonly SentOutput[] {
  return numbers.map((number) => ({
    kind: 'sent',
    id: { stage: 'orders', shardId: 'shardId-000000000007', sequenceNumber: String(100 + number), index: 0 },
    timestamp: number,
    to: 'next',
    edge: 'in',
    partition,
    number,
    event: { key: `key-${partition}`, timestamp: number, value: valueOf(number) },
  }));
}

export function upTo(end: number): readonly number[] {
  return Array.from({ length: end }, (_, number) => number);
}

/** Text no codec makes shorter by much: hexadecimal digests, half of whose bits are noise. */
export function noise(bytes: number, seed: number): string {
  const digests = Array.from({ length: Math.ceil(bytes / 64) }, (_, index) =>
    createHash('sha256').update(`${seed}/${index}`).digest('hex'),
  );
  return digests.join('').slice(0, bytes);
}

export interface PutPacket extends Packet {
  readonly bytes: number;
}

/** The packets of each shard, in order. A parent comes before its children. */
export async function packetsIn(client: KinesisClient, streamName: string): Promise<readonly PutPacket[]> {
  const logs = await logsOf(client, streamName, (data) => ({
    packet: decodePacket(data),
    bytes: data.length,
  }));
  return Object.values(logs)
    .flat()
    .flatMap(({ packet, bytes }) => (packet === undefined ? [] : [{ ...packet, bytes }]));
}

/** The values a receiver takes of each part, and how many it skips. A number that is missing is an error. */
export function received(packets: readonly PutPacket[]): {
  readonly values: Readonly<Record<number, readonly unknown[]>>;
  readonly skipped: number;
} {
  const values: Record<number, unknown[]> = {};
  let skipped = 0;
  for (const { partition, from, events } of packets) {
    const taken = (values[partition] ??= []);
    if (from > taken.length) throw new Error(`part ${partition} lacks ${taken.length} to ${from - 1}`);
    const fresh = events.slice(taken.length - from);
    skipped += events.length - fresh.length;
    taken.push(...fresh.map(({ event }) => event.value));
  }
  return { values, skipped };
}
