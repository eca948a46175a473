import type { ChangeStream } from './change-stream.ts';
import type { Fields } from './dynalite.ts';
import { isFields, textAt } from './fields.ts';
import { invalid, ServiceError } from './service-error.ts';

/** Where a reader stands in a stream. Travels as opaque text. */
export interface ShardIterator {
  readonly arn: string;
  readonly run: number;
  readonly position: number;
  readonly issuedMs: number;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html */
const LIFETIME_MS = 15 * 60 * 1000;

export function encodeIterator(iterator: ShardIterator): string {
  const { arn, run, position, issuedMs } = iterator;
  return `${arn}|1|${Buffer.from(JSON.stringify({ run, position, issuedMs })).toString('base64')}`;
}

/** @throws ServiceError for a text that is no iterator, is older than 15 minutes, or is of an earlier run */
export function decodeIterator(text: string, run: number, nowMs: number): ShardIterator {
  const [arn = '', , encoded = ''] = text.split('|');
  const { run: ofRun, position, issuedMs } = parse(encoded);
  if (typeof position !== 'number' || typeof issuedMs !== 'number') throw invalid('Invalid ShardIterator');
  if (ofRun !== run || nowMs - issuedMs > LIFETIME_MS) {
    throw new ServiceError('ExpiredIteratorException', 'Iterator expired');
  }
  return { arn, run, position, issuedMs };
}

function parse(encoded: string): Fields {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString());
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

/** The position a GetShardIterator request asks for. */
export function positionOf(stream: ChangeStream, input: Fields): number {
  const type = input['ShardIteratorType'];
  switch (type) {
    case 'TRIM_HORIZON':
      return stream.head;
    case 'LATEST':
      return stream.tail;
    case 'AT_SEQUENCE_NUMBER':
      return keptPosition(stream, input);
    case 'AFTER_SEQUENCE_NUMBER':
      return keptPosition(stream, input) + 1;
    default:
      throw invalid(
        `1 validation error detected: Value '${String(type)}' at 'shardIteratorType' failed to satisfy constraint: ` +
          'Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON]',
      );
  }
}

function keptPosition(stream: ChangeStream, input: Fields): number {
  const sequenceNumber = textAt(input, 'SequenceNumber');
  const position = stream.positionOf(sequenceNumber);
  if (!/^\d{21,40}$/.test(sequenceNumber) || position >= stream.tail) {
    throw invalid(`Invalid SequenceNumber: ${sequenceNumber}`);
  }
  if (position < stream.head) throw trimmed();
  return position;
}

export function trimmed(): ServiceError {
  return new ServiceError(
    'TrimmedDataAccessException',
    'Attempted to access a record that has been trimmed from the stream',
  );
}
