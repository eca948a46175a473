import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
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
import {
  createEventSourceMapping,
  streamOfSource,
  type Checkpoints,
  type EventSourceMapping,
  type FailureMessage,
  type MappingEvent,
  type MappingOptions,
} from './event-source-mapping/index.ts';
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

export interface LocalEndpoints {
  readonly kinesis: string;
  /** Serves DynamoDB Streams as well. */
  readonly dynamodb: string;
  /** Needed if the templates have buckets. */
  readonly s3?: string;
}

/** An event of one of the deployment's mappings. */
export type DeploymentEvent = (
  | MappingEvent
  /** What would have been sent to the mapping's failure destination, which has no local counterpart. */
  | { readonly kind: 'failure-message'; readonly destinationArn: string; readonly failure: FailureMessage }
) & { readonly functionName: string; readonly streamArn: string };

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
  const mappingOf = (
    resource: EventSourceMappingResource,
    eventSourceArn = resource.eventSourceArn,
  ): EventSourceMapping => {
    const streamArn = streamOfSource(eventSourceArn);
    const { functionName, onFailureArn: destinationArn = '' } = resource;
    const client = streamArn.split(':')[2] === 'dynamodb' ? tableStreams : kinesis;
    const target = functions.find(({ name }) => name === functionName);
    if (target === undefined) {
      throw new DefinitionError(
        `mapping "${resource.logicalId}" calls function "${functionName}", which does not run locally`,
      );
    }
    const onEvent = (event: MappingEvent): void => {
      if (event.kind === 'batch-started') delivered += 1;
      options.onEvent?.({ ...event, functionName, streamArn });
    };
    const invoke = (event: object): Promise<InvokeResult> =>
      options.invoke?.(target, event) ?? target.invoke(event);
    const onFailure = (failure: FailureMessage): Promise<void> => {
      options.onEvent?.({ kind: 'failure-message', destinationArn, failure, functionName, streamArn });
      return Promise.resolve();
    };
    const functionArn = target.arn;
    const checkpoints = options.checkpointsOf?.(functionName, eventSourceArn);
    return createEventSourceMapping(
      { parameters: resource, eventSourceArn, functionArn, client, invoke, onEvent, onFailure },
      { ...options.mapping, ...(checkpoints !== undefined && { checkpoints }) },
    );
  };
  // Refused before anything is created. What a table's stream is called is known when there is one.
  for (const resource of assembly.eventSourceMappings) mappingOf(resource);

  const everything = { ...assembly, kinesis, dynamodb, s3 };
  const disconnect = (): void => {
    for (const client of [kinesis, dynamodb, tableStreams, s3]) client?.destroy();
  };
  let tableStreamArns: ReadonlyMap<string, string>;
  try {
    await createAll(everything);
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

/** `undefined` if nothing needs one. */
function s3ClientFor({ buckets: [bucket] }: Assembly, { s3 }: LocalEndpoints): S3Client | undefined {
  if (bucket === undefined) return undefined;
  if (s3 !== undefined) return new S3Client(clientConfig(s3));
  throw new DefinitionError(
    `bucket "${bucket.name}" needs an S3 endpoint, and endpoints.s3 is not set; use those of startLocalPlatform()`,
  );
}

function withEndpoints(
  definition: FunctionResource,
  { kinesis, dynamodb, s3 }: LocalEndpoints,
): FunctionResource {
  const environment = {
    ...definition.environment,
    AWS_ENDPOINT_URL_KINESIS: kinesis,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: dynamodb,
    ...(s3 !== undefined && { AWS_ENDPOINT_URL_S3: s3 }),
  };
  return { ...definition, environment };
}
