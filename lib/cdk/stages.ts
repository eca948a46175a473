import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import type { Plan, StageInput, StagePlan } from '../plan/index.ts';
import type { CheckpointBucket } from './checkpoint-bucket.ts';
import { constructId } from './construct-id.ts';
import type { ExternalTableBinding } from './external-table-binding.ts';
import type { PipelineSettings } from './settings.ts';
import { createSourceStream } from './source-stream.ts';
import { createStageFunction } from './stage-function.ts';
import { createStageMapping } from './stage-mapping.ts';
import { streamSource, type StageSource } from './stage-source.ts';
import type { PipelineTables } from './tables.ts';
import { createTicker } from './ticker.ts';

export interface StagesProps {
  readonly plan: Plan;
  /** The file that exports the handler. */
  readonly entry: string;
  readonly settings: PipelineSettings;
  /** The streams of sources that are not the pipeline's own. */
  readonly streams: Readonly<Record<string, IStream | undefined>>;
  /** The tables whose changes are read, by source. */
  readonly changes: ReadonlyMap<string, StageSource>;
  /** The tables that are looked up, by the pipeline's names for them. */
  readonly lookups: ReadonlyMap<string, ExternalTableBinding>;
  readonly tables: PipelineTables;
  readonly checkpointBucket: CheckpointBucket;
  readonly isTicked: (input: StageInput) => boolean;
}

/** A stage as it is deployed. */
export interface DeployedStage {
  readonly stage: StagePlan;
  /** What it reads, where that is a stream. */
  readonly stream: IStream | undefined;
  readonly target: NodejsFunction;
}

/** For each stage a function with what it reads, the mapping between them, and the ticker of the stream. */
export function createStages(
  scope: Construct,
  { plan, entry, settings, streams, changes, lookups, tables, checkpointBucket, isTicked }: StagesProps,
): readonly DeployedStage[] {
  const sources = new Map(
    plan.stages.map(({ id, input }): [string, StageSource] => {
      const given = input.kind === 'source' ? streams[input.source] : undefined;
      const ownStream = (): IStream => createSourceStream(scope, `${constructId(id)}Stream`, settings);
      return [id, changes.get(id) ?? streamSource(given ?? ownStream())];
    }),
  );
  return plan.stages.map((stage) => {
    const prefix = constructId(stage.id);
    const source = required(sources, stage.id);
    const tickedStream = isTicked(stage.input) ? source.stream : undefined;
    const target = createStageFunction(scope, `${prefix}Function`, {
      ...settings,
      stage: stage.id,
      description: `stage ${stage.id} of pipeline ${plan.pipeline}`,
      entry,
      tables,
      checkpointBucket,
      tickedStream,
      shuffles: streamsByStage(
        stage.sends.map(({ to }) => ({ stage: { id: to }, stream: required(sources, to).stream })),
      ),
      lookups: new Map([...lookups].filter(([table]) => stage.lookups?.some((each) => each.table === table))),
    });
    createStageMapping(scope, `${prefix}Mapping`, { ...settings, stage, source, target });
    if (settings.tick !== false && tickedStream !== undefined) {
      createTicker(scope, `${prefix}Ticker`, { stream: tickedStream, target, every: settings.tick });
    }
    return { stage, stream: source.stream, target };
  });
}

/** The streams of those that read one. */
export function streamsByStage(
  stages: readonly { readonly stage: Pick<StagePlan, 'id'>; readonly stream: IStream | undefined }[],
): ReadonlyMap<string, IStream> {
  return new Map(
    stages.flatMap(({ stage, stream }) => (stream === undefined ? [] : [[stage.id, stream] as const])),
  );
}

function required(sources: ReadonlyMap<string, StageSource>, stage: string): StageSource {
  const source = sources.get(stage);
  if (source === undefined) throw new RangeError(`plan has no stage "${stage}"`);
  return source;
}
