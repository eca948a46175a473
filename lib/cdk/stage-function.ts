import { Stack, type Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat, type BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ENVIRONMENT } from '../plan/index.ts';
import { grantCheckpointAccess, type CheckpointBucket } from './checkpoint-bucket.ts';
import { grantLookup, type ExternalTableBinding } from './external-table-binding.ts';
import { grantStageAccess, type PipelineTables } from './tables.ts';

export interface StageFunctionProps {
  readonly stage: string;
  readonly description: string;
  readonly entry: string;
  readonly tables: PipelineTables;
  readonly checkpointBucket: CheckpointBucket;
  /** The stream it reads, if it is to put ticks into it. */
  readonly tickedStream: IStream | undefined;
  /** The streams of the stages it sends to. */
  readonly shuffles: ReadonlyMap<string, IStream>;
  /** The tables it looks up, by the pipeline's names for them. */
  readonly lookups: ReadonlyMap<string, ExternalTableBinding>;
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * One ES module. The AWS SDK goes into it, though the runtime brings one along: what is deployed is then what was
 * tested, whatever AWS updates, and the few clients that are used are a third of a megabyte without the rest. The
 * clients of S3 and of table streams stay out: few functions ever need them, every cold start would read 300 KB more,
 * and what is asked of them is what any version can. The source map has no sources in it, so that a cold start doesn't read them.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included
 */
const BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  mainFields: ['module', 'main'],
  target: 'node24',
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  externalModules: ['@aws-sdk/client-s3', '@aws-sdk/client-dynamodb-streams'],
};

/** The function that runs one stage, with its log group and the right to work on the pipeline's tables. */
export function createStageFunction(
  scope: Construct,
  id: string,
  {
    stage,
    description,
    entry,
    tables,
    checkpointBucket,
    tickedStream,
    shuffles,
    lookups,
    memorySize,
    timeout,
    removalPolicy,
  }: StageFunctionProps,
): NodejsFunction {
  const namesOf = (names: readonly [name: string, resource: string][]): string =>
    Stack.of(scope).toJsonString(Object.fromEntries(names));
  const stageFunction = new NodejsFunction(scope, id, {
    description,
    entry,
    handler: 'handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize,
    timeout,
    bundling: BUNDLING,
    // Speaks to version 2 of the SDK only.
    awsSdkConnectionReuse: false,
    environment: {
      ...environmentOf({
        stage,
        journalTable: tables.journal.tableName,
        resultsTable: tables.results.tableName,
        deadLetterTable: tables.deadLetters.tableName,
        checkpointBucket: checkpointBucket.bucketName,
        stream: tickedStream?.streamName ?? '',
        shuffles: namesOf([...shuffles].map(([to, stream]) => [to, stream.streamName])),
        tables:
          lookups.size === 0 ? '' : namesOf([...lookups].map(([name, table]) => [name, table.tableName])),
      }),
      NODE_OPTIONS: '--enable-source-maps',
    },
    logGroup: new LogGroup(scope, `${id}Logs`, { retention: RetentionDays.ONE_MONTH, removalPolicy }),
  });
  grantStageAccess(tables, stageFunction);
  for (const stream of shuffles.values()) {
    stream.grant(stageFunction, 'kinesis:PutRecords', 'kinesis:ListShards');
  }
  for (const table of lookups.values()) grantLookup(table, stageFunction);
  grantCheckpointAccess(checkpointBucket, tables.journal, stageFunction);
  return stageFunction;
}

function environmentOf(
  surroundings: Readonly<Record<keyof typeof ENVIRONMENT, string>>,
): Record<string, string> {
  return {
    [ENVIRONMENT.stage]: surroundings.stage,
    [ENVIRONMENT.journalTable]: surroundings.journalTable,
    [ENVIRONMENT.resultsTable]: surroundings.resultsTable,
    [ENVIRONMENT.deadLetterTable]: surroundings.deadLetterTable,
    [ENVIRONMENT.checkpointBucket]: surroundings.checkpointBucket,
    ...(surroundings.stream !== '' && { [ENVIRONMENT.stream]: surroundings.stream }),
    [ENVIRONMENT.shuffles]: surroundings.shuffles,
    ...(surroundings.tables !== '' && { [ENVIRONMENT.tables]: surroundings.tables }),
  };
}
