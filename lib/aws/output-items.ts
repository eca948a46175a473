import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { versionOf, type DeadLetterOutput, type TableOutput, type RowOutput } from '../model/index.ts';
import { RESULTS_KEY } from '../plan/index.ts';
import { toAttributes, toAttributeValue } from './attribute-value.ts';

type Item = Record<string, AttributeValue>;

/** The attribute that orders the versions of a row. */
export const VERSION = '@version';

/** Says that a row was taken back: it stays as a tombstone, so that an older version can't come back. */
export const RETRACTED = '@retracted';

/**
 * An output as an item: its value's properties side by side, so that a person can read them and an index can use them.
 *
 * - a row: pk `sink#key`, sk its window's start (ISO 8601), or `-` without a window; where windows begin together, `/`
 *   and what tells them apart behind it. One that was taken back has no other attributes than `@retracted`.
 * - an event: pk `sink#key`, or `sink#shard` without a key; sk its identity
 * - a dead letter: pk `stage#shard`, sk its identity
 *
 * A property that would take the place of pk or sk is stored as `@pk` or `@sk`.
 */
export function toResultItem(output: TableOutput): Item {
  const version = versionOf(output);
  const own: Item = { [VERSION]: { S: version }, '@timestamp': { N: String(output.timestamp) } };
  switch (output.kind) {
    case 'row': {
      const place = key(`${output.sink}#${output.key}`, rowName(output));
      if (output.isRetracted === true) return { [RETRACTED]: { BOOL: true }, ...own, ...place };
      return { ...properties(output.value), ...own, ...place };
    }
    case 'append': {
      const pk = `${output.sink}#${output.key ?? output.id.shardId}`;
      return { ...properties(output.value), ...own, ...key(pk, version) };
    }
    case 'dead-letter':
      return { ...deadLetter(output), ...own, ...key(`${output.id.stage}#${output.id.shardId}`, version) };
  }
}

function rowName({ window, row }: RowOutput): string {
  const start = window === undefined ? '-' : new Date(window.start).toISOString();
  return row === undefined ? start : `${start}/${row}`;
}

function key(pk: string, sk: string): Item {
  return { [RESULTS_KEY.partition]: { S: pk }, [RESULTS_KEY.sort]: { S: sk } };
}

function properties(value: unknown): Item {
  const isRecord =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
  const { pk, sk, ...rest } = toAttributes(isRecord ? value : { value });
  return { ...rest, ...(pk !== undefined && { '@pk': pk }), ...(sk !== undefined && { '@sk': sk }) };
}

function deadLetter({
  id,
  reason,
  operator,
  message,
  partitionKey,
  subSequenceNumber,
  arrival,
  data,
  value,
}: DeadLetterOutput): Item {
  const given = toAttributeValue(value);
  return {
    reason: { S: reason },
    operator: { S: operator },
    message: { S: message },
    stage: { S: id.stage },
    shardId: { S: id.shardId },
    sequenceNumber: { S: id.sequenceNumber },
    ...(subSequenceNumber !== undefined && { subSequenceNumber: { N: String(subSequenceNumber) } }),
    partitionKey: { S: partitionKey },
    arrivedAt: { S: new Date(arrival).toISOString() },
    data: { B: data },
    ...(given !== undefined && { value: given }),
  };
}
