import { describe, expect, test } from '@jest/globals';
import {
  discardTo,
  failureMessage,
  type FailureMessage,
} from '../../../lib/local/event-source-mapping/failure-message.ts';
import { kinesisEvent } from '../../../lib/local/event-source-mapping/kinesis-event.ts';
import type { MappingEvent, RecordDiscarded } from '../../../lib/local/event-source-mapping/mapping-event.ts';
import { DEFAULT_MODES } from '../../../lib/local/event-source-mapping/modes.ts';
import { record, ROLE_ARN, STREAM_ARN } from './shard-driver.ts';

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:local';

const DISCARDED: RecordDiscarded = {
  kind: 'record-discarded',
  reason: 'retries-exhausted',
  functionError: 'Unhandled',
  shardId: 'shardId-000000000001',
  at: Date.UTC(2019, 10, 14, 0, 38, 6, 21),
  records: 2,
  firstSequenceNumber: '10',
  lastSequenceNumber: '12',
  firstArrivalMs: Date.UTC(2019, 10, 14, 0, 38, 4, 835),
  lastArrivalMs: Date.UTC(2019, 10, 14, 0, 38, 5, 580),
  discarded: [record(10), record(12)],
  attempt: 4,
};

const mapping = {
  functionArn: FUNCTION_ARN,
  streamArn: STREAM_ARN,
  source: { arn: STREAM_ARN, region: 'us-east-1', roleArn: ROLE_ARN },
  modes: DEFAULT_MODES,
};

describe('the message to a failure destination', () => {
  test('C44: points at the records, in the documented form', () => {
    expect(failureMessage(DISCARDED, { ...mapping, requestId: 'id' })).toEqual({
      requestContext: {
        requestId: 'id',
        functionArn: FUNCTION_ARN,
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 4,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: '2019-11-14T00:38:06.021Z',
      KinesisBatchInfo: {
        shardId: 'shardId-000000000001',
        startSequenceNumber: '10',
        endSequenceNumber: '12',
        approximateArrivalOfFirstRecord: '2019-11-14T00:38:04.835Z',
        approximateArrivalOfLastRecord: '2019-11-14T00:38:05.580Z',
        batchSize: 2,
        streamArn: STREAM_ARN,
      },
    });
  });

  test('C45: about expired records has no response, and counts one invocation even if there was none', () => {
    const expired = { ...DISCARDED, reason: 'record-age-exceeded', functionError: null, attempt: 0 } as const;

    const message = failureMessage(expired, { ...mapping, requestId: 'id' });

    expect(message).not.toHaveProperty('responseContext');
    expect(message.requestContext).toMatchObject({
      condition: 'RecordAgeExceeded',
      approximateInvokeCount: 1,
    });
  });

  test('C47: is sent again until the destination has taken it', async () => {
    const taken: FailureMessage[] = [];
    const events: MappingEvent[] = [];
    let attempts = 0;
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    const discard = discardTo(
      async (message) => {
        attempts += 1;
        if (attempts < 3) throw new Error('queue is away');
        taken.push(message);
      },
      mapping,
      { clock, onEvent: (event) => events.push(event), retryMs: 1 },
      new AbortController().signal,
    );

    expect(await discard(DISCARDED)).toBe(true);
    expect(taken).toHaveLength(1);
    expect(events.map(({ kind }) => kind)).toEqual(['destination-failed', 'destination-failed']);
  });

  test.each([
    ['object', (event: object): unknown => event],
    ['text', (event: object): unknown => JSON.stringify(event)],
  ] as const)('comes with the event that was not delivered, as %s', async (failedEvent, written) => {
    const taken: unknown[] = [];
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    const discard = discardTo(
      async (_, payload) => void taken.push(payload),
      { ...mapping, modes: { failedEvent } },
      { clock, onEvent: () => {}, retryMs: 1 },
      new AbortController().signal,
    );

    await discard(DISCARDED);

    const event = kinesisEvent(mapping.source, DISCARDED.shardId, [record(10), record(12)]);
    expect(taken).toEqual([written(event)]);
  });

  test('about the stream of a table has its own name for the records, and times in seconds', () => {
    const streamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/now';

    const message = failureMessage(DISCARDED, { ...mapping, streamArn, requestId: 'id' });

    expect(message).not.toHaveProperty('KinesisBatchInfo');
    expect(message).toMatchObject({
      DDBStreamBatchInfo: { approximateArrivalOfFirstRecord: '2019-11-14T00:38:04Z', streamArn },
    });
  });

  test('that was not taken before the stop leaves the records where they are', async () => {
    const stopping = new AbortController();
    const clock = { now: () => 0, sleep: () => Promise.resolve(stopping.abort()) };
    const discard = discardTo(
      () => Promise.reject(new Error('queue is away')),
      mapping,
      { clock, onEvent: () => {}, retryMs: 1 },
      stopping.signal,
    );

    expect(await discard(DISCARDED)).toBe(false);
  });
});
