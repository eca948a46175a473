import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { asOfJoin } from '../../lib/joins/index.ts';
import { OperatorHarness } from '../support/operator-harness.ts';
import { holds } from '../support/properties.ts';
import {
  asBag,
  eventOf,
  judged,
  rows,
  SteppedHarness,
  watermarkAfter,
  type Judged,
  type Row,
} from './rows.ts';

interface Options {
  readonly kind: 'inner' | 'left';
  readonly historyMs: number;
  readonly maxWaitMs: number;
  readonly ttlMs?: number;
}

/** Every fourth change deletes. */
const isDeletion = (id: unknown): boolean => typeof id === 'number' && id % 4 === 3;

const joined = (options: Options) =>
  asOfJoin({
    deleted: isDeletion,
    ...options,
    select: (left: unknown, right: unknown, { isProvisional, versionTimestamp }) => [
      left,
      right,
      versionTimestamp,
      isProvisional,
    ],
  });

const ROW = 0;
const CHANGE = 1;

const resolvedAt = ({ at: t, watermark }: Judged, { maxWaitMs }: Options): number =>
  maxWaitMs === 0 ? watermark : watermark === -Infinity ? t + 1 : Math.min(t + 1, watermark + maxWaitMs);

/** For each accepted row, when it is resolved, the last of the versions so far that is not after it. */
function naive(input: readonly Row[], outOfOrderMs: number, end: number, by: Options): unknown[] {
  const all = judged(input, outOfOrderMs);
  const watermarkBehind = (index: number): number => all[index + 1]?.watermark ?? end;
  return all
    .filter((row) => row.input === ROW && row.watermark <= row.at + by.historyMs)
    .flatMap((row) => {
      const due = resolvedAt(row, by);
      const isAtOnce = due <= row.watermark;
      const moment = isAtOnce
        ? row.id
        : all.findIndex(({ id }) => id >= row.id && watermarkBehind(id) >= due);
      if (moment === -1) return [];
      const [version] = all
        .filter(({ id, input: side, key }) => id <= moment && side === CHANGE && key === row.key)
        .filter(({ at: t }) => t <= row.at)
        .toSorted((a, b) => b.at - a.at || b.id - a.id);
      const found =
        version === undefined || isDeletion(version.id) || row.at >= version.at + (by.ttlMs ?? Infinity)
          ? undefined
          : version;
      if (found === undefined && by.kind === 'inner') return [];
      const isProvisional = (isAtOnce ? row.watermark : due) <= row.at;
      return [{ at: row.at, value: [row.id, found?.id, found?.at, isProvisional] }];
    });
}

describe('for any input', () => {
  const options = fc.record(
    {
      kind: fc.constantFrom<'inner' | 'left'>('inner', 'left'),
      historyMs: fc.nat(8),
      maxWaitMs: fc.nat(10),
      ttlMs: fc.integer({ min: 1, max: 20 }),
    },
    { requiredKeys: ['kind', 'historyMs', 'maxWaitMs'] },
  );

  test('each row meets what a search through all versions finds, at every moment', () => {
    holds(
      fc.property(rows, options, fc.nat(6), (input, by, outOfOrderMs) => {
        const it = new OperatorHarness(joined(by), outOfOrderMs);
        const results = (): unknown[] =>
          it.given.map(({ event }) => ({ at: event.timestamp, value: event.value }));

        input.forEach((each, index) => {
          it.send(eventOf(each), each.input);
          if (each.restore) it.restore();

          const sofar = input.slice(0, index + 1);
          const expected = naive(sofar, outOfOrderMs, watermarkAfter(sofar, outOfOrderMs), by);
          expect(asBag(results())).toEqual(asBag(expected));
        });
        it.advanceTo(1000);

        expect(asBag(results())).toEqual(asBag(naive(input, outOfOrderMs, 1000, by)));
        expect(it.entries).toBeLessThanOrEqual(by.ttlMs === undefined ? 2 : 0);
      }),
    );
  });

  test('a row that is in time stays in time', () => {
    holds(
      fc.property(rows, options, fc.nat(6), (input, by, outOfOrderMs) => {
        const inTime = judged(input, outOfOrderMs).filter((row) => row.at >= row.watermark);
        const it = new SteppedHarness(joined(by), outOfOrderMs);

        for (const each of inTime) it.send(each);
        it.advanceTo(100);

        expect(it.mostBehind).toBeLessThanOrEqual(0);
      }),
    );
  });
});
