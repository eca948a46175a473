import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Pipeline } from '../dsl/index.ts';
import type { CheckpointBucket } from './checkpoint-bucket.ts';
import type { ExternalTableBinding } from './external-table-binding.ts';
import type { SinkBinding } from './sink-binding.ts';

/** What a `StreamPipeline` deploys, what it is bound to, and how it runs. */
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
