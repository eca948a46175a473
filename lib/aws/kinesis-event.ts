import type { Invocation } from '../journal/index.ts';
import type { InputRecord, SequenceNumber } from '../model/index.ts';

/** One record as an event source mapping delivers it. */
interface KinesisEventRecord {
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
  readonly Records: readonly KinesisEventRecord[];
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: unknown;
  readonly shardId?: string;
  readonly eventSourceARN?: string;
  readonly isFinalInvokeForWindow?: boolean;
  readonly isWindowTerminatedEarly?: boolean;
}

/** The stream and shard the event is about. */
export function originOf(event: KinesisEvent): { readonly streamArn: string; readonly shardId: string } {
  const [first] = event.Records;
  const streamArn = event.eventSourceARN ?? first?.eventSourceARN;
  const shardId = event.shardId ?? first?.eventID.split(':')[0];
  if (streamArn === undefined || shardId === undefined) {
    throw new TypeError(
      'event has neither records nor a shardId; this function is to be invoked by a Kinesis event source mapping',
    );
  }
  return { streamArn, shardId };
}

/** Where the mapping's tumbling window stands: whether what is returned now reaches another invocation. */
export function windowOf(event: KinesisEvent): Invocation['window'] {
  if (event.window === undefined) return 'none';
  return event.isFinalInvokeForWindow === true || event.isWindowTerminatedEarly === true ? 'ending' : 'open';
}

export function recordsOf(event: KinesisEvent): readonly InputRecord[] {
  return event.Records.map(({ kinesis }) => new DeliveredRecord(kinesis));
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

  get data(): Uint8Array {
    return Buffer.from(this.#base64, 'base64');
  }

  get text(): string {
    if (this.#base64.length > scratch.length) return Buffer.from(this.#base64, 'base64').toString();
    return scratch.toString('utf8', 0, scratch.write(this.#base64, 'base64'));
  }
}

/** Where records are decoded, one after the other. */
const scratch = Buffer.allocUnsafeSlow(128 * 1024);
