import { statSync } from 'node:fs';
import type { FunctionDefinition } from '../lambda/index.ts';
import { numberAt, objectAt, textAt, type JsonObject } from './json.ts';
import { arnOfResource } from './resource-identity.ts';

export interface FunctionResource extends FunctionDefinition {
  readonly logicalId: string;
  readonly runtime: string;
}

/** @returns the function, or what about it is not supported */
export function functionOf(
  logicalId: string,
  name: string,
  properties: JsonObject,
  assets: ReadonlyMap<string, string>,
): FunctionResource | string {
  const runtime = textAt(properties, 'Runtime') ?? 'none';
  const handler = textAt(properties, 'Handler');
  const codeDir = assets.get(textAt(objectAt(properties, 'Code'), 'S3Key') ?? '');
  if (!runtime.startsWith('nodejs') || handler === undefined)
    return `runtime "${runtime}"; only Node.js runs locally`;
  if (codeDir === undefined) return 'its code is not an asset of the assembly';
  if (!statSync(codeDir, { throwIfNoEntry: false })?.isDirectory())
    return `its code "${codeDir}" is not a folder`;
  const variables = objectAt(objectAt(properties, 'Environment'), 'Variables');
  return {
    logicalId,
    name,
    arn: arnOfResource('AWS::Lambda::Function', name),
    handler,
    runtime,
    timeoutMs: (numberAt(properties, 'Timeout') ?? 3) * 1000,
    memoryMb: numberAt(properties, 'MemorySize') ?? 128,
    environment: Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, String(value)])),
    codeDir,
  };
}
