import { join } from 'node:path';
import {
  loadAssembly,
  type Assembly,
  type BucketResource,
  type EventSourceMappingResource,
  type StreamResource,
  type TableResource,
} from './assembly/index.ts';
import { deployMapping, type DeploymentEvent } from './deployed-mapping.ts';
import { endpointEnvironment, type LocalEndpoints } from './endpoints.ts';
import type { Checkpoints, EventSourceMapping, MappingOptions } from './event-source-mapping/index.ts';
import { failureDestination, type FailureDestination } from './failure-destinations.ts';
import {
  createFunction,
  type FunctionOptions,
  type InvokeResult,
  type LambdaFunction,
  type LogLine,
} from './lambda/index.ts';
import { createAll, deleteAll, streamsOfTables } from './provision.ts';
import { requireNoRepeatedMappings } from './repeated-mappings.ts';
import { startSchedule } from './schedule.ts';
import { serviceClients } from './service-clients.ts';
import { requireSoundStages } from './stage-mappings.ts';

const FAILURES_DIR = join('.millrace', 'failures');

/** What is deployed on this machine, where its services are, and who is told what happens. */
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
  const clients = serviceClients(endpoints, assembly);
  let delivered = 0;
  const functions = assembly.functions.map((definition) => {
    const environment = { ...definition.environment, ...endpointEnvironment(endpoints) };
    return createFunction({ ...definition, environment }, { ...options.function, ...(onLog && { onLog }) });
  });
  const destinations = new Map<string, FailureDestination>();
  const services = { s3: clients.s3, sqs: endpoints.sqs, folder: options.failuresDir ?? FAILURES_DIR };
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
      ...clients,
      destinations,
      onEvent: (event) => {
        if (event.kind === 'batch-started') delivered += 1;
        options.onEvent?.(event);
      },
    });
  // Refused before anything is created. What a table's stream is called is known when there is one.
  for (const resource of assembly.eventSourceMappings) mappingOf(resource);

  const everything = { ...assembly, ...clients };
  let tableStreamArns: ReadonlyMap<string, string>;
  try {
    await createAll(everything);
    for (const destination of destinations.values()) await destination.prepare();
    tableStreamArns = await streamsOfTables(clients.dynamodb, assembly.tables);
  } catch (error) {
    clients.destroy();
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
      clients.destroy();
    },
    remove: async () => {
      await end();
      await deleteAll(everything);
      clients.destroy();
    },
  };
}
