import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { memoryCheckpoints } from '../../../lib/local/event-source-mapping/checkpoint.ts';
import { BATCH_FAULTS, forgettingLast } from '../../../lib/local/event-source-mapping/faults.ts';
import { CRASH, record, runVirtually, SECOND, type Delivery } from './shard-driver.ts';

/** One life of a mapping: it is stopped after a while, and the next one goes on. */
const life = fc.record({
  lanes: fc.integer({ min: 1, max: 4 }),
  batchSize: fc.integer({ min: 1, max: 5 }),
  untilMs: fc.integer({ min: SECOND, max: 20 * SECOND }),
  bisect: fc.boolean(),
  failingLane: fc.constantFrom('others-go-on', 'shard-waits'),
  crashes: fc.array(fc.boolean(), { maxLength: 20 }),
  faults: fc.array(fc.constantFrom(undefined, ...BATCH_FAULTS), { maxLength: 20 }),
});

test('whatever happens, each record comes at least once, and for the first time in the order of its key', async () => {
  const keys = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 30 });
  const property = fc.asyncProperty(
    keys,
    fc.array(life, { maxLength: 4 }),
    fc.boolean(),
    async (put, lives, forgets) => {
      const records = put.map((key, index) => record(index + 1, index * 200, 'x', `key ${key}`));
      const saved = memoryCheckpoints();
      const checkpoints = forgets ? forgettingLast(saved) : saved;
      const deliveries: Delivery[] = [];

      for (const { lanes, batchSize, untilMs, bisect, failingLane, crashes, faults } of lives) {
        let batches = 0;
        const report = await runVirtually({
          records,
          checkpoints,
          untilMs,
          parameters: { parallelizationFactor: lanes, batchSize, bisect },
          modes: { failingLane },
          fault: () => faults[batches],
          answer: (_, count) => {
            batches = count;
            return crashes[count] === true ? CRASH : { returns: undefined, afterMs: SECOND };
          },
        });
        deliveries.push(...report.deliveries);
      }
      const last = await runVirtually({ records, checkpoints, closedAt: 0 });
      deliveries.push(...last.deliveries);

      const seen = [...new Set(deliveries.flatMap((delivery) => delivery.records))];
      for (const key of put) {
        const ofKey = put.flatMap((other, index) => (other === key ? [String(index + 1)] : []));
        expect(seen.filter((each) => ofKey.includes(each))).toEqual(ofKey);
      }
      expect(last.hasEnded).toBe(true);
    },
  );

  await fc.assert(property, { numRuns: 60 });
});
