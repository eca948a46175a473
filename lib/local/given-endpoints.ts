import { ListTablesCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { DefinitionError, messageOf } from '../model/index.ts';
import { clientConfig } from './client-config.ts';
import { ENDPOINT_VARIABLES, type LocalEndpoints } from './endpoints.ts';

const FOR_ALL = 'AWS_ENDPOINT_URL';

/**
 * The endpoints somebody runs already: by the service's own variable, or the one for all.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function givenEndpoints(
  variables: Readonly<Record<string, string | undefined>>,
): Partial<LocalEndpoints> {
  return Object.fromEntries(
    Object.entries(ENDPOINT_VARIABLES).flatMap(([service, name]) => {
      const url = variables[name] ?? variables[FOR_ALL];
      return url === undefined || url === '' ? [] : [[service, url]];
    }),
  );
}

/**
 * Whether there are queues is found out when one is needed.
 * @throws DefinitionError naming an endpoint at which nothing answers as that service does
 */
export async function requireAnswers({ kinesis, dynamodb, s3 }: Partial<LocalEndpoints>): Promise<void> {
  const abortSignal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
  await Promise.all([
    kinesis !== undefined &&
      requireAnswer('kinesis', kinesis, new KinesisClient(onceAt(kinesis)), (client) =>
        client.send(new ListStreamsCommand({ Limit: 1 }), { abortSignal }),
      ),
    dynamodb !== undefined &&
      requireAnswer('dynamodb', dynamodb, new DynamoDBClient(onceAt(dynamodb)), (client) =>
        client.send(new ListTablesCommand({ Limit: 1 }), { abortSignal }),
      ),
    s3 !== undefined &&
      requireAnswer('s3', s3, new S3Client({ ...onceAt(s3), forcePathStyle: true }), (client) =>
        client.send(new ListBucketsCommand({}), { abortSignal }),
      ),
  ]);
}

const ANSWERS_WITHIN_MS = 10_000;

function onceAt(url: string): ReturnType<typeof clientConfig> & { readonly maxAttempts: number } {
  return { ...clientConfig(url), maxAttempts: 1 };
}

async function requireAnswer<C extends { destroy(): void }>(
  service: keyof LocalEndpoints,
  url: string,
  client: C,
  ask: (client: C) => Promise<unknown>,
): Promise<void> {
  try {
    await ask(client);
  } catch (error) {
    if (isAnswer(error)) return;
    throw new DefinitionError(
      `nothing at "${url}" answers as ${service} does: ${messageOf(error)}; start it, or unset ${ENDPOINT_VARIABLES[service]} and ` +
        `${FOR_ALL} to use the endpoint that is built in`,
      { cause: error },
    );
  } finally {
    client.destroy();
  }
}

/** A service that refuses is there. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && '$fault' in error && error.name !== 'UnknownError';
}
