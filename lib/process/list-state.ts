import { frozen } from './frozen.ts';
import { expiryOf, ttlOf, type StateOptions, type StateSpec } from './state-spec.ts';
import type { Cell, Workspace } from './workspace.ts';

/** Values in the order they were appended, for each key. Stored in chunks: appending rewrites only the last. */
export interface ListState<T> {
  all(): readonly T[];
  append(value: T): void;
  /** Replaces everything. */
  set(values: Iterable<T>): void;
  clear(): void;
}

/** How many values share an entry of the state. */
export const CHUNK_ITEMS = 32;

interface Chunk {
  readonly items: readonly unknown[];
  /** When each of them expires; absent if none does. */
  readonly expiries?: readonly number[];
}

/** The last chunk, which still grows, knows the numbers of those before it; some may have expired. */
interface OpenChunk extends Chunk {
  readonly first: number;
  readonly number: number;
}

/**
 * State with a list of values for each key. With `ttl`, each lives that long after it was appended.
 * @throws DefinitionError if the ttl is no positive duration
 */
export function listState<T>(options: StateOptions = {}): StateSpec<ListState<T>, T> {
  const ttlMs = ttlOf(options, 'list');
  return Object.freeze<StateSpec<ListState<T>, T>>({
    kind: 'list',
    ttlMs,
    open: (name, workspace) => new ChunkedList<T>(name, ttlMs, workspace),
    mapStored(stored, change) {
      const chunk = stored as Chunk;
      return { ...chunk, items: chunk.items.map(change) };
    },
  });
}

/**
 * State: `name` holds the open chunk, `name/n` the full chunk n.
 *
 * I1 The open chunk is there as long as any other is: it is due last. So numbers are not used twice.
 */
class ChunkedList<T> implements ListState<T> {
  readonly #name: string;
  readonly #ttlMs: number | undefined;
  readonly #workspace: Workspace;

  constructor(name: string, ttlMs: number | undefined, workspace: Workspace) {
    this.#name = name;
    this.#ttlMs = ttlMs;
    this.#workspace = workspace;
  }

  all(): readonly T[] {
    const cell = this.#workspace.read(this.#name);
    if (cell === undefined) return [];
    const open = openChunk(cell);
    const full = this.#numbersOf(open).map((number) => this.#workspace.read(this.#slotOf(number))?.value);
    return [...full, open].flatMap((chunk) => this.#aliveIn(chunk as Chunk | undefined));
  }

  append(value: T): void {
    const cell = this.#workspace.read(this.#name);
    const open = this.#withRoom(cell === undefined ? { first: 0, number: 0, items: [] } : openChunk(cell));
    const expiry = expiryOf(this.#ttlMs, this.#workspace);
    const items = [...open.items, frozen(value)];
    const { first, number } = open;
    this.#workspace.write(
      this.#name,
      expiry === undefined && open.expiries === undefined
        ? { first, number, items }
        : { first, number, items, expiries: [...expiriesOf(open), expiry ?? Number.POSITIVE_INFINITY] },
      cell === undefined ? expiry : later(cell.due, expiry),
    );
  }

  set(values: Iterable<T>): void {
    const all = [...values];
    this.clear();
    for (const value of all) this.append(value);
  }

  clear(): void {
    const cell = this.#workspace.read(this.#name);
    if (cell === undefined) return;
    for (const number of this.#numbersOf(openChunk(cell))) this.#workspace.remove(this.#slotOf(number));
    this.#workspace.remove(this.#name);
  }

  /** The open chunk, or if that is full, the next after putting it aside. */
  #withRoom(open: OpenChunk): OpenChunk {
    if (open.items.length < CHUNK_ITEMS) return open;
    const { first: _first, number, ...chunk } = open;
    this.#workspace.write(
      this.#slotOf(number),
      chunk,
      expiriesOf(chunk).reduce<number | undefined>(later, 0),
    );
    return { first: this.#numbersOf(open)[0] ?? number, number: number + 1, items: [] };
  }

  /** The numbers of the full chunks that are still there. */
  #numbersOf({ first, number }: OpenChunk): readonly number[] {
    return Array.from({ length: number - first }, (_, index) => first + index).filter(
      (each) => this.#workspace.read(this.#slotOf(each)) !== undefined,
    );
  }

  #aliveIn(chunk: Chunk | undefined): readonly T[] {
    if (chunk === undefined) return [];
    const { instant } = this.#workspace;
    const alive = chunk.items.filter((_, index) => (chunk.expiries?.[index] ?? Infinity) > instant);
    return alive.map(frozen) as T[];
  }

  #slotOf(number: number): string {
    return `${this.#name}/${number}`;
  }
}

function openChunk({ value }: Cell): OpenChunk {
  return value as OpenChunk;
}

function expiriesOf({ items, expiries }: Chunk): readonly number[] {
  return expiries ?? items.map(() => Number.POSITIVE_INFINITY);
}

/** The later of two instants, where `undefined` and infinity are never. */
function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined || b === Number.POSITIVE_INFINITY ? undefined : Math.max(a, b);
}
