import { decode, encode, FatalError, type Migration, type Slot } from '../model/index.ts';
import { BEGINNING_OF_TIME, type EventTime } from './event-clock.ts';
import { KeyedTable, type Entry } from './keyed-table.ts';
import type { Producers } from './producers.ts';

/** What changed: for each table, its changed entries. Holds the entries themselves, so it is encoded as of now. */
export type Changes = ReadonlyMap<string, readonly Entry[]>;

type StoredTable = [id: string, deleted: (string | Slot)[], put: unknown[]];
type StoredChanges = [
  newest: number,
  watermark: number,
  tables: StoredTable[],
  arrival?: number,
  producers?: Producers | undefined,
  now?: number,
  floors?: EventTime['floors'],
];

/** What is due by arrival time is in brackets. */
type StoredDue = number | readonly [byArrival: number] | undefined;

/** How what another version of the pipeline has stored becomes state of this one. */
export interface StateUpgrade {
  /** Operators whose state is dropped. */
  readonly forgets: ReadonlySet<string>;
  /** For operators whose values look different now: the stored value in, today's out. */
  readonly migrate: ReadonlyMap<string, Migration>;
}

export const NO_UPGRADE: StateUpgrade = { forgets: new Set(), migrate: new Map() };

const FIELDS_OF_DELETED = 2;
const FIELDS_OF_PUT = 4;

/**
 * All that a task knows: where event time stands, and a table for each stateful operator. Its changes can be taken,
 * encoded, and applied to another copy; encoded entries are whole values, so applying them twice, or over a copy that
 * already has some of them, gives the same state.
 */
export class TaskState {
  time: EventTime = BEGINNING_OF_TIME;
  /** The newest arrival time in the log. */
  now = Number.NEGATIVE_INFINITY;
  readonly tables: ReadonlyMap<string, KeyedTable>;

  constructor(operatorIds: readonly string[]) {
    this.tables = new Map(operatorIds.map((id) => [id, new KeyedTable()]));
  }

  /** Takes over the entries of another state whose key is wanted; as stored, not as changed. */
  adopt(other: TaskState, isWanted: (table: string, key: string) => boolean): void {
    for (const [id, table] of this.tables) {
      for (const { key, slot, value, due, clock } of other.tables.get(id)?.entries() ?? []) {
        if (isWanted(id, key)) table.restore(key, slot, value, due, clock);
      }
    }
  }

  takeChanges(): Changes {
    return new Map([...this.tables].map(([id, table]) => [id, table.takeDirty()]));
  }

  /** The bytes of several changes together, oldest first: each entry once, as it is now. */
  encodeChanges(...changes: readonly Changes[]): Uint8Array {
    const tables = [...this.tables.keys()].map((id): StoredTable => {
      const entries = new Set(changes.flatMap((change) => change.get(id) ?? []));
      return encodeTable(id, entries);
    });
    return this.#encode(tables.filter(([, gone, put]) => gone.length + put.length > 0));
  }

  /** The whole state in pieces of about `pieceBytes` before compression; applied in any order they restore it. */
  *encodeAll(entriesPerPiece: number): Iterable<Uint8Array> {
    yield this.#encode([]);
    for (const [id, table] of this.tables) {
      let piece: Entry[] = [];
      for (const entry of table.entries()) {
        piece.push(entry);
        if (piece.length < entriesPerPiece) continue;
        yield this.#encode([encodeTable(id, piece)]);
        piece = [];
      }
      if (piece.length > 0) yield this.#encode([encodeTable(id, piece)]);
    }
  }

  /**
   * Brings stored changes in, and answers which entries they touched.
   * @throws FatalError if they are about an operator that the pipeline doesn't have
   */
  apply(bytes: Uint8Array, { forgets, migrate }: StateUpgrade = NO_UPGRADE): Changes {
    const [newest, watermark, tables, arrival = newest, producers, now = arrival, floors] = decode(
      bytes,
    ) as StoredChanges;
    this.time = {
      newest,
      watermark,
      arrival,
      ...(producers !== undefined && { producers }),
      ...(floors !== undefined && { floors }),
    };
    this.now = now;
    return new Map(
      tables
        .filter(([id]) => !forgets.has(id))
        .map(([id, deleted, put]) => [id, this.#applyTable(id, deleted, put, migrate.get(id))]),
    );
  }

  #encode(tables: StoredTable[]): Uint8Array {
    const { newest, watermark, arrival, producers, floors } = this.time;
    const stored: StoredChanges = [newest, watermark, tables, arrival, producers, this.now];
    if (floors !== undefined) stored.push(floors);
    return encode(stored);
  }

  #applyTable(
    id: string,
    deleted: readonly (string | Slot)[],
    put: readonly unknown[],
    migrate: Migration | undefined,
  ): readonly Entry[] {
    const table = this.tables.get(id);
    if (table === undefined) {
      throw new FatalError(
        `stored state belongs to operator "${id}", which the pipeline no longer has; bring the operator back, or ` +
          'deploy the pipeline under a new name to start without its state',
        { code: 'MR1002' },
      );
    }
    const touched: Entry[] = [];
    for (let index = 0; index < deleted.length; index += FIELDS_OF_DELETED) {
      const [key, slot] = deleted.slice(index, index + FIELDS_OF_DELETED) as [string, Slot];
      table.forget(key, slot);
      touched.push({
        key,
        slot,
        value: undefined,
        due: undefined,
        clock: 'event',
        isDirty: false,
        isDeleted: true,
      });
    }
    for (let index = 0; index < put.length; index += FIELDS_OF_PUT) {
      const [key, slot, due, value] = put.slice(index, index + FIELDS_OF_PUT) as [
        string,
        Slot,
        StoredDue?,
        unknown?,
      ];
      const migrated = migrate === undefined ? value : migrate(value, slot);
      touched.push(
        typeof due === 'object'
          ? table.restore(key, slot, migrated, due[0], 'arrival')
          : table.restore(key, slot, migrated, due),
      );
    }
    return touched;
  }
}

function encodeTable(id: string, entries: Iterable<Entry>): StoredTable {
  const deleted: (string | Slot)[] = [];
  const put: unknown[] = [];
  for (const entry of entries) {
    if (entry.isDeleted) deleted.push(entry.key, entry.slot);
    else put.push(entry.key, entry.slot, storedDue(entry), entry.value);
  }
  return [id, deleted, put];
}

function storedDue({ due, clock }: Entry): StoredDue {
  return due !== undefined && clock === 'arrival' ? [due] : due;
}
