import {
  decodeAggregate,
  hashOfUserRecord,
  mayBeAggregate,
  type DeadLetterReason,
  type InputRecord,
  type UserRecord,
} from '../model/index.ts';
import type { HashRange } from './ports.ts';

/** Why a record is no event. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: DeadLetterReason;
  readonly message: string;
}

/** A record as it is applied: as it came, or one of those an aggregate holds. */
export interface UnpackedRecord extends InputRecord {
  /** Which of the aggregate it is, from 0 on. */
  readonly subSequenceNumber?: number;
  readonly refused?: Refused;
}

/**
 * Records, with those that a producer had packed into aggregates in the place of these: at the aggregate's place in the
 * log and its arrival, with a partition key and data of their own.
 *
 * After a reshard an aggregate can hold records of other shards. The Kinesis Producer Library notices by the answer, and
 * puts these again; the Kinesis Client Library leaves them out. Others who aggregate don't notice. So they are refused.
 * @param range what the shard takes; everything, if it isn't said
 * @see https://github.com/awslabs/kinesis-aggregation/blob/master/potential_data_loss.md
 */
export function unpacked(
  records: readonly InputRecord[],
  range: HashRange | undefined,
): readonly UnpackedRecord[] {
  return records.flatMap((record): UnpackedRecord | readonly UnpackedRecord[] => {
    const aggregate = mayBeAggregate(record) ? decodeAggregate(record.data) : undefined;
    if (aggregate === undefined) return record;
    const { sequenceNumber, partitionKey, arrival, data } = record;
    if (aggregate.kind === 'malformed') {
      const { message } = aggregate;
      return { sequenceNumber, partitionKey, arrival, data, refused: refused('undecodable', message) };
    }
    return aggregate.records.map((each, subSequenceNumber) => ({
      sequenceNumber,
      subSequenceNumber,
      partitionKey: each.partitionKey,
      arrival,
      data: each.data,
      ...(range !== undefined && !isIn(range, each) && { refused: MISPLACED }),
    }));
  });
}

const MISPLACED = refused(
  'misplaced',
  'record of an aggregate belongs to another shard: the Kinesis Producer Library sends such records again; whatever ' +
    'else aggregates must aggregate records of one shard only, or send this one again',
);

function refused(reason: DeadLetterReason, message: string): Refused {
  return { kind: 'refused', reason, message };
}

function isIn({ firstHash, lastHash }: HashRange, record: UserRecord): boolean {
  const hash = hashOfUserRecord(record);
  return firstHash <= hash && hash <= lastHash;
}
