import { describe, expect, test } from '@jest/globals';
import {
  memoryCheckpoints,
  resumeLanes,
  type Checkpoints,
} from '../../../lib/local/event-source-mapping/checkpoint.ts';
import type { SourceRecord } from '../../../lib/local/event-source-mapping/kinesis-event.ts';
import { laneOf } from '../../../lib/local/event-source-mapping/lane.ts';
import {
  CRASH,
  MINUTE,
  record,
  runVirtually,
  SECOND,
  SHARD_ID,
  type Delivery,
  type ShardReport,
} from './shard-driver.ts';

/** A partition key of each of two lanes. */
const LEFT = keyOf(0);
const RIGHT = keyOf(1);

function keyOf(lane: number): string {
  const keys = Array.from({ length: 20 }, (_, index) => `key ${index}`);
  return keys.find((partitionKey) => laneOf({ partitionKey, sequenceNumber: '0' }, 2) === lane) ?? '';
}

function ofKeys(...keys: readonly string[]): readonly SourceRecord[] {
  return keys.map((key, index) => record(index + 1, 0, 'x', key));
}

/** What was delivered when, in seconds. */
function times({ deliveries }: ShardReport): readonly (readonly [number, readonly string[]])[] {
  return deliveries.map(({ at, records }) => [at / SECOND, records]);
}

function holds(...sequenceNumbers: readonly string[]): (delivery: Delivery) => boolean {
  return ({ records }) => sequenceNumbers.some((each) => records.includes(each));
}

describe('a shard with several lanes', () => {
  test('C20: has at most as many batches at once, and one at a time of a partition key, in order', async () => {
    const lanes = 3;
    const durationMs = 10 * SECOND;
    const all = Array.from({ length: 200 }, (_, index) => record(index + 1, 0, 'x', `key ${index % 17}`));
    const keyOfNumber = new Map(
      all.map(({ sequenceNumber, partitionKey }) => [sequenceNumber, partitionKey]),
    );

    const { deliveries } = await runVirtually({
      records: all,
      parameters: { parallelizationFactor: lanes, batchSize: 4 },
      answer: () => ({ returns: undefined, afterMs: durationMs }),
    });

    const atOnce = deliveries.map(
      ({ at }) => deliveries.filter((other) => other.at <= at && at < other.at + durationMs).length,
    );
    expect(Math.max(...atOnce)).toBe(lanes);
    for (const key of new Set(keyOfNumber.values())) {
      const withKey = deliveries.filter(({ records }) =>
        records.some((each) => keyOfNumber.get(each) === key),
      );
      const delivered = withKey.flatMap(({ records }) =>
        records.filter((each) => keyOfNumber.get(each) === key),
      );
      const put = all.filter(({ partitionKey }) => partitionKey === key);
      expect(delivered).toEqual(put.map(({ sequenceNumber }) => sequenceNumber));
      for (const [index, { at }] of withKey.slice(1).entries()) {
        expect(at).toBeGreaterThanOrEqual((withKey[index]?.at ?? 0) + durationMs);
      }
    }
  });

  const failingLeft = {
    records: ofKeys(LEFT, RIGHT, RIGHT),
    parameters: { parallelizationFactor: 2, batchSize: 1 },
    config: { backoff: { baseMs: 5 * SECOND, factor: 1, maxMs: 5 * SECOND } },
    answer: (delivery: Delivery) =>
      holds('1')(delivery) && delivery.at < 10 * SECOND ? CRASH : { returns: undefined, afterMs: SECOND },
  };

  test('C21: goes on with the others while one fails', async () => {
    const report = await runVirtually(failingLeft);

    expect(times(report)).toEqual([
      [0, ['1']],
      [0, ['2']],
      [1, ['3']],
      [5, ['1']],
      [10, ['1']],
    ]);
  });

  test('waits with the others while one fails, in another mode', async () => {
    const report = await runVirtually({ ...failingLeft, modes: { failingLane: 'shard-waits' } });

    expect(times(report)).toEqual([
      [0, ['1']],
      [0, ['2']],
      [5, ['1']],
      [10, ['1']],
      [11, ['3']],
    ]);
  });

  test('waits for none once each has failed, in that mode', async () => {
    const { deliveries } = await runVirtually({
      ...failingLeft,
      modes: { failingLane: 'shard-waits' },
      answer: ({ at }) => (at < 3 * SECOND ? CRASH : { returns: undefined }),
    });

    expect(deliveries.slice(-3).map(({ records }) => records)).toEqual([['1'], ['2'], ['3']]);
  });

  test('halves and gives up the batches of one without the other', async () => {
    const { deliveries, events } = await runVirtually({
      records: ofKeys(LEFT, RIGHT, LEFT, RIGHT, LEFT),
      parameters: { parallelizationFactor: 2, bisect: true, maximumRetryAttempts: 0 },
      answer: (delivery) => (holds('3')(delivery) ? CRASH : { returns: undefined }),
    });

    const given = events.flatMap((event) => (event.kind === 'record-discarded' ? [event] : []));
    expect(deliveries.map(({ records }) => records)).toEqual([
      ['1', '3', '5'],
      ['2', '4'],
      ['1', '3'],
      ['1'],
      ['3'],
      ['5'],
    ]);
    expect(given).toMatchObject([{ firstSequenceNumber: '3', lastSequenceNumber: '3', records: 1 }]);
  });

  test('has ended when all of them have', async () => {
    const { events, hasEnded } = await runVirtually({
      records: ofKeys(LEFT, RIGHT),
      closedAt: 0,
      parameters: { parallelizationFactor: 2 },
      answer: ({ at }) => (at < MINUTE ? CRASH : { returns: undefined }),
    });

    const last = events.slice(-2).map(({ kind }) => kind);
    expect(hasEnded).toBe(true);
    expect(events.filter(({ kind }) => kind === 'shard-ended')).toHaveLength(1);
    expect(last).toEqual(['batch-succeeded', 'shard-ended']);
  });

  test('goes on where each of them was', async () => {
    const checkpoints = memoryCheckpoints();
    const shard = { ...failingLeft, checkpoints };
    await runVirtually({ ...shard, untilMs: 3 * SECOND });

    const { deliveries } = await runVirtually({ ...shard, answer: () => ({ returns: undefined }) });

    expect(await checkpoints.load(SHARD_ID)).toMatchObject({ position: '3', lanes: ['3', '3'] });
    expect(deliveries.map(({ records }) => records)).toEqual([['1']]);
  });

  test('never takes back how far it has got', async () => {
    const saved: (string | undefined)[][] = [];
    const kept = memoryCheckpoints();
    const checkpoints: Checkpoints = {
      load: (shardId) => kept.load(shardId),
      save: (shardId, checkpoint) => {
        saved.push([...(checkpoint.lanes ?? [])]);
        return kept.save(shardId, checkpoint);
      },
    };

    await runVirtually({
      records: ofKeys(LEFT, RIGHT, RIGHT, LEFT, LEFT, RIGHT),
      parameters: { parallelizationFactor: 2 },
      readLimit: 1,
      untilMs: MINUTE,
      checkpoints,
    });

    for (const lane of [0, 1]) {
      const positions = saved.map((lanes) => Number(lanes[lane] ?? 0));
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    }
  });

  test('goes on where the slowest was if there were more or fewer', () => {
    const checkpoint = {
      origin: { kind: 'trim-horizon' },
      position: '7',
      lanes: ['7', '9'],
      window: undefined,
      isEnded: false,
    } as const;

    const positions = [1, 2, 3].map((lanes) =>
      resumeLanes(checkpoint, lanes, 'position-with-state').map(({ position }) => position),
    );

    expect(positions).toEqual([['7'], ['7', '9'], ['7', '7', '7']]);
  });
});
