import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  IncreaseStreamRetentionPeriodCommand,
  KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  ListTagsForStreamCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
  type GetShardIteratorInput,
  type KinesisClientConfig,
  type Shard,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { streamRemover } from '../../support/made.ts';

export interface RunningEndpoint {
  readonly url: string;
  close(): Promise<void>;
}

const CLIENTS: readonly (readonly [string, () => KinesisClientConfig])[] = [
  ['the default client', () => ({})],
  ['an HTTP/1.1 client', () => ({ requestHandler: new NodeHttpHandler() })],
];

const LAST_HASH_KEY = 2n ** 128n - 1n;

/** What any Kinesis endpoint must do, seen through the real SDK. Streams are named so that runs may share an endpoint. */
export function kinesisContract(name: string, startEndpoint: () => Promise<RunningEndpoint>): void {
  describe.each(CLIENTS)(`${name}, through %s`, (_, configure) => {
    let endpoint: RunningEndpoint;
    let client: KinesisClient;
    let removeStreams: () => Promise<void>;

    beforeAll(async () => {
      endpoint = await startEndpoint();
      client = new KinesisClient({
        endpoint: endpoint.url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
        maxAttempts: 1,
        ...configure(),
      });
      removeStreams = streamRemover(client);
    });

    afterAll(async () => {
      await removeStreams();
      client.destroy();
      await endpoint.close();
    });

    test('a created stream is described by name and by ARN', async () => {
      const stream = await createStream(client, 2);

      const byName = await client.send(new DescribeStreamSummaryCommand({ StreamName: stream }));
      const arn = byName.StreamDescriptionSummary?.StreamARN;
      const byArn = await client.send(new DescribeStreamSummaryCommand({ StreamARN: arn }));

      expect(arn).toMatch(new RegExp(`^arn:aws:kinesis:us-east-1:\\d{12}:stream/${stream}$`));
      expect(byArn.StreamDescriptionSummary).toEqual(byName.StreamDescriptionSummary);
      expect(byName.StreamDescriptionSummary).toMatchObject({
        StreamName: stream,
        StreamStatus: 'ACTIVE',
        StreamModeDetails: { StreamMode: 'PROVISIONED' },
        RetentionPeriodHours: 24,
        OpenShardCount: 2,
      });
      expect(byName.StreamDescriptionSummary?.StreamCreationTimestamp).toBeInstanceOf(Date);
    });

    test('an on-demand stream begins with four shards', async () => {
      const stream = uniqueName();

      await client.send(
        new CreateStreamCommand({ StreamName: stream, StreamModeDetails: { StreamMode: 'ON_DEMAND' } }),
      );

      expect(rangesOf(await openShards(client, stream))).toHaveLength(4);
    });

    test('a stream name is taken until the stream is deleted', async () => {
      const stream = await createStream(client, 1);

      const again = client.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 1 }));
      await expect(again).rejects.toMatchObject({ name: 'ResourceInUseException' });
      await client.send(new DeleteStreamCommand({ StreamName: stream }));

      const gone = client.send(new DescribeStreamCommand({ StreamName: stream }));
      await expect(gone).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: expect.stringMatching(`^Stream ${stream} under account \\d{12} not found`),
      });
    });

    test('streams are listed in order of name, page by page', async () => {
      const [first, second] = [`${uniqueName()}-a`, `${uniqueName()}-b`].toSorted();
      for (const stream of [first, second]) {
        await client.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 1 }));
      }

      const page = await client.send(new ListStreamsCommand({ ExclusiveStartStreamName: first, Limit: 1 }));

      expect(page.StreamNames).toEqual([second]);
    });

    test('a record comes back as it was put', async () => {
      const stream = await createStream(client, 1);
      const data = Uint8Array.from({ length: 256 }, (_byte, index) => index);

      const receipt = await client.send(
        new PutRecordCommand({ StreamName: stream, PartitionKey: 'ключ', Data: data }),
      );
      const records = await readAll(client, stream, 'shardId-000000000000');

      expect(records).toEqual([
        {
          SequenceNumber: receipt.SequenceNumber,
          PartitionKey: 'ключ',
          Data: data,
          ApproximateArrivalTimestamp: expect.any(Date),
          EncryptionType: 'NONE',
        },
      ]);
      expect(receipt.ShardId).toBe('shardId-000000000000');
      expect(receipt.SequenceNumber).toMatch(/^[1-9]\d{55}$/);
    });

    test('five hundred records go in one request and keep their order', async () => {
      const stream = await createStream(client, 1);
      const texts = Array.from({ length: 500 }, (_entry, index) => `record ${index}`);

      const output = await client.send(
        new PutRecordsCommand({ StreamName: stream, Records: texts.map((text) => entry(text)) }),
      );
      const records = await readAll(client, stream, 'shardId-000000000000');

      expect(output.FailedRecordCount).toBe(0);
      expect(records.map(({ Data }) => Buffer.from(Data ?? []).toString())).toEqual(texts);
      expect(records.map(({ SequenceNumber }) => SequenceNumber)).toEqual(
        output.Records?.map(({ SequenceNumber }) => SequenceNumber),
      );
    });

    test('five hundred and one records are refused', async () => {
      const stream = await createStream(client, 1);
      const records = Array.from({ length: 501 }, () => entry('x'));

      const put = client.send(new PutRecordsCommand({ StreamName: stream, Records: records }));

      await expect(put).rejects.toMatchObject({ name: 'ValidationException' });
      expect(await readAll(client, stream, 'shardId-000000000000')).toEqual([]);
    });

    test('a record over one mebibyte is refused', async () => {
      const stream = await createStream(client, 1);
      const largest = Buffer.alloc(2 ** 20 - 1);

      await client.send(new PutRecordCommand({ StreamName: stream, PartitionKey: 'k', Data: largest }));
      const larger = client.send(
        new PutRecordCommand({ StreamName: stream, PartitionKey: 'k', Data: Buffer.alloc(2 ** 20 + 1) }),
      );

      await expect(larger).rejects.toMatchObject({ name: 'ValidationException' });
    });

    test('more than ten mebibytes in one request are refused', async () => {
      const stream = await createStream(client, 1);
      const records = Array.from({ length: 11 }, () => ({
        PartitionKey: 'k',
        Data: Buffer.alloc(2 ** 20 - 16),
      }));

      const put = client.send(new PutRecordsCommand({ StreamName: stream, Records: records }));

      await expect(put).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    });

    test('the MD5 of the partition key chooses the shard', async () => {
      const stream = await createStream(client, 2);

      // md5('a') begins with 0c, md5('b') with 92.
      const low = await client.send(new PutRecordCommand({ StreamName: stream, ...entry('', 'a') }));
      const high = await client.send(new PutRecordCommand({ StreamName: stream, ...entry('', 'b') }));

      expect([low.ShardId, high.ShardId]).toEqual(['shardId-000000000000', 'shardId-000000000001']);
    });

    test('an explicit hash key overrides the partition key', async () => {
      const stream = await createStream(client, 2);

      const put = await client.send(
        new PutRecordCommand({
          StreamName: stream,
          ...entry('', 'a'),
          ExplicitHashKey: LAST_HASH_KEY.toString(),
        }),
      );
      const outside = client.send(
        new PutRecordCommand({
          StreamName: stream,
          ...entry('', 'a'),
          ExplicitHashKey: (LAST_HASH_KEY + 1n).toString(),
        }),
      );

      expect(put.ShardId).toBe('shardId-000000000001');
      await expect(outside).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    });

    test('each type of iterator begins where it says', async () => {
      const stream = await createStream(client, 1);
      const sequenceNumbers: (string | undefined)[] = [];
      for (const text of ['one', 'two', 'three']) {
        const put = await client.send(new PutRecordCommand({ StreamName: stream, ...entry(text) }));
        sequenceNumbers.push(put.SequenceNumber);
      }
      const [, second] = sequenceNumbers;
      const from = (start: Start) => readTexts(client, stream, start);

      expect(await from({ ShardIteratorType: 'TRIM_HORIZON' })).toEqual(['one', 'two', 'three']);
      expect(await from({ ShardIteratorType: 'LATEST' })).toEqual([]);
      expect(await from({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: second })).toEqual(
        ['two', 'three'],
      );
      expect(
        await from({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: second }),
      ).toEqual(['three']);
      expect(await from({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(0) })).toEqual([
        'one',
        'two',
        'three',
      ]);
    });

    test('reading goes on from page to page and sees what is put later', async () => {
      const stream = await createStream(client, 1);
      const { ShardIterator } = await client.send(
        new GetShardIteratorCommand({
          StreamName: stream,
          ShardId: 'shardId-000000000000',
          ShardIteratorType: 'LATEST',
        }),
      );
      await client.send(
        new PutRecordsCommand({
          StreamName: stream,
          Records: ['one', 'two', 'three'].map((text) => entry(text)),
        }),
      );

      const first = await client.send(new GetRecordsCommand({ ShardIterator, Limit: 2 }));
      const second = await client.send(new GetRecordsCommand({ ShardIterator: first.NextShardIterator }));

      expect(first.Records?.map(textOf)).toEqual(['one', 'two']);
      expect(first.MillisBehindLatest).toBeGreaterThan(0);
      expect(second.Records?.map(textOf)).toEqual(['three']);
      expect(second.MillisBehindLatest).toBe(0);
      expect(second.NextShardIterator).toBeTruthy();
    });

    test('a split shard is read to its end and leads to its children', async () => {
      const stream = await createStream(client, 1);
      const before = await client.send(new PutRecordCommand({ StreamName: stream, ...entry('before') }));

      await client.send(
        new SplitShardCommand({
          StreamName: stream,
          ShardToSplit: 'shardId-000000000000',
          NewStartingHashKey: (2n ** 127n).toString(),
        }),
      );
      const after = await client.send(new PutRecordCommand({ StreamName: stream, ...entry('after', 'a') }));
      const { ShardIterator } = await client.send(
        new GetShardIteratorCommand({
          StreamName: stream,
          ShardId: 'shardId-000000000000',
          ShardIteratorType: 'TRIM_HORIZON',
        }),
      );
      const end = await client.send(new GetRecordsCommand({ ShardIterator }));

      expect(end.Records?.map(textOf)).toEqual(['before']);
      expect(end.NextShardIterator ?? undefined).toBeUndefined();
      expect(end.MillisBehindLatest).toBe(0);
      expect(end.ChildShards?.map(({ ShardId, ParentShards }) => [ShardId, ParentShards])).toEqual([
        ['shardId-000000000001', ['shardId-000000000000']],
        ['shardId-000000000002', ['shardId-000000000000']],
      ]);
      expect(after.ShardId).toBe('shardId-000000000001');
      expect(BigInt(after.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(before.SequenceNumber ?? 0));
    });

    test('merged shards have one child over both ranges', async () => {
      const stream = await createStream(client, 2);

      await client.send(
        new MergeShardsCommand({
          StreamName: stream,
          ShardToMerge: 'shardId-000000000000',
          AdjacentShardToMerge: 'shardId-000000000001',
        }),
      );
      const shards = await openShards(client, stream);

      expect(shards).toMatchObject([
        {
          ShardId: 'shardId-000000000002',
          ParentShardId: 'shardId-000000000000',
          AdjacentParentShardId: 'shardId-000000000001',
          HashKeyRange: { StartingHashKey: '0', EndingHashKey: LAST_HASH_KEY.toString() },
        },
      ]);
    });

    test('shards that do not touch cannot be merged', async () => {
      const stream = await createStream(client, 3);

      const merge = client.send(
        new MergeShardsCommand({
          StreamName: stream,
          ShardToMerge: 'shardId-000000000000',
          AdjacentShardToMerge: 'shardId-000000000002',
        }),
      );

      await expect(merge).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    });

    test('the shard count can at most double at once', async () => {
      const stream = await createStream(client, 2);

      const scaled = await client.send(
        new UpdateShardCountCommand({
          StreamName: stream,
          TargetShardCount: 4,
          ScalingType: 'UNIFORM_SCALING',
        }),
      );
      const tooFar = client.send(
        new UpdateShardCountCommand({
          StreamName: stream,
          TargetShardCount: 9,
          ScalingType: 'UNIFORM_SCALING',
        }),
      );

      expect(scaled).toMatchObject({ CurrentShardCount: 2, TargetShardCount: 4 });
      await expect(tooFar).rejects.toMatchObject({ name: 'InvalidArgumentException' });
      expect(rangesOf(await openShards(client, stream))).toEqual([0n, 1n, 2n, 3n].map((i) => i << 126n));
    });

    test('shards are listed by filter and by page', async () => {
      const stream = await createStream(client, 1);
      await client.send(
        new SplitShardCommand({
          StreamName: stream,
          ShardToSplit: 'shardId-000000000000',
          NewStartingHashKey: (2n ** 127n).toString(),
        }),
      );
      const list = async (filter: 'AT_LATEST' | 'AT_TRIM_HORIZON' | 'FROM_TRIM_HORIZON') => {
        const output = await client.send(
          new ListShardsCommand({ StreamName: stream, ShardFilter: { Type: filter } }),
        );
        return output.Shards?.map((shard) => shard.ShardId);
      };
      const first = await client.send(new ListShardsCommand({ StreamName: stream, MaxResults: 2 }));
      const second = await client.send(new ListShardsCommand({ NextToken: first.NextToken }));
      const after = await client.send(
        new ListShardsCommand({
          StreamName: stream,
          ShardFilter: { Type: 'AFTER_SHARD_ID', ShardId: 'shardId-000000000001' },
        }),
      );

      expect(await list('AT_LATEST')).toEqual(['shardId-000000000001', 'shardId-000000000002']);
      expect(await list('AT_TRIM_HORIZON')).toEqual(['shardId-000000000000']);
      expect(await list('FROM_TRIM_HORIZON')).toHaveLength(3);
      expect([first, second].map((page) => page.Shards?.length)).toEqual([2, 1]);
      expect(second.NextToken).toBeUndefined();
      expect(after.Shards?.map((shard) => shard.ShardId)).toEqual(['shardId-000000000002']);
    });

    test('the retention period grows and is described', async () => {
      const stream = await createStream(client, 1);

      await client.send(
        new IncreaseStreamRetentionPeriodCommand({ StreamName: stream, RetentionPeriodHours: 48 }),
      );
      const shorter = client.send(
        new IncreaseStreamRetentionPeriodCommand({ StreamName: stream, RetentionPeriodHours: 24 }),
      );

      await expect(shorter).rejects.toMatchObject({ name: 'InvalidArgumentException' });
      const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamName: stream }));
      expect(StreamDescription?.RetentionPeriodHours).toBe(48);
    });

    test('tags are kept', async () => {
      const stream = await createStream(client, 1);

      await client.send(new AddTagsToStreamCommand({ StreamName: stream, Tags: { team: 'mill' } }));
      const { Tags } = await client.send(new ListTagsForStreamCommand({ StreamName: stream }));

      expect(Tags).toEqual([{ Key: 'team', Value: 'mill' }]);
    });

    test('an iterator that was never issued is refused', async () => {
      const read = client.send(new GetRecordsCommand({ ShardIterator: 'bm90IGFuIGl0ZXJhdG9y' }));

      await expect(read).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    });
  });
}

type Start = Pick<GetShardIteratorInput, 'ShardIteratorType' | 'StartingSequenceNumber' | 'Timestamp'>;

let names = 0;

function uniqueName(): string {
  names += 1;
  return `contract-${process.pid}-${names}`;
}

async function createStream(client: KinesisClient, shards: number): Promise<string> {
  const name = uniqueName();
  await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));
  return name;
}

function entry(text: string, partitionKey = 'key') {
  return { PartitionKey: partitionKey, Data: Buffer.from(text) };
}

function textOf({ Data }: { readonly Data: Uint8Array | undefined }): string {
  return Buffer.from(Data ?? []).toString();
}

async function readTexts(client: KinesisClient, stream: string, start: Start): Promise<string[]> {
  return (await readAll(client, stream, 'shardId-000000000000', start)).map(textOf);
}

/** Reads an open shard to its tip. */
async function readAll(
  client: KinesisClient,
  stream: string,
  shard: string,
  start: Start = { ShardIteratorType: 'TRIM_HORIZON' },
) {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({ StreamName: stream, ShardId: shard, ...start }),
  );
  const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
  return Records;
}

async function openShards(client: KinesisClient, stream: string): Promise<Shard[]> {
  const { Shards = [] } = await client.send(
    new ListShardsCommand({ StreamName: stream, ShardFilter: { Type: 'AT_LATEST' } }),
  );
  return Shards;
}

function rangesOf(shards: readonly Shard[]): bigint[] {
  return shards
    .map((shard) => BigInt(shard.HashKeyRange?.StartingHashKey ?? -1))
    .toSorted((a, b) => (a < b ? -1 : 1));
}
