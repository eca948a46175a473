import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { CfnStream, Stream, StreamEncryption, StreamMode, type IStream } from 'aws-cdk-lib/aws-kinesis';
import type { Construct } from 'constructs';
import { DefinitionError } from '../model/index.ts';

export interface SourceStreamProps {
  readonly shards: number;
  readonly removalPolicy: RemovalPolicy;
}

/** A stream that belongs to the pipeline: provisioned, encrypted, keeping its records for a day. */
export function createSourceStream(
  scope: Construct,
  id: string,
  { shards, removalPolicy }: SourceStreamProps,
): Stream {
  return new Stream(scope, id, {
    streamMode: StreamMode.PROVISIONED,
    shardCount: shards,
    retentionPeriod: Duration.hours(24),
    encryption: StreamEncryption.MANAGED,
    removalPolicy,
  });
}

/** @throws DefinitionError if a stream is given for something that is no source of the pipeline */
export function requireSources(
  pipeline: string,
  sources: readonly string[],
  given: Readonly<Record<string, IStream | undefined>>,
): void {
  const unknown = Object.keys(given).find((name) => !sources.includes(name));
  if (unknown === undefined) return;
  throw new DefinitionError(
    `sources of pipeline "${pipeline}" bind "${unknown}", which is no source; its sources are ${sources.join(', ')}`,
  );
}

/** What about a stream scatters the records of a key, as far as the app says. */
export function refusedDistribution({ node }: IStream): readonly string[] {
  const { defaultChild: resource } = node;
  if (!(resource instanceof CfnStream) || resource.recordDistributionStrategy !== 'AUTO') return [];
  return [
    `stream "${node.path}" has RecordDistributionStrategy "AUTO", which ignores partition keys; it must be ` +
      '"USER_PARTITION_KEY": leave recordDistributionStrategy out',
  ];
}
