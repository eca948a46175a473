import { afterEach, describe, expect, test } from '@jest/globals';
import type { Modes } from '../../../lib/local/event-source-mapping/index.ts';
import { STREAM_ARN } from './shard-driver.ts';
import { startMappedStream, type MappedStream } from './stream-driver.ts';

const CONSUMER_ARN = `${STREAM_ARN}/consumer/billing:1`;

describe('a mapping of an enhanced fan-out consumer', () => {
  let stream: MappedStream | undefined;

  afterEach(() => stream?.close());

  const modes: readonly (readonly [Modes['consumerSource'], string])[] = [
    ['consumer', CONSUMER_ARN],
    ['stream', STREAM_ARN],
  ];
  test.each(modes)('C7: reads the stream, and names the %s as its source', async (consumerSource, source) => {
    stream = await startMappedStream({ modes: { consumerSource } }, CONSUMER_ARN);

    await stream.put('order');

    expect(stream.events).toMatchObject([{ Records: [{ eventSourceARN: source }] }]);
    expect(stream.mapping.streamArn).toBe(STREAM_ARN);
  });
});
