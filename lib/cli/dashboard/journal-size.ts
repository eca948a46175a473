import { paginateScan, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ENTRY_PREFIX } from '../../aws/journal-items.ts';
import { JOURNAL_KEY } from '../../plan/index.ts';

/** What the journals of a pipeline hold. */
export interface JournalSize {
  readonly entries: number;
  /** Of what entries carry: changes of state, and outputs not yet delivered. */
  readonly entryBytes: number;
  /** Of the newest checkpoints, wherever they are: the whole state, as of then. */
  readonly stateBytes: number;
}

export async function journalSize(client: DynamoDBClient, TableName: string): Promise<JournalSize> {
  let [entries, entryBytes] = [0, 0];
  const newest = new Map<string, { readonly n: number; readonly bytes: number }>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
    for (const item of Items) {
      const [task, slot] = [item[JOURNAL_KEY.partition]?.S ?? '', item[JOURNAL_KEY.sort]?.S ?? ''];
      if (!slot.startsWith(ENTRY_PREFIX)) continue;
      entries += 1;
      entryBytes += bytesOf(item['delta']) + bytesOf(item['outbox']);
      const n = Number(item['n']?.N);
      if ((newest.get(task)?.n ?? -1) < n)
        newest.set(task, { n, bytes: Number(item['checkpoint']?.M?.['bytes']?.N ?? 0) });
    }
  }
  const stateBytes = [...newest.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  return { entries, entryBytes, stateBytes };
}

function bytesOf(value: AttributeValue | undefined): number {
  return value?.B?.length ?? 0;
}
