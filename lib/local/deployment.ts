import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { join } from 'node:path';
import { DefinitionError } from '../model/index.ts';
import {
  loadAssembly,
  type Assembly,
  type BucketResource,
  type EventSourceMappingResource,
  type FunctionResource,
  type StreamResource,
  type TableResource,
} from './assembly/index.ts';
import { deployMapping, type DeploymentEvent } from './deployed-mapping.ts';
import type { Checkpoints, EventSourceMapping, MappingOptions } from './event-source-mapping/index.ts';
import { failureDestination, type FailureDestination } from './failure-destinations.ts';
import {
  createFunction,
  type FunctionOptions,
  type InvokeResult,
  type LambdaFunction,
  type LogLine,
} from './lambda/index.ts';
import { clientConfig } from './client-config.ts';
import { createAll, deleteAll, streamsOfTables } from './provision.ts';
import { requireNoRepeatedMappings } from './repeated-mappings.ts';
import { requireSoundStages } from './stage-mappings.ts';

const FAILURES_DIR = join('.millrace', 'failures');

export interface LocalEndpoints {
  readonly kinesis: string;
  /** Serves DynamoDB Streams as well. */
  readonly dynamodb: string;
  /** Needed if the templates have buckets. */
  readonly s3?: string;
  /** Has the queues that are failure destinations. @default failures are written to a folder */
  readonly sqs?: string;
}

export interface LocalDeploymentOptions {
  /** What `cdk synth` wrote. */
  readonly assemblyDir: string;
  readonly endpoints: LocalEndpoints;
  readonly mapping?: Omit<MappingOptions, 'checkpoints'>;
  /**
   * Where each mapping keeps how far it has read; with what an earlier deployment left there it goes on.
   * @default in memory, for this deployment
   */
  readonly checkpointsOf?: (functionName: string, eventSourceArn: string) => Checkpoints;
  readonly function?: Omit<FunctionOptions, 'onLog'>;
  /**
   * Calls scheduled functions this often instead of as the template says.
   * @default as the template says
   */
  readonly scheduleMs?: number;
  /** Stands between mappings and functions, for what can go wrong there. @default calls the function */
  readonly invoke?: (target: LambdaFunction, event: object) => Promise<InvokeResult>;
  /**
   * Has a folder for each failure destination there is no endpoint for: topics, and queues without `endpoints.sqs`. The
   * event `failure-written` says what was written where.
   * @default .millrace/failures
   */
  readonly failuresDir?: string;
  readonly onEvent?: (event: DeploymentEvent) => void;
  readonly onLog?: (line: LogLine) => void;
}

/** What runs locally in place of a deployed app. */
export interface LocalDeployment {
  readonly outputs: Readonly<Record<string, string>>;
  readonly streams: readonly StreamResource[];
  readonly tables: readonly TableResource[];
  readonly buckets: readonly BucketResource[];
  readonly functions: readonly LambdaFunction[];
  readonly mappings: readonly EventSourceMapping[];
  /** What was in the templates and doesn't run here. */
  readonly unsupported: Assembly['unsupported'];
  /** Resolves once every stream is processed to its end, what the functions put into them meanwhile included. */
  drained(): Promise<void>;
  /** Finishes the batches in flight; leaves no process, socket or timer behind. Streams, tables and buckets stay. */
  stop(): Promise<void>;
  /** Stops, and deletes the streams, tables and buckets with all that is in them. */
  remove(): Promise<void>;
}

/**
 * Creates an assembly's streams, tables and buckets at the endpoints, where they don't exist yet, and runs its functions
 * and event source mappings.
 *
 * @throws DefinitionError before anything is created, if a mapping uses what the local platform doesn't implement or
 *   what a stage of a pipeline can't do with, or an endpoint is missing
 */
export async function deployLocally(options: LocalDeploymentOptions): Promise<LocalDeployment> {
  const { endpoints, onLog } = options;
  const assembly = loadAssembly(options.assemblyDir);
  requireSoundStages(assembly);
  requireNoRepeatedMappings(assembly);
  const s3 = s3ClientFor(assembly, endpoints);
  const kinesis = new KinesisClient(clientConfig(endpoints.kinesis));
  const dynamodb = new DynamoDBClient(clientConfig(endpoints.dynamodb));
  const tableStreams = new DynamoDBStreamsClient(clientConfig(endpoints.dynamodb));
  let delivered = 0;
  const functions = assembly.functions.map((definition) =>
    createFunction(withEndpoints(definition, endpoints), { ...options.function, ...(onLog && { onLog }) }),
  );
  const destinations = new Map<string, FailureDestination>();
  const services = { s3, sqs: endpoints.sqs, folder: options.failuresDir ?? FAILURES_DIR };
  for (const { onFailureArn: arn } of assembly.eventSourceMappings) {
    if (arn !== undefined) destinations.set(arn, failureDestination(arn, services));
  }
  const mappingOf = (
    resource: EventSourceMappingResource,
    eventSourceArn = resource.eventSourceArn,
  ): EventSourceMapping =>
    deployMapping(resource, eventSourceArn, {
      ...options,
      functions,
      kinesis,
      tableStreams,
      destinations,
      onEvent: (event) => {
        if (event.kind === 'batch-started') delivered += 1;
        options.onEvent?.(event);
      },
    });
  // Refused before anything is created. What a table's stream is called is known when there is one.
  for (const resource of assembly.eventSourceMappings) mappingOf(resource);

  const everything = { ...assembly, kinesis, dynamodb, s3 };
  const disconnect = (): void => {
    for (const client of [kinesis, dynamodb, tableStreams, s3]) client?.destroy();
  };
  let tableStreamArns: ReadonlyMap<string, string>;
  try {
    await createAll(everything);
    for (const destination of destinations.values()) await destination.prepare();
    tableStreamArns = await streamsOfTables(dynamodb, assembly.tables);
  } catch (error) {
    disconnect();
    throw error;
  }
  const mappings = assembly.eventSourceMappings.map((resource) =>
    mappingOf(resource, tableStreamArns.get(resource.eventSourceArn)),
  );
  for (const mapping of mappings) mapping.start();
  const schedules = assembly.schedules.map(({ functionArn, everyMs, input }) =>
    startSchedule(async () => {
      await functions.find(({ arn }) => arn === functionArn)?.invoke(input);
    }, options.scheduleMs ?? everyMs),
  );

  const end = async (): Promise<void> => {
    await Promise.all(schedules.map((stop) => stop()));
    await Promise.all(mappings.map((mapping) => mapping.stop()));
    await Promise.all(functions.map((fn) => fn.close()));
  };
  return {
    outputs: Object.fromEntries(
      Object.entries(assembly.outputs).map(([name, value]) => [name, tableStreamArns.get(value) ?? value]),
    ),
    streams: assembly.streams,
    tables: assembly.tables,
    buckets: assembly.buckets,
    functions,
    mappings,
    unsupported: assembly.unsupported,
    drained: async () => {
      let before: number;
      do {
        before = delivered;
        await Promise.all(mappings.map((mapping) => mapping.drained()));
      } while (delivered !== before);
    },
    stop: async () => {
      await end();
      disconnect();
    },
    remove: async () => {
      await end();
      await deleteAll(everything);
      disconnect();
    },
  };
}

/** Calls again and again, but not while the last call is running; answers with what ends it. */
function startSchedule(call: () => Promise<void>, everyMs: number): () => Promise<void> {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= call().finally(() => (running = undefined));
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

function s3ClientFor({ buckets: [bucket] }: Assembly, { s3 }: LocalEndpoints): S3Client | undefined {
  if (s3 !== undefined) return new S3Client({ ...clientConfig(s3), forcePathStyle: true });
  if (bucket === undefined) return undefined;
  throw new DefinitionError(
    `bucket "${bucket.name}" needs an S3 endpoint, and endpoints.s3 is not set; use those of startLocalPlatform()`,
  );
}

function withEndpoints(
  definition: FunctionResource,
  { kinesis, dynamodb, s3, sqs }: LocalEndpoints,
): FunctionResource {
  const environment = {
    ...definition.environment,
    AWS_ENDPOINT_URL_KINESIS: kinesis,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: dynamodb,
    ...(s3 !== undefined && { AWS_ENDPOINT_URL_S3: s3 }),
    ...(sqs !== undefined && { AWS_ENDPOINT_URL_SQS: sqs }),
  };
  return { ...definition, environment };
}
