import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { CheckpointRef, JournalEntry } from '../journal/index.ts';
import { FatalError, formatPosition, parsePosition } from '../model/index.ts';
import { JOURNAL_KEY } from '../plan/index.ts';

type Item = Record<string, AttributeValue>;

const SLOT_DIGITS = 5;
const ENTRY_DIGITS = 12;

export const ENTRY_PREFIX = 'entry#';
export const CHECKPOINT_PREFIX = 'checkpoint#';

/** The primary key of the item in a task's slot. */
export function itemKey(task: string, slot: string): Item {
  return { [JOURNAL_KEY.partition]: { S: task }, [JOURNAL_KEY.sort]: { S: slot } };
}

export function entrySlot(n: number, slots: number): string {
  return `${ENTRY_PREFIX}${String(n % slots).padStart(SLOT_DIGITS, '0')}`;
}

/** The sort key of one piece: names sort by entry, so all older ones are one range. */
export function pieceSlot({ n, writer }: Pick<CheckpointRef, 'n' | 'writer'>, piece: number): string {
  return `${piecesPrefix({ n, writer })}${String(piece).padStart(SLOT_DIGITS, '0')}`;
}

/** What the sort keys of the pieces of one checkpoint begin with. */
export function piecesPrefix({ n, writer }: Pick<CheckpointRef, 'n' | 'writer'>): string {
  return `${checkpointPrefix(n)}${writer}#`;
}

/** What the sort keys of every checkpoint of entry n begin with. */
export function checkpointPrefix(n: number): string {
  return `${CHECKPOINT_PREFIX}${String(n).padStart(ENTRY_DIGITS, '0')}#`;
}

export function toItem(task: string, slots: number, entry: JournalEntry): Item {
  return {
    ...itemKey(task, entrySlot(entry.n, slots)),
    format: { N: String(entry.format) },
    n: { N: String(entry.n) },
    kind: { S: entry.kind },
    through: { S: formatPosition(entry.through) },
    writer: { S: entry.writer },
    mayLeaveTails: { BOOL: entry.mayLeaveTails },
    shapes: { M: Object.fromEntries(Object.entries(entry.shapes).map(([id, shape]) => [id, { S: shape }])) },
    ...(entry.delta !== undefined && { delta: { B: entry.delta } }),
    ...(entry.outbox !== undefined && { outbox: { B: entry.outbox } }),
    ...(entry.outboxPieces !== undefined && { outboxPieces: { M: checkpointItem(entry.outboxPieces) } }),
    ...(entry.checkpoint !== undefined && { checkpoint: { M: checkpointItem(entry.checkpoint) } }),
  };
}

/** @throws FatalError if the item is no journal entry */
export function fromItem(item: Item): JournalEntry {
  const through = parsePosition(item['through']?.S ?? '');
  const kind = item['kind']?.S;
  const writer = item['writer']?.S;
  if (through === undefined || writer === undefined || !isKind(kind)) {
    throw new FatalError(
      `item "${item[JOURNAL_KEY.sort]?.S}" of task "${item[JOURNAL_KEY.partition]?.S}" is no journal entry; ` +
        'nothing but this package may write to the journal table',
      { code: 'MR1004' },
    );
  }
  const checkpoint = item['checkpoint']?.M;
  const outboxPieces = item['outboxPieces']?.M;
  return {
    format: Number(item['format']?.N),
    n: Number(item['n']?.N),
    kind,
    through,
    writer,
    mayLeaveTails: item['mayLeaveTails']?.BOOL ?? true,
    shapes: Object.fromEntries(
      Object.entries(item['shapes']?.M ?? {}).map(([id, shape]) => [id, shape.S ?? '']),
    ),
    ...(item['delta']?.B !== undefined && { delta: item['delta'].B }),
    ...(item['outbox']?.B !== undefined && { outbox: item['outbox'].B }),
    ...(outboxPieces !== undefined && { outboxPieces: checkpointOf(outboxPieces) }),
    ...(checkpoint !== undefined && { checkpoint: checkpointOf(checkpoint) }),
  };
}

function checkpointItem({ n, writer, place, pieces, bytes, checksum }: CheckpointRef): Item {
  return {
    n: { N: String(n) },
    writer: { S: writer },
    ...(place !== undefined && { place: { S: place } }),
    pieces: { N: String(pieces) },
    bytes: { N: String(bytes) },
    checksum: { S: checksum },
  };
}

function checkpointOf(item: Item): CheckpointRef {
  return {
    n: Number(item['n']?.N),
    writer: item['writer']?.S ?? '',
    ...(item['place']?.S === 'bucket' && { place: 'bucket' as const }),
    pieces: Number(item['pieces']?.N),
    bytes: Number(item['bytes']?.N),
    checksum: item['checksum']?.S ?? '',
  };
}

function isKind(kind: string | undefined): kind is JournalEntry['kind'] {
  return kind === 'start' || kind === 'delta' || kind === 'fork' || kind === 'seal';
}
