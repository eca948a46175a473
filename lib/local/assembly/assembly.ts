import { resolve } from 'node:path';
import { DefinitionError } from '../../model/errors.ts';
import type { BucketResource } from './bucket-resource.ts';
import { eventSourceMappingOf, type EventSourceMappingResource } from './event-source-mapping-resource.ts';
import { functionOf, type FunctionResource } from './function-resource.ts';
import { objectAt, textAt, type JsonObject } from './json.ts';
import { schedulesOf, type ScheduleResource } from './schedule-resource.ts';
import { createResolver, type Resolver } from './resolver.ts';
import { readStacks, resourcesOf, type Stack } from './stacks.ts';
import { streamOf, type StreamResource } from './stream-resource.ts';
import { tableOf, type TableResource } from './table-resource.ts';

/** A resource that a deployment would create and that has no local counterpart. */
export interface UnsupportedResource {
  readonly logicalId: string;
  readonly type: string;
  /** What about it is not supported, where it isn't the whole type. */
  readonly reason?: string;
}

/** What a cloud assembly would deploy, as plain data. */
export interface Assembly {
  readonly streams: readonly StreamResource[];
  readonly tables: readonly TableResource[];
  readonly buckets: readonly BucketResource[];
  readonly functions: readonly FunctionResource[];
  readonly eventSourceMappings: readonly EventSourceMappingResource[];
  readonly schedules: readonly ScheduleResource[];
  /** By the outputs' logical ids; those of several stacks together. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly unsupported: readonly UnsupportedResource[];
}

/** Resources that change nothing about what a pipeline computes. */
const IRRELEVANT = [
  'AWS::IAM::',
  'AWS::CDK::',
  'AWS::Logs::',
  'AWS::CloudWatch::',
  'AWS::KMS::',
  'AWS::Kinesis::StreamConsumer',
  'AWS::Lambda::Permission',
  'AWS::S3::BucketPolicy',
];

/**
 * Reads what `cdk synth` wrote.
 * @throws DefinitionError if the directory holds no cloud assembly, or a template that can't be worked out
 */
export function loadAssembly(assemblyDir: string): Assembly {
  const { stacks, assets } = readStacks(resolve(assemblyDir));
  const resolvers = new Map<Stack, Resolver>();
  for (const stack of stacks) resolvers.set(stack, createResolver(stack, importValue));

  function importValue(exportName: string): unknown {
    for (const [stack, resolver] of resolvers) {
      for (const output of Object.values(objectAt(stack.template, 'Outputs'))) {
        if (resolver.resolve(objectAt(output, 'Export')['Name']) === exportName) {
          return resolver.resolve(objectAt({ output }, 'output')['Value']);
        }
      }
    }
    throw new DefinitionError(
      `no stack exports "${exportName}"; synthesise the stack that does into "${assemblyDir}"`,
    );
  }

  const parts = [...resolvers].flatMap(([stack, resolver]) =>
    resourcesOf(stack)
      .filter(([, resource]) => resolver.isWanted(resource))
      .map(([logicalId, resource]) => loadResource(logicalId, resource, resolver, assets)),
  );
  return {
    streams: parts.flatMap((part) => part.streams ?? []),
    tables: parts.flatMap((part) => part.tables ?? []),
    buckets: parts.flatMap((part) => part.buckets ?? []),
    functions: parts.flatMap((part) => part.functions ?? []),
    eventSourceMappings: parts.flatMap((part) => part.eventSourceMappings ?? []),
    schedules: parts.flatMap((part) => part.schedules ?? []),
    outputs: Object.fromEntries([...resolvers].flatMap(([stack, resolver]) => outputsOf(stack, resolver))),
    unsupported: parts.flatMap((part) => part.unsupported ?? []),
  };
}

function loadResource(
  logicalId: string,
  resource: JsonObject,
  resolver: Resolver,
  assets: ReadonlyMap<string, string>,
): Partial<Assembly> {
  const type = textAt(resource, 'Type') ?? '';
  const name = resolver.nameOf(logicalId);
  switch (type) {
    case 'AWS::Kinesis::Stream':
      return { streams: [streamOf(logicalId, name, resolver.properties(resource))] };
    case 'AWS::DynamoDB::Table':
    case 'AWS::DynamoDB::GlobalTable':
      return { tables: [tableOf(logicalId, name, resolver.properties(resource))] };
    case 'AWS::S3::Bucket':
      return { buckets: [{ logicalId, name }] };
    case 'AWS::Lambda::Function': {
      const loaded = functionOf(logicalId, name, resolver.properties(resource), assets);
      return typeof loaded === 'string'
        ? { unsupported: [{ logicalId, type, reason: loaded }] }
        : { functions: [loaded] };
    }
    case 'AWS::Lambda::EventSourceMapping': {
      const loaded = eventSourceMappingOf(logicalId, resolver.properties(resource));
      return typeof loaded === 'string'
        ? { unsupported: [{ logicalId, type, reason: loaded }] }
        : { eventSourceMappings: [loaded] };
    }
    case 'AWS::Events::Rule': {
      const loaded = schedulesOf(logicalId, resolver.properties(resource));
      return typeof loaded === 'string'
        ? { unsupported: [{ logicalId, type, reason: loaded }] }
        : { schedules: loaded };
    }
    default: {
      const isIrrelevant = IRRELEVANT.some((prefix) => type.startsWith(prefix));
      return isIrrelevant ? {} : { unsupported: [{ logicalId, type }] };
    }
  }
}

function outputsOf({ template }: Stack, resolver: Resolver): readonly (readonly [string, string])[] {
  return Object.entries(objectAt(template, 'Outputs'))
    .filter(([, output]) => resolver.isWanted(output))
    .map(
      ([id]) => [id, String(resolver.resolve(objectAt(objectAt(template, 'Outputs'), id)['Value']))] as const,
    );
}
