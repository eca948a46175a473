import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { setTimeout } from 'node:timers/promises';
import type { ExternalTable, Pipeline } from '../dsl/index.ts';
import type { Lookups } from '../engine/index.ts';
import { BatchedLookup, type Looked, type LookupClock } from '../joins/index.ts';
import { messageOf } from '../model/index.ts';
import { DynamoDbLookupSource } from './dynamodb-lookup-source.ts';

const MACHINE_CLOCK: LookupClock = {
  now: () => Date.now(),
  sleep: (ms, signal) => setTimeout(ms, undefined, { ...(signal && { signal }) }).catch(() => {}),
};

/** The tables a pipeline looks up, and what a sandbox remembers of them, whichever shard has asked. */
export class TableLookups implements Lookups {
  readonly #lookups: ReadonlyMap<string, BatchedLookup<unknown>>;

  /** @param tableNames the DynamoDB table of each, by the name the pipeline has for it */
  constructor(
    pipeline: Pipeline,
    tableNames: Readonly<Record<string, string>>,
    clock: LookupClock = MACHINE_CLOCK,
  ) {
    // What is repeated, and for how long, is the lookup's to say.
    const client = new DynamoDBClient({ maxAttempts: 1 });
    const tables: readonly ExternalTable[] = Object.values(pipeline.tables);
    this.#lookups = new Map(
      tables.flatMap(({ name: alias, spec }) => {
        const name = tableNames[alias];
        if (name === undefined) return [];
        const source = new DynamoDbLookupSource(client, { ...spec, name });
        return [[alias, new BatchedLookup(source, spec.reading, clock)]];
      }),
    );
  }

  async lookUp(table: string, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, Looked<unknown>>> {
    const lookup = this.#lookups.get(table);
    if (lookup === undefined) {
      throw new RangeError(`no table is known as "${table}"; deploy the pipeline again`);
    }
    const looked = await lookup.lookUp(keys);
    warnOfUnknown(table, [...looked.values()]);
    return looked;
  }
}

/** What becomes of them is the pipeline's to say, and may be seen by nobody. */
function warnOfUnknown(table: string, looked: readonly Looked<unknown>[]): void {
  const unknown = looked.filter((each) => each.kind === 'unknown');
  const [first] = unknown;
  if (first === undefined) return;
  const cause = first.cause === undefined ? '' : `, ${messageOf(first.cause)}`;
  const message = `table "${table}" gave no answer for ${unknown.length} of ${looked.length} keys: ${first.reason}${cause}`;
  console.error(JSON.stringify({ level: 'warn', message }));
}
