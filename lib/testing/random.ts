/** Random choices that follow from a seed alone, so that whatever they led to can be seen again. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, bound). */
  below(bound: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
}

/** @see mulberry32 by Tommy Ettinger, public domain: a 32-bit generator with one word of state */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
  };
}

/**
 * Random choices that each follow from the seed, the section they are made in and what they are about, and not from the
 * choices before them: leaving one of them out changes as little as possible of what follows.
 */
export class Decisions {
  readonly #seed: number;
  readonly #made = new Map<string, number>();
  #section = '';

  constructor(seed: number) {
    this.#seed = seed;
  }

  enter(section: string): void {
    this.#section = section;
    this.#made.clear();
  }

  /** What the next choice about this is drawn from. */
  about(what: string): Random {
    return this.named(what).random;
  }

  /** The same, with a name that is the choice's alone within the run. */
  named(what: string): { readonly name: string; readonly random: Random } {
    const made = this.#made.get(what) ?? 0;
    this.#made.set(what, made + 1);
    const hash = hashOf(`${this.#section}/${what}/${made}`, this.#seed);
    return { name: hash.toString(36), random: randomFrom(hash) };
  }
}

/** FNV-1a, begun with the seed and finished as MurmurHash3 is. */
function hashOf(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
