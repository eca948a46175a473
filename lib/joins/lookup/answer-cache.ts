import type { KnownKey } from './lookup-source.ts';

interface Remembered<V> {
  readonly answer: KnownKey<V>;
  readonly freshUntil: number;
}

/** Answers by key, at most so many: the one that was used longest ago is forgotten first. */
export class AnswerCache<V> {
  readonly #maxEntries: number;
  /** In the order of last use. */
  readonly #byKey = new Map<string, Remembered<V>>();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  fresh(key: string, now: number): KnownKey<V> | undefined {
    const remembered = this.#byKey.get(key);
    if (remembered === undefined || now >= remembered.freshUntil) return undefined;
    this.#byKey.delete(key);
    this.#byKey.set(key, remembered);
    return remembered.answer;
  }

  stale(key: string): KnownKey<V> | undefined {
    return this.#byKey.get(key)?.answer;
  }

  remember(key: string, answer: KnownKey<V>, freshUntil: number): void {
    this.#byKey.delete(key);
    this.#byKey.set(key, { answer, freshUntil });
    for (const oldest of this.#byKey.keys()) {
      if (this.#byKey.size <= this.#maxEntries) return;
      this.#byKey.delete(oldest);
    }
  }
}
