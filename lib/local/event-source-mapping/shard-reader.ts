import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type KinesisClient,
  type _Record,
} from '@aws-sdk/client-kinesis';
import type { SequenceNumber } from '../../model/sequence-number.ts';
import type { Origin } from './checkpoint.ts';
import type { SourceRecord } from './kinesis-event.ts';
import type { ReadResult } from './shard-state.ts';

/** Reads one shard in order. One call at a time. */
export interface ShardReader {
  read(): Promise<ReadResult>;
}

export interface ShardReaderOptions {
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly shardId: string;
  /** Reading begins after this record, or at `origin` if there is none. */
  readonly after: SequenceNumber | undefined;
  readonly origin: Origin;
  /** Records a call, at most. */
  readonly limit: number;
}

/** An expired iterator is replaced by one after the last record read, never by the starting position. */
export function createShardReader(options: ShardReaderOptions): ShardReader {
  const { client, streamName: StreamName, shardId: ShardId, limit: Limit } = options;
  let after = options.after;
  let origin = options.origin;
  let iterator: string | undefined;

  async function acquire(): Promise<string> {
    const where = after === undefined ? fromOrigin(origin) : afterRecord(after);
    const answer = await client.send(new GetShardIteratorCommand({ StreamName, ShardId, ...where }));
    if (answer.ShardIterator === undefined) {
      throw new Error(`the endpoint gave no iterator for shard "${ShardId}" of stream "${StreamName}"`);
    }
    if (origin.kind === 'latest') origin = { kind: 'at-timestamp', timestampMs: origin.sinceMs };
    return answer.ShardIterator;
  }

  async function read(): Promise<ReadResult> {
    iterator ??= await acquire();
    try {
      const answer = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit }));
      iterator = answer.NextShardIterator;
      const records = (answer.Records ?? []).map(toSourceRecord);
      after = records.at(-1)?.sequenceNumber ?? after;
      const isAtTip = (answer.MillisBehindLatest ?? 0) === 0 && records.length < Limit;
      return { records, isAtTip, isEnd: iterator === undefined || iterator === null };
    } catch (error) {
      iterator = undefined;
      if (error instanceof ExpiredIteratorException) return read();
      throw error;
    }
  }

  return { read };
}

type Where = Pick<GetShardIteratorCommandInput, 'ShardIteratorType' | 'StartingSequenceNumber' | 'Timestamp'>;

function afterRecord(sequenceNumber: SequenceNumber): Where {
  return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: sequenceNumber };
}

function fromOrigin(origin: Origin): Where {
  switch (origin.kind) {
    case 'trim-horizon':
      return { ShardIteratorType: 'TRIM_HORIZON' };
    case 'at-timestamp':
      return { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(origin.timestampMs) };
    case 'latest':
      return { ShardIteratorType: 'LATEST' };
  }
}

function toSourceRecord(record: _Record): SourceRecord {
  const { SequenceNumber: sequenceNumber, Data: data, ApproximateArrivalTimestamp: arrival } = record;
  if (sequenceNumber === undefined || data === undefined || arrival === undefined) {
    throw new Error(
      `the endpoint returned a record without number, data or arrival time: "${sequenceNumber}"`,
    );
  }
  return { sequenceNumber, partitionKey: record.PartitionKey, data, arrivalMs: arrival.getTime() };
}
