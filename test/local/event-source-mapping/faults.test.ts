import { afterEach, describe, expect, test } from '@jest/globals';
import type { BatchFault, FaultOf } from '../../../lib/local/event-source-mapping/faults.ts';
import { batches, records, runVirtually, SECOND } from './shard-driver.ts';
import { startMappedStream, type MappedStream } from './stream-driver.ts';

/** Something that goes wrong with the first batch. */
function once(fault: BatchFault): FaultOf {
  let isDone = false;
  return () => {
    const isFirst = !isDone;
    isDone = true;
    return isFirst ? fault : undefined;
  };
}

describe('a batch at which something goes wrong', () => {
  const faults: readonly (readonly [BatchFault, string, readonly (readonly string[])[]])[] = [
    [
      'drop-response',
      'batch-failed',
      [
        ['1', '2', '3', '4'],
        ['1', '2', '3', '4'],
        ['5', '6'],
      ],
    ],
    [
      'repeat-batch',
      'batch-succeeded',
      [
        ['1', '2', '3', '4'],
        ['1', '2', '3', '4'],
        ['5', '6'],
      ],
    ],
    [
      'repeat-recut',
      'batch-succeeded',
      [
        ['1', '2', '3', '4'],
        ['1', '2'],
        ['3', '4', '5', '6'],
      ],
    ],
  ];
  test.each(faults)('C53: is delivered again after %s', async (fault, ending, expected) => {
    const report = await runVirtually({
      records: records(1, 6),
      parameters: { batchSize: 4 },
      fault: once(fault),
    });

    const endings = report.events.filter(({ kind }) => kind === 'batch-succeeded' || kind === 'batch-failed');
    expect(batches(report)).toEqual(expected);
    expect(endings.map(({ kind }) => kind)).toEqual([ending, 'batch-succeeded', 'batch-succeeded']);
  });

  test('is delivered again with what came meanwhile, if it has one record', async () => {
    const report = await runVirtually({
      records: [...records(1, 1), ...records(2, 3, SECOND)],
      fault: once('repeat-recut'),
      answer: () => ({ returns: undefined, afterMs: 2 * SECOND }),
    });

    expect(batches(report)).toEqual([['1'], ['1'], ['2', '3']]);
  });

  test.each(['repeat-batch', 'repeat-recut'] as const)(
    'sees the state of its window as before: %s',
    async (fault) => {
      const { deliveries } = await runVirtually({
        records: records(1, 2),
        parameters: { tumblingWindowSeconds: 60, batchSize: 2 },
        fault: once(fault),
        answer: (_, count) => ({ returns: { state: { count } } }),
      });

      expect(deliveries.slice(0, 2).map(({ state }) => state)).toEqual([{}, {}]);
      expect(deliveries.at(-1)).toMatchObject({ isFinal: true, state: { count: deliveries.length - 1 } });
    },
  );

  test('ends its window once, however it is cut', async () => {
    const { deliveries, events } = await runVirtually({
      records: records(1, 4),
      closedAt: 0,
      parameters: { tumblingWindowSeconds: 60 },
      modes: { finalInvoke: 'on-last-batch' },
      fault: once('repeat-recut'),
    });

    const cuts = deliveries.map((delivery) => [delivery.isFinal, delivery.records]);
    expect(cuts).toEqual([
      [true, ['1', '2', '3', '4']],
      [false, ['1', '2']],
      [true, ['3', '4']],
    ]);
    expect(events.filter(({ kind }) => kind === 'window-final')).toHaveLength(1);
  });
});

describe('a mapping that forgets its last batch', () => {
  let stream: MappedStream | undefined;

  afterEach(() => stream?.close());

  test('C13: delivers it again when it was stopped and is started', async () => {
    stream = await startMappedStream({ forgetsLastBatch: true });
    await stream.put('a', 'b');
    await stream.mapping.stop();

    stream.mapping.start();
    await stream.put('c');

    expect(stream.batches().flat()).toEqual(['a', 'b', 'b', 'c']);
  });
});
