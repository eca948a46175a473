import { describe, expect, test } from '@jest/globals';
import { Observations } from '../../lib/cli/dashboard/observations.ts';

const streamArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders';
const from = { functionName: 'function', streamArn, shardId: 'shard-0' };
const numbers = { firstSequenceNumber: '7', lastSequenceNumber: '7' };
const sandbox = {
  functionName: 'function',
  sandboxId: 'sandbox-1',
  requestId: 'request',
  stream: 'stderr',
} as const;
const failure = {
  durationMs: 1,
  isCounted: true,
  errorType: 'Reported',
  message: 'the function reported record 1 of its batch',
};
const REASON = 'operator "orders.map" failed on record "7", and the pipeline halts on errors: no idea';

describe('a shard that halts', () => {
  test('says why, once however often it is tried again', () => {
    const problems: string[] = [];
    const observations = new Observations((text) => problems.push(text));
    const line = { level: 'error', shardId: 'shard-0', code: 'MR3001', message: REASON };

    for (const attempt of [1, 2, 3]) {
      const batch = { ...from, at: attempt, attempt, records: 1, ...numbers };
      observations.onEvent({ ...batch, kind: 'batch-started' });
      observations.onLog({ ...sandbox, text: JSON.stringify(line) });
      observations.onEvent({ ...batch, ...failure, kind: 'batch-failed' });
    }

    expect(problems).toEqual([`shard-0: ${REASON}`, 'shard-0: the function reported record 1 of its batch']);
    expect(observations.incidents.map(({ text, times }) => [text, times])).toEqual([
      [`shard-0: ${REASON}`, 3],
      ['shard-0: the function reported record 1 of its batch', 3],
    ]);
  });
});
