import { hash } from 'node:crypto';
import type { Distinguishable } from './countable.ts';
import { placeOf } from './place-of.ts';

/**
 * A set of hashes of which only so much is kept as an estimate of their number takes. What is kept is a function of the
 * set alone: neither order nor repetition nor merging shows.
 *
 * 1. Small sets are kept as they are: sorted hashes of 48 bits. Up to 2^precision / 16 of them.
 * 2. Beyond, a hash belongs to the register its first bits name; a register keeps the largest rank among its hashes,
 *    which is the place of the first 1 among the remaining bits.
 *
 * @see Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog: the analysis of a near-optimal cardinality estimation
 *   algorithm", 2007
 */
export type HyperLogLog = number[] | Uint8Array;

const HASH_BITS = 48;

/** 48 bits of SHA-256: spread evenly whatever the values look like. */
export function hashOf(value: Distinguishable): number {
  const digest = hash('sha256', `${typeof value}:${value}`, 'hex');
  return Number.parseInt(digest.slice(0, HASH_BITS / 4), 16);
}

export function addHash(sketch: HyperLogLog, hashed: number, precision: number): HyperLogLog {
  if (sketch instanceof Uint8Array) {
    raise(sketch, hashed, precision);
    return sketch;
  }
  const place = placeOf(sketch, hashed);
  if (sketch[place] === hashed) return sketch;
  sketch.splice(place, 0, hashed);
  return sketch.length > 2 ** precision / 16 ? denseOf(sketch, precision) : sketch;
}

export function mergeSketches(sketch: HyperLogLog, other: HyperLogLog, precision: number): HyperLogLog {
  if (!(other instanceof Uint8Array)) {
    return other.reduce<HyperLogLog>((merged, hashed) => addHash(merged, hashed, precision), sketch);
  }
  const dense = sketch instanceof Uint8Array ? sketch : denseOf(sketch, precision);
  other.forEach((rank, register) => {
    dense[register] = Math.max(rank, dense[register] ?? 0);
  });
  return dense;
}

/**
 * How many different hashes there were: exact for small sets, else with a standard error of 1.04 / sqrt(registers).
 * @see Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017, algorithm 6: one formula for all
 *   sizes, without tables of corrections
 */
export function estimateOf(sketch: HyperLogLog): number {
  if (!(sketch instanceof Uint8Array)) return sketch.length;
  const registers = sketch.length;
  const bits = HASH_BITS - Math.log2(registers);
  const withRank = Array.from({ length: bits + 2 }, () => 0);
  for (const rank of sketch) withRank[rank] = (withRank[rank] ?? 0) + 1;
  let z = registers * saturation(1 - (withRank[bits + 1] ?? 0) / registers);
  for (let rank = bits; rank >= 1; rank -= 1) z = 0.5 * (z + (withRank[rank] ?? 0));
  z += registers * emptiness((withRank[0] ?? 0) / registers);
  return Math.round(registers ** 2 / (2 * Math.LN2 * z));
}

function denseOf(hashes: readonly number[], precision: number): Uint8Array {
  const registers = new Uint8Array(2 ** precision);
  for (const hashed of hashes) raise(registers, hashed, precision);
  return registers;
}

function raise(registers: Uint8Array, hashed: number, precision: number): void {
  const bits = HASH_BITS - precision;
  const register = Math.floor(hashed / 2 ** bits);
  const rest = hashed % 2 ** bits;
  const high = Math.floor(rest / 2 ** 32);
  const firstOne = high > 0 ? Math.clz32(high) - 32 : Math.clz32(rest);
  const rank = firstOne + bits - 32 + 1;
  registers[register] = Math.max(rank, registers[register] ?? 0);
}

/** Ertl's σ: what registers still at 0 say. */
function emptiness(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let z = share;
  for (let before = Number.NaN; z !== before; ) {
    before = z;
    x *= x;
    z += x * y;
    y += y;
  }
  return z;
}

/** Ertl's τ: what registers at the highest rank say. */
function saturation(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - share;
  for (let before = Number.NaN; z !== before; ) {
    before = z;
    x = Math.sqrt(x);
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
