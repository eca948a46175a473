import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Decoder, encode, Tag } from 'cbor-x';
import {
  KinesisStore,
  startKinesisEndpoint,
  type KinesisEndpoint,
  type KinesisEndpointOptions,
} from '../../../lib/local/kinesis/index.ts';
import { kinesisContract } from './contract.ts';

kinesisContract('the embedded endpoint', () => startKinesisEndpoint());

const JSON_TYPE = 'application/x-amz-json-1.1';
const CBOR_TYPE = 'application/x-amz-cbor-1.1';

const decoderOptions = { useRecords: false, mapsAsObjects: true, int64AsNumber: true };
const decoder = new Decoder(decoderOptions);

describe('the wire', () => {
  const endpoints: KinesisEndpoint[] = [];

  async function start(options?: KinesisEndpointOptions): Promise<KinesisEndpoint> {
    const endpoint = await startKinesisEndpoint(options);
    endpoints.push(endpoint);
    return endpoint;
  }

  afterEach(async () => {
    await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.close()));
  });

  test('CBOR carries blobs as bytes and times as milliseconds', async () => {
    const now = Date.parse('2026-03-01T00:00:00.250Z');
    const endpoint = await start({ now: () => now });
    const call = async (operation: string, input: object) =>
      decoder.decode(await post(endpoint.url, operation, CBOR_TYPE, encode(input)));

    await call('CreateStream', { StreamName: 's', ShardCount: 1 });
    await call('PutRecord', { StreamName: 's', PartitionKey: 'k', Data: Buffer.from('payload') });
    const { ShardIterator } = await call('GetShardIterator', {
      StreamName: 's',
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'AT_TIMESTAMP',
      Timestamp: new Tag(BigInt(now), 1),
    });
    const { Records } = await call('GetRecords', { ShardIterator });

    expect(Records).toHaveLength(1);
    expect(Buffer.from(Records[0].Data).toString()).toBe('payload');
    // A standard decoder takes the tagged number for seconds.
    expect(Records[0].ApproximateArrivalTimestamp.getTime() / 1000).toBe(now);
  });

  test('JSON carries times as seconds', async () => {
    const endpoint = await start({ now: () => 1_500 });

    await post(endpoint.url, 'CreateStream', JSON_TYPE, '{"StreamName":"s","ShardCount":1}');
    const body = await post(endpoint.url, 'DescribeStreamSummary', JSON_TYPE, '{"StreamName":"s"}');

    expect(JSON.parse(body.toString())).toMatchObject({
      StreamDescriptionSummary: { StreamCreationTimestamp: 1.5 },
    });
  });

  test.each([
    ['an operation the endpoint lacks', 'SubscribeToShard', '{}', 'UnknownOperationException'],
    ['a body that is not JSON', 'ListStreams', '{', 'SerializationException'],
    ['a body that is not a structure', 'ListStreams', '[]', 'SerializationException'],
    ['a request without a stream', 'DescribeStream', '{}', 'ValidationException'],
  ])('%s is answered with its error', async (_, operation, body, type) => {
    const endpoint = await start();

    const answer = await post(endpoint.url, operation, JSON_TYPE, body);

    expect(JSON.parse(answer.toString())).toEqual({ __type: type, message: expect.any(String) });
  });

  test('closing ends idle keep-alive and HTTP/2 connections', async () => {
    const endpoint = await startKinesisEndpoint();
    const agent = new Agent({ keepAlive: true });
    await post(endpoint.url, 'ListStreams', JSON_TYPE, '{}', agent);
    const session = connectHttp2(endpoint.url);
    session.on('error', () => session.destroy());
    await once(session, 'remoteSettings');
    const sessionClosed = once(session, 'close');

    await endpoint.close();

    await sessionClosed;
    agent.destroy();
    expect(session.destroyed).toBe(true);
  });

  test('a given store outlives its endpoint', async () => {
    const store = new KinesisStore();
    const endpoint = await startKinesisEndpoint({ store });

    await post(endpoint.url, 'CreateStream', JSON_TYPE, '{"StreamName":"kept","ShardCount":1}');
    await endpoint.close();

    expect(store.streams().map((stream) => stream.name)).toEqual(['kept']);
  });
});

async function post(
  url: string,
  operation: string,
  contentType: string,
  body: string | Buffer,
  agent = new Agent(),
): Promise<Buffer> {
  const headers = { 'content-type': contentType, 'x-amz-target': `Kinesis_20131202.${operation}` };
  const sent = request(url, { method: 'POST', headers, agent });
  sent.end(body);
  const chunks: Uint8Array[] = [];
  const [response] = await once(sent, 'response');
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}
