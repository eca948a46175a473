import { Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import { planOf, type Plan, type StageInput } from '../plan/index.ts';
import { createCheckpointBucket, type CheckpointBucket } from './checkpoint-bucket.ts';
import { constructId } from './construct-id.ts';
import { requireTables } from './external-table-binding.ts';
import { createAlarms, createDashboard } from './monitoring.ts';
import { requireTicks } from './required-ticks.ts';
import { settingsOf } from './settings.ts';
import { requireBindings } from './sink-binding.ts';
import { requireSources } from './source-stream.ts';
import { addOutputs } from './stack-outputs.ts';
import { requireChanges } from './stage-source.ts';
import { createStages, streamsByStage } from './stages.ts';
import type { StreamPipelineProps } from './stream-pipeline-props.ts';
import { createTables } from './tables.ts';

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
    const streams: Readonly<Record<string, IStream | undefined>> = { ...props.sources };
    this.plan = planOf(props.pipeline);
    requireSources(name, Object.keys(props.pipeline.sources), streams);
    requireBindings(name, Object.keys(props.pipeline.sinks), { ...props.sinks });
    const lookups = requireTables(name, Object.keys(props.pipeline.tables), { ...props.tables });
    const settings = settingsOf(props);
    const { tick, tickSources, removalPolicy } = settings;
    const tables = createTables(this, removalPolicy);
    const checkpointBucket =
      props.checkpointBucket ?? createCheckpointBucket(this, 'Checkpoints', removalPolicy);
    const isTicked = (input: StageInput): boolean =>
      tick !== false && (tickSources || input.kind === 'shuffle' || streams[input.source] === undefined);
    if (props.pipeline.combine === 'auto') {
      requireTicks(this.plan, ({ input }) => (tick !== false && isTicked(input) ? tick : undefined));
    }
    const changes = requireChanges(name, this.plan.stages, { changes: { ...props.changes }, streams });
    const stages = createStages(this, {
      plan: this.plan,
      entry: props.entry,
      settings,
      streams,
      changes,
      lookups,
      tables,
      checkpointBucket,
      isTicked,
    });
    const monitored = stages.map(({ stage, target }) => ({
      pipeline: name,
      stage: stage.id,
      target,
      halts: onError === 'halt',
    }));
    const alarms = monitored.flatMap((stage) =>
      createAlarms(this, constructId(stage.stage), stage, props.alarmActions ?? []),
    );
    if (props.dashboard !== false) createDashboard(this, 'Dashboard', monitored, alarms);
    const ofSources = stages.filter(({ stage }) => stage.input.kind === 'source');
    const sourceStreams = streamsByStage(ofSources);
    // A stage for each source: the plan says so, the compiler can't follow.
    this.streams = Object.fromEntries(sourceStreams) as typeof this.streams;
    this.functions = Object.fromEntries(
      ofSources.map(({ stage, target }) => [stage.id, target]),
    ) as typeof this.functions;
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
      ...Object.fromEntries(
        [...sourceStreams].map(([stage, stream]) => [`${constructId(stage)}Stream`, stream.streamName]),
      ),
    });
  }

  /** Lets somebody read the results table. */
  grantReadResults(grantee: IGrantable): Grant {
    return this.results.grantReadData(grantee);
  }
}
