import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { after, formatPosition } from '../../lib/model/index.ts';
import { versionsOf, type LogEntry, type Row } from './contended-log.ts';
import type { Contention } from './contention.ts';
import type { Passage } from './gate.ts';

type Item = Readonly<Record<string, AttributeValue>>;

/** What is left behind when all is done. */
export interface Outcome {
  readonly rows: readonly Row[];
  /** Every change of a row, as the table's stream tells. */
  readonly changes: readonly Row[];
  readonly deadLetters: readonly string[];
  /** The number of each entry, in the order they were appended. */
  readonly entries: readonly number[];
  /** How far the last one reaches. */
  readonly through: string | undefined;
}

export async function outcomeOf(contention: Contention): Promise<Outcome> {
  const deadLetters = await contention.imagesOf('dead-letters');
  const entries = (await contention.imagesOf('journal')).filter(isEntry);
  return {
    rows: byName((await contention.itemsOf('results')).map(toRow)),
    changes: byName((await contention.imagesOf('results')).map(toRow)),
    deadLetters: deadLetters.map(({ sequenceNumber }) => sequenceNumber?.S ?? '').toSorted(),
    entries: entries.map(({ n }) => Number(n?.N)),
    through: entries.at(-1)?.['through']?.S,
  };
}

/**
 * As one undisturbed reader would leave it: each version of a row is written once, in order, and each entry is
 * appended once, after the one before it (I2). How many there are is up to how it went.
 */
export function expectedOf(log: readonly LogEntry[], { records }: Contention, entries: number): Outcome {
  const changes = versionsOf(log);
  const last = records.at(-1)?.sequenceNumber ?? '';
  return {
    rows: changes.filter(({ isFinal }) => isFinal),
    changes,
    deadLetters: log.flatMap(({ order }, index) =>
      order === undefined ? [records[index]?.sequenceNumber ?? ''] : [],
    ),
    entries: Array.from({ length: entries }, (_, n) => n),
    through: formatPosition(after(last)),
  };
}

function toRow({ pk, sk, orders, total, note, isFinal }: Item): Row {
  return {
    name: `${pk?.S} ${sk?.S}`,
    orders: orders?.N ?? '',
    total: total?.N ?? '',
    note: note?.S ?? '',
    isFinal: isFinal?.BOOL ?? false,
  };
}

/** The versions of a row stay in their order. */
function byName(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => Number(a.name > b.name) - Number(a.name < b.name));
}

export function isAppend({ operation, input }: Passage): boolean {
  return operation === 'PutItem' && isEntry(input.Item);
}

/** How many entries more than one attempt has tried to append. */
export function contestedEntries({ sandboxes }: Contention): number {
  const writers = new Map<string, Set<string>>();
  for (const { input } of sandboxes.flatMap(({ gate }) => gate.passages.filter(isAppend))) {
    const n = input.Item?.['n']?.N ?? '';
    writers.set(n, (writers.get(n) ?? new Set()).add(input.Item?.['writer']?.S ?? ''));
  }
  return [...writers.values()].filter(({ size }) => size > 1).length;
}

function isEntry(item: Item | Passage['input']['Item']): boolean {
  return item?.['slot']?.S?.startsWith('entry#') === true;
}
