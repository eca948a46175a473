import { describe, expect, test } from '@jest/globals';
import { execute } from '../../../lib/local/kinesis/index.ts';
import { FIRST_SHARD, storeAtTime } from './store-at-time.ts';

const entries = (texts: readonly string[]) =>
  texts.map((text) => ({ PartitionKey: 'key', Data: Buffer.from(text) }));

describe('throttling', () => {
  test('every other entry of PutRecords fails and the rest is stored', () => {
    const s = storeAtTime(1, { throttle: (operation) => operation === 'PutRecords' });

    const output = execute(s.store, 'PutRecords', { StreamName: 's', Records: entries(['a', 'b', 'c']) });

    const refused = {
      ErrorCode: 'ProvisionedThroughputExceededException',
      ErrorMessage: 'Rate exceeded for stream s under account 000000000000.',
    };
    expect(output).toEqual({
      FailedRecordCount: 2,
      Records: [refused, { SequenceNumber: expect.any(String), ShardId: FIRST_SHARD }, refused],
      EncryptionType: 'NONE',
    });
    expect(s.read(s.iterator('TRIM_HORIZON')).texts).toEqual(['b']);
  });

  test('any other operation is refused, named with its stream', () => {
    const asked: string[] = [];
    let isOn = false;
    const s = storeAtTime(1, {
      throttle: (operation, streamName) => {
        asked.push(`${operation} ${streamName}`);
        return isOn;
      },
    });
    const iterator = s.iterator('TRIM_HORIZON');
    isOn = true;

    expect(() => s.read(iterator)).toThrow(
      expect.objectContaining({ type: 'ProvisionedThroughputExceededException' }),
    );
    expect(() => s.put('x')).toThrow('Rate exceeded for stream s under account 000000000000.');
    expect(asked).toEqual(['CreateStream s', 'GetShardIterator s', 'GetRecords s', 'PutRecord s']);
  });
});

describe('what a put accepts', () => {
  test.each([
    ['a partition key of 256 characters', { PartitionKey: 'k'.repeat(256), Data: 'eA==' }, undefined],
    ['no longer partition key', { PartitionKey: 'k'.repeat(257), Data: 'eA==' }, 'less than or equal to 256'],
    ['no empty partition key', { PartitionKey: '', Data: 'eA==' }, 'greater than or equal to 1'],
    ['no missing data', { PartitionKey: 'k' }, "Value null at 'data'"],
    ['the last hash key', { PartitionKey: 'k', Data: '', ExplicitHashKey: `${2n ** 128n - 1n}` }, undefined],
    ['no hash key beyond', { PartitionKey: 'k', Data: '', ExplicitHashKey: `${2n ** 128n}` }, '2^128-1'],
    ['no padded hash key', { PartitionKey: 'k', Data: '', ExplicitHashKey: '01' }, 'regular expression'],
  ])('%s', (_, record, message) => {
    const s = storeAtTime(1);
    const put = () => execute(s.store, 'PutRecord', { StreamName: 's', ...record });

    if (message === undefined) expect(put).not.toThrow();
    else expect(put).toThrow(message);
  });

  test('one bad entry refuses the whole request', () => {
    const s = storeAtTime(1);
    const records = [...entries(['good']), { PartitionKey: '', Data: '' }];

    expect(() => execute(s.store, 'PutRecords', { StreamName: 's', Records: records })).toThrow(
      expect.objectContaining({ type: 'ValidationException' }),
    );
    expect(s.read(s.iterator('TRIM_HORIZON')).texts).toEqual([]);
  });

  test('larger records where the stream allows them', () => {
    const s = storeAtTime(1);
    execute(s.store, 'CreateStream', { StreamName: 'large', ShardCount: 1, MaxRecordSizeInKiB: 2048 });
    const put = (bytes: number) =>
      execute(s.store, 'PutRecord', { StreamName: 'large', PartitionKey: 'k', Data: Buffer.alloc(bytes) });

    expect(() => put(2 * 2 ** 20 - 1)).not.toThrow();
    expect(() => put(2 * 2 ** 20)).toThrow('less than or equal to 2097152');
  });

  test('a stream that distributes by itself ignores partition keys', () => {
    const s = storeAtTime(1);
    execute(s.store, 'CreateStream', {
      StreamName: 'auto',
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      RecordDistributionStrategy: 'AUTO',
    });
    const { StreamDescriptionSummary } = execute(s.store, 'DescribeStreamSummary', { StreamName: 'auto' });

    const shards = Array.from(
      { length: 4 },
      () => execute(s.store, 'PutRecord', { StreamName: 'auto', PartitionKey: 'same', Data: 'eA==' }).ShardId,
    );

    expect(StreamDescriptionSummary?.RecordDistributionStrategy).toBe('AUTO');
    expect(new Set(shards).size).toBe(4);
  });
});
