import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { DefinitionError } from '../../model/errors.ts';
import { streamOfSource } from '../../aws/kinesis-event.ts';
import type { InvokeResult } from '../lambda/invoke-result.ts';
import { memoryCheckpoints, type Checkpoints } from './checkpoint.ts';
import type { OnFailure } from './failure-message.ts';
import { forgettingLast, type FaultOf } from './faults.ts';
import { recordFilter } from './filter.ts';
import { startRun, type MappingRun } from './mapping-run.ts';
import type { MappingEvent } from './mapping-event.ts';
import { DEFAULT_MODES, type Modes } from './modes.ts';
import { mappingParameters, type MappingParameters, type MappingParametersInput } from './parameters.ts';
import type { MappingSettings } from './mapping-settings.ts';
import { kinesisReading } from './source-reading.ts';
import { tableReading } from './table-reading.ts';
import type { Backoff } from './shard-state.ts';
import { SYSTEM_CLOCK, type WaitingClock } from './waiting-clock.ts';

/** What a mapping does where Lambda has no parameter for it. */
export interface MappingOptions {
  /** Milliseconds between reads of a shard without a backlog. @default 1000 */
  readonly pollMs?: number;
  /** Milliseconds after a window's end until a quiet shard gets its final invocation. @default 120000 */
  readonly idleFinalMs?: number;
  /** Milliseconds until a reshard is noticed that no shard's end has announced. @default 10000 */
  readonly discoveryMs?: number;
  /** Milliseconds from the start until polling begins; records put before it are missed with LATEST. @default 0 */
  readonly startDelayMs?: number;
  /**
   * Delays between retries. AWS gives no values; with the default a batch that always fails is invoked eight times
   * in a minute, as was once observed.
   * @default 400 ms, doubling, at most one minute
   */
  readonly backoff?: Backoff;
  /** @default DEFAULT_MODES */
  readonly modes?: Partial<Modes>;
  /** What goes wrong with a batch; asked when it is about to be delivered. @default nothing */
  readonly fault?: FaultOf;
  /**
   * Whether a mapping that is stopped and started delivers its last batch again, as some have seen Lambda do when they
   * disabled and enabled one. What it forgets is not in the checkpoints either. @default false
   */
  readonly forgetsLastBatch?: boolean;
  /** @default Math.random */
  readonly random?: () => number;
  /** @default the machine's clock */
  readonly clock?: WaitingClock;
  /** @default in memory */
  readonly checkpoints?: Checkpoints;
}

/** What an event source mapping connects: a stream, a function, and where failures are told. */
export interface MappingDefinition {
  readonly parameters: MappingParametersInput;
  /** Of a stream, or of an enhanced fan-out consumer of one, which is read like the stream itself. */
  readonly eventSourceArn: string;
  /** Any client of the service that has the stream; it is not closed by the mapping. */
  readonly client: KinesisClient | DynamoDBStreamsClient;
  readonly invoke: (event: object) => Promise<InvokeResult>;
  readonly onEvent?: (event: MappingEvent) => void;
  /** Takes the messages meant for the failure destination; needed if there is one. */
  readonly onFailure?: OnFailure;
  /** @default arn:aws:lambda:us-east-1:000000000000:function:local */
  readonly functionArn?: string;
  /** @default arn:aws:iam::000000000000:role/local */
  readonly roleArn?: string;
}

/** Delivers the records of a stream to a function, as Lambda's event source mapping does. */
export interface EventSourceMapping {
  readonly streamArn: string;
  readonly parameters: MappingParameters;
  /** Begins at the last checkpoint, or at the starting position the first time. No effect while running. */
  start(): void;
  /** Finishes the batches in flight and reads no more. */
  stop(): Promise<void>;
  /**
   * Resolves once everything that is in the stream now has been processed and no window is open. A window stays open
   * until `idleFinalMs` after its end. Rejects if the mapping isn't running or is stopped meanwhile.
   */
  drained(): Promise<void>;
}

/**
 * @throws DefinitionError for parameters Lambda would refuse, and for those this emulator doesn't implement: it never
 * ignores one silently
 */
export function createEventSourceMapping(
  definition: MappingDefinition,
  options: MappingOptions = {},
): EventSourceMapping {
  const parameters = mappingParameters(definition.parameters);
  refuseUnimplemented(definition, parameters);
  const settings = settingsOf(definition, parameters, options);
  let run: MappingRun | undefined;
  return {
    streamArn: settings.streamArn,
    parameters,
    start: () => {
      run ??= startRun(settings);
    },
    stop: async () => {
      await run?.stop();
      run = undefined;
    },
    drained: () => run?.drained() ?? Promise.reject(new Error('the mapping is not running; start it first')),
  };
}

function settingsOf(
  definition: MappingDefinition,
  parameters: MappingParameters,
  options: MappingOptions,
): MappingSettings {
  const { client, invoke, eventSourceArn, onEvent, onFailure, functionArn, roleArn } = definition;
  const streamArn = streamOfSource(eventSourceArn);
  const checkpoints = options.checkpoints ?? memoryCheckpoints();
  const modes = { ...DEFAULT_MODES, ...options.modes };
  return {
    parameters,
    isDelivered: recordFilter(
      parameters.filterCriteria,
      client instanceof DynamoDBStreamsClient ? 'dynamodb' : 'kinesis',
    ),
    reading:
      client instanceof DynamoDBStreamsClient
        ? tableReading(client, streamArn)
        : kinesisReading(client, streamArn),
    invoke,
    onEvent: onEvent ?? (() => {}),
    onFailure: parameters.onFailureArn === undefined ? undefined : onFailure,
    functionArn: functionArn ?? 'arn:aws:lambda:us-east-1:000000000000:function:local',
    streamArn,
    source: {
      arn: modes.consumerSource === 'consumer' ? eventSourceArn : streamArn,
      region: streamArn.split(':')[3] ?? 'us-east-1',
      roleArn: roleArn ?? 'arn:aws:iam::000000000000:role/local',
    },
    modes,
    pollMs: options.pollMs ?? 1000,
    idleFinalMs: options.idleFinalMs ?? 120_000,
    discoveryMs: options.discoveryMs ?? 10_000,
    startDelayMs: options.startDelayMs ?? 0,
    backoff: options.backoff ?? { baseMs: 400, factor: 2, maxMs: 60_000 },
    random: options.random ?? Math.random,
    clock: options.clock ?? SYSTEM_CLOCK,
    checkpoints: options.forgetsLastBatch === true ? forgettingLast(checkpoints) : checkpoints,
    faultOf: options.fault ?? (() => undefined),
  };
}

function refuseUnimplemented(
  { eventSourceArn, onFailure }: MappingDefinition,
  parameters: MappingParameters,
): void {
  const [, , service = ''] = eventSourceArn.split(':');
  const refused: readonly (readonly [boolean, string])[] = [
    [
      !['kinesis', 'dynamodb'].includes(service),
      `the source "${eventSourceArn}"; streams of Kinesis and of DynamoDB tables can be read`,
    ],
    [
      service === 'dynamodb' && parameters.startingPosition === 'AT_TIMESTAMP',
      'AT_TIMESTAMP for the stream of a table, which Lambda refuses as well; use TRIM_HORIZON or LATEST',
    ],
    [
      parameters.onFailureArn !== undefined && onFailure === undefined,
      `the failure destination "${parameters.onFailureArn}" by itself; pass onFailure or leave it out`,
    ],
  ];
  const found = refused.find(([isUsed]) => isUsed);
  if (found !== undefined)
    throw new DefinitionError(`the local event source mapping does not support ${found[1]}`);
}
