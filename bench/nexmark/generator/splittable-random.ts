import { multiplyHigh } from './long.ts';
import type { Random } from './random.ts';

const GAMMA_HIGH = 0x9e3779b9;
const GAMMA_LOW = 0x7f4a7c15;

/**
 * The numbers of `java.util.SplittableRandom` (Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014). A 64-bit number is two 32-bit halves; `z >>> n` moves bits from one to the other.
 */
export class SplittableRandom implements Random {
  #high: number;
  #low: number;

  /** The seed is any safe integer. */
  constructor(seed: number) {
    this.#high = Math.floor(seed / 2 ** 32) | 0;
    this.#low = seed | 0;
  }

  below(bound: number): number {
    if ((bound & (bound - 1)) === 0) return this.int() & (bound - 1);
    for (;;) {
      const bits = this.int() >>> 1;
      const value = bits % bound;
      if (bits - value + (bound - 1) < 2 ** 31) return value;
    }
  }

  int(): number {
    this.#step();
    let high = this.#high;
    let low = this.#low ^ (high >>> 1);
    high = multiplyHigh(high, low, 0x62a9d9ed, 0x799705f5);
    low = Math.imul(low, 0x799705f5);
    low ^= (low >>> 28) | (high << 4);
    high ^= high >>> 28;
    return multiplyHigh(high, low, 0xcb24d0a5, 0xc88c35b3);
  }

  double(): number {
    this.#step();
    let low = this.#low ^ ((this.#low >>> 30) | (this.#high << 2));
    let high = this.#high ^ (this.#high >>> 30);
    high = multiplyHigh(high, low, 0xbf58476d, 0x1ce4e5b9);
    low = Math.imul(low, 0x1ce4e5b9);
    low ^= (low >>> 27) | (high << 5);
    high ^= high >>> 27;
    high = multiplyHigh(high, low, 0x94d049bb, 0x133111eb);
    low = Math.imul(low, 0x133111eb);
    low ^= (low >>> 31) | (high << 1);
    high ^= high >>> 31;
    return ((high >>> 0) * 2 ** 21 + (low >>> 11)) * 2 ** -53;
  }

  #step(): void {
    const low = (this.#low >>> 0) + GAMMA_LOW;
    this.#high = (this.#high + GAMMA_HIGH + (low >= 2 ** 32 ? 1 : 0)) | 0;
    this.#low = low | 0;
  }
}
