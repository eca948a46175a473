import * as fc from 'fast-check';
import type { Event, OperatorDefinition } from '../../lib/model/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';

/** One step of a generated input: a row on one side, after which the process may die. */
export interface Row {
  readonly id: number;
  readonly input: number;
  readonly key: string;
  readonly at: number;
  readonly restore: boolean;
}

/** Rows in log order: out of order, before and after the epoch, with ties. */
export const rows: fc.Arbitrary<readonly Row[]> = fc
  .array(
    fc.record({
      input: fc.nat(1),
      key: fc.constantFrom('a', 'a', 'b'),
      at: fc.integer({ min: -12, max: 25 }),
      restore: fc.boolean(),
    }),
    { maxLength: 25 },
  )
  .map((inputs) => inputs.map((row, id) => ({ ...row, id })));

/** A row as an operator gets it: its value is the row's number. */
export const eventOf = ({ id, key, at }: Row): Event => ({ key, timestamp: at, value: id });

/** A row, and the watermark it is judged by: the one before it. */
export interface Judged extends Row {
  readonly watermark: number;
}

/** Each row with the watermark before it. */
export function judged(input: readonly Row[], outOfOrderMs: number): readonly Judged[] {
  let watermark = -Infinity;
  return input.map((row) => {
    const before = watermark;
    watermark = Math.max(watermark, row.at - outOfOrderMs);
    return { ...row, watermark: before };
  });
}

/** The watermark after all of these rows. */
export const watermarkAfter = (input: readonly Row[], outOfOrderMs: number): number =>
  Math.max(-Infinity, ...input.map(({ at }) => at - outOfOrderMs));

/** A harness that steps from due instant to due instant like the engine, and remembers how late each result is. */
export class SteppedHarness {
  readonly harness: OperatorHarness;
  /** The most that a result has lain before where the next operator stands, without a delay. */
  mostBehind = -Infinity;
  readonly #outOfOrderMs: number;
  #watermark = -Infinity;
  #seen = 0;

  constructor(definition: OperatorDefinition, outOfOrderMs: number) {
    this.harness = new OperatorHarness(definition, Infinity);
    this.#outOfOrderMs = outOfOrderMs;
  }

  send(row: Row): void {
    this.harness.send(eventOf(row), row.input);
    this.#measure();
    this.advanceTo(row.at - this.#outOfOrderMs);
    if (row.restore) this.harness.restore();
  }

  advanceTo(watermark: number): void {
    if (watermark <= this.#watermark) return;
    if (this.#watermark !== -Infinity) {
      for (let step = this.#watermark + 1; step < watermark; step += 1) this.#step(step);
    }
    this.#step(watermark);
  }

  #step(watermark: number): void {
    this.harness.advanceTo(watermark);
    this.#measure();
    this.#watermark = watermark;
  }

  #measure(): void {
    for (const { event } of this.harness.given.slice(this.#seen)) {
      this.mostBehind = Math.max(this.mostBehind, this.#watermark - event.timestamp);
    }
    this.#seen = this.harness.given.length;
  }
}

/** Items in an order of their own, to be compared as bags. */
export const asBag = (items: readonly unknown[]): string[] =>
  items.map((item) => JSON.stringify(item)).toSorted();
