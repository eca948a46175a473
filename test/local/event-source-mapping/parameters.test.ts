import { describe, expect, test } from '@jest/globals';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { createEventSourceMapping } from '../../../lib/local/event-source-mapping/index.ts';
import {
  mappingParameters,
  type MappingParameters,
} from '../../../lib/local/event-source-mapping/parameters.ts';
import { STREAM_ARN } from './shard-driver.ts';

describe('mapping parameters', () => {
  test('C8: take the defaults of Lambda where nothing is said', () => {
    expect(mappingParameters({ startingPosition: 'LATEST' })).toEqual({
      batchSize: 100,
      maximumBatchingWindowSeconds: 0,
      parallelizationFactor: 1,
      startingPosition: 'LATEST',
      bisect: false,
      maximumRetryAttempts: -1,
      maximumRecordAgeSeconds: -1,
      tumblingWindowSeconds: 0,
      functionResponseTypes: [],
    });
  });

  const refused: readonly Partial<MappingParameters>[] = [
    { batchSize: 0 },
    { batchSize: 10_001 },
    { batchSize: 1.5 },
    { maximumBatchingWindowSeconds: 301 },
    { parallelizationFactor: 0 },
    { parallelizationFactor: 11 },
    { maximumRetryAttempts: -2 },
    { maximumRetryAttempts: 10_001 },
    { maximumRecordAgeSeconds: 0 },
    { maximumRecordAgeSeconds: 59 },
    { maximumRecordAgeSeconds: 604_801 },
    { tumblingWindowSeconds: 901 },
    { functionResponseTypes: ['Everything'] },
    { startingPosition: 'AT_TIMESTAMP' },
    { startingPositionTimestampMs: 1 },
  ];
  test.each(refused)('outside what Lambda allows are refused: %j', (parameters) => {
    expect(() => mappingParameters({ startingPosition: 'TRIM_HORIZON', ...parameters })).toThrow(
      /use|allowed|needs/,
    );
  });

  test('C10: several batches of a shard at once are refused with a window', () => {
    const parameters = {
      startingPosition: 'TRIM_HORIZON',
      tumblingWindowSeconds: 60,
      parallelizationFactor: 2,
    } as const;

    expect(() => mappingParameters(parameters)).toThrow(/ParallelizationFactor|parallelizationFactor/);
  });

  const edges: readonly Partial<MappingParameters>[] = [
    { batchSize: 1 },
    { batchSize: 10_000 },
    { maximumBatchingWindowSeconds: 300 },
    { parallelizationFactor: 10 },
    { maximumRetryAttempts: 0 },
    { maximumRecordAgeSeconds: 60 },
    { tumblingWindowSeconds: 900 },
    { startingPosition: 'AT_TIMESTAMP', startingPositionTimestampMs: 1 },
  ];
  test.each(edges)('at the edge of what Lambda allows are taken: %j', (parameters) => {
    expect(mappingParameters({ startingPosition: 'TRIM_HORIZON', ...parameters })).toMatchObject(parameters);
  });

  test('with a failure destination nobody serves are refused by name', () => {
    const onFailureArn = 'arn:aws:sqs:us-east-1:000000000000:lost';
    const create = (): unknown =>
      createEventSourceMapping({
        parameters: { startingPosition: 'TRIM_HORIZON', onFailureArn },
        eventSourceArn: STREAM_ARN,
        client: new KinesisClient({ region: 'us-east-1' }),
        invoke: async () => ({ kind: 'ok', payload: '' }),
      });

    expect(create).toThrow(`failure destination "${onFailureArn}"`);
  });
});
