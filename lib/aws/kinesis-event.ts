import type { Invocation } from '../journal/index.ts';
import type { InputRecord, SequenceNumber } from '../model/index.ts';
import { recordOfChange, type StreamedChange } from './table-change.ts';

/** One change of a table as an event source mapping delivers it. */
interface TableEventRecord extends StreamedChange {
  readonly eventID: string;
  readonly eventSourceARN: string;
  readonly kinesis?: undefined;
}

/** One record as an event source mapping delivers it. */
export interface KinesisEventRecord {
  readonly eventID: string;
  readonly eventSourceARN: string;
  readonly kinesis: {
    readonly sequenceNumber: SequenceNumber;
    readonly partitionKey?: string | null;
    readonly data: string;
    readonly approximateArrivalTimestamp: number;
  };
}

/**
 * What an event source mapping hands to a function. The fields beside `Records` are there only if the mapping has a
 * tumbling window.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export interface KinesisEvent {
  readonly Records: readonly (KinesisEventRecord | TableEventRecord)[];
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: unknown;
  readonly shardId?: string;
  readonly eventSourceARN?: string;
  readonly isFinalInvokeForWindow?: boolean;
  readonly isWindowTerminatedEarly?: boolean;
}

/** Whether a stream has the changes of a table. */
export function isTableStream(streamArn: string): boolean {
  return streamArn.split(':')[2] === 'dynamodb';
}

/** The stream that is read by a mapping with this source: the stream itself, or an enhanced fan-out consumer of it. */
export function streamOfSource(eventSourceArn: string): string {
  return eventSourceArn.replace(/\/consumer\/.*$/, '');
}

/** The stream and shard the event is about. */
export function originOf(event: KinesisEvent): { readonly streamArn: string; readonly shardId: string } {
  const [first] = event.Records;
  const sourceArn = event.eventSourceARN ?? first?.eventSourceARN;
  // Of a change of a table only a mapping with a window says the shard.
  const shardId = event.shardId ?? (first?.kinesis && first.eventID.split(':')[0]);
  if (sourceArn === undefined || shardId === undefined) {
    throw new TypeError(
      'event has neither records nor a shardId; this function is to be invoked by an event source mapping with a tumbling ' +
        'window: deploy it with the StreamPipeline construct, which makes one',
    );
  }
  return { streamArn: streamOfSource(sourceArn), shardId };
}

/** Where the mapping's tumbling window stands: whether what is returned now reaches another invocation. */
export function windowOf(event: KinesisEvent): Invocation['window'] {
  if (event.window === undefined) return 'none';
  return event.isFinalInvokeForWindow === true || event.isWindowTerminatedEarly === true ? 'ending' : 'open';
}

export function sequenceNumberOf(record: KinesisEvent['Records'][number] | undefined): string | undefined {
  return record?.kinesis === undefined ? record?.dynamodb?.SequenceNumber : record.kinesis.sequenceNumber;
}

export function recordsOf(event: KinesisEvent): readonly InputRecord[] {
  return event.Records.map((record) =>
    record.kinesis === undefined ? recordOfChange(record) : new DeliveredRecord(record.kinesis),
  );
}

/** A record whose data stays in base64 until it is asked for: most are only ever read as text, in one go. */
class DeliveredRecord implements InputRecord {
  readonly sequenceNumber: SequenceNumber;
  readonly partitionKey: string;
  readonly arrival: number;
  readonly #base64: string;

  constructor({
    sequenceNumber,
    partitionKey,
    data,
    approximateArrivalTimestamp,
  }: KinesisEventRecord['kinesis']) {
    this.sequenceNumber = sequenceNumber;
    this.partitionKey = partitionKey ?? '';
    this.arrival = Math.round(approximateArrivalTimestamp * 1000);
    this.#base64 = data;
  }

  get mayBeAggregated(): boolean {
    // The first character alone tells nearly all others apart, at a fraction of the cost.
    return this.#base64.charCodeAt(0) === AGGREGATED.charCodeAt(0) && this.#base64.startsWith(AGGREGATED);
  }

  get data(): Uint8Array {
    return Buffer.from(this.#base64, 'base64');
  }

  get text(): string {
    if (this.#base64.length > scratch.length) return Buffer.from(this.#base64, 'base64').toString();
    return scratch.toString('utf8', 0, scratch.write(this.#base64, 'base64'));
  }
}

/** The first three bytes of an aggregated record. */
const AGGREGATED = '84ma';

/** Where records are decoded, one after the other. */
const scratch = Buffer.allocUnsafeSlow(128 * 1024);
