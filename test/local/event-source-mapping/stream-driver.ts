import { CreateStreamCommand, KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import {
  createEventSourceMapping,
  type EventSourceMapping,
  type MappingOptions,
} from '../../../lib/local/event-source-mapping/index.ts';
import { startKinesisEndpoint } from '../../../lib/local/kinesis/index.ts';
import { STREAM_ARN } from './shard-driver.ts';

const StreamName = 'orders';

interface MappedEvent {
  readonly Records: readonly {
    readonly eventSourceARN: string;
    readonly kinesis: { readonly data: string };
  }[];
}

/** A stream with one shard, and a mapping of it whose events are kept. */
export interface MappedStream {
  readonly mapping: EventSourceMapping;
  readonly events: readonly MappedEvent[];
  /** The texts of each event. */
  batches(): readonly (readonly string[])[];
  /** Resolves once they are processed. */
  put(...texts: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export async function startMappedStream(
  options: MappingOptions,
  eventSourceArn = STREAM_ARN,
): Promise<MappedStream> {
  const endpoint = await startKinesisEndpoint();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new KinesisClient({ endpoint: endpoint.url, region: 'us-east-1', credentials });
  const events: MappedEvent[] = [];
  const mapping = createEventSourceMapping(
    {
      parameters: { startingPosition: 'TRIM_HORIZON' },
      eventSourceArn,
      client,
      invoke: async (event) => {
        events.push(JSON.parse(JSON.stringify(event)));
        return { kind: 'ok', payload: '' };
      },
    },
    { pollMs: 5, discoveryMs: 20, ...options },
  );
  await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
  mapping.start();
  await mapping.drained();
  return {
    mapping,
    events,
    batches: () =>
      events.map(({ Records }) =>
        Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString()),
      ),
    put: async (...texts) => {
      for (const text of texts) {
        await client.send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from(text) }));
        await mapping.drained();
      }
    },
    close: async () => {
      await mapping.stop();
      client.destroy();
      await endpoint.close();
    },
  };
}
