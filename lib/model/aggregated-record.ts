import { hash } from 'node:crypto';
import { messageOf } from './errors.ts';
import { HASH_KEYS, hashOfPartitionKey } from './partition.ts';
import { bytesField, numberField, ProtobufReader } from './protobuf.ts';
import type { InputRecord } from './record.ts';

/** One of the records that a producer has packed into an aggregated one. */
export interface UserRecord {
  readonly partitionKey: string;
  /** Where the record belongs among the hash keys of the stream; unless given, the partition key says it. */
  readonly explicitHashKey?: bigint;
  readonly data: Uint8Array;
}

export type AggregatedRecord =
  | { readonly kind: 'records'; readonly records: readonly UserRecord[] }
  | { readonly kind: 'malformed'; readonly message: string };

/**
 * What aggregated records of the Kinesis Producer Library begin with, and of those who write as it does. A protobuf
 * message follows, and its MD5.
 * @see https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
const MAGIC = new Uint8Array([0xf3, 0x89, 0x9a, 0xc2]);
const DIGEST_BYTES = 16;

/** Numbers of the fields of the message. */
const PARTITION_KEY = 1;
const EXPLICIT_HASH_KEY = 2;
const RECORD = 3;
/** Numbers of the fields of a user record in it; the tags it may have say nothing to us. */
const PARTITION_KEY_INDEX = 1;
const EXPLICIT_HASH_KEY_INDEX = 2;
const DATA = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether a record could be an aggregated one: cheap, and never wrong about those that are. */
export function mayBeAggregated(record: InputRecord): boolean {
  return record.mayBeAggregated ?? record.data[0] === MAGIC[0];
}

/** The user records in these bytes. `undefined` if they are an ordinary record, as without the right checksum. */
export function decodeAggregatedRecord(data: Uint8Array): AggregatedRecord | undefined {
  const end = data.length - DIGEST_BYTES;
  if (end <= MAGIC.length || !begins(data, MAGIC)) return undefined;
  const message = data.subarray(MAGIC.length, end);
  if (!begins(data.subarray(end), md5(message))) return undefined;
  try {
    return { kind: 'records', records: recordsOf(message) };
  } catch (error) {
    return { kind: 'malformed', message: `aggregated record is malformed: ${messageOf(error)}` };
  }
}

/** The bytes of an aggregated record, as the Kinesis Producer Library writes them. */
export function encodeAggregatedRecord(records: readonly UserRecord[]): Uint8Array {
  const partitionKeys = new Map<string, number>();
  const hashKeys = new Map<string, number>();
  const fields = records.map(({ partitionKey, explicitHashKey, data }) =>
    bytesField(
      RECORD,
      numberField(PARTITION_KEY_INDEX, indexOf(partitionKey, partitionKeys)),
      ...(explicitHashKey === undefined
        ? []
        : [numberField(EXPLICIT_HASH_KEY_INDEX, indexOf(String(explicitHashKey), hashKeys))]),
      bytesField(DATA, data),
    ),
  );
  const message = Buffer.concat([
    ...[...partitionKeys.keys()].map((key) => bytesField(PARTITION_KEY, encoder.encode(key))),
    ...[...hashKeys.keys()].map((key) => bytesField(EXPLICIT_HASH_KEY, encoder.encode(key))),
    ...fields,
  ]);
  return Buffer.concat([MAGIC, message, md5(message)]);
}

/** Where a user record belongs among the hash keys of a stream. */
export function hashOfUserRecord({ partitionKey, explicitHashKey }: UserRecord): bigint {
  return explicitHashKey ?? hashOfPartitionKey(partitionKey);
}

function recordsOf(message: Uint8Array): readonly UserRecord[] {
  const partitionKeys: string[] = [];
  const hashKeys: bigint[] = [];
  const records: ProtobufReader[] = [];
  for (const fields = new ProtobufReader(message); fields.next(); ) {
    if (fields.hasBytes(RECORD)) records.push(fields.message);
    else if (fields.hasBytes(PARTITION_KEY)) partitionKeys.push(decoder.decode(fields.bytes));
    else if (fields.hasBytes(EXPLICIT_HASH_KEY)) hashKeys.push(hashKeyOf(fields.bytes));
  }
  return records.map((fields) => recordOf(fields, partitionKeys, hashKeys));
}

function recordOf(
  fields: ProtobufReader,
  partitionKeys: readonly string[],
  hashKeys: readonly bigint[],
): UserRecord {
  let partitionKey: number | undefined;
  let hashKey: number | undefined;
  let data: Uint8Array | undefined;
  while (fields.next()) {
    if (fields.hasBytes(DATA)) data = fields.bytes;
    partitionKey = fields.numberIn(PARTITION_KEY_INDEX) ?? partitionKey;
    hashKey = fields.numberIn(EXPLICIT_HASH_KEY_INDEX) ?? hashKey;
  }
  if (partitionKey === undefined || data === undefined)
    throw new RangeError('user record has no partition key, or no data');
  const record = { partitionKey: at(partitionKey, partitionKeys), data };
  return hashKey === undefined ? record : { ...record, explicitHashKey: at(hashKey, hashKeys) };
}

function at<Key>(index: number, keys: readonly Key[]): Key {
  const key = keys[index];
  if (key === undefined) throw new RangeError(`user record has key ${index} of ${keys.length}`);
  return key;
}

function hashKeyOf(bytes: Uint8Array): bigint {
  const text = decoder.decode(bytes);
  const key = /^\d{1,39}$/.test(text) ? BigInt(text) : undefined;
  if (key !== undefined && key < HASH_KEYS) return key;
  throw new RangeError(
    `explicit hash key is "${text.slice(0, 40)}"; it must be a whole number of 0 to 2^128 - 1`,
  );
}

function indexOf(key: string, keys: Map<string, number>): number {
  const known = keys.get(key);
  if (known !== undefined) return known;
  keys.set(key, keys.size);
  return keys.size - 1;
}

function md5(bytes: Uint8Array): Uint8Array {
  return hash('md5', bytes, 'buffer');
}

function begins(data: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, index) => data[index] === byte);
}
