import { describe, expect, test } from '@jest/globals';
import { eventRecordBytes, kinesisEvent } from '../../../lib/local/event-source-mapping/kinesis-event.ts';
import { record, ROLE_ARN, STREAM_ARN } from './shard-driver.ts';

const source = { arn: STREAM_ARN, region: 'us-east-1', roleArn: ROLE_ARN };

describe('the event of a Kinesis batch', () => {
  test('C2, C3, C4: has exactly the documented keys and no window fields without a window', () => {
    const event = kinesisEvent(source, 'shardId-000000000006', [record(42, 1545084650987, 'Hello', 'k1')]);

    expect(event).toEqual({
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: '1.0',
            partitionKey: 'k1',
            sequenceNumber: '42',
            data: 'SGVsbG8=',
            approximateArrivalTimestamp: 1545084650.987,
          },
          eventSource: 'aws:kinesis',
          eventVersion: '1.0',
          eventID: 'shardId-000000000006:42',
          eventName: 'aws:kinesis:record',
          invokeIdentityArn: ROLE_ARN,
          awsRegion: 'us-east-1',
          eventSourceARN: STREAM_ARN,
        },
      ],
    });
  });

  test('C6: leaves bytes that are no text untouched, an aggregate of the Kinesis producer library included', () => {
    const data = Uint8Array.from([0xf3, 0x89, 0x9a, 0xc2, 0, 255, 10, 13]);

    const event = kinesisEvent(source, 's', [{ ...record(1), data }]);

    const encoded = Buffer.from(data).toString('base64');
    expect(event).toMatchObject({ Records: [{ kinesis: { data: encoded } }] });
  });

  test('C5: delivers a record without a partition key', () => {
    const event = kinesisEvent(source, 's', [{ ...record(1), partitionKey: undefined }]);

    expect(JSON.parse(JSON.stringify(event)).Records[0].kinesis).not.toHaveProperty('partitionKey');
  });

  test('C57: carries window, state, shard and both flags with a window', () => {
    const event = kinesisEvent(source, 'shardId-000000000006', [], {
      startMs: Date.UTC(2020, 11, 9, 7, 4),
      endMs: Date.UTC(2020, 11, 9, 7, 6),
      state: { n: 1 },
      isFinal: true,
      isTerminatedEarly: false,
    });

    expect(event).toEqual({
      Records: [],
      window: { start: '2020-12-09T07:04:00Z', end: '2020-12-09T07:06:00Z' },
      state: { n: 1 },
      shardId: 'shardId-000000000006',
      eventSourceARN: STREAM_ARN,
      isFinalInvokeForWindow: true,
      isWindowTerminatedEarly: false,
    });
  });

  test('is measured to the byte', () => {
    const wide = record(1, 1545084650987, 'x'.repeat(100), 'ключ "1"');

    const bytes = eventRecordBytes(source, 's', wide);

    const two = JSON.stringify(kinesisEvent(source, 's', [wide, wide]));
    const one = JSON.stringify(kinesisEvent(source, 's', [wide]));
    expect(bytes).toBe(Buffer.byteLength(two) - Buffer.byteLength(one));
  });
});
