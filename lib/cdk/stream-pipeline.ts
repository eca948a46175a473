import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import type { Pipeline } from '../dsl/index.ts';
import { DefinitionError } from '../model/index.ts';
import { planOf, type Plan, type StageInput, type StagePlan } from '../plan/index.ts';
import { createCheckpointBucket, type CheckpointBucket } from './checkpoint-bucket.ts';
import { requireTables, type ExternalTableBinding } from './external-table-binding.ts';
import { requireBatching, requireMinutes, requireSeconds, requireWhole } from './limits.ts';
import { createAlarms, createDashboard } from './monitoring.ts';
import { requireTicks } from './required-ticks.ts';
import { requireBindings, type SinkBinding } from './sink-binding.ts';
import { createSourceStream, requireSources } from './source-stream.ts';
import { createStageFunction } from './stage-function.ts';
import { createStageMapping } from './stage-mapping.ts';
import { requireChanges, streamSource, type StageSource } from './stage-source.ts';
import { createTables } from './tables.ts';
import { createTicker } from './ticker.ts';

export interface StreamPipelineProps<In extends object, Out extends object, Tables extends object = object> {
  readonly pipeline: Pipeline<In, Out, Tables>;
  /** The file that exports `handler = createHandler(pipeline)`. */
  readonly entry: string;
  /** Where each output goes. */
  readonly sinks: { readonly [Name in keyof NoInfer<Out>]: SinkBinding };
  /**
   * The stream of each source. It must give records by partition key.
   * @default a source has a stream of its own, encrypted, which keeps records for 24 hours
   */
  readonly sources?: { readonly [Name in keyof NoInfer<In>]?: IStream };
  /**
   * The table behind each table the pipeline looks up. It must be there, with the key that is declared for it; its stages
   * may read it by key and nothing else.
   * @default none: for a pipeline that looks up no table
   */
  readonly tables?: { readonly [Name in keyof NoInfer<Tables>]: ExternalTableBinding };
  /**
   * The table of each source made by `changesOf`. It needs a stream with new and old images.
   * @default none: needed for each such source
   */
  readonly changes?: { readonly [Name in keyof NoInfer<In>]?: ExternalTableBinding };
  /**
   * How many shards the pipeline's own streams have.
   * @default 1
   */
  readonly shards?: number;
  /**
   * How often state is appended to the journal: the tumbling window of the event source mapping, in whole seconds from
   * 1 second to 15 minutes. Results don't wait for it; what a crash repeats becomes less with it, writes become more.
   * @default 60 seconds
   */
  readonly checkpointInterval?: Duration;
  /**
   * How often time is told to pass on streams without traffic, in whole minutes, so that their last windows close; `false`
   * for never. A stream without records costs this much and no more.
   * @default 1 minute
   */
  readonly tick?: Duration | false;
  /**
   * Whether streams that were given get ticks as well: records among theirs that other readers must pass over.
   * @default false: only the pipeline's own
   */
  readonly tickSources?: boolean;
  /**
   * The most records of one invocation, 1 to 10,000.
   * @default 1000
   */
  readonly batchSize?: number;
  /**
   * How long records may be waited for until a batch is full, in whole seconds up to 5 minutes. Results come that much later;
   * fewer and larger batches cost less, and let more shards send to each other.
   * @default 0 seconds: a batch is what is there
   */
  readonly batchingWindow?: Duration;
  /**
   * Where the streams of sources are read from when the pipeline is deployed for the first time.
   * @default TRIM_HORIZON: from the oldest record there is
   */
  readonly startingPosition?: StartingPosition.TRIM_HORIZON | StartingPosition.LATEST;
  /**
   * MiB of each function. The state of a shard is held in them, and CPU comes with them.
   * @default 1024
   */
  readonly memorySize?: number;
  /**
   * How long one invocation may take, recovery included.
   * @default 5 minutes
   */
  readonly timeout?: Duration;
  /**
   * Where checkpoints of the state go that are too large for an item of the journal. They lie below the name of the
   * journal table, so pipelines can share it. Once in use it can't be replaced: the journal refers to what is in it.
   * @default a bucket of the pipeline's own, encrypted and private
   */
  readonly checkpointBucket?: CheckpointBucket;
  /**
   * What an alarm does: failing, halted, far behind, results that can't be delivered, dead letters, records that may be lost.
   * @default nothing: alarms are seen in the console only
   */
  readonly alarmActions?: readonly IAlarmAction[];
  /**
   * Whether there is a page in CloudWatch with the metrics of each stage.
   * @default true
   */
  readonly dashboard?: boolean;
  /**
   * What becomes of tables, own streams, the own bucket and logs when they leave the stack. A bucket has to be empty to
   * be deleted.
   * @default RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Goes before the names of the stack's outputs, so that a stack can hold two pipelines.
   * @default none: `ResultsTable`, `ResultsStream`, `DeadLetterTable`, `JournalTable`, `CheckpointBucket` and, for source `quakes`,
   * `QuakesStream`
   */
  readonly outputPrefix?: string;
}

/**
 * A pipeline, deployed: for each stage a function with its event source mapping, and one journal with its bucket for
 * large checkpoints, one results table and one dead-letter table for all of them. While no records come nothing runs but
 * ticks; shards of streams, metrics, alarms and the dashboard are paid by the hour.
 *
 * @example
 * new StreamPipeline(this, 'Clicks', {
 *   pipeline: clicks,
 *   entry: 'functions/clicks/handler.ts',
 *   sinks: { perMinute: resultsTable() },
 * });
 */
export class StreamPipeline<
  In extends object,
  Out extends object,
  Tables extends object = object,
> extends Construct {
  readonly plan: Plan;
  /** The function of each source. */
  readonly functions: { readonly [Name in keyof In]: NodejsFunction };
  /** The stream of each source, its own or the one given; a source that has the changes of a table has none. */
  readonly streams: { readonly [Name in keyof In]: IStream };
  /** The state. Nothing but the functions may write to it. */
  readonly journal: Table;
  /** The part of the state that is too large for the journal. Nothing but the functions may write to it. */
  readonly checkpointBucket: CheckpointBucket;
  /** What consumers read, or follow through its DynamoDB stream. */
  readonly results: Table;
  /** Records that no operator could take, with position, reason and payload. */
  readonly deadLetters: Table;

  /** @throws DefinitionError if a binding is missing or unknown, or a number is out of its range */
  constructor(scope: Construct, id: string, props: StreamPipelineProps<In, Out, Tables>) {
    super(scope, id);
    const { name, onError } = props.pipeline;
    const given: Readonly<Record<string, IStream | undefined>> = { ...props.sources };
    this.plan = planOf(props.pipeline);
    requireSources(name, Object.keys(props.pipeline.sources), given);
    requireBindings(name, Object.keys(props.pipeline.sinks), { ...props.sinks });
    const lookedUp = requireTables(name, Object.keys(props.pipeline.tables), { ...props.tables });
    const settings = settingsOf(props);
    const tables = createTables(this, settings.removalPolicy);
    const checkpointBucket =
      props.checkpointBucket ?? createCheckpointBucket(this, 'Checkpoints', settings.removalPolicy);
    const { tick, tickSources } = settings;
    const isTicked = (input: StageInput): boolean =>
      tick !== false && (tickSources || input.kind === 'shuffle' || given[input.source] === undefined);
    if (props.pipeline.combine === 'auto') {
      requireTicks(this.plan, ({ input }) => (tick !== false && isTicked(input) ? tick : undefined));
    }
    const changes = requireChanges(name, this.plan.stages, { changes: { ...props.changes }, streams: given });
    const inputs = new Map(
      this.plan.stages.map(({ id: stage, input }): [string, StageSource] => {
        const own = input.kind === 'source' ? given[input.source] : undefined;
        const table = changes.get(stage);
        return [
          stage,
          table ?? streamSource(own ?? createSourceStream(this, `${capitalized(stage)}Stream`, settings)),
        ];
      }),
    );
    const stages = this.plan.stages.map((stage) => {
      const prefix = capitalized(stage.id);
      const source = required(inputs, stage.id);
      const ticked = isTicked(stage.input) ? source.stream : undefined;
      const target = createStageFunction(this, `${prefix}Function`, {
        ...settings,
        stage: stage.id,
        description: `stage ${stage.id} of pipeline ${name}`,
        entry: props.entry,
        tables,
        checkpointBucket,
        tickedStream: ticked,
        shuffles: new Map(
          streamsOf(
            stage.sends.map(({ to }) => ({ stage: { id: to }, stream: required(inputs, to).stream })),
          ),
        ),
        lookups: new Map(
          [...lookedUp].filter(([table]) => stage.lookups?.some((each) => each.table === table)),
        ),
      });
      createStageMapping(this, `${prefix}Mapping`, { ...settings, stage, source, target });
      if (tick !== false && ticked !== undefined) {
        createTicker(this, `${prefix}Ticker`, { stream: ticked, target, every: tick });
      }
      return { stage, stream: source.stream, target };
    });
    const monitored = stages.map(({ stage, target }) => ({
      pipeline: name,
      stage: stage.id,
      target,
      halts: onError === 'halt',
    }));
    const alarms = monitored.flatMap((stage) =>
      createAlarms(this, capitalized(stage.stage), stage, props.alarmActions ?? []),
    );
    if (props.dashboard !== false) createDashboard(this, 'Dashboard', monitored, alarms);
    const ofSources = stages.filter(({ stage }) => stage.input.kind === 'source');
    // A stage for each source: the plan says so, the compiler can't follow.
    this.streams = Object.fromEntries(streamsOf(ofSources)) as typeof this.streams;
    this.functions = byName(ofSources, ({ stage, target }) => [stage.id, target]) as typeof this.functions;
    this.journal = tables.journal;
    this.checkpointBucket = checkpointBucket;
    this.results = tables.results;
    this.deadLetters = tables.deadLetters;
    Stack.of(this).addMetadata(`Millrace:${this.node.path}`, this.plan);
    addOutputs(this, props.outputPrefix ?? '', {
      ResultsTable: this.results.tableName,
      ResultsStream: this.results.tableStreamArn ?? '',
      DeadLetterTable: this.deadLetters.tableName,
      JournalTable: this.journal.tableName,
      CheckpointBucket: this.checkpointBucket.bucketName,
      ...byName(streamsOf(ofSources), ([stage, stream]) => [
        `${capitalized(stage)}Stream`,
        stream.streamName,
      ]),
    });
  }

  /** Lets somebody read the results table. */
  grantReadResults(grantee: IGrantable): Grant {
    return this.results.grantReadData(grantee);
  }
}

/** The props with their defaults, checked. */
function settingsOf({
  pipeline: { name },
  shards = 1,
  checkpointInterval = Duration.seconds(60),
  batchSize = 1000,
  batchingWindow = Duration.seconds(0),
  startingPosition = StartingPosition.TRIM_HORIZON,
  memorySize = 1024,
  timeout = Duration.minutes(5),
  tick = Duration.minutes(1),
  tickSources = false,
  removalPolicy = RemovalPolicy.RETAIN,
}: StreamPipelineProps<object, object>) {
  const of = (prop: string): string => `${prop} of pipeline "${name}"`;
  return {
    shards: requireWhole(of('shards'), shards, { min: 1, max: 10_000 }),
    checkpointInterval: requireSeconds(of('checkpointInterval'), checkpointInterval),
    batchSize: requireWhole(of('batchSize'), batchSize, { min: 1, max: 10_000 }),
    batchingWindow: requireBatching(of('batchingWindow'), batchingWindow),
    startingPosition,
    memorySize: requireWhole(of('memorySize'), memorySize, { min: 128, max: 10_240 }),
    timeout: requireSeconds(of('timeout'), timeout),
    tick: tick === false ? tick : requireMinutes(of('tick'), tick),
    tickSources,
    removalPolicy,
  };
}

function addOutputs(scope: Construct, prefix: string, values: Readonly<Record<string, string>>): void {
  const stack = Stack.of(scope);
  for (const [name, value] of Object.entries(values)) {
    const id = `${prefix}${name}`;
    if (stack.node.tryFindChild(id) !== undefined) {
      throw new DefinitionError(
        `stack "${stack.stackName}" has something called "${id}" already; give "${scope.node.path}" an outputPrefix, ` +
          `for example '${capitalized(scope.node.id)}'`,
      );
    }
    new CfnOutput(stack, id, { value });
  }
}

function byName<T, V>(
  items: readonly T[],
  entryOf: (item: T) => [name: string, value: V],
): Record<string, V> {
  return Object.fromEntries(items.map(entryOf));
}

/** As the ids of constructs are written: `per-minute-shuffle` becomes `PerMinuteShuffle`. */
function capitalized(name: string): string {
  return name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

function required(inputs: ReadonlyMap<string, StageSource>, stage: string): StageSource {
  const source = inputs.get(stage);
  if (source === undefined) throw new RangeError(`plan has no stage "${stage}"`);
  return source;
}

function streamsOf(
  stages: readonly { readonly stage: Pick<StagePlan, 'id'>; readonly stream: IStream | undefined }[],
): readonly (readonly [string, IStream])[] {
  return stages.flatMap(({ stage, stream }) => (stream === undefined ? [] : [[stage.id, stream] as const]));
}
