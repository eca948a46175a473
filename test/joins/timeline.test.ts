import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Timeline } from '../../lib/joins/timeline.ts';
import type { StateEntry } from '../../lib/model/index.ts';
import { holds } from '../support/properties.ts';

type Entry = StateEntry<{ readonly timestamp: number }>;

const entryAt = (slot: string, timestamp: number): Entry => ({
  key: 'a',
  slot,
  due: undefined,
  clock: 'event',
  value: { timestamp },
});

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ add: fc.integer({ min: -20, max: 20 }) }) },
    { weight: 1, arbitrary: fc.record({ removeFirst: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ remove: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ rebuild: fc.constant(true) }) },
  ),
  { maxLength: 300, size: 'max' },
);

test('entries are found by time as in a sorted list, however often it is built anew', () => {
  holds(
    fc.property(steps, (all) => {
      let timeline = new Timeline<{ readonly timestamp: number }>('row ');
      let kept: readonly Entry[] = [];
      const remove = (entry: Entry | undefined): void => {
        if (entry === undefined) return;
        timeline.remove(entry);
        kept = kept.filter((other) => other !== entry);
      };

      for (const step of all) {
        if ('add' in step) {
          const entry = entryAt(timeline.freeSlot(step.add), step.add);
          timeline.add(entry);
          kept = [...kept, entry].toSorted((a, b) => a.value.timestamp - b.value.timestamp);
        } else if ('removeFirst' in step) {
          for (const entry of kept.slice(0, step.removeFirst)) remove(entry);
        } else if ('remove' in step) remove(kept[step.remove % Math.max(1, kept.length)]);
        else timeline = new Timeline('row ', [entryAt('other', 0), ...kept.toReversed()]);
      }

      expect(timeline.isEmpty).toBe(kept.length === 0);
      expect(timeline.between(-100, 100)).toEqual(kept);
      for (let time = -21; time <= 21; time += 1) {
        expect(timeline.between(time, time + 3)).toEqual(
          kept.filter(({ value }) => value.timestamp >= time && value.timestamp <= time + 3),
        );
        expect(timeline.atOrBefore(time)).toBe(kept.findLast(({ value }) => value.timestamp <= time));
        expect(timeline.after(time)).toBe(kept.find(({ value }) => value.timestamp > time));
      }
    }),
  );
});

test('an entry takes the place of the one with its slot', () => {
  const timeline = new Timeline<{ readonly timestamp: number }>('');
  const [first, second] = [entryAt('0', 0), entryAt('0', 0)];

  timeline.add(first);
  timeline.add(second);

  expect(timeline.between(0, 0)).toEqual([second]);
  expect(timeline.after(-1)).toBe(second);
});
