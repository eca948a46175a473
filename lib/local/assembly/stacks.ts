import { join } from 'node:path';
import { objectAt, readJson, textAt, type JsonObject } from './json.ts';

/** A synthesised stack. */
export interface Stack {
  readonly name: string;
  readonly template: JsonObject;
}

export interface Stacks {
  readonly stacks: readonly Stack[];
  /** The path of an asset's folder or file, by the key it would be uploaded under. */
  readonly assets: ReadonlyMap<string, string>;
}

/**
 * All stacks of a cloud assembly, those of its stages included.
 * @throws DefinitionError if the directory holds no cloud assembly
 */
export function readStacks(assemblyDir: string): Stacks {
  const stacks: Stack[] = [];
  const assets = new Map<string, string>();
  const artifacts = Object.entries(objectAt(readJson(join(assemblyDir, 'manifest.json')), 'artifacts'));
  for (const [id, artifact] of artifacts) {
    const properties = objectAt(artifact, 'properties');
    const fileOf = (key: string): string => join(assemblyDir, textAt(properties, key) ?? '');
    switch (textAt(artifact, 'type')) {
      case 'aws:cloudformation:stack':
        stacks.push({
          name: textAt(properties, 'stackName') ?? id,
          template: readJson(fileOf('templateFile')),
        });
        break;
      case 'cdk:asset-manifest':
        for (const [key, path] of assetPaths(assemblyDir, readJson(fileOf('file')))) assets.set(key, path);
        break;
      case 'cdk:cloud-assembly': {
        const nested = readStacks(fileOf('directoryName'));
        stacks.push(...nested.stacks);
        for (const [key, path] of nested.assets) assets.set(key, path);
        break;
      }
    }
  }
  return { stacks, assets };
}

function assetPaths(assemblyDir: string, manifest: JsonObject): readonly (readonly [string, string])[] {
  return Object.values(objectAt(manifest, 'files')).flatMap((file) => {
    const path = textAt(objectAt(file, 'source'), 'path');
    if (path === undefined) return [];
    return Object.values(objectAt(file, 'destinations')).flatMap((destination) => {
      const key = textAt(destination, 'objectKey');
      return key === undefined ? [] : [[key, join(assemblyDir, path)] as const];
    });
  });
}

export function resourcesOf({ template }: Stack): readonly (readonly [string, JsonObject])[] {
  return Object.keys(objectAt(template, 'Resources')).map((logicalId) => [
    logicalId,
    objectAt(objectAt(template, 'Resources'), logicalId),
  ]);
}
