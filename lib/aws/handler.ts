import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import type { Pipeline } from '../dsl/index.ts';
import { JournaledTask, type InvocationResult } from '../journal/index.ts';
import { planOf, type TICK_EVENT } from '../plan/index.ts';
import { BucketCheckpoints } from './bucket-checkpoints.ts';
import { DynamoDbJournalStore } from './dynamodb-journal-store.ts';
import { DynamoDbSinks } from './dynamodb-sinks.ts';
import { readSurroundings, type Surroundings } from './environment.ts';
import { isTableStream, originOf, recordsOf, windowOf, type KinesisEvent } from './kinesis-event.ts';
import { kinesisClient } from './kinesis-client.ts';
import { requireKeyed } from './keyed-stream.ts';
import { KinesisInputStream } from './kinesis-input-stream.ts';
import { KinesisShuffle } from './kinesis-shuffle.ts';
import { metricsLine } from './metrics.ts';
import { errorLine, observed } from './observed.ts';
import { TableChangeStream } from './table-change-stream.ts';
import { TableLookups } from './table-lookups.ts';
import { TaskCache } from './task-cache.ts';
import { isTickEvent, tickStream } from './tick.ts';

/** How much of an invocation's time delivery may take; the rest is for putting what is left into the journal. */
const DELIVERY_SHARE = 0.5;

/** What the event source mapping reads from the answer. */
export interface KinesisResponse {
  readonly state: InvocationResult['windowState'];
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** What a call without records answers; nobody reads it. */
const NOTHING: KinesisResponse = { state: {}, batchItemFailures: [] };

/** Records of the stage's stream, or a call that lets time pass on it. */
export type StageEvent = KinesisEvent | typeof TICK_EVENT;

/**
 * The Lambda handler of a deployed pipeline. The function needs nothing but this:
 *
 * @example
 * export const handler = createHandler(earthquakes);
 */
export function createHandler(pipeline: Pipeline): MiddyfiedHandler<StageEvent, KinesisResponse> {
  let tasks: TaskPool | undefined;
  const handle = async (event: StageEvent, context: Context): Promise<KinesisResponse> => {
    tasks ??= new TaskPool(pipeline, readSurroundings(process.env));
    if (isTickEvent(event)) {
      await tasks.tick();
      return NOTHING;
    }
    const { streamArn, shardId } = originOf(event);
    await tasks.requireKeyed(streamArn);
    const result = await tasks.taskOf(streamArn, shardId).invoke({
      records: recordsOf(event),
      windowState: event.state,
      window: windowOf(event),
      ...(event.window !== undefined && { windowId: event.window.start }),
      deliverUntil: AbortSignal.timeout(Math.floor(context.getRemainingTimeInMillis() * DELIVERY_SHARE)),
    });
    const origin = { pipeline: pipeline.name, stage: tasks.stage, shardId };
    console.log(metricsLine(origin, result, Date.now()));
    // Lambda takes the answer for a success: nothing else says why the shard stands still.
    if (result.haltedAt !== undefined) console.error(errorLine(result.haltedAt, origin));
    return responseTo(result);
  };
  return middy<StageEvent, KinesisResponse>().use(observed(pipeline.name)).handler(handle);
}

/** The tasks this sandbox has worked on. Nothing pins a shard to a sandbox: any of them may be out of date. */
class TaskPool {
  readonly #pipeline: Pipeline;
  readonly #surroundings: Surroundings;
  readonly #kinesis = kinesisClient(process.env);
  readonly #store: DynamoDbJournalStore;
  readonly #sinks: DynamoDbSinks;
  readonly #lookups: TableLookups;
  readonly #tasks = new TaskCache<JournaledTask>();
  readonly #streams = new Map<string, KinesisInputStream | TableChangeStream>();
  /** Streams known to keep the records of a key together. */
  readonly #keyed = new Set<string>();

  constructor(pipeline: Pipeline, surroundings: Surroundings) {
    const dynamodb = new DynamoDBClient({});
    this.#pipeline = pipeline;
    this.#surroundings = surroundings;
    this.#store = new DynamoDbJournalStore(dynamodb, surroundings.journalTable, {
      bucket: checkpointBucketOf(surroundings),
    });
    this.#sinks = new DynamoDbSinks(dynamodb, {
      results: surroundings.resultsTable,
      deadLetters: surroundings.deadLetterTable,
    });
    this.#lookups = new TableLookups(pipeline, surroundings.tables);
  }

  get stage(): string {
    return this.#surroundings.stage;
  }

  /** Puts a tick into each shard of the stage's stream. */
  async tick(): Promise<void> {
    const { stream } = this.#surroundings;
    if (stream !== undefined) await tickStream(this.#kinesis, stream);
  }

  /** Asks once for each stream, before anything of it is processed. */
  async requireKeyed(streamArn: string): Promise<void> {
    if (this.#keyed.has(streamArn) || isTableStream(streamArn)) return;
    if (await requireKeyed(this.#kinesis, streamArn)) this.#keyed.add(streamArn);
  }

  taskOf(streamArn: string, shardId: string): JournaledTask {
    return this.#tasks.get(shardId, () => this.#newTask(streamArn, shardId));
  }

  #streamOf(streamArn: string): KinesisInputStream | TableChangeStream {
    const known = this.#streams.get(streamArn);
    if (known !== undefined) return known;
    const stream = isTableStream(streamArn)
      ? new TableChangeStream(streamArn)
      : new KinesisInputStream(this.#kinesis, streamArn);
    this.#streams.set(streamArn, stream);
    return stream;
  }

  #newTask(streamArn: string, shardId: string): JournaledTask {
    const stage = planOf(this.#pipeline).stages.find(({ id }) => id === this.#surroundings.stage);
    if (stage === undefined) {
      throw new TypeError(
        `pipeline "${this.#pipeline.name}" has no stage "${this.#surroundings.stage}"; deploy it again`,
      );
    }
    const stream = this.#streamOf(streamArn);
    return new JournaledTask(this.#pipeline, stage, shardId, {
      store: this.#store,
      stream,
      sinks: this.#sinks,
      shuffle: new KinesisShuffle(
        this.#kinesis,
        () => stream.openShards(),
        this.#surroundings.shuffles,
        stage.sends,
      ),
      lookups: this.#lookups,
      newToken: randomUUID,
    });
  }
}

/** Keys begin with the table's name: pipelines that share a bucket have journals of their own. */
function checkpointBucketOf({
  checkpointBucket: bucket,
  journalTable: prefix,
}: Surroundings): BucketCheckpoints | undefined {
  return bucket === undefined ? undefined : new BucketCheckpoints({ bucket, prefix });
}

function responseTo({ windowState, haltedAt }: InvocationResult): KinesisResponse {
  return {
    state: windowState,
    batchItemFailures: haltedAt === undefined ? [] : [{ itemIdentifier: haltedAt.sequenceNumber }],
  };
}
