import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { clientConfig } from '../../lib/local/client-config.ts';
import type { FailureMessage } from '../../lib/local/event-source-mapping/index.ts';
import { failureDestination, type Failure } from '../../lib/local/failure-destinations.ts';
import { startS3Endpoint, type S3Endpoint } from '../../lib/local/s3/index.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:lost';
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:lost';
const BUCKET = 'arn:aws:s3:::lost';

const message: FailureMessage = {
  requestContext: {
    requestId: 'id',
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:local',
    condition: 'RecordAgeExceeded',
    approximateInvokeCount: 1,
  },
  version: '1.0',
  timestamp: '2019-11-14T00:38:06.021Z',
  KinesisBatchInfo: {
    shardId: 'shardId-000000000001',
    startSequenceNumber: '10',
    endSequenceNumber: '12',
    approximateArrivalOfFirstRecord: '2019-11-14T00:38:04.835Z',
    approximateArrivalOfLastRecord: '2019-11-14T00:38:05.580Z',
    batchSize: 2,
    streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/orders',
  },
};
const payload = { Records: [{ eventID: 'shardId-000000000001:10' }] };
const failure: Failure = { mappingId: '14e0db71-5d35-4eb5-b481-8945cf9d10c2', message, payload };

describe('a failure destination', () => {
  let folder: string;
  let endpoint: S3Endpoint;
  let s3: S3Client;
  let server: Server | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-failures-'));
    endpoint = await startS3Endpoint();
    s3 = new S3Client({ ...clientConfig(endpoint.url), forcePathStyle: true });
  });

  afterEach(async () => {
    s3.destroy();
    await endpoint.close();
    server?.close();
    rmSync(folder, { recursive: true });
  });

  async function take(arn: string, sqs?: string): Promise<string> {
    const destination = failureDestination(arn, { s3, sqs, folder });
    await destination.prepare();
    return destination.take(failure);
  }

  /** Answers every request with `status` and keeps what it was asked. */
  async function startQueues(status: number): Promise<{ readonly url: string; readonly asked: unknown[] }> {
    const asked: unknown[] = [];
    server = createServer((request, response) => {
      void text(request).then((body) => {
        asked.push([request.headers['x-amz-target'], JSON.parse(body)]);
        response.writeHead(status).end('{"QueueUrl":"http://queues/lost"}');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, asked };
  }

  test('C46: that is a bucket gets the message and the event, under a key of its own', async () => {
    const place = await take(BUCKET);

    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'lost' }));
    const [Key = ''] = Contents.map((object) => object.Key);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'lost', Key }));
    expect(Key).toMatch(
      new RegExp(
        `^aws/lambda/${failure.mappingId}/shardId-000000000001/2019/11/14/2019-11-14T00\\.38\\.06-${UUID}$`,
      ),
    );
    expect(JSON.parse((await Body?.transformToString()) ?? '')).toEqual({ ...message, payload });
    expect(place).toBe(`s3://lost/${Key}`);
  });

  test('that is a bucket may be there already', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'lost' }));

    const place = await take(BUCKET);

    expect(place).toContain('s3://lost/');
  });

  test('that is a queue gets the message alone', async () => {
    const { url, asked } = await startQueues(200);

    const place = await take(QUEUE, url);

    expect(asked.at(-1)).toEqual([
      'AmazonSQS.SendMessage',
      { QueueUrl: 'http://queues/lost', MessageBody: JSON.stringify(message) },
    ]);
    expect(place).toBe(`queue "lost" at ${url}`);
  });

  test('that is a queue is refused with what to do if the endpoint has no queues', async () => {
    const { url } = await startQueues(501);

    await expect(take(QUEUE, url)).rejects.toThrow(
      `nothing at "${url}" makes the queue "lost", which is a failure destination: CreateQueue was answered with 501: ` +
        '{"QueueUrl":"http://queues/lost"}; start SQS there, or unset AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL to have ' +
        'failures written to a folder',
    );
  });

  test.each([
    ['a queue', QUEUE],
    ['a topic', TOPIC],
  ])('that is %s nobody serves is a folder with the message', async (_, arn) => {
    const place = await take(arn);

    const files = readdirSync(join(folder, 'lost'));
    expect(files).toEqual([expect.stringMatching(new RegExp(`^2019-11-14T00\\.38\\.06-${UUID}\\.json$`))]);
    expect(place).toBe(join(folder, 'lost', files[0] ?? ''));
    expect(JSON.parse(readFileSync(place, 'utf8'))).toEqual(message);
  });

  test('that is a bucket nobody serves is a folder with the message and the event', async () => {
    const place = await failureDestination(BUCKET, { s3: undefined, sqs: undefined, folder }).take(failure);

    expect(JSON.parse(readFileSync(place, 'utf8'))).toEqual({ ...message, payload });
  });
});
