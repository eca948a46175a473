import type { StateEntry, StateTable } from '../model/index.ts';

/**
 * What an operator works out from the entries of a key and keeps at hand. It is built from state when the key is first
 * asked for, so that nothing depends on whether it was there; an operator made anew begins without.
 */
export class Derived<V, T> {
  readonly #build: (entries: Iterable<StateEntry<V>>) => T;
  readonly #byKey = new Map<string, T>();

  constructor(build: (entries: Iterable<StateEntry<V>>) => T) {
    this.#build = build;
  }

  of(key: string, state: StateTable<V>): T {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const built = this.#build(state.ofKey(key));
    this.#byKey.set(key, built);
    return built;
  }

  /** To be called when a key has no entries any more. */
  drop(key: string): void {
    this.#byKey.delete(key);
  }
}
