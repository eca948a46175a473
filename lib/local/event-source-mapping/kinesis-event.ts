import { isTableStream } from '../../aws/kinesis-event.ts';
import type { SequenceNumber } from '../../model/sequence-number.ts';

/** A record as it was read from a shard. */
export interface SourceRecord {
  readonly sequenceNumber: SequenceNumber;
  /** What order is kept by; of a change, the key of its item. Absent on streams that distribute records by themselves. */
  readonly partitionKey: string | undefined;
  readonly data: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly arrivalMs: number;
}

/** The constant parts of every record of a mapping. */
export interface EventSource {
  /** What events name as their source. */
  readonly arn: string;
  readonly region: string;
  readonly roleArn: string;
}

export interface WindowEnvelope {
  readonly startMs: number;
  readonly endMs: number;
  readonly state: unknown;
  readonly isFinal: boolean;
  readonly isTerminatedEarly: boolean;
}

/**
 * The event a function receives: records of one shard, with the window's fields if there is a window.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export function kinesisEvent(
  source: EventSource,
  shardId: string,
  records: readonly SourceRecord[],
  window?: WindowEnvelope,
): object {
  const entries = records.map((record) => eventRecord(source, shardId, record, base64(record.data)));
  if (window === undefined) return { Records: entries };
  return {
    Records: entries,
    window: { start: isoSeconds(window.startMs), end: isoSeconds(window.endMs) },
    state: window.state,
    shardId,
    eventSourceARN: source.arn,
    isFinalInvokeForWindow: window.isFinal,
    isWindowTerminatedEarly: window.isTerminatedEarly,
  };
}

/** The bytes a record adds to the request, its separating comma included. */
export function eventRecordBytes(source: EventSource, shardId: string, record: SourceRecord): number {
  if (isTableStream(source.arn))
    return Buffer.byteLength(JSON.stringify(tableEventRecord(source, record))) + 1;
  const base64Bytes = Math.ceil(record.data.length / 3) * 4;
  return Buffer.byteLength(JSON.stringify(eventRecord(source, shardId, record, ''))) + base64Bytes + 1;
}

/** The bytes of a request without its records. */
export function envelopeBytes(source: EventSource, shardId: string, window?: WindowEnvelope): number {
  return Buffer.byteLength(JSON.stringify(kinesisEvent(source, shardId, [], window)));
}

function eventRecord(source: EventSource, shardId: string, record: SourceRecord, data: string): object {
  if (isTableStream(source.arn)) return tableEventRecord(source, record);
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: record.partitionKey,
      sequenceNumber: record.sequenceNumber,
      data,
      approximateArrivalTimestamp: record.arrivalMs / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shardId}:${record.sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: source.roleArn,
    awsRegion: source.region,
    eventSourceARN: source.arn,
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
function tableEventRecord({ arn, region }: EventSource, { data }: SourceRecord): object {
  const entry = JSON.parse(new TextDecoder().decode(data)) as object;
  return { ...entry, awsRegion: region, eventSourceARN: arn };
}

function base64(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}

/** As events have it, with nothing after the seconds. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
