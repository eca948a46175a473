import type { Random } from './random.ts';

/** The state has 48 bits, kept as two halves of 24: products of halves stay below 2⁵³ and so are exact. */
const HALF = 2 ** 24;
const MASK = HALF - 1;

const MULTIPLIER_HIGH = 0x5de;
const MULTIPLIER_LOW = 0xece66d;
const INCREMENT = 0xb;

/** The numbers of `java.util.Random`: a linear congruential generator (Knuth, TAOCP 2, §3.2.1). */
export class JavaRandom implements Random {
  #high = 0;
  #low = 0;

  /** The seed is any safe integer. */
  constructor(seed: number) {
    this.reseed(seed);
  }

  /** Starts the sequence of another seed, as a new generator would. */
  reseed(seed: number): void {
    this.#high = (Math.floor(seed / HALF) ^ MULTIPLIER_HIGH) & MASK;
    this.#low = (seed ^ MULTIPLIER_LOW) & MASK;
  }

  below(bound: number): number {
    if ((bound & (bound - 1)) === 0) return Math.floor((bound * this.#bits31()) / 2 ** 31);
    for (;;) {
      const bits = this.#bits31();
      const value = bits % bound;
      if (bits - value + (bound - 1) < 2 ** 31) return value;
    }
  }

  int(): number {
    this.#step();
    return (this.#high << 8) | (this.#low >>> 16);
  }

  double(): number {
    this.#step();
    const high = this.#high * 4 + (this.#low >>> 22);
    this.#step();
    const low = this.#high * 8 + (this.#low >>> 21);
    return (high * 2 ** 27 + low) * 2 ** -53;
  }

  #bits31(): number {
    this.#step();
    return this.#high * 128 + (this.#low >>> 17);
  }

  #step(): void {
    const low = this.#low * MULTIPLIER_LOW + INCREMENT;
    const carry = Math.floor(low / HALF);
    const high = this.#high * MULTIPLIER_LOW + this.#low * MULTIPLIER_HIGH + carry;
    this.#low = low - carry * HALF;
    this.#high = high - Math.floor(high / HALF) * HALF;
  }
}
