import type { DueClock, OperatorContext } from '../model/index.ts';

/** What one slot of the key at hand holds. */
export interface Cell {
  readonly value: unknown;
  readonly due: number | undefined;
  readonly clock: DueClock;
}

/**
 * The state of the key at hand as a callback sees it: reads find what the callback itself has written, and nothing it
 * writes is in the state before `commit`. A callback that throws is discarded whole.
 */
export class Workspace {
  readonly #staged = new Map<string, Cell | undefined>();
  #context: OperatorContext | undefined;
  #key = '';
  #instant = Number.NEGATIVE_INFINITY;

  /** Opens the state of a key. What expires at `instant` or before is gone. */
  open(context: OperatorContext, key: string, instant: number): void {
    this.#context = context;
    this.#key = key;
    this.#instant = instant;
  }

  /** The event time by which lifetimes are measured. */
  get instant(): number {
    return this.#instant;
  }

  read(slot: string): Cell | undefined {
    const { state } = this.#opened();
    return this.#staged.has(slot) ? this.#staged.get(slot) : state.get(this.#key, slot);
  }

  /** As `read`, without what has expired. */
  readAlive(slot: string): Cell | undefined {
    const cell = this.read(slot);
    return cell?.due !== undefined && cell.due <= this.#instant ? undefined : cell;
  }

  write(slot: string, value: unknown, due?: number, clock: DueClock = 'event'): void {
    this.#opened();
    this.#staged.set(slot, { value, due, clock });
  }

  remove(slot: string): void {
    this.#opened();
    this.#staged.set(slot, undefined);
  }

  /** The slots in use that begin like this, in the order of their UTF-16 code units. */
  slotsUnder(prefix: string): readonly string[] {
    const slots = new Set<string>();
    for (const { slot } of this.#opened().state.ofKey(this.#key)) {
      if (typeof slot === 'string' && slot.startsWith(prefix)) slots.add(slot);
    }
    for (const slot of this.#staged.keys()) {
      if (slot.startsWith(prefix)) slots.add(slot);
    }
    return [...slots].filter((slot) => this.readAlive(slot) !== undefined).toSorted();
  }

  /** Puts everything that was written into the state, and closes the workspace. */
  commit(): void {
    const { state } = this.#opened();
    for (const [slot, cell] of this.#staged) {
      const entry = state.get(this.#key, slot);
      if (cell === undefined) {
        if (entry !== undefined) state.delete(entry);
      } else if (entry !== undefined && entry.due === cell.due && entry.clock === cell.clock) {
        entry.value = cell.value;
        state.touch(entry);
      } else {
        state.put(this.#key, slot, cell.value, cell.due, cell.clock);
      }
    }
    this.discard();
  }

  /** Forgets everything that was written, and closes the workspace. */
  discard(): void {
    this.#staged.clear();
    this.#context = undefined;
  }

  #opened(): OperatorContext {
    if (this.#context !== undefined) return this.#context;
    throw new Error(
      'state or a timer was used after the callback it was given to had returned; use it only inside onEvent and onTimer',
    );
  }
}
