import { numberAt, objectAt, textAt, type JsonObject } from './json.ts';
import { arnOfResource } from './resource-identity.ts';

export interface StreamResource {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** An on-demand stream begins with four shards. */
  readonly shardCount: number;
  readonly mode: 'PROVISIONED' | 'ON_DEMAND';
  readonly retentionHours: number;
  /** An AUTO stream ignores partition keys. */
  readonly distribution: 'AUTO' | 'USER_PARTITION_KEY';
}

export function streamOf(logicalId: string, name: string, properties: JsonObject): StreamResource {
  const isOnDemand = textAt(objectAt(properties, 'StreamModeDetails'), 'StreamMode') === 'ON_DEMAND';
  const isAuto = textAt(properties, 'RecordDistributionStrategy') === 'AUTO';
  return {
    logicalId,
    name,
    arn: arnOfResource('AWS::Kinesis::Stream', name),
    shardCount: numberAt(properties, 'ShardCount') ?? (isOnDemand ? 4 : 1),
    mode: isOnDemand ? 'ON_DEMAND' : 'PROVISIONED',
    retentionHours: numberAt(properties, 'RetentionPeriodHours') ?? 24,
    distribution: isAuto ? 'AUTO' : 'USER_PARTITION_KEY',
  };
}
