import type { KinesisEventRecord } from '../../../lib/aws/kinesis-event.ts';
import { eventRecord } from '../../event-record.ts';
import type { NexmarkEvent } from '../events.ts';
import { flinkEvents, flinkSettings } from '../generator/index.ts';

/** One batch of records as an event source mapping hands it to a function. */
export type Batch = readonly KinesisEventRecord[];

export const SHARD_ID = 'shardId-000000000000';
const FIRST_SEQUENCE_NUMBER = 10n ** 55n;

/** The texts of a generator's events, slow enough for windows of ten seconds to close. */
export function nexmarkTexts(events: number): readonly NexmarkText[] {
  const rate = 1_000;
  return Array.from(flinkEvents(flinkSettings({ events, rate })), (event) => ({
    partitionKey: partitionKeyOf(event),
    arrival: event.ts,
    text: JSON.stringify(event),
  }));
}

export interface NexmarkText {
  readonly partitionKey: string;
  /** In milliseconds since the Unix epoch. */
  readonly arrival: number;
  readonly text: string;
}

/** Events about an auction go by the auction, people by themselves. */
function partitionKeyOf(event: NexmarkEvent): string {
  if (event.event_type === 0) return String(event.person.id);
  return String(event.event_type === 1 ? event.auction.id : event.bid.auction);
}

export function batchesOf(texts: readonly NexmarkText[], records: number): readonly Batch[] {
  const all = texts.map(({ text, partitionKey, arrival }, index) =>
    recordOf(Buffer.from(text), { partitionKey, arrival, number: index }),
  );
  return Array.from({ length: Math.ceil(all.length / records) }, (_, batch) =>
    all.slice(batch * records, (batch + 1) * records),
  );
}

/** A record of a shard, the how manieth it is. */
export function recordOf(
  data: Uint8Array,
  {
    partitionKey,
    arrival,
    number,
  }: { readonly partitionKey: string; readonly arrival: number; readonly number: number },
): Batch[number] {
  const sequenceNumber = String(FIRST_SEQUENCE_NUMBER + BigInt(number));
  return eventRecord(SHARD_ID, { sequenceNumber, partitionKey, data, arrival });
}
