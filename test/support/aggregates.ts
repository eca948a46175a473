import { encodeAggregate, type InputRecord } from '../../lib/model/index.ts';

/** These records in one, which has the place in the log and the arrival of the first of them. */
export function aggregateOf(...records: readonly [InputRecord, ...InputRecord[]]): InputRecord {
  const [{ sequenceNumber, arrival }] = records;
  return { sequenceNumber, partitionKey: 'a', data: encodeAggregate(records), arrival };
}
