import { encodeAggregatedRecord, type UserRecord } from '../model/index.ts';

/** A record to be packed into another. */
export interface TestUserRecord extends Omit<UserRecord, 'data'> {
  /** Put as JSON; bytes are put as they are. */
  readonly value: unknown;
}

/**
 * The bytes of records packed into one as the Kinesis Producer Library does it, in the order given.
 *
 * @example
 * driver.sources.clicks.sendRaw(
 *   aggregated({ partitionKey: 'a', value: { page: '/', at: 0 } }, { partitionKey: 'b', value: { page: '/', at: 1 } }),
 * );
 */
export function aggregated(...records: readonly TestUserRecord[]): Uint8Array {
  return encodeAggregatedRecord(
    records.map(({ value, ...record }) => ({
      ...record,
      data: value instanceof Uint8Array ? value : new TextEncoder().encode(JSON.stringify(value)),
    })),
  );
}
