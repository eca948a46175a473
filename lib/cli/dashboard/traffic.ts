import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { LocalPlatform } from '../../local/index.ts';
import { messageOf } from '../../model/index.ts';
import type { Companion, TrafficRecord } from './companion.ts';
import { putItem, type SourcePlace } from './source-place.ts';

const STEP_MS = 100;

/** Puts a companion's records into the streams and tables of their sources, at a rate that can be changed. */
export class Traffic {
  perSecond = 0;
  sent: number;
  /** Why it stopped by itself. */
  stopped: string | undefined;
  readonly #platform: Pick<LocalPlatform, 'kinesis' | 'dynamodb'>;
  readonly #placeOf: (source: string) => SourcePlace;
  readonly #records: Iterator<TrafficRecord> | undefined;
  #owed = 0;
  #sending: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;

  /** @param sent how many records an earlier run has put: it goes on behind them */
  constructor(
    platform: Pick<LocalPlatform, 'kinesis' | 'dynamodb'>,
    placeOf: (source: string) => SourcePlace,
    { traffic }: Companion,
    sent: number,
  ) {
    this.sent = sent;
    this.#platform = platform;
    this.#placeOf = placeOf;
    this.#records = traffic?.()[Symbol.iterator]();
    for (let put = 0; put < sent; put += 1) this.#records?.next();
    this.#timer = setInterval(() => {
      this.#sending = this.#sending.then(() => this.#step());
    }, STEP_MS);
  }

  get isThere(): boolean {
    return this.#records !== undefined;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
  }

  async #step(): Promise<void> {
    if (this.perSecond === 0) return;
    this.#owed += (this.perSecond * STEP_MS) / 1000;
    const batch = this.#take(Math.floor(this.#owed));
    this.#owed -= Math.floor(this.#owed);
    try {
      for (const [source, records] of bySource(batch)) await this.#put(this.#placeOf(source), records);
    } catch (error) {
      this.perSecond = 0;
      this.stopped = messageOf(error);
    }
  }

  #take(count: number): readonly TrafficRecord[] {
    const batch: TrafficRecord[] = [];
    while (batch.length < count) {
      const next = this.#records?.next();
      if (next === undefined || next.done === true) {
        this.perSecond = 0;
        this.stopped = 'there are no more records';
        break;
      }
      batch.push(next.value);
    }
    return batch;
  }

  async #put({ kind, name }: SourcePlace, records: readonly TrafficRecord[]): Promise<void> {
    if (kind === 'stream') return await this.#putRecords(name, records);
    for (const { value } of records) {
      await putItem(this.#platform.dynamodb, name, value);
      this.sent += 1;
    }
  }

  async #putRecords(StreamName: string, records: readonly TrafficRecord[]): Promise<void> {
    const { FailedRecordCount = 0 } = await this.#platform.kinesis.send(
      new PutRecordsCommand({
        StreamName,
        Records: records.map(({ partitionKey, value }) => ({
          PartitionKey: partitionKey,
          Data: Buffer.from(JSON.stringify(value)),
        })),
      }),
    );
    this.sent += records.length - FailedRecordCount;
    if (FailedRecordCount > 0) {
      throw new Error(
        `stream "${StreamName}" did not take ${FailedRecordCount} records; send fewer, or split a shard`,
      );
    }
  }
}

function bySource(records: readonly TrafficRecord[]): ReadonlyMap<string, readonly TrafficRecord[]> {
  const groups = new Map<string, TrafficRecord[]>();
  for (const record of records) groups.set(record.source, [...(groups.get(record.source) ?? []), record]);
  return groups;
}
