import {
  decodeAggregatedRecord,
  hashOfUserRecord,
  mayBeAggregated,
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

/** A record as it is applied: as it came, or a user record of an aggregated one. */
export interface UnpackedRecord extends InputRecord {
  /** Which user record it is, from 0 on. */
  readonly subSequenceNumber?: number;
  readonly refused?: Refused;
}

/**
 * The user records of aggregated records in the place of these, each with its own partition key and data, at the same
 * place in the log and with the same arrival; all other records as they are.
 *
 * A shard that was split meanwhile gets user records that belong to another. The Kinesis Producer Library sees it by the
 * answer and sends them again, so they are refused; as others who aggregate may not do so, they aren't left out silently.
 * @param range what the shard takes; everything, if it isn't said
 * @see https://github.com/awslabs/kinesis-aggregation/blob/master/potential_data_loss.md
 */
export function unpacked(
  records: readonly InputRecord[],
  range: HashRange | undefined,
): readonly UnpackedRecord[] {
  return records.flatMap((record): UnpackedRecord | readonly UnpackedRecord[] => {
    const aggregated = mayBeAggregated(record) ? decodeAggregatedRecord(record.data) : undefined;
    if (aggregated === undefined) return record;
    const { sequenceNumber, partitionKey, arrival, data } = record;
    if (aggregated.kind === 'malformed') {
      const { message } = aggregated;
      return { sequenceNumber, partitionKey, arrival, data, refused: refused('undecodable', message) };
    }
    return aggregated.records.map((each, subSequenceNumber) => ({
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
  'user record belongs to another shard: the Kinesis Producer Library sends such records again; whoever else aggregates ' +
    'records must do so for each shard by itself, or send this one again',
);

function refused(reason: DeadLetterReason, message: string): Refused {
  return { kind: 'refused', reason, message };
}

function isIn({ firstHash, lastHash }: HashRange, record: UserRecord): boolean {
  const hash = hashOfUserRecord(record);
  return firstHash <= hash && hash <= lastHash;
}
