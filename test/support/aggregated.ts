import { encodeAggregatedRecord, type InputRecord } from '../../lib/model/index.ts';

/** These records in one, which has the place in the log and the arrival of the first of them. */
export function aggregatedOf(...records: readonly [InputRecord, ...InputRecord[]]): InputRecord {
  const [{ sequenceNumber, arrival }] = records;
  return { sequenceNumber, partitionKey: 'a', data: encodeAggregatedRecord(records), arrival };
}
