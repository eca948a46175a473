import type { PutRecordOutput, PutRecordsOutput, PutRecordsResultEntry } from '@aws-sdk/client-kinesis';
import { HASH_KEYS } from '../../../model/index.ts';
import { ACCOUNT } from '../account.ts';
import { invalidArgument, rateExceeded, violates } from '../errors.ts';
import { type Input, optionalText, requiredBytes, requiredStructures, requiredText } from '../input.ts';
import { sizeOf } from '../shard-log.ts';
import type { KinesisStore } from '../store.ts';
import type { PutRequest, Stream } from '../stream.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const MAX_ENTRIES = 500;
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

const PARTITION_KEY = { maxLength: 256 };
const HASH_KEY = { maxLength: 39, pattern: /^(0|[1-9]\d{0,38})$/ };
const ORDERING = { maxLength: 129, pattern: /^(0|[1-9]\d{0,128})$/ };

/** SequenceNumberForOrdering is accepted and has nothing to do: numbers always grow within a shard here. */
export function putRecord(store: KinesisStore, input: Input): PutRecordOutput {
  const stream = store.streamOf(input);
  optionalText(input, 'SequenceNumberForOrdering', ORDERING);
  const { shard, record } = stream.put(putRequest(stream, input));
  return { ShardId: shard.id, SequenceNumber: record.sequenceNumber, EncryptionType: 'NONE' };
}

export function putRecords(store: KinesisStore, input: Input): PutRecordsOutput {
  const stream = store.streamOf(input);
  const requests = requiredStructures(input, 'Records', MAX_ENTRIES).map((entry) =>
    putRequest(stream, entry),
  );
  const bytes = requests.reduce((sum, request) => sum + sizeOf(request), 0);
  if (bytes > MAX_REQUEST_BYTES) {
    throw invalidArgument(
      `Records size of ${bytes} bytes exceeds the limit of ${MAX_REQUEST_BYTES} bytes for a PutRecords request.`,
    );
  }
  const isThrottled = store.isThrottled('PutRecords', stream.name);
  const entries = requests.map((request, index) =>
    isThrottled && index % 2 === 0 ? refusedEntry(stream) : acceptedEntry(stream, request),
  );
  const failed = entries.filter((entry) => entry.ErrorCode !== undefined).length;
  return { FailedRecordCount: failed, Records: entries, EncryptionType: 'NONE' };
}

function acceptedEntry(stream: Stream, request: PutRequest): PutRecordsResultEntry {
  const { shard, record } = stream.put(request);
  return { SequenceNumber: record.sequenceNumber, ShardId: shard.id };
}

function refusedEntry(stream: Stream): PutRecordsResultEntry {
  const { type, message } = rateExceeded(`stream ${stream.name} under account ${ACCOUNT}`);
  return { ErrorCode: type, ErrorMessage: message };
}

function putRequest(stream: Stream, input: Input): PutRequest {
  const partitionKey = requiredText(input, 'PartitionKey', PARTITION_KEY);
  const data = requiredBytes(input, 'Data');
  const { maxRecordBytes } = stream.spec;
  if (sizeOf({ partitionKey, data }) > maxRecordBytes) {
    throw violates('Data', data, `Member must have length less than or equal to ${maxRecordBytes}`);
  }
  return { partitionKey, data, hashKey: explicitHashKey(input) };
}

function explicitHashKey(input: Input): bigint | undefined {
  const text = optionalText(input, 'ExplicitHashKey', HASH_KEY);
  if (text === undefined) return undefined;
  const hashKey = BigInt(text);
  if (hashKey < HASH_KEYS) return hashKey;
  throw invalidArgument(
    `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${text}`,
  );
}
