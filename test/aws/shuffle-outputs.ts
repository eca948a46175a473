import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { createHash } from 'node:crypto';
import { decodeParcel, type Packet, type Parcel, type SentOutput } from '../../lib/model/index.ts';
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

export interface PutParcel extends Parcel {
  readonly bytes: number;
  /** It is in another shard than it is meant for. */
  readonly isAstray: boolean;
}

/** The parcels of each shard, in order. A parent comes before its children. */
export async function parcelsIn(client: KinesisClient, streamName: string): Promise<readonly PutParcel[]> {
  const logs = await logsOf(client, streamName, (data) => ({
    parcel: decodeParcel(data, ''),
    bytes: data.length,
  }));
  return Object.entries(logs).flatMap(([shard, records]) =>
    records.flatMap(({ parcel, bytes }) =>
      parcel === undefined
        ? []
        : [{ ...parcel, bytes, isAstray: Number(parcel.shard.replace('shardId-', '')) !== Number(shard) }],
    ),
  );
}

/** The packets that receivers take. */
export async function packetsIn(client: KinesisClient, streamName: string): Promise<readonly Packet[]> {
  const parcels = await parcelsIn(client, streamName);
  return parcels.filter(({ isAstray }) => !isAstray).flatMap(({ packets }) => packets);
}

/** The values a receiver takes of each part, and how many it skips. A number that is missing is an error. */
export function received(packets: readonly Packet[]): {
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
